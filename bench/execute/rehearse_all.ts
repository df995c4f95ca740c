/**
 * The rehearsals of a plan.
 *
 * @module
 */
import type { PlannedRun } from "../plan/plan.ts";
import { Store } from "../records/store.ts";
import type { Session } from "./executor.ts";
import type { RehearsalEnd, RunEnd } from "./messages.ts";
import { rehearsalsOf } from "./rehearsal.ts";
import type { Scheduler } from "./scheduler.ts";

/**
 * Has one run of everything that plugins define rehearsed. What fails there for a fault of its own is
 * refused, with all runs that are made alike.
 *
 * @param rehearse Rehearses a run.
 */
export async function rehearseAll(
  runs: readonly PlannedRun[],
  scheduler: Scheduler,
  { catalogue, events, signal, out }: Session,
  rehearse: (run: PlannedRun) => Promise<RehearsalEnd | RunEnd>,
): Promise<void> {
  const store = new Store(out);
  for (const group of rehearsalsOf(runs, catalogue)) {
    const left: PlannedRun[] = [];
    for (const run of group) if (!await isTrained(store, run)) left.push(run);
    const [run] = left;
    if (run === undefined) continue;
    if (signal?.aborted) return;
    const end = await rehearse(run);
    if (end.type === "rehearsed" && end.note !== undefined) events?.onPrint?.(run, end.note);
    // For what is the machine's fault, the runs themselves are tried.
    if (end.type === "failed" && (!end.machine || end.stalled)) scheduler.refuse(left, end);
  }
}

/** Whether a run has a record; the scheduler tells of one that cannot be read. */
async function isTrained(store: Store, { id }: PlannedRun): Promise<boolean> {
  return await store.record(id).then((record) => record !== null, () => true);
}
