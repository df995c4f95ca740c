/**
 * Images that TensorFlow holds as they lie in a data set, from which a step gathers its batch by row
 * numbers.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { type NativeBackend, nativeBackend } from "./native/binding.ts";
import { hasOperations } from "./native/operations.ts";

/** Bytes of images in memory that are worth a second copy, TensorFlow's. */
const FITS = 2 ** 30;

/** Bytes to whose multiples TensorFlow aligns the memory of tensors. */
const ALIGNMENT = 64;

/** Images one after another, in memory or in a file from a byte on. */
export type Lying =
  | { readonly values: Uint8Array | Float32Array }
  | { readonly file: string; readonly offset: number; readonly type: "uint8" | "float32" };

/**
 * Images as a tensor for {@linkcode gatherPixels} or `tf.gather`. What lies in a file is mapped into
 * memory, so that all processes share what the operating system keeps of it.
 *
 * TensorFlow.js takes a tensor of uint8 for one of int32: it is of use for nothing else.
 *
 * @returns The caller's tensor; null where a batch is better made in JavaScript: on other backends
 *   than native TensorFlow, on a GPU (each call would carry all images there), for pixels where the
 *   project's own operations are not used, and for what does not fit.
 */
export function residentImages(images: Lying, shape: readonly number[]): tf.Tensor | null {
  const backend = nativeBackend();
  if (backend === null || backend.isUsingGpuDevice) return null;
  const { TF_FLOAT, TF_UINT8 } = backend.binding;
  const floats = "file" in images
    ? images.type === "float32"
    : images.values instanceof Float32Array;
  if (!floats && !hasOperations()) return null;
  const dtype = floats ? TF_FLOAT : TF_UINT8;
  if ("file" in images) {
    const numbers = images.offset / (floats ? 4 : 1) + shape.reduce((a, b) => a * b, 1);
    if (images.offset % ALIGNMENT !== 0 || numbers >= 2 ** 31) return null;
    return mapped(backend, images, dtype, shape);
  }
  if (images.values.byteLength > FITS) return null;
  const id = backend.binding.createTensor([...shape], dtype, images.values);
  return backend.createOutputTensor({ id, shape: [...shape], dtype });
}

/** A part of a file as a tensor; nothing is copied. */
function mapped(
  backend: NativeBackend,
  { file, offset }: { readonly file: string; readonly offset: number },
  dtype: number,
  shape: readonly number[],
): tf.Tensor {
  const { TF_ATTR_SHAPE, TF_ATTR_STRING, TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = backend.binding;
  const size = dtype === TF_FLOAT ? 4 : 1;
  const type = (name: string, value: number) => ({ name, type: TF_ATTR_TYPE, value });
  const count = shape.reduce((a, b) => a * b, 1);
  const whole = backend.executeSingleOutput("ImmutableConst", [
    type("dtype", dtype),
    { name: "shape", type: TF_ATTR_SHAPE, value: [offset / size + count] },
    { name: "memory_region_name", type: TF_ATTR_STRING, value: file },
  ], []);
  return tf.tidy(() => {
    const begin = tf.tensor1d([offset / size], "int32"), length = tf.tensor1d([count], "int32");
    const part = backend.executeSingleOutput("Slice", [
      type("T", dtype),
      type("Index", TF_INT32),
    ], [whole, begin, length]);
    whole.dispose();
    return backend.executeSingleOutput("Reshape", [
      type("T", dtype),
      type("Tshape", TF_INT32),
    ], [part, tf.tensor1d([...shape], "int32")]);
  });
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
