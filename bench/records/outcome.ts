/**
 * How a run ends, wherever that is told: in records, by workers and executors, in reports.
 *
 * @module
 */

/** The run has a record. */
export type Trained =
  | { readonly status: "done" }
  /** The loss was no longer a finite number after this many steps. */
  | { readonly status: "diverged"; readonly step: number };

/** How a planned run stands in its folder. */
export type RunState =
  | Trained
  | { readonly status: "failed"; readonly error: string }
  | { readonly status: "missing" };

/** How a run ended for an executor. */
export type Outcome =
  /** `existing`: it had been finished before, or was meanwhile by another process. */
  | { readonly status: Trained["status"] | "existing" }
  | { readonly status: "failed" | "skipped"; readonly reason: string };

/** How a worker's run ended. */
export type RunEnd =
  /** `existing`: another process had finished it meanwhile. */
  | { readonly type: Trained["status"] | "existing" }
  /** Another process is at it. */
  | { readonly type: "taken" }
  /** Broken off as the worker was told to; its state is kept. */
  | { readonly type: "stopped" }
  /** `machine`: the fault was the machine's, not the run's. */
  | { readonly type: "failed"; readonly error: string; readonly machine: boolean };
