/**
 * What tables say of how far the runs of a method had learned.
 *
 * @module
 */
import { POINT } from "../../bench/records/learning.ts";
import type { RunSpec } from "../../bench/records/record.ts";
import { groupBy, type MethodResults } from "../analysis/arrange.ts";
import { stages } from "../analysis/papers.ts";

/** Remarks on the runs of a method, each in the midst of a sentence; none when all is as usual. */
export function learningNotes(method: Pick<MethodResults, "runs" | "spec">): string[] {
  return [...untrained(method), ...rising(method), ...totalSteps(method.spec)];
}

/** The seeds that did not learn, by the reason. */
function untrained({ runs }: Pick<MethodResults, "runs">): string[] {
  const found = runs.flatMap((run) => {
    const learned = run?.state.status === "done" ? run.digest!.learned : null;
    return learned === null || learned.learned
      ? []
      : [{ seed: run!.spec.seed, reason: learned.reason }];
  });
  return [...groupBy(found, ({ reason }) => reason)].map(([reason, runs]) =>
    `did not learn with seed${runs.length > 1 ? "s" : ""} ` +
    `${runs.map(({ seed }) => seed).join(", ")} (${reason})`
  );
}

/** That validation still rose at the end, on average over the seeds that learned. */
function rising({ runs }: Pick<MethodResults, "runs">): string[] {
  const gains = runs.flatMap((run) => {
    const digest = run?.state.status === "done" ? run.digest! : null;
    return digest?.learned.learned ? digest.lastGain.gain ?? [] : [];
  });
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  return gains.length > 0 && mean >= POINT
    ? [`validation macro-F1 still rose by ${(100 * mean).toFixed(1)} points in the last tenth`]
    : [];
}

/** The steps of all stages together, where there are several that train. */
function totalSteps(spec: RunSpec): string[] {
  const steps = stages(spec).map(({ training }) => training.steps).filter((count) => count > 0);
  const total = steps.reduce((sum, count) => sum + count, 0);
  return steps.length > 1
    ? [`${total} steps in ${steps.length} stages (${steps.join(" + ")})`]
    : [];
}
