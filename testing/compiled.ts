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
/** Where a run is broken off: replayed for some steps, as are those after it. */
const PAUSE = 12;

/** How a run begins. */
interface Beginning {
  readonly execution: Execution;
  readonly auditAll: boolean;
  readonly phase: number;
  /** Steps that are taken to be done. */
  readonly done: number;
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
    const usual = { execution: "graph", auditAll: false, phase: PHASE, done: 0 } as const;
    const wanted = await termsOf(() => begin({ ...usual, execution: "eager" }));
    const found = await termsOf(() => begin(usual));
    // Replayed, or compared with the trace at every step: the same graph.
    assert.deepEqual(await termsOf(() => begin({ ...usual, auditAll: true })), found);
    assert.deepEqual(
      await continued(() => begin(usual), () => begin({ ...usual, done: PAUSE })),
      found,
      "a run that was broken off and continued",
    );
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

/** The terms of every step of a run that is broken off and continued by another one. */
async function continued(
  begin: () => Promise<ToyRun>,
  resume: () => Promise<ToyRun>,
): Promise<Record<string, number>[]> {
  const terms: Record<string, number>[] = [];
  const first = await begin();
  while (terms.length < PAUSE) terms.push(await first.step());
  const state = first.ctx.snapshot();
  first.ctx.dispose();
  const second = await resume();
  second.ctx.restore(state);
  tf.dispose(state.tensors);
  while (terms.length < STEPS) terms.push(await second.step());
  second.ctx.dispose();
  return terms;
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
