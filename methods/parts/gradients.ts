/**
 * Steps down a loss, and where its gradient ends.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Optimizer, Terms } from "../method.ts";

/**
 * One step of several optimisers down the gradient of one loss; no other parameter moves.
 *
 * @returns What `loss` returned; the trainer frees it.
 */
export function minimize<T extends Terms>(loss: () => T, optimizers: readonly Optimizer[]): T {
  let terms: T | undefined;
  const { grads } = tf.variableGrads(() => {
    terms = loss();
    Object.values(terms).forEach((term) => tf.keep(term));
    return terms.loss;
  }, optimizers.flatMap(({ parameters }) => parameters.map((p) => p.variable)));
  for (const { parameters, apply } of optimizers) {
    apply(parameters.map((p) => grads[p.variable.name] ?? null));
  }
  tf.dispose(grads);
  return terms!;
}

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
