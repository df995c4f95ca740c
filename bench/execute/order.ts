/**
 * The order in which runs are begun.
 *
 * @module
 */
import type { Catalogue } from "../catalogue.ts";
import { costOf } from "../plan/cost.ts";
import type { PlannedRun } from "../plan/plan.ts";
import { runId } from "../records/run_id.ts";

/**
 * Runs with the longest first, so that no worker ends long after the others. A first stage counts
 * together with the longest run that waits for it; runs that are expected to take the same keep
 * their order.
 *
 * @param runs First stages among them, before the runs that need them.
 */
export function longestFirst(
  runs: readonly PlannedRun[],
  known: Pick<Catalogue, "methods" | "networks">,
): PlannedRun[] {
  const waiting = new Map<string, number>();
  const seconds = new Map<string, number>();
  for (const { id, spec } of runs.toReversed()) {
    const until = costOf(spec, known).seconds + (waiting.get(id) ?? 0);
    seconds.set(id, until);
    if (spec.stage1 === null) continue;
    const first = runId(spec.stage1);
    waiting.set(first, Math.max(until, waiting.get(first) ?? 0));
  }
  return runs.toSorted((a, b) => seconds.get(b.id)! - seconds.get(a.id)!);
}
