/**
 * Which methods differ from the best one: paired comparisons by seed, corrected for their number.
 *
 * Runs of one seed share batches and initial weights across methods, which is what makes pairs.
 *
 * @module
 */
import { mean, sampleStandardDeviation } from "simple-statistics";
import type { NotComputable } from "./anova.ts";
import { hedgesFactor, tTwoSided } from "./distributions.ts";

/** A paired t test of two methods over the seeds that both have. */
export interface PairedTest {
  /** Tells it from a test without an answer. */
  readonly computable: true;
  /** Mean of first − second. */
  readonly difference: number;
  /** t. */
  readonly statistic: number;
  /** Shared seeds − 1. */
  readonly df: number;
  /** Two-sided, not corrected. */
  readonly p: number;
  /** Cohen's d_z: mean of the differences in units of their standard deviation (Lakens 2013). */
  readonly effect: number;
  /** Hedges' g_z: the same without the bias of few seeds; null for two seeds. */
  readonly hedges: number | null;
}

/**
 * Paired t test (Student 1908).
 *
 * @param first Values by seed, null where a run is missing.
 * @param second Values of the other method in the same order of seeds.
 */
export function pairedTest(
  first: readonly (number | null)[],
  second: readonly (number | null)[],
): PairedTest | NotComputable {
  const differences = first.flatMap((a, seed) => {
    const b = second[seed] ?? null;
    return a === null || b === null ? [] : [a - b];
  });
  if (differences.length < 2) {
    const shared = differences.length === 1 ? "one shared seed" : "no shared seed";
    return { computable: false, why: `${shared}, it takes two` };
  }
  const difference = mean(differences);
  const spread = sampleStandardDeviation(differences);
  const largest = Math.max(1, ...[...first, ...second].map((value) => Math.abs(value ?? 0)));
  if (spread <= 1e-13 * largest) {
    return { computable: false, why: "the difference is the same on every seed" };
  }
  const statistic = difference / (spread / Math.sqrt(differences.length));
  const df = differences.length - 1;
  const factor = hedgesFactor(df);
  return {
    computable: true,
    difference,
    statistic,
    df,
    p: tTwoSided(statistic, df),
    effect: difference / spread,
    hedges: factor === null ? null : (factor * difference) / spread,
  };
}

/**
 * p-values corrected so that the chance of any false finding stays below the level
 * (Holm 1979, step-down Bonferroni). Order is kept.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((a, b) => ps[a]! - ps[b]!);
  const corrected = new Array<number>(ps.length);
  let largest = 0;
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, (ps.length - rank) * ps[index]!));
    corrected[index] = largest;
  });
  return corrected;
}
