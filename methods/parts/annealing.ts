/**
 * Penalties whose weights change once in a training.
 *
 * @module
 */
import type { Learner, Optimizer } from "../method.ts";

/** A weight that is `before` until step `at`, and `after` from then on. */
export interface Annealing {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/**
 * The schedule of weights by name, and an optimiser that starts afresh where one of them changes:
 * the loss jumps there, and moments gathered before would mislead Adam.
 */
export function annealed<Name extends string>(
  optimizer: Optimizer,
  weights: Readonly<Record<Name, Annealing>>,
): Required<Pick<Learner<Name>, "schedule" | "beforeStep">> {
  const entries = Object.entries<Annealing>(weights);
  return {
    schedule: (step) =>
      Object.fromEntries(
        entries.map(([name, { at, before, after }]) => [name, step >= at ? after : before]),
      ) as Record<Name, number>,
    beforeStep(step) {
      if (entries.some(([, { at }]) => at === step)) optimizer.reset();
    },
  };
}
