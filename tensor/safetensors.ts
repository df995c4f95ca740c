/**
 * Tensors as safetensors files.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { decodeArrays, encodeArrays } from "../base/safetensors_format.ts";

export { decodeMetadata } from "../base/safetensors_format.ts";

/** Named float32 tensors as one file, see {@linkcode encodeArrays}. */
export function encodeTensors(
  tensors: Readonly<Record<string, tf.Tensor>>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  const arrays = Object.entries(tensors).map(([name, tensor]) =>
    [name, { shape: tensor.shape, values: tensor.dataSync() as Float32Array }] as const
  );
  return encodeArrays(Object.fromEntries(arrays), metadata);
}

/**
 * The tensors of a file; the caller frees them.
 *
 * @throws {RangeError} When the file is not a whole safetensors file of float32 tensors.
 */
export function decodeTensors(file: Uint8Array): Record<string, tf.Tensor> {
  const arrays = Object.entries(decodeArrays(file));
  return Object.fromEntries(
    arrays.map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]),
  );
}
