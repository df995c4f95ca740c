/**
 * Comparison of states of a run, with advice where they differ.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Snapshot } from "../nn/adam.ts";

/** Two states that must not differ: what they are, and what to look for where they do. */
export interface Sameness {
  readonly two: string;
  readonly advice: string;
}

/** The seed decides every number. */
export const ONE_SEED: Sameness = {
  two: "two runs of one seed",
  advice: "draw in draws() from ctx.random(name), never by Math.random or tf.random*",
};
/** A snapshot is all from which a run continues. */
export const CONTINUES: Sameness = {
  two: "a run and its continuation from a snapshot",
  advice: "something that lasts from step to step is not registered; keep numbers and tensors in " +
    "ctx.buffer(name, shape), and draw from ctx.random(name)",
};
/** Evaluation moves nothing. */
export const EVALUATION: Sameness = {
  two: "the states before and after an evaluation",
  advice: "predict() may assign nothing and draw nothing",
};

/** Fails where two states of a run differ, to the bit. */
export function assertSame(found: Snapshot, expected: Snapshot, { two, advice }: Sameness): void {
  const differs = (what: string) => `${two} differ in ${what}: ${advice}`;
  for (const kind of ["numbers", "tensors"] as const) {
    const [a, b] = [Object.keys(found[kind]), Object.keys(expected[kind])];
    assert.deepEqual(a, b, differs(`which ${kind} they have (${a.join(", ")}; ${b.join(", ")})`));
  }
  for (const [name, numbers] of Object.entries(found.numbers)) {
    assert.ok(equal(numbers, expected.numbers[name]!), differs(name));
  }
  for (const [name, tensor] of Object.entries(found.tensors)) {
    assert.ok(equal(tensor.dataSync(), expected.tensors[name]!.dataSync()), differs(name));
  }
}

/** Whether two lists hold the same numbers. */
export function equal(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.from(a).every((value, i) => value === b[i]);
}
