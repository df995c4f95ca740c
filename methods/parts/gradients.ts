/**
 * Where a gradient ends.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "../../tensor/types.ts";
import { customGradient } from "../../tensor/ops.ts";

/** The same numbers as a constant: no gradient flows through them. */
export function stopGradient<T extends Tensor>(x: T): T {
  return constantOf(x, (input) => tf.clone(input));
}

/** What a function makes of a tensor, as a constant: no gradient flows through it. */
export function constantOf<T extends Tensor, R extends Tensor>(x: T, make: (x: T) => R): R {
  return customGradient(
    [x],
    () => ({ value: make(x), saved: [] }),
    () => [tf.zeros(x.shape)],
  );
}
