/**
 * Where a gradient ends.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";

/** The same numbers as a constant: no gradient flows through them. */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  return constantOf(x, (input) => tf.clone(input));
}

/** What a function makes of a tensor, as a constant: no gradient flows through it. */
export function constantOf<T extends tf.Tensor, R extends tf.Tensor>(x: T, make: (x: T) => R): R {
  const operation = tf.customGrad((input) => ({
    value: make(input as T),
    gradFunc: () => tf.zeros(x.shape),
  }));
  return operation(x) as R;
}
