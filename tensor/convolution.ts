/**
 * Convolutions with gradients in few passes, and in what form each backend is quickest.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { sumPositions } from "./kernels.ts";
import { nativeBackend } from "./native/binding.ts";
import { hasOperations } from "./native/operations.ts";

/** The part of TensorFlow.js's engine that defines an operation with gradients computed on demand. */
interface KernelEngine {
  runKernelFunc(definition: {
    inputs: Record<string, tf.Tensor>;
    forwardFunc: (backend: unknown, save: (tensors: tf.Tensor[]) => void) => tf.Tensor;
    backwardsFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => Record<string, () => tf.Tensor>;
  }): tf.Tensor;
  runKernel(name: string, inputs: Record<string, tf.Tensor>, attributes: object): tf.Tensor;
}

/**
 * Whether oneDNN's convolution, which adds the bias in the same pass, is there to be used: not where
 * the user switched oneDNN off, nor in builds of TensorFlow without it. Known after the first use.
 */
let fusedBias: boolean | null = null;

/**
 * `same` convolution plus bias, `[batch, height, width, inputs]` with a kernel
 * `[height, width, inputs, outputs]`; the gradient of an input is computed only where it is asked.
 */
export function convolution(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  bias: tf.Tensor1D,
  stride: number,
): tf.Tensor4D {
  const engine = tf.engine() as unknown as KernelEngine;
  return engine.runKernelFunc({
    inputs: { x, kernel, bias },
    forwardFunc: (_backend, save) => {
      save([x, kernel]);
      return convolutionForward(x, kernel, bias, stride);
    },
    backwardsFunc: (dy, saved) => {
      const gradient = dy as tf.Tensor4D;
      const [input, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
      return {
        x: () => inputGradient(gradient, filter, input.shape, stride),
        kernel: () => kernelGradient(input, gradient, filter.shape, stride),
        bias: () => biasGradient(gradient),
      };
    },
  }) as tf.Tensor4D;
}

/**
 * {@linkcode convolution}, ReLU and then group norm over 8 groups, the last two in two passes over
 * memory each way by the project's own operations, which give the gradient of the bias as well. Null
 * where these cannot be used; shapes as there, `scale` and `shift` `[outputs]`.
 */
export function nativeConvolutionBlock(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  bias: tf.Tensor1D,
  scale: tf.Tensor1D,
  shift: tf.Tensor1D,
  stride: number,
): tf.Tensor4D | null {
  if (!hasOperations()) return null;
  const backend = nativeBackend()!;
  const engine = tf.engine() as unknown as KernelEngine;
  return engine.runKernelFunc({
    inputs: { x, kernel, bias, scale, shift },
    forwardFunc: (_backend, save) => {
      const maps = convolutionForward(x, kernel, bias, stride);
      const [y, mean, reciprocal] = backend.executeMultipleOutputs(
        "MdltReluGroupNorm",
        [],
        [maps, scale, shift],
        3,
      );
      save([x, kernel, maps, mean!, reciprocal!, scale]);
      return y!;
    },
    backwardsFunc: (dy, saved) => {
      const [input, filter, maps, mean, reciprocal, factor] = saved as [
        tf.Tensor4D,
        tf.Tensor4D,
        ...tf.Tensor[],
      ];
      const [dmaps, dscale, dshift, dbias] = backend.executeMultipleOutputs(
        "MdltReluGroupNormGrad",
        [],
        [dy, maps!, mean!, reciprocal!, factor!],
        4,
      ) as [tf.Tensor4D, tf.Tensor, tf.Tensor, tf.Tensor];
      return {
        x: () => inputGradient(dmaps, filter, input.shape, stride),
        kernel: () => kernelGradient(input, dmaps, filter.shape, stride),
        bias: () => tf.clone(dbias),
        scale: () => tf.clone(dscale),
        shift: () => tf.clone(dshift),
      };
    },
  }) as tf.Tensor4D;
}

/** What batch norm with fixed statistics knows of each channel. */
export interface Statistics {
  readonly mean: tf.Tensor1D;
  /** 1 / √(variance + ε). */
  readonly reciprocal: tf.Tensor1D;
}

/**
 * A `same` convolution without bias and the batch norm after it. With fixed statistics the norm is a
 * factor and a shift of every channel, which is folded into the kernel: one operation instead of two,
 * and the gradients of scale and shift follow from the kernel's.
 */
export function normedConvolution(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  scale: tf.Tensor1D,
  shift: tf.Tensor1D,
  { mean, reciprocal }: Statistics,
  stride: number,
): tf.Tensor4D {
  const engine = tf.engine() as unknown as KernelEngine;
  return engine.runKernelFunc({
    inputs: { x, kernel, scale, shift },
    forwardFunc: (_backend, save) => {
      const factor = tf.mul(scale, reciprocal);
      const folded = tf.mul(kernel, factor) as tf.Tensor4D;
      save([x, kernel, factor, folded]);
      const bias = tf.sub(shift, tf.mul(factor, mean)) as tf.Tensor1D;
      return convolutionForward(x, folded, bias, stride);
    },
    backwardsFunc: (dy, saved) => {
      const gradient = dy as tf.Tensor4D;
      const [input, filter, factor, folded] = saved as [
        tf.Tensor4D,
        tf.Tensor4D,
        tf.Tensor1D,
        tf.Tensor4D,
      ];
      // Kernel and scale share the first, scale and shift the second.
      const ofFolded = kernelGradient(input, gradient, filter.shape, stride);
      const ofBias = biasGradient(gradient);
      return {
        x: () => inputGradient(gradient, folded, input.shape, stride),
        kernel: () => tf.mul(ofFolded, factor),
        scale: () => {
          const ofFactor = tf.sum(tf.mul(ofFolded, filter), [0, 1, 2]);
          return tf.mul(tf.sub(ofFactor, tf.mul(ofBias, mean)), reciprocal);
        },
        shift: () => tf.clone(ofBias),
      };
    },
  }) as tf.Tensor4D;
}

function biasGradient(dy: tf.Tensor4D): tf.Tensor1D {
  const [batch, height, width, outputs] = dy.shape;
  const rows = tf.reshape(dy, [1, batch * height * width, outputs]) as tf.Tensor3D;
  return tf.reshape(sumPositions(rows), [outputs]);
}

/** `[…, channels]` as `[positions of all images, channels]`. */
function flattenSpatial(x: tf.Tensor): tf.Tensor2D {
  return tf.reshape(x, [-1, x.shape.at(-1)!]) as tf.Tensor2D;
}

/** A 1 × 1 convolution is a matrix product, and quicker as one. */
function isPointwise([height, width]: readonly number[], stride: number): boolean {
  return height === 1 && width === 1 && stride === 1;
}

function inputGradient(
  dy: tf.Tensor4D,
  kernel: tf.Tensor4D,
  shape: tf.Tensor4D["shape"],
  stride: number,
): tf.Tensor {
  return isPointwise(kernel.shape, stride)
    ? tf.reshape(tf.matMul(flattenSpatial(dy), flattenSpatial(kernel), false, true), shape)
    : tf.conv2dTranspose(dy, kernel, shape, stride, "same");
}

/** From so many outputs on, cutting out the patches costs less than the product with them gains. */
const PATCHES_FROM = 512;

function kernelGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  shape: tf.Tensor4D["shape"],
  stride: number,
): tf.Tensor {
  if (isPointwise(shape, 1)) {
    // With a stride it sees every so many pixels. oneDNN's own form of that writes past the end of
    // its memory where there are few channels.
    const seen = stride === 1
      ? x
      : tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, stride, stride, 1]);
    return tf.reshape(tf.matMul(flattenSpatial(seen), flattenSpatial(dy), true), shape);
  }
  // oneDNN's own form is slow on small maps of many channels; GPU libraries have no such weakness.
  if (nativeBackend()?.isUsingGpuDevice === false && shape[3] >= PATCHES_FROM) {
    return tf.reshape(
      tf.matMul(flattenSpatial(im2col(x, dy, shape, stride)), flattenSpatial(dy), true),
      shape,
    );
  }
  const engine = tf.engine() as unknown as KernelEngine;
  return engine.runKernel("Conv2DBackpropFilter", { x, dy }, {
    strides: stride,
    pad: "same",
    dataFormat: "NHWC",
    dimRoundingMode: null,
    filterShape: shape,
  });
}

/**
 * What a `same` convolution sees at each place of its output, side by side:
 * `[batch, height, width, kernel height · kernel width · inputs]`.
 */
function im2col(
  x: tf.Tensor4D,
  { shape: [, height, width] }: tf.Tensor4D,
  [kernelHeight, kernelWidth]: readonly number[],
  stride: number,
): tf.Tensor {
  const reach = (outputs: number) => stride * (outputs - 1) + 1;
  const padding = (inputs: number, outputs: number, kernel: number): [number, number] => {
    const total = Math.max(0, reach(outputs) + kernel - 1 - inputs);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  };
  const padded = tf.pad(x, [
    [0, 0],
    padding(x.shape[1], height, kernelHeight!),
    padding(x.shape[2], width, kernelWidth!),
    [0, 0],
  ]);
  const seen: tf.Tensor[] = [];
  for (let row = 0; row < kernelHeight!; row++) {
    for (let column = 0; column < kernelWidth!; column++) {
      const end = [x.shape[0], row + reach(height), column + reach(width), x.shape[3]];
      seen.push(tf.stridedSlice(padded, [0, row, column, 0], end, [1, stride, stride, 1]));
    }
  }
  return tf.concat(seen, 3);
}

function convolutionForward(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  bias: tf.Tensor1D,
  stride: number,
): tf.Tensor {
  const backend = nativeBackend();
  fusedBias ??= Deno.env.get("TF_ENABLE_ONEDNN_OPTS") !== "0";
  if (backend !== null && fusedBias) {
    const { TF_ATTR_TYPE, TF_ATTR_INT, TF_ATTR_STRING, TF_FLOAT } = backend.binding;
    try {
      return backend.executeSingleOutput("_MklNativeConv2DWithBias", [
        { name: "T", type: TF_ATTR_TYPE, value: TF_FLOAT },
        { name: "strides", type: TF_ATTR_INT, value: [1, stride, stride, 1] },
        { name: "padding", type: TF_ATTR_STRING, value: "SAME" },
        { name: "data_format", type: TF_ATTR_STRING, value: "NHWC" },
        { name: "dilations", type: TF_ATTR_INT, value: [1, 1, 1, 1] },
        { name: "_kernel", type: TF_ATTR_STRING, value: "MklNameChangeOp" },
      ], [x, kernel, bias]);
    } catch {
      fusedBias = false;
    }
  }
  return tf.add(tf.conv2d(x, kernel, stride, "same"), bias);
}
