/**
 * The native kernel of `tf.matMul`, which refuses what TensorFlow computes wrongly.
 *
 * oneDNN's kernel in TensorFlow 2.21 gives wrong numbers and writes beyond its memory for batches of
 * more than one dimension that have to be broadcast, such as `[18, 1, 18, 16]` times `[16, 4]`.
 * TensorFlow.js has no gradient for such a product either.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { authorsLine } from "../../base/authors_line.ts";

/** Puts the check before tfjs-node's kernel. */
export function registerMatMul(): void {
  const { kernelFunc, ...kernel } = tf.getKernel("BatchMatMul", "tensorflow");
  tf.unregisterKernel(kernel.kernelName, kernel.backendName);
  tf.registerKernel({
    ...kernel,
    kernelFunc(given) {
      const { a, b } = given.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
      requireSameBatch(a.shape, b.shape);
      return kernelFunc(given);
    },
  });
}

function requireSameBatch(a: readonly number[], b: readonly number[]): void {
  const [first, second] = [a.slice(0, -2), b.slice(0, -2)];
  if (Math.max(first.length, second.length) < 2 || `${first}` === `${second}`) return;
  throw new RangeError(
    `Cannot multiply tensors of shapes [${a}] and [${b}] by matMul: one of their batches would ` +
      `have to be broadcast${authorsLine()}; reshape the tensors, or repeat one by tile`,
  );
}
