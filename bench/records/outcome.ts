/**
 * How a run ends, wherever that is told: in records, by workers and executors, in reports.
 *
 * @module
 */

/** The run has a record. */
export type Trained = { readonly status: "done" } | Diverged;

/** A term of the run was no longer a finite number. */
export interface Diverged {
  /** Always `diverged`. */
  readonly status: "diverged";
  /** After so many steps. */
  readonly step: number;
  /** The name of the term; older records do not have it. */
  readonly term?: string;
}

/** How a planned run stands in its folder. */
export type RunState =
  | Trained
  | { readonly status: "failed"; readonly error: string }
  | { readonly status: "missing" };

/** How a run ended for an executor. */
export type Outcome =
  /** `existing`: it had been finished before, or was meanwhile by another process. */
  | { readonly status: "existing" }
  | Trained
  | { readonly status: "failed" | "skipped"; readonly reason: string };

/** How a worker's run ended. */
export type RunEnd =
  /** It has a record now. */
  | { readonly type: "trained"; readonly outcome: Trained }
  /** Another process had finished it meanwhile. */
  | { readonly type: "existing" }
  /** Another process is at it; its number, where that is known. */
  | { readonly type: "taken"; readonly holder: number | null }
  /** Broken off as the worker was told to; its state is kept. */
  | { readonly type: "stopped" }
  | {
    readonly type: "failed";
    /** One sentence. */
    readonly error: string;
    /** Where in the code it came from, for an error that was not told in a sentence there. */
    readonly stack?: string;
    /** The fault was the machine's, not the run's. */
    readonly machine: boolean;
    /** It came to a standstill, and is tried again once. */
    readonly stalled?: true;
  };

/** What happened to a diverged run. */
export function divergence({ term = "the loss", step }: Diverged): string {
  return `${term} was not finite after ${step} ${step === 1 ? "step" : "steps"}`;
}
