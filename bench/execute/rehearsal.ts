/**
 * Rehearsals of what plugins define, before the runs of a plan are trained: a mistake is told at once,
 * and its runs are not begun one after the other.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { find } from "../../base/errors.ts";
import type { Catalogue } from "../catalogue.ts";
import type { PlannedRun } from "../plan/plan.ts";
import type { RunSpec } from "../records/record.ts";
import { prepareRun } from "../train/prepare.ts";
import { rehearse, type Rehearsed } from "../train/rehearsal.ts";
import type { TrainingState } from "./carry_out.ts";
import { inputsOf } from "./inputs.ts";
import type { RunOrder } from "./messages.ts";

/** Runs by what they are made of, where not all of that is the suite's own. */
export function rehearsalsOf(runs: readonly PlannedRun[], catalogue: Catalogue): PlannedRun[][] {
  const groups = Map.groupBy(runs, ({ spec }) => foreignIn(spec, catalogue));
  groups.delete(null);
  return [...groups.values()];
}

/** Which definitions of others a run is made of, with those of ours beside them; null for none. */
function foreignIn(
  spec: RunSpec,
  { methods, networks, metrics, origins }: Catalogue,
): string | null {
  if (spec.command !== undefined) return null;
  const { method, stage1, training: { network } } = spec;
  const theirs = <T>(known: readonly T[]) => known.filter((each) => origins.has(each as never));
  const made = [method.name, stage1?.method.name].filter((name) =>
    theirs(methods).some((each) => each.name === name)
  );
  const built = theirs(networks).some(({ name }) => name === network.name);
  if (made.length > 0 || built) {
    return JSON.stringify([
      method.name,
      stage1?.method.name,
      network.name,
      network.frozen !== undefined,
    ]);
  }
  return theirs(metrics).length > 0 ? "metrics" : null;
}

/** How a rehearsal ended that was not broken off by an error. */
export interface RehearsalEnd {
  readonly type: "rehearsed";
  /** Sentences on what is amiss and may stay so, one a line. */
  readonly note?: string;
}

/**
 * Rehearses the run of an order in this process; nothing is written.
 *
 * @throws {MethodError} As {@linkcode rehearse}.
 */
export async function rehearseRun(
  { run: { spec, name }, paths, data }: RunOrder,
  catalogue: Catalogue,
  state: TrainingState,
): Promise<RehearsalEnd> {
  const tell = (what: string, done: number, total: number) =>
    state.send({ type: "work", what, done, total });
  const { definition: { shots }, ...inputs } = await inputsOf(
    spec,
    catalogue,
    { ...paths, shared: data },
    state,
    tell,
  );
  const { metrics, methods } = catalogue;
  const stage1Weights = spec.stage1 === null ? undefined : untrained(spec.stage1, {
    ...inputs,
    method: find("method", spec.stage1.method.name, methods),
  });
  try {
    const found = await rehearse(spec, {
      ...{ ...inputs, metrics, shots, stage1Weights },
      exact: state.backend?.device !== "gpu",
      onStep: (done, total) => tell(`trying ${name}`, done, total),
    });
    const notes = notesOn(name, found);
    return { type: "rehearsed", ...(notes.length > 0 && { note: notes.join("\n") }) };
  } finally {
    tf.dispose(stage1Weights ?? {});
  }
}

function notesOn(name: string, { leaked, idle }: Rehearsed): string[] {
  const tensors = leaked === 1 ? "1 tensor" : `${leaked} tensors`;
  const leaks = `${name} leaves ${tensors} behind in every step, which will fill the memory; ` +
    `dispose of them, or make them inside loss() or update(), which do`;
  const steps = idle === 1 ? "1 step" : `${idle} steps`;
  const idles =
    `${name} has changed no weight by which it predicts after ${steps}, so it may not ` +
    `learn at all; compute its loss from the network's outputs, and have update() take a step ` +
    `down it`;
  return [...(leaked > 0 ? [leaks] : []), ...(idle > 0 ? [idles] : [])];
}

/** Weights of a first stage that is yet to be trained, as far as shapes go. */
function untrained(spec: RunSpec, inputs: Parameters<typeof prepareRun>[1]) {
  const { ctx, dispose } = prepareRun(spec, inputs);
  const weights = ctx.weights();
  dispose();
  return weights;
}
