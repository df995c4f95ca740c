/**
 * The few operations whose best form depends on the backend; convolutions are in `convolution.ts`.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { customGradient } from "./ops.ts";
import { nativeBackend } from "./native/binding.ts";
import { hasOperations } from "./native/operations.ts";

/** max(x, 0) with a quick gradient, see {@linkcode reluGradient}. */
export function rectify(x: tf.Tensor): tf.Tensor {
  return customGradient([x], () => {
    const value = tf.relu(x);
    return { value, saved: [value] };
  }, (dy, [output]) => [reluGradient(dy, output!)]);
}

/**
 * The gradient through a ReLU: `gradient` where `output` is positive, else 0; same shapes.
 *
 * TensorFlow.js's own form multiplies with `tf.step`, which takes twelve times as long as a plain
 * product on the native backend. Outside of automatic differentiation only (in custom gradients).
 */
export function reluGradient(gradient: tf.Tensor, output: tf.Tensor): tf.Tensor {
  const backend = nativeBackend();
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
  return matMulFast(tf.fill([x.shape[0], 1, x.shape[1]], weight) as tf.Tensor3D, x);
}

/**
 * Matrix product of two matrices, or of two batches of them, in one operation where `tf.matMul` has
 * four on the native backend. Outside of automatic differentiation only (in custom gradients).
 */
export function matMulFast<T extends tf.Tensor2D | tf.Tensor3D>(a: T, b: T): T {
  const backend = nativeBackend();
  if (backend === null) return tf.matMul(a as tf.Tensor, b as tf.Tensor) as T;
  const { TF_ATTR_TYPE, TF_ATTR_BOOL, TF_FLOAT } = backend.binding;
  return backend.executeSingleOutput("BatchMatMulV2", [
    { name: "T", type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: "adj_x", type: TF_ATTR_BOOL, value: false },
    { name: "adj_y", type: TF_ATTR_BOOL, value: false },
  ], [a, b]) as T;
}

/**
 * The mean of every map: `[batch, height, width, channels]` → `[batch, channels]`. Automatic
 * differentiation of `tf.mean` makes a tensor of ones of the input's size in JavaScript.
 */
export function meanPool(maps: tf.Tensor4D): tf.Tensor2D {
  const [batch, height, width, channels] = maps.shape;
  const positions = height * width;
  return customGradient([maps], () => {
    const flat = tf.reshape(maps, [batch, positions, channels]) as tf.Tensor3D;
    const value = tf.reshape(meanPositions(flat), [batch, channels]) as tf.Tensor2D;
    return { value, saved: [] };
  }, (dy) => {
    const share = tf.reshape(dy, [batch, 1, 1, channels]);
    return [tf.mul(tf.fill([1, height, width, 1], 1 / positions), share)];
  });
}

/** Weights and both moments of Adam, and what a step of it makes of them. */
export interface AdamState {
  readonly weights: readonly tf.Tensor[];
  /** Of all weights, flat, one after the other. */
  readonly first: tf.Tensor;
  readonly second: tf.Tensor;
}

/**
 * A step of Adam over all weights in one operation of the project's own; null where it cannot be used.
 *
 * @param size Scalar: learning rate / (1 − β₁ᵗ).
 * @param root Scalar: √(1 − β₂ᵗ).
 */
export function nativeAdam(
  { weights, first, second }: AdamState,
  gradients: readonly tf.Tensor[],
  { betas: [b1, b2], epsilon, weightDecay }: {
    readonly betas: readonly [number, number];
    readonly epsilon: number;
    readonly weightDecay: number;
  },
  size: tf.Tensor,
  root: tf.Tensor,
): AdamState | null {
  if (!hasOperations() || weights.length === 0) return null;
  const backend = nativeBackend()!;
  const settings = tf.tensor1d([b1, b2, 1 - b1, 1 - b2, epsilon, weightDecay]);
  const count = weights.length;
  const next = backend.executeMultipleOutputs(
    "MdltAdam",
    [{ name: "N", type: backend.binding.TF_ATTR_INT, value: count }],
    [...weights, ...gradients, first, second, settings, size, root],
    count + 2,
  );
  return { weights: next.slice(0, count), first: next[count]!, second: next[count + 1]! };
}
