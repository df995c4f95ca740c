/**
 * The few operations whose best form depends on the backend.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";

type Attribute = { name: string; type: number; value: unknown };

/** The part of tfjs-node's backend that runs any TensorFlow operation. */
interface NativeBackend {
  readonly binding: Readonly<
    Record<"TF_ATTR_TYPE" | "TF_ATTR_INT" | "TF_ATTR_STRING" | "TF_FLOAT", number>
  >;
  executeSingleOutput(
    operation: string,
    attributes: readonly Attribute[],
    inputs: readonly tf.Tensor[],
  ): tf.Tensor;
}

/** The native backend, or null on any other. */
function native(): NativeBackend | null {
  return tf.getBackend() === "tensorflow" ? tf.backend() as unknown as NativeBackend : null;
}

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
      const [batch, height, width, outputs] = gradient.shape;
      return {
        x: () => tf.conv2dTranspose(gradient, filter, input.shape, stride, "same"),
        kernel: () =>
          engine.runKernel("Conv2DBackpropFilter", { x: input, dy: gradient }, {
            strides: stride,
            pad: "same",
            dataFormat: "NHWC",
            dimRoundingMode: null,
            filterShape: filter.shape,
          }),
        bias: () => {
          const rows = tf.reshape(gradient, [1, batch * height * width, outputs]) as tf.Tensor3D;
          return tf.reshape(sumPositions(rows), [outputs]);
        },
      };
    },
  }) as tf.Tensor4D;
}

function convolutionForward(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  bias: tf.Tensor1D,
  stride: number,
): tf.Tensor {
  const backend = native();
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

/** max(x, 0) with a quick gradient, see {@linkcode reluGradient}. */
export function rectify(x: tf.Tensor): tf.Tensor {
  const operation = tf.customGrad((...inputs) => {
    const save = inputs[1] as unknown as (tensors: tf.Tensor[]) => void;
    const value = tf.relu(inputs[0] as tf.Tensor);
    save([value]);
    const gradFunc = (dy: tf.Tensor | tf.Tensor[], [output]: tf.Tensor[]) =>
      reluGradient(dy as tf.Tensor, output!);
    return { value, gradFunc };
  });
  return operation(x);
}

/**
 * The gradient through a ReLU: `gradient` where `output` is positive, else 0; same shapes.
 *
 * TensorFlow.js's own form multiplies with `tf.step`, which takes twelve times as long as a plain
 * product on the native backend. Outside of automatic differentiation only (in custom gradients).
 */
export function reluGradient(gradient: tf.Tensor, output: tf.Tensor): tf.Tensor {
  const backend = native();
  if (backend === null) return tf.mul(gradient, tf.cast(tf.greater(output, 0), "float32"));
  const { TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
  const type = { name: "T", type: TF_ATTR_TYPE, value: TF_FLOAT };
  return backend.executeSingleOutput("ReluGrad", [type], [gradient, output]);
}

/**
 * Sums `[batch, positions, channels]` over the positions, to `[batch, 1, channels]`, as a product
 * with ones, which is several times as fast as a reduction over a middle axis.
 */
export function sumPositions(x: tf.Tensor3D): tf.Tensor3D {
  return weighPositions(x, 1);
}

/** The mean over the positions, as {@linkcode sumPositions} sums them. */
export function meanPositions(x: tf.Tensor3D): tf.Tensor3D {
  return weighPositions(x, 1 / x.shape[1]);
}

function weighPositions(x: tf.Tensor3D, weight: number): tf.Tensor3D {
  // Filled by TensorFlow: `tf.ones` would make the numbers in JavaScript at every call.
  return tf.matMul(tf.fill([x.shape[0], 1, x.shape[1]], weight), x) as tf.Tensor3D;
}

/**
 * The mean of every map: `[batch, height, width, channels]` → `[batch, channels]`. Automatic
 * differentiation of `tf.mean` makes a tensor of ones of the input's size in JavaScript.
 */
export function meanPool(maps: tf.Tensor4D): tf.Tensor2D {
  const operation = tf.customGrad((x) => {
    const [batch, height, width, channels] = (x as tf.Tensor4D).shape;
    const positions = height * width;
    const flat = tf.reshape(x as tf.Tensor, [batch, positions, channels]) as tf.Tensor3D;
    const gradFunc = (dy: tf.Tensor | tf.Tensor[]) => {
      const share = tf.reshape(dy as tf.Tensor, [batch, 1, 1, channels]);
      return tf.mul(tf.fill([1, height, width, 1], 1 / positions), share);
    };
    return { value: tf.reshape(meanPositions(flat), [batch, channels]), gradFunc };
  });
  return operation(maps) as tf.Tensor2D;
}
