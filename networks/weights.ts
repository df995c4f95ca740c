/**
 * Pretrained weights, as networks are given them.
 *
 * @module
 */

import type { Float32Values } from "../base/safetensors_format.ts";
import type { PretrainedWeights } from "./network.ts";

/** Gives a tensor of a weight file by its name there, in the file's own arrangement. */
export type Weights = (name: string) => Float32Values | undefined;

/** How well a file of tensors fits a network. */
export interface Fit {
  /** Tensors that the network needs and the file lacks. */
  readonly lacking: readonly string[];
  /** Tensors of the file that the network has no use for. */
  readonly left: readonly string[];
}

/** Numbers that torch counts along, of no use to anybody who does not go on training with it. */
const COUNTER = /(^|\.)num_batches_tracked$/;

/** Compares the names in a file of tensors with those that a network's weights have. */
export function fitOf(
  { tensors, unused }: Pick<PretrainedWeights, "tensors" | "unused">,
  names: ReadonlySet<string>,
): Fit {
  const needed = new Set(tensors(names));
  const useless = (name: string) => COUNTER.test(name) || unused?.test(name) === true;
  return {
    lacking: [...needed].filter((name) => !names.has(name)),
    left: [...names].filter((name) => !needed.has(name) && !useless(name)),
  };
}

/**
 * The tensor of a name.
 *
 * @throws {RangeError} When there is none, or it has another shape.
 */
export function requireWeights(
  weights: Weights,
  name: string,
  shape: readonly number[],
): Float32Array {
  const found = weights(name);
  if (found !== undefined && found.shape.join() === shape.join()) return found.values;
  throw new RangeError(
    `Cannot use the pretrained weights: they have ${
      found === undefined ? "no tensor" : `a tensor of shape [${found.shape}]`
    } "${name}", and one of shape [${shape}] is needed`,
  );
}
