/**
 * What the live page is told, as JSON.
 *
 * @module
 */
import type { Glimpse } from "../bench/records/progress.ts";

/** How a run stands. */
export type Status =
  | "waiting"
  | "running"
  /** It has given no sign for a while: its machine may be gone. */
  | "quiet"
  /** Broken off in good order, to be continued. */
  | "stopped"
  | "done"
  | "diverged"
  | "failed";

/** One run of the plan. */
export interface RunState {
  /** Its number in the plan. */
  readonly n: number;
  readonly status: Status;
  /** Updates done. */
  readonly step: number;
  readonly steps: number;
  readonly loss: number | null;
  /** The best validation figure so far, as shown. */
  readonly best: string | null;
  /** The test figure, as shown; of a finished run. */
  readonly figure: string | null;
  /** Why it failed, or what was not finite and when. */
  readonly reason: string | null;
  /** Seconds left at its pace; null where that is not known. */
  readonly left: number | null;
  /** Seconds since its last sign; of a run that is at work, or was. */
  readonly silent: number | null;
  /** Its last checkpoints' validation figures; of a run that is at work. */
  readonly trail: readonly (number | null)[];
}

/** Where a run stands in the grid. */
export interface Cell {
  /** Which table: an index of {@linkcode Plan.groups}. */
  readonly group: number;
  /** The method, as the plan calls it. */
  readonly row: string;
  readonly seed: number;
}

/** Data set, network and left-out domains, which together have a table. */
export interface Group {
  readonly title: string;
  /** What its validation curves show. */
  readonly figure: string;
  /** What their values are multiplied by to be shown. */
  readonly factor: number;
}

/** The plan: what does not change while it is carried out. */
export interface Plan {
  readonly key: string;
  readonly folder: string;
  /** The command that makes its report, as it is called where the page is served. */
  readonly reportedBy: string;
  readonly preset: string;
  readonly createdAt: string;
  /** What the figures of finished runs are. */
  readonly figure: string;
  readonly groups: readonly Group[];
  readonly cells: readonly Cell[];
}

/** The answer to `/state`. */
export interface State {
  /** Given back as `after`, only what has changed since is told. */
  readonly version: number;
  /** Only where the page does not know it yet. */
  readonly plan: Plan | null;
  readonly key: string | null;
  /** Runs that have changed. */
  readonly runs: readonly RunState[];
  readonly counts: Readonly<Record<Status, number>>;
  /** Seconds left of all that is planned; null where that is not known. */
  readonly left: number | null;
  /** Whether there is a report, and whether it is of all runs. */
  readonly report: "none" | "older" | "whole";
  /** A sentence where the folder cannot be shown, or has no plan yet. */
  readonly note: string | null;
}

/** The answer to `/curves`: of one table. */
export interface Curves {
  readonly key: string | null;
  readonly runs: readonly { readonly n: number; readonly points: readonly Glimpse[] }[];
}
