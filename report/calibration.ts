/**
 * How far a method's confidence can be trusted, from its runs' predictions.
 *
 * @module
 */
import { type Estimate, estimate, type MethodResults } from "./results.ts";
import { type Bin, calibrationError, joined } from "./statistics/calibration.ts";

/** Confidence and accuracy of a method's test predictions. */
export interface Calibration {
  /** Expected calibration error over all test images, a fraction, over seeds. */
  readonly error: Estimate;
  /** Mean confidence − accuracy, a fraction; positive when a method is too sure of itself. */
  readonly excess: Estimate;
  /** Bins of each domain, all seeds together. */
  readonly byDomain: readonly (readonly Bin[])[];
}

/** Calibration of a method; null when none of its runs kept predictions. */
export function calibration(method: MethodResults): Calibration | null {
  const runs = method.runs.flatMap((run) =>
    run?.state.status === "done" && run.digest?.bins ? [run.digest.bins] : []
  );
  const whole = runs.map(joined).filter((bins) => bins.some(({ images }) => images > 0));
  const error = estimate(whole.map(calibrationError));
  const excess = estimate(whole.map(overconfidence));
  if (!error || !excess) return null;
  return { error, excess, byDomain: runs[0]!.map((_, d) => joined(runs.map((run) => run[d]!))) };
}

function overconfidence(bins: readonly Bin[]): number {
  const sum = (key: keyof Bin) => bins.reduce((sum, bin) => sum + bin[key], 0);
  return (sum("confidence") - sum("correct")) / sum("images");
}
