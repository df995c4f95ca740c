/**
 * Which run is next: the order of the runs of a plan that several workers share.
 *
 * @module
 */
import type { PlannedRun } from "../plan/plan.ts";
import { runId } from "../records/run_id.ts";
import { StoreError } from "../records/folder.ts";
import type { RunEnd } from "../records/outcome.ts";
import type { Store } from "../records/store.ts";
import type { Outcome, Session } from "./executor.ts";

/** A run, and how often the machine has failed it. */
export interface Turn {
  readonly run: PlannedRun;
  readonly failures: number;
}

/** Why a run fails that is not to be tried. */
export type Refusal = Pick<RunEnd & { type: "failed" }, "error" | "stack">;

/** A run that is not settled, and when to turn to it. */
interface Waiting extends Turn {
  readonly from: number;
}

/**
 * The runs of a plan, each handed out when it is ready: a second stage after its first, a run that
 * is to be tried again after its pause. Runs that have a record are settled without a worker.
 */
export class Scheduler {
  /** How runs have ended so far, by id. */
  readonly outcomes = new Map<string, Outcome>();
  readonly #store: Store;
  readonly #session: Session;
  readonly #planned: ReadonlySet<string>;
  readonly #waiting: Waiting[];
  /** Once the runs that wait are in order. */
  #sorted: Promise<void> | null = null;
  /** Runs that are known to wait for another process. */
  readonly #told = new Set<string>();
  /** Why runs that are not to be tried fail, by id. */
  readonly #refused = new Map<string, Refusal>();
  /** Runs that were handed out and not given back. */
  #busy = 0;
  /** Nothing was waiting, once. */
  #idle = false;
  #wake = Promise.withResolvers<void>();
  readonly #wakeAll = () => {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  };

  constructor(runs: readonly PlannedRun[], store: Store, session: Session) {
    this.#store = store;
    this.#session = session;
    this.#planned = new Set(runs.map(({ id }) => id));
    this.#waiting = runs.map((run) => ({ run, from: 0, failures: 0 }));
    session.signal?.addEventListener("abort", this.#wakeAll);
  }

  [Symbol.dispose](): void {
    this.#session.signal?.removeEventListener("abort", this.#wakeAll);
  }

  /** The next run that is ready, as soon as one is; null when there is no more to do. */
  async next(): Promise<Turn | null> {
    await (this.#sorted ??= this.#sort());
    while (!this.#session.signal?.aborted) {
      const woken = this.#wake.promise; // from here on: what ends during the look is not missed
      const found = await this.#take();
      if ("run" in found) return found;
      if (this.#waiting.length === 0 && this.#busy === 0) return null;
      if (this.#waiting.length === 0 && !this.#idle) {
        this.#idle = true;
        this.#session.events?.onIdle?.();
      }
      await withTimeout(woken, found.until - performance.now());
    }
    return null;
  }

  /** A run that was handed out has ended. */
  settle(run: PlannedRun, outcome: Outcome): void {
    this.outcomes.set(run.id, outcome);
    this.#session.events?.onEnd?.(run, outcome);
    this.#busy--;
    this.#wakeAll();
  }

  /** As {@linkcode settle}, of a run that has a record as its worker says; false where it has none. */
  async end(run: PlannedRun, outcome: Outcome): Promise<boolean> {
    const found = await this.#store.record(run.id).catch(() => null) !== null;
    if (found) this.settle(run, outcome);
    else await this.fail(run, "its worker process says that it is trained, and it has no record");
    return found;
  }

  /** A run that was handed out could not be finished, which is written down. */
  async fail(run: PlannedRun, reason: string, stack?: string): Promise<void> {
    this.settle(run, await this.#failed(run, "failed", reason, stack));
  }

  /** Runs fail for this reason without being handed out, unless they have been trained before. */
  refuse(runs: readonly PlannedRun[], refusal: Refusal): void {
    for (const { id } of runs) this.#refused.set(id, refusal);
  }

  /** A run that was handed out is to be turned to again after a while. */
  reschedule({ run, failures }: Turn, milliseconds: number): void {
    this.#waiting.push({ run, failures, from: performance.now() + milliseconds });
    this.#busy--;
    this.#wakeAll();
  }

  /** Another process, its holder, is at a run that was handed out: it is turned to again later. */
  wait(turn: Turn, milliseconds: number, holder: number | null): void {
    const { run } = turn;
    if (!this.#told.has(run.id)) {
      this.#told.add(run.id);
      this.#session.events?.onWait?.(run, holder);
    }
    this.reschedule(turn, milliseconds);
  }

  /** Runs that have a record come first: so what is left, and how long it takes, is known early. */
  async #sort(): Promise<void> {
    const found = await Promise.all(this.#waiting.map(({ run }) => this.#store.hasRecord(run.id)));
    const kept = new Set(this.#waiting.filter((_, i) => found[i]));
    this.#waiting.sort((a, b) => Number(kept.has(b)) - Number(kept.has(a)));
  }

  /** Takes the next run that is ready; else says when one may be. */
  async #take(): Promise<Turn | { readonly until: number }> {
    let until = Infinity;
    for (const item of [...this.#waiting]) {
      const { run, failures } = item;
      const first = run.spec.stage1 === null ? null : runId(run.spec.stage1);
      if (first !== null && this.#planned.has(first) && !this.outcomes.has(first)) continue;
      if (item.from > performance.now()) {
        until = Math.min(until, item.from);
        continue;
      }
      const at = this.#waiting.indexOf(item);
      if (at < 0) continue; // another worker took it meanwhile
      this.#waiting.splice(at, 1);
      this.#busy++;
      const outcome = await this.#settled(run, first);
      if (outcome === null) return { run, failures };
      this.settle(run, outcome);
    }
    return { until };
  }

  /** How a run has ended without a worker; null when it is to be trained. */
  async #settled(run: PlannedRun, first: string | null): Promise<Outcome | null> {
    try {
      const record = await this.#store.record(run.id);
      if (record !== null) {
        await this.#store.tidy(run.id);
        return record.outcome.status === "done" ? { status: "existing" } : record.outcome;
      }
      const refused = this.#refused.get(run.id);
      if (refused) return await this.#failed(run, "failed", refused.error, refused.stack);
      const problem = first === null ? null : await this.#stage1Problem(first);
      if (problem === null) return null;
      return await this.#failed(run, "skipped", `its first stage ${first} ${problem}`);
    } catch (error) {
      if (error instanceof StoreError) return { status: "failed", reason: error.message };
      throw error;
    }
  }

  /** Why nothing can be built upon a first stage; null when it is well. */
  async #stage1Problem(first: string): Promise<string | null> {
    const outcome = this.outcomes.get(first);
    if (outcome?.status === "done" || outcome?.status === "existing") return null;
    if (outcome !== undefined) return `is ${outcome.status}`;
    const record = await this.#store.record(first);
    if (record === null) return "is not finished";
    return record.outcome.status === "done" ? null : `is ${record.outcome.status}`;
  }

  /** A run that could not be finished, written down. */
  async #failed(
    { id, name, spec }: PlannedRun,
    status: "failed" | "skipped",
    reason: string,
    stack?: string,
  ): Promise<Outcome> {
    const error = status === "failed" ? reason : `Skipped: ${reason}`;
    let unwritten = "";
    try {
      await this.#store.fail({
        ...{ id, name, spec, error },
        ...(stack !== undefined && { stack }),
        at: new Date().toISOString(),
      });
    } catch (error) { // as when the disk is full; the outcome says it all the same
      unwritten = `; its failure.json could not be written either: ${(error as Error).message}`;
    }
    return { status, reason: reason + unwritten };
  }
}

/** Waits for a promise, but not longer than so many milliseconds. */
async function withTimeout(promise: Promise<void>, milliseconds: number): Promise<void> {
  if (!Number.isFinite(milliseconds)) return await promise;
  const { promise: time, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, Math.max(0, milliseconds));
  await Promise.race([promise, time]);
  clearTimeout(timer);
}
