/**
 * Pretrained weights, as networks are given them.
 *
 * @module
 */

import type { Float32Values } from "../base/safetensors_format.ts";

/** Gives a tensor of a weight file by its name there, in the file's own arrangement. */
export type Weights = (name: string) => Float32Values | undefined;

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
