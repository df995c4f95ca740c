/**
 * How far a method's confidence can be trusted, from its runs' test predictions.
 *
 * @module
 */
import ece from "../../metrics/ece.ts";
import type { Calibration as Bins } from "../../bench/records/record.ts";
import { type Estimate, estimate, type MethodResults } from "./arrange.ts";

/** Confidence and accuracy of a method's test predictions. */
export interface Calibration {
  /** Expected calibration error over all test images, a fraction, over seeds. */
  readonly error: Estimate;
  /** Mean confidence − accuracy, a fraction; positive when a method is too sure of itself. */
  readonly excess: Estimate;
  /** Bins of each domain, all seeds together. */
  readonly byDomain: readonly Bins[];
}

/** Calibration of a method; null when none of its runs kept its confidence. */
export function calibration(method: MethodResults): Calibration | null {
  const runs = method.runs.flatMap((run) =>
    run?.state.status === "done" && run.digest?.calibration ? [run.digest.calibration] : []
  );
  const whole = runs.map(joined).filter((bins) => total(bins, "images") > 0);
  const error = estimate(whole.map((bins) => ece.compute(bins)));
  const excess = estimate(whole.map(overconfidence));
  if (!error || !excess) return null;
  return { error, excess, byDomain: runs[0]!.map((_, d) => joined(runs.map((run) => run[d]!))) };
}

/** Adds up the bins of several parts of the data. */
export function joined(parts: readonly Bins[]): Bins {
  return parts[0]!.map((_, b) => {
    const own = parts.map((bins) => bins[b]!);
    return {
      images: total(own, "images"),
      confidence: total(own, "confidence"),
      correct: total(own, "correct"),
    };
  });
}

function overconfidence(bins: Bins): number {
  return (total(bins, "confidence") - total(bins, "correct")) / total(bins, "images");
}

function total(bins: Bins, key: keyof Bins[number]): number {
  return bins.reduce((sum, bin) => sum + bin[key], 0);
}
