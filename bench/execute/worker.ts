/**
 * A worker process: trains the runs that it is given on its standard input, one after the other.
 *
 * Started by `executor.ts` as `worker.ts BACKEND THREADS`; stays alive from run to run, because
 * starting TensorFlow takes longer than a small run. Ends when its input ends, be it that the harness
 * has finished or that it was killed: a run that is going on is kept as it stands, to be continued by
 * whoever claims it next.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import * as tf from "@tensorflow/tfjs-core";
import { writeAllSync } from "../../base/terminal.ts";
import { classCounts, DataError, type DataPaths, type Dataset } from "../../datasets/dataset.ts";
import { knownDatasets } from "../../datasets/mod.ts";
import { type Backend, type BackendInfo, startBackend } from "../../tensor/backend.ts";
import { normalisationOf } from "../../networks/mod.ts";
import { METHODS } from "../../methods/mod.ts";
import { environment } from "./environment.ts";
import { find, machineAtFault } from "../../base/errors.ts";
import { frozenDataset } from "../train/features.ts";
import {
  encodeMessage,
  lines,
  type RunEnd,
  type RunOrder,
  stopSignals,
  type WorkerMessage,
} from "./messages.ts";
import { requireMethods, runId, runName } from "../plan/plan.ts";
import { type Pretrained, readPretrained } from "../train/pretrained.ts";
import type { RunRecord, RunSpec } from "../records/record.ts";
import { Store } from "../records/store.ts";
import { writeEvents } from "../records/tensorboard.ts";
import { train } from "../train/trainer.ts";

/** Progress is told, and word from outside heard, at most this often, in milliseconds. */
const TELL_EVERY = 200;

/** A run that was broken off because the worker was told to stop. */
class Stopped extends Error {}

/** What lasts from run to run. */
interface Workplace {
  readonly backend: BackendInfo;
  readonly datasets: Map<string, Promise<Dataset>>;
  /** By SHA-256. */
  readonly pretrained: Map<string, Promise<Pretrained>>;
  /** Aborted when the worker shall stop. */
  readonly stop: AbortSignal;
}

if (import.meta.main) {
  const [backend, threads] = Deno.args as [Backend, string];
  const stop = new AbortController();
  // On a terminal, Ctrl-C reaches the workers as well as the harness: all stop in good order.
  for (const signal of stopSignals()) Deno.addSignalListener(signal, () => stop.abort());
  const place: Workplace = {
    backend: await startBackend(backend, Number(threads)),
    datasets: new Map(),
    pretrained: new Map(),
    stop: stop.signal,
  };
  const orders = lines(Deno.stdin.readable)[Symbol.asyncIterator]();
  for (let next = orders.next();;) {
    const { value, done } = await next;
    if (done || stop.signal.aborted) break;
    // The next word comes after this run's end, unless it is the end of the harness.
    next = orders.next();
    next.then(({ done }) => done && stop.abort());
    tell(await carryOut(JSON.parse(value) as RunOrder, place));
  }
  Deno.exit(0);
}

/** Carries out an order; whatever happens becomes a message. */
async function carryOut(order: RunOrder, place: Workplace): Promise<RunEnd> {
  try {
    return await runOne(order, place);
  } catch (error) {
    if (error instanceof Stopped) return { type: "stopped" };
    const sentence = error instanceof Error ? error.message : String(error);
    return { type: "failed", error: sentence, machine: machineAtFault(error) };
  }
}

/** Claims a run, trains it or continues it, and writes its record. */
async function runOne(order: RunOrder, place: Workplace): Promise<RunEnd> {
  const { run, out, paths, saveEvery } = order;
  const { id, spec } = run;
  const store = new Store(out);
  using claim = await store.claim(id);
  if (claim === null) return { type: "taken" };
  if (await store.record(id) !== null) return { type: "existing" };
  tell({ type: "begun" });
  requireMethods(spec);
  const startedAt = new Date();
  const definition = find("data set", spec.dataset.name, await knownDatasets(paths));
  const method = find("method", spec.method.name, METHODS);
  const { network } = spec.training;
  const sha256 = network.frozen?.weights ?? network.weights;
  const pretrained = sha256 === undefined
    ? undefined
    : await remember(place.pretrained, sha256, () => pretrainedOf(paths, sha256));
  const dataset = await remember(
    place.datasets,
    JSON.stringify([spec.dataset, network.frozen]),
    async () => {
      const onProgress = tellWork();
      const images = await definition.load({
        ...paths,
        imageSize: spec.dataset.imageSize,
        settings: spec.dataset.settings,
        once: network.frozen !== undefined,
        onProgress,
      });
      if (network.frozen !== undefined) {
        const what = `features of ${images.name}`;
        return await frozenDataset(
          images,
          pretrained!,
          paths.cacheDir,
          (done, total) => onProgress(what, done, total),
        );
      }
      const normalisation = pretrained && normalisationOf(pretrained.network);
      return normalisation === undefined ? images : { ...images, normalisation };
    },
  );
  const mathematics = JSON.stringify([place.backend, dataset.fingerprint]);
  const stage1Weights = spec.stage1 === null ? undefined : await store.weights(runId(spec.stage1));
  const resume = await store.state(id, mathematics) ?? undefined;
  let told = performance.now(), saved = performance.now();
  try {
    const { weights, predictions, sample, seconds, ...trained } = await train(spec, {
      dataset,
      method,
      weights: network.frozen === undefined ? pretrained?.weights : undefined,
      stage1Weights,
      resume,
      async onStep(done, total, state) {
        const now = performance.now();
        if (done === total || now - told >= TELL_EVERY) {
          told = now;
          tell({ type: "step", done, total });
          await hear();
        }
        const stopping = place.stop.aborted;
        if (stopping || now - saved >= 1000 * saveEvery) {
          const kept = state();
          await store.saveState(id, kept, mathematics);
          tf.dispose(kept.tensors);
          saved = performance.now();
        }
        if (stopping) throw new Stopped();
      },
    });
    const counts = (split: "train" | "validation" | "test") =>
      dataset.domains.map((domain) => classCounts(domain[split].labels, dataset.classes.length));
    const record: RunRecord = {
      id,
      spec,
      name: runName(spec), // whatever it is called in the study that asked for it
      ...trained,
      data: {
        title: definition.title,
        domains: dataset.domains.map((domain) => domain.name),
        classes: dataset.classes,
        counts: {
          train: counts("train"),
          validation: counts("validation"),
          test: counts("test"),
        },
        shots: definition.shots,
        fingerprint: dataset.fingerprint,
      },
      method: aboutMethods(spec),
      environment: await environment(place.backend),
      timing: {
        startedAt: startedAt.toISOString(),
        seconds: seconds.total,
        trainingSeconds: seconds.training,
        evaluationSeconds: seconds.evaluation,
        dataSeconds: seconds.data,
        peakMemory: await peakMemory(),
      },
    };
    if (order.tensorboard) await writeEvents(store.events(id), record);
    await store.finish(record, { weights, predictions, sample });
    tf.dispose([weights, sample?.features ?? []]);
    return { type: trained.outcome.status };
  } finally {
    tf.dispose([stage1Weights ?? {}, resume?.tensors ?? {}]);
  }
}

/** Tells of long work, not more often than steps are told. */
function tellWork(): (what: string, done: number, total: number) => void {
  let told = performance.now();
  return (what, done, total) => {
    const now = performance.now();
    if (done < total && now - told < TELL_EVERY) return;
    told = now;
    tell({ type: "work", what, done, total });
  };
}

/** Lets signals and the end of the input come through, which a run without pauses would keep out. */
function hear(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Title, family and source for tables. A second stage that was put after another first stage than
 * its own belongs to the first one's family: it is a variant of that method.
 */
function aboutMethods(spec: RunSpec): RunRecord["method"] {
  const { title, family, citation } = find("method", spec.method.name, METHODS);
  if (spec.stage1 === null || !runName(spec).includes("+")) {
    return { title, family, source: citation };
  }
  const first = aboutMethods(spec.stage1);
  return {
    title: `${first.title} + ${title}`,
    family: first.family,
    source: `${first.source}; ${citation}`,
  };
}

/** The weights of a run; they must still be those that it was planned with. */
async function pretrainedOf({ pretrained }: DataPaths, sha256: string): Promise<Pretrained> {
  if (pretrained === undefined) {
    throw new DataError(`The run needs the pretrained weights with SHA-256 ${sha256}; none given.`);
  }
  const found = await readPretrained(pretrained);
  if (found.sha256 === sha256) return found;
  throw new DataError(
    `The weights ${pretrained} have SHA-256 ${found.sha256}, and the run needs ${sha256}.`,
  );
}

async function remember<T>(
  cache: Map<string, Promise<T>>,
  key: string,
  make: () => Promise<T>,
): Promise<T> {
  const found = cache.get(key) ?? make();
  cache.set(key, found);
  try {
    return await found;
  } catch (error) {
    cache.delete(key); // a later run may find the file mended
    throw error;
  }
}

/** Largest resident memory of this process so far, bytes; the present one where that is not known. */
async function peakMemory(): Promise<number> {
  try {
    const status = await Deno.readTextFile("/proc/self/status");
    return Number(/VmHWM:\s*(\d+) kB/.exec(status)![1]) * 1024;
  } catch {
    return Deno.memoryUsage().rss;
  }
}

function tell(message: WorkerMessage): void {
  try {
    writeAllSync(Deno.stdout, encodeMessage(message));
  } catch (error) {
    // The harness is gone, which the end of the input says as well.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
