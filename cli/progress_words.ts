/**
 * What is said of runs while a grid goes on, whatever shows it.
 *
 * @module
 */
import type { Outcome } from "../bench/execute/executor.ts";
import type { PlannedRun } from "../bench/plan/plan.ts";
import { datasetText } from "../bench/records/left_out.ts";
import { divergence } from "../bench/records/outcome.ts";

/** That another process is at a run. */
export function waiting({ name, spec, id }: PlannedRun, process: number | null): string {
  const who = process === null ? "another process" : `process ${process}`;
  return `Waiting for ${datasetText(spec)} ${name} seed ${spec.seed} (${id}): ${who} is at it`;
}

/** That another process is writing the same report. */
export function waitingForReport(process: number | null): string {
  const who = process === null ? "another process" : `process ${process}`;
  return `Waiting for the report: ${who} is writing one into the same folder`;
}

/** What is being done, with the bytes done where it is not known of how many. */
export function workDone(what: string, done: number, total: number | undefined): string {
  return total === undefined ? `${what}: ${(done / 2 ** 20).toFixed(0)} MiB` : what;
}

/** That a run is tried again, and why. */
export function again({ name, spec }: PlannedRun, reason: string, seconds: number): string {
  const what = `${datasetText(spec)} ${name} seed ${spec.seed}`;
  return `${what} is tried again in ${seconds} s: ${reason}`;
}

/** What is said when runs end: null where one needs no word, or fails as one before it. */
export function endings(): (run: PlannedRun, outcome: Outcome) => string | null {
  const told = new Set<string>();
  return ({ name, spec }, outcome) => {
    const { status } = outcome;
    if (status === "done" || status === "existing") return null;
    const reason = status === "diverged" ? divergence(outcome) : outcome.reason;
    const known = JSON.stringify([name, reason]);
    if (status === "failed" && told.has(known)) return null;
    told.add(known);
    return `${datasetText(spec)} ${name} seed ${spec.seed} ${status}: ${reason}`;
  };
}
