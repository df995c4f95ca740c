/**
 * The local executor: worker processes that share the runs of a plan.
 *
 * @module
 */
import type { DataPaths } from "../../datasets/dataset.ts";
import { machineAtFault } from "../../base/errors.ts";
import { decodeLine, lines, type RunEnd, type RunOrder } from "./messages.ts";
import { projectPath } from "../../base/paths.ts";
import { type PlannedRun, runId } from "../plan/plan.ts";
import type { RunSpec } from "../records/record.ts";
import { Store, StoreError } from "../records/store.ts";

/** How a run ended. */
export type Outcome =
  /** `existing`: it had been finished before, or was meanwhile by another process. */
  | { readonly status: "done" | "diverged" | "existing" }
  | { readonly status: "failed" | "skipped"; readonly reason: string };

/** Told while runs go on. */
export interface ExecutorEvents {
  /** A worker has claimed the run. */
  onStart?(run: PlannedRun): void;
  /** Long work before the first step: what is done, how much of how much. */
  onWork?(what: string, done: number, total: number): void;
  onStep?(run: PlannedRun, done: number, total: number): void;
  /** The machine failed the run; it is tried again after so many seconds. */
  onRetry?(run: PlannedRun, reason: string, seconds: number): void;
  onEnd?(run: PlannedRun, outcome: Outcome): void;
  /** A line that a run's method, or a library, has printed. */
  onPrint?(run: PlannedRun, line: string): void;
}

/** What {@linkcode execute} needs besides the runs. */
export interface ExecutorOptions {
  readonly out: string;
  readonly paths: DataPaths;
  /** Worker processes side by side. */
  readonly jobs: number;
  /** The GPUs that workers take in turn, as CUDA numbers them; all see all when left out. */
  readonly gpus?: readonly string[] | undefined;
  /** Seconds between states of a run that are kept to continue from; 30 when left out. */
  readonly saveEvery?: number | undefined;
  /** Write curves as TensorBoard event files too; native TensorFlow alone can. */
  readonly tensorboard?: boolean | undefined;
  /** Seconds to wait before a run that the machine failed is tried again, once for each. */
  readonly retries?: readonly number[];
  readonly events?: ExecutorEvents;
  /** Stops all workers; runs that were going on are kept as they stand. */
  readonly signal?: AbortSignal;
}

/** Milliseconds between looks at runs that another process is at. */
const LOOK_EVERY = 1000;

/** Milliseconds that a worker may take to stop by itself: for the update it is at, and to keep its run. */
const GRACE = 60_000;

/** A run that is not settled, and when to turn to it. */
interface Waiting {
  readonly run: PlannedRun;
  readonly from: number;
  /** How often the machine has failed it. */
  readonly failures: number;
}

/**
 * Runs a plan. Runs whose record exists are left alone; a second stage waits for its first; a run
 * that another process is at is left to that process for as long as it lives.
 *
 * @returns How each run ended, by id; runs that were broken off have no entry.
 */
export async function execute(
  runs: readonly PlannedRun[],
  options: ExecutorOptions,
): Promise<Map<string, Outcome>> {
  const { retries = [1, 10] } = options;
  const store = new Store(options.out);
  const outcomes = new Map<string, Outcome>();
  const planned = new Set(runs.map(({ id }) => id));
  const waiting: Waiting[] = runs.map((run) => ({ run, from: 0, failures: 0 }));
  const end = (run: PlannedRun, outcome: Outcome) => {
    outcomes.set(run.id, outcome);
    options.events?.onEnd?.(run, outcome);
  };
  let wake = Promise.withResolvers<void>();
  const wakeAll = () => {
    wake.resolve();
    wake = Promise.withResolvers();
  };
  options.signal?.addEventListener("abort", wakeAll);

  /** Takes the next run that is ready; else says when one may be. */
  const next = async (): Promise<Waiting | { readonly until: number }> => {
    let until = Infinity;
    for (const item of [...waiting]) {
      const { run } = item;
      const first = run.spec.stage1 === null ? null : runId(run.spec.stage1);
      if (first !== null && planned.has(first) && !outcomes.has(first)) continue;
      if (item.from > Date.now()) {
        until = Math.min(until, item.from);
        continue;
      }
      const at = waiting.indexOf(item);
      if (at < 0) continue; // another worker took it meanwhile
      waiting.splice(at, 1);
      const outcome = await settled(run, first);
      if (outcome === null) return item;
      end(run, outcome);
      wakeAll();
    }
    return { until };
  };

  /** How a run has ended without a worker; null when it is to be trained. */
  const settled = async (run: PlannedRun, first: string | null): Promise<Outcome | null> => {
    try {
      const record = await store.record(run.id);
      if (record !== null) {
        return { status: record.outcome.status === "done" ? "existing" : "diverged" };
      }
      const lacking = first === null ? null : await lacks(first);
      if (lacking === null) return null;
      return await failed(run, "skipped", `its first stage ${first} ${lacking}`);
    } catch (error) {
      if (error instanceof StoreError) return { status: "failed", reason: error.message };
      throw error;
    }
  };

  /** What a first stage lacks to be built upon; null when it is well. */
  const lacks = async (first: string): Promise<string | null> => {
    const outcome = outcomes.get(first);
    if (outcome?.status === "done" || outcome?.status === "existing") return null;
    if (outcome !== undefined) return `is ${outcome.status}`;
    const record = await store.record(first);
    if (record === null) return "is not finished";
    return record.outcome.status === "done" ? null : `is ${record.outcome.status}`;
  };

  /** Puts a run back, to be turned to again after a while. */
  const later = (run: PlannedRun, milliseconds: number, failures: number) => {
    waiting.push({ run, from: Date.now() + milliseconds, failures });
    wakeAll();
  };

  /** A run that could not be finished, written down. */
  const failed = async (
    { id, name, spec }: PlannedRun,
    status: "failed" | "skipped",
    reason: string,
  ): Promise<Outcome> => {
    const error = status === "failed" ? reason : `Skipped: ${reason}`;
    let unwritten = "";
    try {
      await store.fail({ id, name, spec, error, at: new Date().toISOString() });
    } catch (error) { // as when the disk is full; the outcome says it all the same
      unwritten = `; its failure.json could not be written either: ${(error as Error).message}`;
    }
    return { status, reason: reason + unwritten };
  };

  let busy = 0;
  const work = async (_: unknown, job: number) => {
    let worker: Worker | null = null;
    while (!options.signal?.aborted) {
      const woken = wake.promise; // from here on: what ends during the look is not missed
      const item = await next();
      if ("until" in item) {
        if (waiting.length === 0 && busy === 0) break;
        await orAfter(item.until - Date.now(), woken);
        continue;
      }
      const { run, failures } = item;
      if (worker !== null && !worker.suits(run)) {
        await worker.close();
        worker = null;
      }
      worker ??= new Worker(options, job, run.spec.engine);
      busy++;
      const result = await worker.run(run);
      busy--;
      if (result.type === "taken") later(run, LOOK_EVERY, failures);
      else if (result.type !== "failed" && result.type !== "stopped") {
        end(run, { status: result.type });
      } else if (!options.signal?.aborted) {
        await worker.close(); // what a failure left behind must not reach the next run
        worker = null;
        const reason = result.type === "failed" ? result.error : "its worker was told to stop";
        const wait = result.type === "failed" && !result.machine ? undefined : retries[failures];
        if (wait === undefined) end(run, await failed(run, "failed", reason));
        else {
          options.events?.onRetry?.(run, reason, wait);
          later(run, 1000 * wait, failures + 1);
        }
      }
      wakeAll();
    }
    await worker?.close();
    wakeAll();
  };
  try {
    await Promise.all(Array.from({ length: Math.min(options.jobs, runs.length) }, work));
  } finally {
    options.signal?.removeEventListener("abort", wakeAll);
  }
  return outcomes;
}

/** Waits for a promise, but not longer than so many milliseconds. */
async function orAfter(milliseconds: number, promise: Promise<void>): Promise<void> {
  if (!Number.isFinite(milliseconds)) return await promise;
  const { promise: time, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, Math.max(0, milliseconds));
  await Promise.race([promise, time]);
  clearTimeout(timer);
}

/** A worker process and the run that it works on. */
class Worker {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #messages: AsyncIterator<string>;
  readonly #errors: Promise<string>;
  readonly #stop = () => void this.close();

  constructor(
    readonly options: ExecutorOptions,
    job: number,
    readonly engine: RunSpec["engine"],
  ) {
    const { gpus, signal } = options;
    const { backend, threads } = engine;
    this.#process = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--allow-all",
        "--quiet",
        projectPath("bench/execute/worker.ts"),
        backend,
        String(threads),
      ],
      cwd: projectPath(""),
      ...(gpus && { env: { CUDA_VISIBLE_DEVICES: gpus[job % gpus.length]! } }),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#messages = lines(this.#process.stdout)[Symbol.asyncIterator]();
    this.#errors = lastLines(this.#process.stderr);
    signal?.addEventListener("abort", this.#stop);
  }

  /** Whether its TensorFlow was started as a run needs it; it can be started but once. */
  suits({ spec: { engine: { backend, threads } } }: PlannedRun): boolean {
    return this.engine.backend === backend && this.engine.threads === threads;
  }

  /** Trains a run; a worker that dies gives a failed end with its last words. */
  async run(run: PlannedRun): Promise<RunEnd> {
    const { out, paths, events, saveEvery = 30, tensorboard = false } = this.options;
    const order: RunOrder = { run, out, paths, saveEvery, tensorboard };
    // Where the process has ended, so will what it says.
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`)).catch(() => {});
    for (;;) {
      const { value, done } = await this.#messages.next();
      if (done) break;
      const { printed, message } = decodeLine(value);
      if (printed !== "") events?.onPrint?.(run, printed);
      if (message === null) continue;
      if (message.type === "begun") events?.onStart?.(run);
      else if (message.type === "work") events?.onWork?.(message.what, message.done, message.total);
      else if (message.type === "step") events?.onStep?.(run, message.done, message.total);
      else return message;
    }
    const { code, signal } = await this.#process.status;
    const words = await this.#errors;
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
    const error = `its worker process ended ${how}${words && `: ${words}`}`;
    return { type: "failed", error, machine: signal !== null || machineAtFault(new Error(words)) };
  }

  /** Tells the process to stop, and waits until it has; ends it when it takes too long. */
  async close(): Promise<void> {
    this.options.signal?.removeEventListener("abort", this.#stop);
    this.#input.close().catch(() => {}); // it may have ended already
    const kill = setTimeout(() => this.#process.kill("SIGKILL"), GRACE);
    await this.#process.status;
    clearTimeout(kill);
  }
}

/** The last lines of a stream, joined into one: a process's own explanation of its end. */
async function lastLines(stream: ReadableStream<Uint8Array>): Promise<string> {
  const kept: string[] = [];
  for await (const line of lines(stream)) {
    if (line.trim() === "") continue;
    kept.push(line.trim().slice(0, 200));
    if (kept.length > 5) kept.shift();
  }
  return kept.join(" | ");
}
