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

/**
 * The network that weights belong to, told by the names of their tensors; undefined when it is none
 * that is known here.
 */
export function networkOf(names: ReadonlySet<string>): string | undefined {
  if (names.has("conv1/kernel") && names.has("conv_dw_1/depthwise_kernel")) return "mobilenet";
  if (!names.has("layer4.1.bn2.running_var")) return undefined;
  if (!names.has("layer1.0.conv3.weight")) return "resnet18";
  return names.has("layer3.5.conv3.weight") ? "resnet50" : undefined;
}
