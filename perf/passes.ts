/**
 * How many passes through the network an update needs by the definition of its method.
 *
 * @module
 */

/**
 * Forward and backward passes over the joined batch of all domains, by method; 1 where left out. A
 * forward pass alone counts a third, because a backward pass costs two forward ones.
 */
const PASSES: Readonly<Record<string, number>> = {
  /** Each domain once at the weights, once at the weights after the trial step. */
  mldg: 2,
  /** Content, then style and its adversary on one pass of the moved featurizer. */
  sagnet: 2,
  /** A generator's step, and a discriminator's on features that are not differentiated. */
  dann: 2 / 3,
  cdann: 2 / 3,
  /** The featurizer does not move. */
  crt: 1 / 3,
  lws: 1 / 3,
};

/** {@linkcode PASSES} of a method. */
export function passesOf(method: string): number {
  return PASSES[method] ?? 1;
}
