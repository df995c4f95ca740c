/**
 * Euclidean distances between rows.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { customGradient } from "../../tensor/ops.ts";

/** Up to this many numbers the differences themselves are formed, which is exact near distance 0. */
const DIRECT_LIMIT = 2 ** 24;

/**
 * Squared distances `[a rows, b rows]`. Large tables are computed by the expanded product
 * ‖a‖² + ‖b‖² − 2ab, clamped at 0, which needs no tensor of all differences.
 */
export function squaredDistances(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  if (a.shape[0] * b.shape[0] * a.shape[1] <= DIRECT_LIMIT) {
    const differences = tf.sub(tf.expandDims(a, 1), tf.expandDims(b, 0));
    return tf.sum(tf.square(differences), 2);
  }
  const norms = tf.add(
    tf.sum(tf.square(a), 1, true),
    tf.reshape(tf.sum(tf.square(b), 1), [1, -1]),
  );
  return tf.relu(tf.sub(norms, tf.mul(tf.matMul(a, b, false, true), 2)));
}

/** Distances `[a rows, b rows]`; the gradient at distance 0 is 0. */
export function distances(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return rootOf(squaredDistances(a, b));
}

/** √x with derivative 0 where x is 0, where the plain root's derivative is infinite. */
function rootOf<T extends tf.Tensor>(x: T): T {
  return customGradient([x], () => {
    const root = tf.sqrt(x);
    return { value: root, saved: [root] };
  }, (dy, [y]) => {
    const slope = tf.where(tf.greater(y!, 0), tf.div(0.5, y!), tf.zerosLike(y!));
    return [tf.mul(dy, slope)];
  });
}

/** Vectors along an axis, divided by their length; a vector of zeros stays one. */
export function normalised<T extends tf.Tensor>(x: T, axis: number): T {
  const lengths = tf.sqrt(tf.add(tf.sum(tf.square(x), axis, true), 1e-24));
  return tf.div(x, lengths);
}
