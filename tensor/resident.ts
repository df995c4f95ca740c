/**
 * Images that TensorFlow holds as they lie in a data set, from which a step gathers its batch by row
 * numbers.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "./native/binding.ts";
import { hasOperations } from "./native/operations.ts";

/**
 * Images `[images, ...shape]` as a tensor for {@linkcode gatherPixels} or `tf.gather`.
 *
 * TensorFlow.js takes a tensor of uint8 for one of int32: it is of use for nothing else.
 *
 * @param values Pixels, or float32 numbers.
 * @returns The caller's tensor; null where a batch is better made in JavaScript: on other backends
 *   than native TensorFlow, on a GPU (each call would carry all images there), and for pixels where
 *   the project's own operations are not used.
 */
export function residentImages(
  values: Uint8Array | Float32Array,
  shape: readonly number[],
): tf.Tensor | null {
  const backend = nativeBackend();
  if (backend === null || backend.isUsingGpuDevice) return null;
  if (values instanceof Float32Array) return tf.tensor(values, [...shape], "float32");
  if (!hasOperations()) return null;
  const { TF_UINT8 } = backend.binding;
  const id = backend.binding.createTensor([...shape], TF_UINT8, values);
  return backend.createOutputTensor({ id, shape: [...shape], dtype: TF_UINT8 });
}

/**
 * Some of many images, normalised: `[rows, height, width, 3]`, float32.
 *
 * @param pixels Of {@linkcode residentImages}.
 * @param rows int32 `[rows]`: which images.
 * @param tables `[3, 256]`: what a network gets for each value of each channel.
 */
export function gatherPixels(pixels: tf.Tensor, rows: tf.Tensor1D, tables: tf.Tensor2D): tf.Tensor {
  const backend = nativeBackend()!;
  const { TF_ATTR_SHAPE, TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
  const images = backend.executeSingleOutput("MdltImages", [], [pixels, rows, tables]);
  // TensorFlow does not know the shapes that own operations give, and rewrites less without them.
  const sized = backend.executeSingleOutput("EnsureShape", [
    { name: "shape", type: TF_ATTR_SHAPE, value: images.shape },
    { name: "T", type: TF_ATTR_TYPE, value: TF_FLOAT },
  ], [images]);
  images.dispose();
  return sized;
}
