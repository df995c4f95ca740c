/**
 * Carrying out an order: a run is claimed, trained or continued, and recorded, in this process.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import * as tf from "@tensorflow/tfjs-core";
import { holderOf } from "../../base/lock.ts";
import { isSentence, machineAtFault } from "../../base/errors.ts";
import { refusal } from "../../base/rights.ts";
import { findDataset } from "../../datasets/dataset.ts";
import type { BackendInfo } from "../../tensor/backend.ts";
import type { Catalogue } from "../catalogue.ts";
import { requireMethods } from "../plan/plan.ts";
import { ProgramKilled, trainByProgram } from "../programs/run.ts";
import { recordOf } from "../records/run_record.ts";
import type { RunSpec, SourceHashes } from "../records/record.ts";
import { runId } from "../records/run_id.ts";
import { sourcesOf } from "../records/sources.ts";
import { Store } from "../records/store.ts";
import { writeEvents } from "../records/tensorboard.ts";
import { train, type TrainOptions } from "../train/trainer.ts";
import { environment } from "./environment.ts";
import { imagesOf, type InputCache, inputsOf } from "./inputs.ts";
import type { RehearsalEnd, RunEnd, RunOrder, WorkerMessage } from "./messages.ts";
import { startMeter } from "./meter.ts";
import { rehearseRun } from "./rehearsal.ts";
import { Teller } from "./teller.ts";

/** Milliseconds between messages of progress, and between pauses in which word from outside comes in. */
const PROGRESS_MS = 200;

/** A run that was broken off because it was asked for. */
class Stopped extends Error {}

/** What lasts from run to run. */
export interface TrainingState extends InputCache {
  /** Null in a process that has other programs train. */
  readonly backend: BackendInfo | null;
  /** Aborted when the run shall stop. */
  readonly stop: AbortSignal;
  /** What the runs of an order may name. */
  catalogue(order: RunOrder): Promise<Catalogue>;
  /** Tells of progress. */
  send(message: WorkerMessage): void;
}

/** Carries out an order; whatever happens becomes a message. */
export async function carryOut(order: RunOrder, state: TrainingState): Promise<RunEnd> {
  try {
    return await claimAndTrain(order, state);
  } catch (error) {
    if (error instanceof Stopped) return { type: "stopped" };
    const machine = error instanceof ProgramKilled || machineAtFault(error);
    return { type: "failed", ...failureOf(error), machine };
  }
}

/** Rehearses the run of an order; whatever happens becomes a message. */
export async function carryOutRehearsal(
  order: RunOrder,
  state: TrainingState,
): Promise<RehearsalEnd | RunEnd> {
  try {
    return await rehearseRun(order, await state.catalogue(order), state);
  } catch (error) {
    return { type: "failed", ...failureOf(error), machine: machineAtFault(error) };
  }
}

/** What is written down of an error: what it says, and the stack of one that was no sentence. */
function failureOf(error: unknown): { error: string; stack?: string } {
  if (!(error instanceof Error)) return { error: String(error) };
  const refused = refusal(error);
  if (refused !== null) return { error: refused, ...(error.stack && { stack: error.stack }) };
  const source = error.cause instanceof Error ? error.cause : isSentence(error) ? null : error;
  return { error: error.message, ...(source?.stack !== undefined && { stack: source.stack }) };
}

/** Claims a run, unless it is finished or another process is at it, and trains it. */
async function claimAndTrain(order: RunOrder, state: TrainingState): Promise<RunEnd> {
  const { run: { id, spec }, out } = order;
  const store = new Store(out);
  using claim = await store.claim(id);
  if (claim === null) {
    return { type: "taken", holder: await holderOf(store.pathOf(id, "lock")) };
  }
  if (await store.record(id) !== null) return { type: "existing" };
  state.send({ type: "begun" });
  const teller = new Teller(store, id, spec);
  await teller.begun();
  const catalogue = await state.catalogue(order);
  requireMethods(spec, catalogue.methods);
  return await (spec.command === undefined
    ? trainRun(order, catalogue, store, state, teller)
    : haveTrained(order, catalogue, store, state, teller));
}

/** Has a program train a run, and writes its record. */
async function haveTrained(
  { run, paths, data, revision }: RunOrder,
  { datasets, metrics }: Catalogue,
  store: Store,
  state: TrainingState,
  teller: Teller,
): Promise<RunEnd> {
  const definition = findDataset(run.spec.dataset.name, datasets);
  const onWork = throttledProgress(state);
  const dataset = await imagesOf(run.spec, definition, { ...paths, shared: data }, state, onWork);
  const { stop, send } = state;
  const ended = await trainByProgram({
    ...{ run, definition, dataset, metrics, store, stop, onWork },
    cacheDir: paths.cacheDir,
    environment: await environment(null, revision),
    onStep(done, total) {
      send({ type: "step", done, total });
      void teller.stepOf(done, total);
    },
  });
  if (!ended) throw new Stopped();
  return { type: "trained", outcome: { status: "done" } };
}

/** Trains a run or continues it, and writes its record. */
async function trainRun(
  order: RunOrder,
  catalogue: Catalogue,
  store: Store,
  state: TrainingState,
  teller: Teller,
): Promise<RunEnd> {
  const { run: { id, spec }, paths, data } = order;
  const startedAt = new Date();
  const { definition, ...inputs } = await inputsOf(
    spec,
    catalogue,
    { ...paths, shared: data },
    state,
    throttledProgress(state),
  );
  const { dataset, unseen } = inputs;
  const sources = await sourcesWith(spec, catalogue, store);
  const numerics = JSON.stringify([state.backend, dataset.fingerprint, sources]);
  const stage1Weights = spec.stage1 === null ? undefined : await store.weights(runId(spec.stage1));
  const resume = await store.state(id, numerics) ?? undefined;
  try {
    const onStep = stepHandler(order, store, numerics, state, teller);
    const { shots } = definition;
    const { metrics } = catalogue;
    const readMeter = await startMeter();
    const result = await train(spec, { ...inputs, metrics, shots, stage1Weights, resume, onStep });
    const record = await recordOf({
      ...{ id, spec, catalogue, definition, dataset, unseen, result, startedAt, sources },
      environment: await environment(state.backend, order.revision),
      cost: await readMeter(),
    });
    if (order.tensorboard) await writeEvents(store.events(id), record);
    await store.finish(record, result);
    tf.dispose([result.weights, result.sample?.features ?? []]);
    return { type: "trained", outcome: result.outcome };
  } finally {
    tf.dispose([stage1Weights ?? {}, resume?.tensors ?? {}]);
  }
}

/** The code of a run's method and network, and the weights that it starts from. */
async function sourcesWith(
  spec: RunSpec,
  catalogue: Catalogue,
  store: Store,
): Promise<SourceHashes> {
  const own = await sourcesOf(spec, catalogue);
  const first = spec.stage1 === null ? null : await store.record(runId(spec.stage1));
  const stage1 = first?.files?.["weights.safetensors"];
  return { ...own, ...(stage1 !== undefined && { stage1 }) };
}

/** What is done after every step: progress is told and written down, the state is kept, and word to stop is heeded. */
function stepHandler(
  { run: { id }, saveEvery }: RunOrder,
  store: Store,
  numerics: string,
  { stop, send }: TrainingState,
  teller: Teller,
): TrainOptions["onStep"] & object {
  let sentAt = performance.now(), savedAt = sentAt;
  return async (done, total, state, look) => {
    const now = performance.now();
    if (done === total || now - sentAt >= PROGRESS_MS) {
      sentAt = now;
      const { loss, metric, best } = look();
      send({ type: "step", done, total, seen: { loss, metric, best: best?.value ?? null } });
      await yieldToEventLoop();
    }
    const stopping = stop.aborted;
    await teller.step(look, stopping);
    if (stopping || now - savedAt >= 1000 * saveEvery) {
      const kept = state();
      await store.saveState(id, kept, numerics);
      tf.dispose(kept.tensors);
      savedAt = performance.now();
    }
    if (stopping) throw new Stopped();
  };
}

/** Throttled progress callback. */
function throttledProgress(
  { send }: TrainingState,
): (what: string, done: number, total: number) => void {
  let sentAt = performance.now();
  return (what, done, total) => {
    const now = performance.now();
    if (done < total && now - sentAt < PROGRESS_MS) return;
    sentAt = now;
    send({ type: "work", what, done, total });
  };
}

/** Lets signals and the end of the input come through, which a run without pauses would keep out. */
function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
