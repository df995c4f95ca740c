/**
 * Every method's updates give the same numbers as graphs as they give operation by operation.
 *
 * @module
 */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Execution } from "../../tensor/compile/mod.ts";
import { METHODS } from "../../methods/mod.ts";
import { useBackend } from "../../testing/backend.ts";
import { methodNamed, start } from "../../testing/toy.ts";

await useBackend();
const native = tf.getBackend() === "tensorflow";
const STEPS = 20;
/** The update at which the last phase of a method begins. */
const PHASE = 7;

const stage1 = start(methodNamed("erm"));
await stage1.step();
const stage1Weights = stage1.ctx.weights();

for (const method of METHODS.filter(({ steps }) => steps !== 0)) {
  Deno.test(`${method.name}: ${STEPS} updates as graphs equal those one by one`, {
    ignore: !native,
  }, async () => {
    const losses = async (execution: Execution, auditAll = false) => {
      const run = start(method, {
        execution,
        auditAll,
        phase: PHASE,
        ...(method.stage1 !== undefined && { stage1Weights }),
      });
      const terms: Record<string, number>[] = [];
      const tensors: number[] = [];
      for (let step = 0; step < STEPS; step++) {
        terms.push(await run.step());
        tensors.push(tf.memory().numTensors);
      }
      run.ctx.dispose();
      assert.deepEqual(tensors.slice(PHASE + 1), tensors.slice(PHASE + 1).fill(tensors.at(-1)!));
      return { terms };
    };
    const wanted = await losses("eager");
    const found = await losses("graph");
    // Replayed or compared with the trace: the same graph.
    assert.deepEqual(await losses("graph", true), found);
    // Rounding is relative to the numbers that are added up, which for a difference of large terms is
    // not its own size: the loss at the start is the measure.
    const first = Math.abs(wanted.terms.flatMap(({ loss }) => loss ?? [])[0]!);
    found.terms.forEach((terms, step) => {
      for (const [name, value] of Object.entries(terms)) {
        const expected = wanted.terms[step]![name]!;
        const error = Math.abs(value - expected) / Math.max(Math.abs(expected), first);
        assert.ok(error <= 1e-5, `${name} of step ${step} is ${value}, one by one ${expected}`);
      }
    });
  });
}
