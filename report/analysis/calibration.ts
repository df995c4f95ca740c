/**
 * How far a method's confidence can be trusted, from its runs' test predictions.
 *
 * One definition everywhere, that of `results.csv`: the error of each domain's images, averaged over
 * domains, run by run.
 *
 * @module
 */
import ece from "../../metrics/ece.ts";
import { mean } from "../../metrics/mod.ts";
import type { Calibration as Bins } from "../../bench/records/record.ts";
import { type Estimate, estimate, type MethodResults } from "./arrange.ts";
import { meanAbsoluteDeviation } from "./statistics/distributions.ts";

/** Confidence and accuracy of a method's test predictions. */
export interface Calibration {
  /** Expected calibration error, average over domains, a fraction, over seeds. */
  readonly error: Estimate;
  /** What the same confidences would give on so few images if all were deserved. */
  readonly floor: Estimate;
  /** Mean confidence − accuracy, a fraction; positive when a method is too sure of itself. */
  readonly excess: Estimate;
  /** Expected calibration error of each domain, over seeds; null where it has no images. */
  readonly errors: readonly (Estimate | null)[];
  /** Bins of each domain, all seeds together: to be drawn. */
  readonly byDomain: readonly Bins[];
}

/** Calibration of a method; null when none of its runs kept its confidence. */
export function calibration(method: MethodResults): Calibration | null {
  const runs = method.runs.flatMap((run) =>
    run?.state.status === "done" && run.digest?.calibration ? [run.digest.calibration] : []
  );
  const over = (figure: (bins: Bins) => number | null) =>
    estimate(runs.map((domains) => mean(domains.flatMap((bins) => figure(bins) ?? []))));
  const [error, floor, excess] = [over((bins) => ece.compute(bins)), over(byChance), over(surplus)];
  if (!error || !floor || !excess) return null;
  const domains = runs[0]!.map((_, d) => runs.map((run) => run[d]!));
  return {
    ...{ error, floor, excess },
    errors: domains.map((own) => estimate(own.map((bins) => ece.compute(bins)))),
    byDomain: domains.map(joined),
  };
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

/**
 * The expected calibration error of predictions whose confidence is deserved: in each bin the
 * number of right ones is binomial, so that it misses its mean by chance alone. Null without images.
 */
export function byChance(bins: Bins): number | null {
  const images = total(bins, "images");
  if (images === 0) return null;
  const missed = bins.map((bin) =>
    bin.images === 0
      ? 0
      : meanAbsoluteDeviation(bin.images, Math.min(1, bin.confidence / bin.images))
  );
  return missed.reduce((sum, value) => sum + value, 0) / images;
}

function surplus(bins: Bins): number | null {
  const images = total(bins, "images");
  return images === 0 ? null : (total(bins, "confidence") - total(bins, "correct")) / images;
}

function total(bins: Bins, key: keyof Bins[number]): number {
  return bins.reduce((sum, bin) => sum + bin[key], 0);
}
