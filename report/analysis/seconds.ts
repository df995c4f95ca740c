/**
 * How long a method's runs take.
 *
 * @module
 */
import { type Run, secondsOfAllStages } from "../folder.ts";
import { type Estimate, estimate, type MethodResults } from "./arrange.ts";

/**
 * Wall time of a run with all its stages, over seeds; null where none is known. The first run of a
 * process also starts its libraries up: it counts only where there is no other.
 */
export function secondsOf({ runs }: Pick<MethodResults, "runs">): Estimate | null {
  const isWarm = (run: Run | null) => run?.digest?.timing.runsBefore !== 0;
  const warm = runs.filter((run) => secondsOfAllStages(run) !== null && isWarm(run));
  return estimate((warm.length > 0 ? warm : runs).map(secondsOfAllStages));
}
