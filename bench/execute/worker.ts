/**
 * A worker process: trains the runs that it is given on its standard input, one after the other.
 *
 * Started by `worker_process.ts` as `worker.ts BACKEND THREADS`; stays alive from run to run, because
 * starting TensorFlow takes longer than a small run. Ends when its input ends, be it that the harness
 * has finished or that it was killed: a run that is going on is kept as it stands, to be continued by
 * whoever claims it next.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import * as tf from "@tensorflow/tfjs-core";
import { machineAtFault } from "../../base/errors.ts";
import { writeAllSync } from "../../base/terminal.ts";
import { ReaderPool } from "../../datasets/reading/reader_pool.ts";
import { type Backend, type BackendInfo, startBackend } from "../../tensor/backend.ts";
import { type Catalogue, reloadCatalogue, withOwnDatasets } from "../catalogue.ts";
import { requireMethods } from "../plan/plan.ts";
import { runId } from "../records/run_id.ts";
import { recordOf } from "../records/run_record.ts";
import { Store } from "../records/store.ts";
import { writeEvents } from "../records/tensorboard.ts";
import { train, type TrainOptions } from "../train/trainer.ts";
import { environment } from "./environment.ts";
import { type InputCache, inputsOf } from "./inputs.ts";
import {
  encodeMessage,
  lines,
  type RunEnd,
  type RunOrder,
  stopSignals,
  type WorkerMessage,
} from "./messages.ts";

/** Milliseconds between messages of progress, and between pauses in which word from outside comes in. */
const PROGRESS_MS = 200;

/** A run that was broken off because the worker was told to stop. */
class Stopped extends Error {}

/** What lasts from run to run. */
interface WorkerState extends InputCache {
  readonly backend: BackendInfo;
  /** Aborted when the worker shall stop. */
  readonly stop: AbortSignal;
}

if (import.meta.main) {
  const [backend, threads] = Deno.args as [Backend, string];
  const stop = new AbortController();
  // On a terminal, Ctrl-C reaches the workers as well as the harness: all stop in good order.
  for (const signal of stopSignals()) Deno.addSignalListener(signal, () => stop.abort());
  const state: WorkerState = {
    backend: await startBackend(backend, Number(threads)),
    datasets: new Map(),
    pretrained: new Map(),
    readers: new ReaderPool(),
    stop: stop.signal,
  };
  const orders = lines(Deno.stdin.readable)[Symbol.asyncIterator]();
  for (let next = orders.next();;) {
    const { value, done } = await next;
    if (done || stop.signal.aborted) break;
    // The next word comes after this run's end, unless it is the end of the harness.
    next = orders.next();
    next.then(({ done }) => done && stop.abort());
    send(await handleOrder(JSON.parse(value) as RunOrder, state));
  }
  Deno.exit(0);
}

/** Carries out an order; whatever happens becomes a message. */
async function handleOrder(order: RunOrder, state: WorkerState): Promise<RunEnd> {
  try {
    return await claimAndTrain(order, state);
  } catch (error) {
    if (error instanceof Stopped) return { type: "stopped" };
    const sentence = error instanceof Error ? error.message : String(error);
    return { type: "failed", error: sentence, machine: machineAtFault(error) };
  }
}

/** Claims a run, unless it is finished or another process is at it, and trains it. */
async function claimAndTrain(order: RunOrder, state: WorkerState): Promise<RunEnd> {
  const { run: { id, spec }, out } = order;
  const store = new Store(out);
  using claim = await store.claim(id);
  if (claim === null) return { type: "taken" };
  if (await store.record(id) !== null) return { type: "existing" };
  send({ type: "begun" });
  const catalogue = await withOwnDatasets(await reloadCatalogue(order.plugins), order.paths);
  requireMethods(spec, catalogue.methods);
  return await trainRun(order, catalogue, store, state);
}

/** Trains a run or continues it, and writes its record. */
async function trainRun(
  order: RunOrder,
  catalogue: Catalogue,
  store: Store,
  state: WorkerState,
): Promise<RunEnd> {
  const { run: { id, spec }, paths } = order;
  const startedAt = new Date();
  const { definition, ...inputs } = await inputsOf(
    spec,
    catalogue,
    paths,
    state,
    throttledProgress(),
  );
  const { dataset } = inputs;
  const numerics = JSON.stringify([state.backend, dataset.fingerprint]);
  const stage1Weights = spec.stage1 === null ? undefined : await store.weights(runId(spec.stage1));
  const resume = await store.state(id, numerics) ?? undefined;
  try {
    const onStep = stepHandler(order, store, numerics, state.stop);
    const { shots } = definition;
    const { metrics } = catalogue;
    const result = await train(spec, { ...inputs, metrics, shots, stage1Weights, resume, onStep });
    const record = await recordOf({
      ...{ id, spec, catalogue, definition, dataset, result, startedAt },
      environment: await environment(state.backend),
    });
    if (order.tensorboard) await writeEvents(store.events(id), record);
    await store.finish(record, result);
    tf.dispose([result.weights, result.sample?.features ?? []]);
    return { type: result.outcome.status };
  } finally {
    tf.dispose([stage1Weights ?? {}, resume?.tensors ?? {}]);
  }
}

/** What is done after every step: progress is told, the state is kept, and word to stop is heeded. */
function stepHandler(
  { run: { id }, saveEvery }: RunOrder,
  store: Store,
  numerics: string,
  stop: AbortSignal,
): TrainOptions["onStep"] & object {
  let sentAt = performance.now(), savedAt = sentAt;
  return async (done, total, state) => {
    const now = performance.now();
    if (done === total || now - sentAt >= PROGRESS_MS) {
      sentAt = now;
      send({ type: "step", done, total });
      await yieldToEventLoop();
    }
    const stopping = stop.aborted;
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
function throttledProgress(): (what: string, done: number, total: number) => void {
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

function send(message: WorkerMessage): void {
  try {
    writeAllSync(Deno.stdout, encodeMessage(message));
  } catch (error) {
    // The harness is gone, which the end of the input says as well.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
