/**
 * What an executor is: a way to have the runs of a plan trained. Which there are is in `mod.ts`.
 *
 * @module
 */
import type { DataPaths } from "../../datasets/dataset.ts";
import type { Catalogue } from "../catalogue.ts";
import type { Outcome } from "../records/outcome.ts";
import type { Progress } from "../records/progress.ts";
import type { PlannedRun } from "../plan/plan.ts";

export type { Outcome };

/** How runs ended, by id; runs that were broken off have no entry. */
export type Outcomes = ReadonlyMap<string, Outcome>;

/** What is seen of a run that is trained here: null where there is nothing yet. */
export type Seen = Pick<Progress, "loss" | "metric"> & { readonly best: number | null };

/** Told while runs go on. */
export interface ExecutorEvents {
  /** The first of these runs is about to be trained. */
  onBegin?(runs: readonly PlannedRun[]): void;
  /** A worker has claimed the run. */
  onStart?(run: PlannedRun): void;
  /** Long work before the first step: what is done, how much of how much. */
  onWork?(what: string, done: number, total: number): void;
  /** Steps of the run that are done, of all its steps. */
  onStep?(run: PlannedRun, done: number, total: number, seen?: Seen): void;
  /** The machine failed the run; it is tried again after so many seconds. */
  onRetry?(run: PlannedRun, reason: string, seconds: number): void;
  /** Another process is at the run, which is waited for; its number, where that is known. */
  onWait?(run: PlannedRun, process: number | null): void;
  /** The run has ended, or was not started because its first stage failed. */
  onEnd?(run: PlannedRun, outcome: Outcome): void;
  /** All runs are begun, and there is room for more: work that would follow them may begin. */
  onIdle?(): void;
  /** A line that a run's method, or a library, has printed. */
  onPrint?(run: PlannedRun, line: string): void;
}

/** Where runs are trained and written down, whichever executor has them trained. */
export interface Session {
  /** The output folder. */
  readonly out: string;
  readonly catalogue: Catalogue;
  readonly paths: DataPaths;
  /** Seconds between states of a run that are kept to continue from; 30 when left out. */
  readonly saveEvery?: number | undefined;
  /** Seconds without progress after which a worker is killed and its run tried again; 0 for never. */
  readonly stall?: number | undefined;
  /** Write curves as TensorBoard event files too; native TensorFlow alone can. */
  readonly tensorboard?: boolean | undefined;
  /** The commit of the code, which records name; null outside of a checkout. */
  readonly revision?: string | null;
  /** The runs are all of the folder's plan, so that its report may follow them. */
  readonly report?: boolean;
  /** Files of data sets that were read, by {@linkcode datasetKey}; what has none is read anew. */
  readonly data?: ReadonlyMap<string, string | undefined>;
  readonly events?: ExecutorEvents;
  /** Stops all workers; runs that were going on are kept as they stand. */
  readonly signal?: AbortSignal;
}

/** What was handed to a queue instead of being trained at once. */
export interface Submission {
  /** None where there is nothing to submit them to. */
  readonly jobs: readonly Job[];
  /** The scripts, each to be submitted after the ones before it have ended. */
  readonly scripts: readonly { readonly path: string; readonly text: string }[];
  /** A sentence on what to do next. */
  readonly next: string;
}

/** A job that was submitted. */
export interface Job {
  /** `stage 1`, or `report`. */
  readonly what: string;
  /** The id that the queue gave it. */
  readonly job: string;
  /** The runs that its tasks train. */
  readonly ids: readonly string[];
}

/** What an executor has done: trained the runs, or submitted them. */
export type Execution = { readonly outcomes: Outcomes } | { readonly submission: Submission };

/** An option on the command line. */
export interface ExecutorOption<T = unknown> {
  /** As `commander` writes them: `--runs-per-task <n>`. */
  readonly flags: string;
  readonly description: string;
  /** The value of the text; `earlier` is that of the same option before, where it is repeated. */
  read(text: string, earlier?: T): T;
}

/** Options by the name of their value: `runsPerTask` for `--runs-per-task`. */
export type ExecutorOptions = Readonly<Record<string, ExecutorOption>>;

/** What was given for options; those not given are left out. */
export type Given<O extends ExecutorOptions> = {
  readonly [K in keyof O]?: (O[K] extends ExecutorOption<infer T> ? T : never) | undefined;
};

/** A way to have runs trained. */
export interface Executor<O extends ExecutorOptions = ExecutorOptions> {
  readonly name: string;
  /** What its options are about: `workers on this machine`. */
  readonly title: string;
  /** Its own options on the command line. */
  readonly options: O;
  /**
   * How many runs it trains side by side.
   *
   * @throws {UsageError} When the options count on something that is not here.
   */
  width(runs: readonly PlannedRun[], given: Given<O>): Promise<number>;
  /**
   * Has runs trained. Runs whose record exists are left alone; a second stage waits for its first.
   *
   * @param runs First stages among them, before the runs that need them.
   */
  run(runs: readonly PlannedRun[], session: Session, given: Given<O>): Promise<Execution>;
}

/** Checks an executor's types. */
export function defineExecutor<O extends ExecutorOptions>(executor: Executor<O>): Executor<O> {
  return executor;
}
