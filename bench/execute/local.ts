/**
 * The local executor: worker processes on this machine that share the runs of a plan.
 *
 * @module
 */
import { cpus } from "node:os";
import { integerAtLeast, nonEmptyList } from "../../base/arguments.ts";
import { UsageError } from "../../base/errors.ts";
import { visibleGpus } from "../../tensor/backend.ts";
import type { PlannedRun } from "../plan/plan.ts";
import { Store } from "../records/store.ts";
import { defineExecutor, type Given, type Outcomes, type Session } from "./executor.ts";
import { longestFirst } from "./order.ts";
import type { RehearsalEnd, RunEnd } from "./messages.ts";
import { rehearseAll } from "./rehearse_all.ts";
import { Scheduler, type Turn } from "./scheduler.ts";
import { WorkerProcess } from "./worker_process.ts";

const options = {
  jobs: {
    flags: "--jobs <n>",
    description: "runs side by side; as many as cores or GPUs hold by default",
    read: integerAtLeast("--jobs", 1),
  },
  gpus: {
    flags: "--gpus <numbers>",
    description: "GPUs that runs are spread over, such as 0,1; all by default",
    read: nonEmptyList("--gpus"),
  },
  slots: {
    flags: "--slots <n>",
    description: "runs side by side on each GPU; 1 by default",
    read: integerAtLeast("--slots", 1),
  },
};

/** The executor. */
export default defineExecutor({
  name: "local",
  title: "workers on this machine",
  options,
  async width(runs, given) {
    return given.jobs ?? widthOf(runs, await gpusOf(runs, given), given.slots);
  },
  async run(runs, session, given) {
    const gpus = await gpusOf(runs, given);
    const jobs = given.jobs ?? widthOf(runs, gpus, given.slots);
    return { outcomes: await trainLocally(runs, { ...session, jobs, gpus }) };
  },
});

/** The GPUs that runs are spread over; undefined where TensorFlow would see none. */
async function gpusOf(
  runs: readonly PlannedRun[],
  { gpus, slots }: Given<typeof options>,
): Promise<readonly string[] | undefined> {
  if (gpus !== undefined) return gpus;
  const some = runs.some(({ spec }) => spec.engine.backend !== "wasm");
  const seen = some ? await visibleGpus() : [];
  if (seen.length > 0) return seen;
  if (slots === undefined) return undefined;
  throw new UsageError(`Cannot use --slots ${slots}: there is no GPU here; --jobs counts workers`);
}

/** As many runs as GPUs or cores hold. Never changes a run's threads. */
function widthOf(
  runs: readonly PlannedRun[],
  gpus: readonly string[] | undefined,
  slots = 1,
): number {
  const threads = Math.max(1, ...runs.map(({ spec }) => spec.engine.threads));
  return gpus === undefined
    ? Math.max(1, Math.floor(cpus().length / threads))
    : gpus.length * slots;
}

/** A session whose runs are trained on this machine. */
export interface LocalSession extends Session {
  /** Worker processes side by side. */
  readonly jobs: number;
  /** The GPUs that workers take in turn, as CUDA numbers them; all see all when left out. */
  readonly gpus?: readonly string[] | undefined;
  /** Seconds to wait before a run that the machine failed is tried again, once for each. */
  readonly retries?: readonly number[];
}

/** Milliseconds between looks at runs that another process is at. */
const CLAIM_POLL_MS = 1000;

/**
 * Trains runs in worker processes. A run that another process is at is left to that process for as
 * long as it lives.
 *
 * @returns How each run ended, by id; runs that were broken off have no entry.
 */
export async function trainLocally(
  runs: readonly PlannedRun[],
  session: LocalSession,
): Promise<Outcomes> {
  session.events?.onBegin?.(runs);
  const ordered = longestFirst(runs, session.catalogue);
  using scheduler = new Scheduler(ordered, new Store(session.out), session);
  await rehearseAll(ordered, scheduler, session, (run) => rehearsed(run, session));
  const jobs = Math.min(session.jobs, runs.length);
  await Promise.all(Array.from({ length: jobs }, (_, job) => work(scheduler, session, job)));
  return scheduler.outcomes;
}

/** Rehearses a run; once more where its process came to a standstill, as a machine may have it. */
async function rehearsed(run: PlannedRun, session: LocalSession): Promise<RehearsalEnd | RunEnd> {
  const { events, signal, retries: [pause = 1] = [] } = session;
  const end = await rehearsedApart(run, session);
  if (end.type !== "failed" || !end.stalled || signal?.aborted) return end;
  events?.onRetry?.(run, end.error, pause);
  return await rehearsedApart(run, session);
}

async function rehearsedApart(run: PlannedRun, session: LocalSession) {
  const worker = new WorkerProcess(session, 0, run.spec.engine);
  try {
    return await worker.rehearse(run);
  } finally {
    await worker.close();
  }
}

/** Trains one run after the other, in one process for as long as that does. */
async function work(scheduler: Scheduler, session: LocalSession, job: number): Promise<void> {
  let worker: WorkerProcess | null = null;
  for (let turn; (turn = await scheduler.next()) !== null;) {
    if (worker !== null && !worker.suits(turn.run)) {
      await worker.close();
      worker = null;
    }
    worker ??= new WorkerProcess(session, job, turn.run.spec.engine);
    if (!await trainOne(turn, worker, scheduler, session)) worker = null;
  }
  await worker?.close();
}

/** Has a worker train a run; false when the worker was closed after it. */
async function trainOne(
  turn: Turn,
  worker: WorkerProcess,
  scheduler: Scheduler,
  { signal, retries = [1, 10], events }: LocalSession,
): Promise<boolean> {
  const { run, failures } = turn;
  const end = await worker.run(run);
  if (end.type === "taken") {
    scheduler.wait(turn, CLAIM_POLL_MS, end.holder);
    return true;
  }
  if (end.type !== "failed" && end.type !== "stopped") {
    const outcome = end.type === "trained" ? end.outcome : { status: "existing" } as const;
    if (await scheduler.end(run, outcome)) return true;
    await worker.close();
    return false;
  }
  await worker.close(); // what a failure left behind must not reach the next run
  if (signal?.aborted) return false; // the run is kept as it stands
  const reason = end.type === "failed" ? end.error : "its worker was told to stop";
  const again = end.type !== "failed" || (end.machine && (!end.stalled || failures === 0));
  const seconds = again ? retries[failures] : undefined;
  const stack = end.type === "failed" ? end.stack : undefined;
  if (seconds === undefined) await scheduler.fail(run, reason, stack);
  else {
    events?.onRetry?.(run, reason, seconds);
    scheduler.reschedule({ run, failures: failures + 1 }, 1000 * seconds);
  }
  return false;
}
