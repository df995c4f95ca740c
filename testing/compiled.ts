/**
 * Whether a method's steps can be graphs: the same numbers as operation by operation, and the same
 * operations at every step of a phase.
 *
 * @module
 */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Execution } from "../tensor/compile/mod.ts";
import type { ToyRun } from "./toy.ts";

const STEPS = 20;
/** The step at which the last phase of a method begins. */
const PHASE = 7;

/** How a run begins. */
interface Beginning {
  readonly execution: Execution;
  readonly auditAll: boolean;
  readonly phase: number;
}

/**
 * Registers the test of a method's compiled steps; it is left out where TensorFlow is not native.
 *
 * @param begin Starts a run of the method.
 */
export function testCompiledSteps(
  name: string,
  begin: (options: Beginning) => Promise<ToyRun>,
): void {
  Deno.test(`${name}: ${STEPS} steps as graphs equal those one by one, and are pure`, {
    ignore: tf.getBackend() !== "tensorflow",
  }, async () => {
    const wanted = await termsOf(() =>
      begin({ execution: "eager", auditAll: false, phase: PHASE })
    );
    const found = await termsOf(() => begin({ execution: "graph", auditAll: false, phase: PHASE }));
    // Replayed, or compared with the trace at every step: the same graph.
    const audited = await termsOf(() =>
      begin({ execution: "graph", auditAll: true, phase: PHASE })
    );
    assert.deepEqual(audited, found);
    // Rounding is relative to the numbers that are added up, which for a difference of large terms is
    // not its own size: the loss at the start is the measure.
    const first = Math.abs(wanted.flatMap(({ loss }) => loss ?? [])[0]!);
    found.forEach((terms, step) => {
      for (const [term, value] of Object.entries(terms)) {
        const expected = wanted[step]![term]!;
        const error = Math.abs(value - expected) / Math.max(Math.abs(expected), first);
        assert.ok(error <= 1e-5, `${term} of step ${step} is ${value}, one by one ${expected}`);
      }
    });
  });
}

/** The terms of every step of a run, which keeps no tensor from step to step. */
async function termsOf(begin: () => Promise<ToyRun>): Promise<Record<string, number>[]> {
  const run = await begin();
  const terms: Record<string, number>[] = [];
  const tensors: number[] = [];
  for (let step = 0; step < STEPS; step++) {
    terms.push(await run.step());
    tensors.push(tf.memory().numTensors);
  }
  run.ctx.dispose();
  assert.deepEqual(tensors.slice(PHASE + 1), tensors.slice(PHASE + 1).fill(tensors.at(-1)!));
  return terms;
}
