/**
 * Bootstrap intervals with a stream of random numbers of their own, so that a report is the same
 * every time it is built.
 *
 * @module
 */
import { quantileSorted } from "simple-statistics";
import type { Random } from "../../../base/random.ts";
import type { NotComputable } from "./anova.ts";

/** An interval of a statistic. */
export interface Interval {
  /** Tells it from an interval that cannot be given. */
  readonly computable: true;
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
}

/** What may be chosen about an interval. */
export interface BootstrapOptions {
  /** From strata to a number; the mean of the strata's means by default. */
  readonly statistic?: (strata: readonly (readonly number[])[]) => number;
  /** Share of resamples inside the interval; 0.95 by default. */
  readonly level?: number;
  /** How often to resample; 2000 by default. */
  readonly resamples?: number;
}

/**
 * Percentile bootstrap interval (Efron and Tibshirani 1993; stratified as in Agarwal et al. 2021,
 * *rliable*): seeds are drawn anew within each stratum. For one sample, give one stratum. With five
 * values it is narrower than its level promises.
 *
 * @param strata Values of each stratum, e.g. of each data set.
 * @param random Where the resampling's draws come from.
 */
export function bootstrapInterval(
  strata: readonly (readonly number[])[],
  random: Random,
  { statistic = meanOfMeans, level = 0.95, resamples = 2000 }: BootstrapOptions = {},
): Interval | NotComputable {
  const shortest = Math.min(...strata.map((stratum) => stratum.length));
  if (strata.length === 0 || shortest < 2) {
    return {
      computable: false,
      why: `it takes two seeds, there ${strata.length === 0 ? "is none" : `is ${shortest}`}`,
    };
  }
  const drawn = strata.map((stratum) => new Array<number>(stratum.length).fill(0));
  const values = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) {
    strata.forEach((stratum, s) => {
      const row = drawn[s]!;
      for (let j = 0; j < row.length; j++) row[j] = stratum[random.integer(row.length)]!;
    });
    values[i] = statistic(drawn);
  }
  const sorted = [...values.sort()];
  const tail = (1 - level) / 2;
  return {
    computable: true,
    low: quantileSorted(sorted, tail),
    high: quantileSorted(sorted, 1 - tail),
  };
}

/** The mean of the strata's means: every data set counts alike. */
export function meanOfMeans(strata: readonly (readonly number[])[]): number {
  return strata.reduce((sum, values) => sum + mean(values), 0) / strata.length;
}

/**
 * Interquartile mean over all values of all strata (Agarwal et al. 2021): the mean of what is left
 * when a quarter of the values, rounded down, is cut from either end.
 */
export function interquartileMean(strata: readonly (readonly number[])[]): number {
  const sorted = Float64Array.from(strata.flat()).sort();
  const cut = Math.floor(sorted.length / 4);
  return mean(sorted.subarray(cut, sorted.length - cut));
}

/**
 * Probability of improvement (Agarwal et al. 2021): how likely a run of the first method beats one
 * of the second on a data set, averaged over data sets; a tie counts half.
 *
 * @param strata First the first method's values by data set, then the second's.
 */
export function probabilityOfImprovement(strata: readonly (readonly number[])[]): number {
  const datasets = strata.length / 2;
  let total = 0;
  for (let d = 0; d < datasets; d++) {
    const [first, second] = [strata[d]!, strata[datasets + d]!];
    let won = 0;
    for (const a of first) for (const b of second) won += a > b ? 1 : a === b ? 0.5 : 0;
    total += won / (first.length * second.length);
  }
  return total / datasets;
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
