/**
 * TensorFlow.js on WebAssembly: it comes whole from npm, so it is there on every machine, and uses
 * one thread. Training needs kernels that its package lacks, or has in a form ten times slower than
 * need be; they are made here from its fast ones, the convolution and the plain matrix product.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * Loads the wasm backend into this process and makes it the one in use.
 *
 * @returns The version of the wasm package.
 * @throws Error where the package's file cannot be loaded.
 */
export async function startWasmBackend(): Promise<string> {
  // The core alone knows no gradients and no chained operations; the union package registers them.
  await import("@tensorflow/tfjs");
  const wasm = await import("@tensorflow/tfjs-backend-wasm");
  const entry = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
  wasm.setWasmPaths(join(dirname(entry), "/"));
  replaceKernel("Conv2DBackpropFilter", convolutionFilterGradient);
  replaceKernel("Conv2DBackpropInput", convolutionInputGradient);
  replaceKernel("UnsortedSegmentSum", segmentSum);
  replaceKernel("BatchMatMul", matrixProduct(tf.getKernel("BatchMatMul", "wasm").kernelFunc));
  if (!await tf.setBackend("wasm")) {
    throw new Error(`the files in '${dirname(entry)}' do not start`);
  }
  return wasm.version_wasm;
}

/** A kernel made of other operations, which are not differentiated inside it. */
type Kernel = (inputs: Record<string, tf.Tensor>, attributes: tf.NamedAttrMap) => tf.Tensor;

/** Puts a kernel in the place of the package's own, if it has one. */
function replaceKernel(kernelName: string, kernel: Kernel): void {
  const own = tf.getKernel(kernelName, "wasm");
  if (own !== undefined) tf.unregisterKernel(kernelName, "wasm");
  tf.registerKernel({
    ...own, // with what sets up the package's own kernel, which ours may call
    kernelName,
    backendName: "wasm",
    // The engine passes whole tensors to kernels, though the type promises less.
    kernelFunc: ({ inputs, attrs }) =>
      tf.tidy(() => kernel(inputs as Record<string, tf.Tensor>, attrs ?? {})),
  });
}

/** What the kernels of a convolution's gradients are told. */
interface ConvolutionAttributes {
  strides: number | [number, number];
  pad: "same" | "valid" | number | tf.backend_util.ExplicitPadding;
  dataFormat: "NHWC" | "NCHW";
  dimRoundingMode?: "floor" | "round" | "ceil";
}

type Shape4D = [number, number, number, number];

function convolutionInfo(x: Shape4D, filter: Shape4D, attributes: tf.NamedAttrMap) {
  const { strides, pad, dataFormat, dimRoundingMode } =
    attributes as unknown as ConvolutionAttributes;
  const format = tf.backend_util.convertConv2DDataFormat(dataFormat);
  return tf.backend_util
    .computeConv2DInfo(x, filter, strides, 1, pad, dimRoundingMode, false, format);
}

/**
 * The gradient of a convolution with respect to its filter, itself a convolution: the images are
 * its channels, the output's gradient is its filter, and the stride becomes a dilation.
 *
 * @param inputs `x`, `[batch, height, width, inputs]`, and `dy`, `[batch, height, width, outputs]`.
 * @returns `[filter height, filter width, inputs, outputs]`.
 */
const convolutionFilterGradient: Kernel = ({ x, dy }, attributes) => {
  const shape = attributes["filterShape"] as Shape4D;
  const info = convolutionInfo(x!.shape as Shape4D, shape, attributes);
  const { top, bottom, left, right } = info.padInfo;
  const gradient = tf.conv2d(
    tf.transpose(x as tf.Tensor4D, [3, 1, 2, 0]),
    tf.transpose(dy as tf.Tensor4D, [1, 2, 0, 3]),
    1,
    [[0, 0], [top, bottom], [left, right], [0, 0]],
    "NHWC",
    [info.strideHeight, info.strideWidth],
  );
  // Where the last rows of x met no filter, the product is larger than the filter.
  const met = tf.slice(gradient, 0, [-1, shape[0], shape[1], -1]);
  return tf.transpose(met, [1, 2, 0, 3]);
};

/**
 * The gradient of a convolution with respect to its input, itself a convolution of stride 1: of the
 * output's gradient, spread out by the stride, with the filter turned round.
 *
 * @param inputs `dy`, `[batch, height, width, outputs]`, and `filter`, `[height, width, inputs, outputs]`.
 * @returns `[batch, height, width, inputs]`.
 */
const convolutionInputGradient: Kernel = ({ dy, filter }, attributes) => {
  const shape = attributes["inputShape"] as Shape4D;
  const info = convolutionInfo(shape, filter!.shape as Shape4D, attributes);
  const { outHeight, outWidth, outChannels, strideHeight, strideWidth } = info;
  let spread = dy as tf.Tensor4D;
  if (strideHeight > 1 || strideWidth > 1) {
    const apart = tf.pad(tf.reshape(dy!, [-1, 1, outWidth, 1, outChannels]), [
      [0, 0],
      [0, strideHeight - 1],
      [0, 0],
      [0, strideWidth - 1],
      [0, 0],
    ]);
    spread = tf.reshape(apart, [
      info.batchSize,
      outHeight * strideHeight,
      outWidth * strideWidth,
      outChannels,
    ]);
  }
  const top = info.filterHeight - 1 - info.padInfo.top;
  const left = info.filterWidth - 1 - info.padInfo.left;
  const bottom = shape[1] + info.filterHeight - 1 - top - outHeight * strideHeight;
  const right = shape[2] + info.filterWidth - 1 - left - outWidth * strideWidth;
  const turned = tf.transpose(tf.reverse(filter as tf.Tensor4D, [0, 1]), [0, 1, 3, 2]);
  const framed = frame(spread, top, bottom, left, right);
  return tf.conv2d(framed, turned, 1, "valid");
};

/** Adds zeros around images, or cuts off rows and columns where a number is negative. */
function frame(x: tf.Tensor4D, top: number, bottom: number, left: number, right: number) {
  const more = [top, bottom, left, right].map((n) => Math.max(n, 0));
  const padded = tf.pad(x, [[0, 0], [more[0]!, more[1]!], [more[2]!, more[3]!], [0, 0]]);
  if (Math.min(top, bottom, left, right) >= 0) return padded;
  const [, height, width] = x.shape;
  return tf.slice(
    padded,
    [0, Math.max(-top, 0), Math.max(-left, 0), 0],
    [-1, height + top + bottom, width + left + right, -1],
  );
}

/** Matrix products whose factors are turned beforehand: the package's own way with them is slow. */
function matrixProduct(own: tf.KernelFunc): Kernel {
  return ({ a, b }, { transposeA, transposeB }) => {
    const turn = (x: tf.Tensor) =>
      tf.transpose(x, [...x.shape.keys()].slice(0, -2).concat(x.rank - 1, x.rank - 2));
    const product = own({
      inputs: { a: transposeA ? turn(a!) : a!, b: transposeB ? turn(b!) : b! },
      attrs: { transposeA: false, transposeB: false },
      backend: tf.backend(),
    }) as tf.TensorInfo;
    return tf.engine().makeTensorFromTensorInfo(product);
  };
}

/**
 * The sums of the rows of `x` that have the same segment, as `[segments, …]`; rows with a negative
 * segment are left out.
 */
const segmentSum: Kernel = ({ x, segmentIds }, attributes) => {
  const segments = attributes["numSegments"] as number;
  // A last row takes what is to be left out.
  const left = tf.less(segmentIds!, 0);
  const rows = tf.where(left, tf.fill(segmentIds!.shape, segments, "int32"), segmentIds!);
  const sums = tf.scatterND(tf.expandDims(rows, 1), x!, [segments + 1, ...x!.shape.slice(1)]);
  return tf.slice(sums, 0, [segments, ...x!.shape.slice(1)]);
};
