/**
 * Tests of mean differences whose spreads may differ, few seeds each: every spread is moderated by
 * what the whole family of differences says of spreads (Smyth 2004, *limma*).
 *
 * Five seeds tell little of a spread, thirty differences of five seeds tell a lot of how large
 * spreads are here. Empirical Bayes makes that knowledge worth some degrees of freedom. It is taken
 * with caution: the plain estimate of Smyth errs in 5 to 30 % of families where spreads differ much,
 * so the scatter of the spreads is given its upper bound, and no more degrees of freedom are taken
 * than differences have that share the noise of a common method. `deno task test:statistics`
 * measures what comes of it.
 *
 * @module
 */
import { mean, median, sampleVariance } from "simple-statistics";
import type { NotComputable } from "./anova.ts";
import {
  chiSquareLowerQuantile,
  trigammaInverse,
  tTwoSided,
  tUpperQuantile,
} from "./distributions.ts";
import { digamma, trigamma } from "./special.ts";

/** What a family of differences says of the spread of any of them. */
export interface Prior {
  /** What it is worth, in degrees of freedom. */
  readonly df: number;
  /** The spread that differences are drawn towards, as a variance over seeds. */
  readonly variance: number;
}

/** Values by seed; null where a run is missing. */
export type Seeds = readonly (number | null)[];

/** A test of whether a mean over seeds is 0. */
export interface MeanTest {
  /** Tells it from a test without an answer. */
  readonly computable: true;
  /** Mean of the differences. */
  readonly difference: number;
  /** Of the mean, from the moderated spread. */
  readonly standardError: number;
  /** Moderated t. */
  readonly statistic: number;
  /** Seeds − 1, and what the family is worth. */
  readonly df: number;
  /** Two-sided, not corrected. */
  readonly p: number;
  /** Differences that there are. */
  readonly seeds: number;
}

/** Fewer differences than these say too little of spreads in general. */
const FEWEST = 6;

/** The scatter of spreads is taken at the upper bound that it exceeds in so many cases. */
const CAUTION = 0.1;

/**
 * What a family of differences says of spreads; null where it is too small to say anything.
 *
 * @param rows Differences by seed, a row a comparison.
 */
export function priorOf(rows: readonly Seeds[]): Prior | null {
  const known = rows.map(given).filter((values) => values.length > 1);
  const count = known.length;
  if (count < FEWEST) return null;
  const variances = known.map(spreadOf);
  const least = 1e-5 * median(variances);
  const freedom = correlationFreedom(known);
  if (least <= 0 || freedom <= 0) return null;
  const dfs = known.map((values) => values.length - 1);
  const logs = variances.map((variance, i) =>
    Math.log(Math.max(variance, least)) - digamma(dfs[i]! / 2) + Math.log(dfs[i]! / 2)
  );
  const [middle, scatter] = [mean(logs), sampleVariance(logs)];
  const expected = mean(dfs.map((df) => trigamma(df / 2)));
  const fit = (scatter: number): Prior => {
    const excess = scatter - expected;
    const df = excess > 1e-6 ? 2 * trigammaInverse(excess) : 2e6;
    return { df, variance: Math.exp(middle + digamma(df / 2) - Math.log(df / 2)) };
  };
  const likely = fit(scatter);
  const cautious = fit((scatter * (count - 1)) / chiSquareLowerQuantile(CAUTION, count - 1));
  return {
    df: Math.min(cautious.df, freedom) * (count / (count + 4)),
    variance: Math.max(likely.variance, cautious.variance),
  };
}

/**
 * Degrees of freedom that a family adds at most. Differences to one control share its noise: with
 * a squared correlation r² between them, all together know a common spread as well as df / r²
 * independent squares would, of which each has df already.
 */
function correlationFreedom(known: readonly (readonly number[])[]): number {
  const seeds = Math.max(...known.map(({ length }) => length));
  const units = known.flatMap((values) => {
    if (values.length < seeds) return [];
    const middle = mean([...values]);
    const size = Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0));
    return spreadOf(values) > 0 ? [values.map((value) => (value - middle) / size)] : [];
  });
  const count = units.length;
  if (count < 2) return 0;
  // Σ over pairs of r² is the squared norm of Σ u uᵀ, which is small whatever the number of pairs.
  let squares = 0;
  for (let a = 0; a < seeds; a++) {
    for (let b = 0; b < seeds; b++) {
      squares += units.reduce((sum, unit) => sum + unit[a]! * unit[b]!, 0) ** 2;
    }
  }
  const shared = Math.max(1e-9, (squares - count) / (count * (count - 1)));
  return Math.max(0, (seeds - 1) / shared - (seeds - 1));
}

/**
 * Tests whether differences are 0 in the mean: Student's t test, moderated where the family is
 * large enough.
 *
 * @param row Differences by seed.
 */
export function meanTest(row: Seeds, prior: Prior | null): MeanTest | NotComputable {
  const values = given(row);
  const seeds = values.length;
  if (seeds < 2) {
    return {
      computable: false,
      why: `${seeds === 1 ? "one shared seed" : "no shared seed"}, it takes two`,
    };
  }
  const difference = mean(values);
  const own = spreadOf(values);
  if (prior === null && own === 0) {
    return { computable: false, why: "the difference is the same on every seed" };
  }
  const df = seeds - 1 + (prior?.df ?? 0);
  const variance = ((prior?.df ?? 0) * (prior?.variance ?? 0) + (seeds - 1) * own) / df;
  const standardError = Math.sqrt(variance / seeds);
  const statistic = difference / standardError;
  const p = tTwoSided(statistic, df);
  return { computable: true, difference, standardError, statistic, df, p, seeds };
}

/** The variance of differences; 0 where they are the same up to rounding, whose noise tells nothing. */
function spreadOf(values: readonly number[]): number {
  const own = sampleVariance([...values]);
  const largest = Math.max(1, ...values.map(Math.abs));
  return own <= (1e-13 * largest) ** 2 ? 0 : own;
}

/** The interval of a mean difference that holds with probability 1 − `alpha`. */
export function intervalOf(
  { difference, standardError, df }: Pick<MeanTest, "difference" | "standardError" | "df">,
  alpha: number,
): readonly [low: number, high: number] {
  const half = standardError * tUpperQuantile(alpha / 2, df);
  return [difference - half, difference + half];
}

/** Differences first − second by seed, null where one of the two is missing. */
export function differences(first: Seeds, second: Seeds): (number | null)[] {
  return first.map((value, seed) => {
    const other = second[seed] ?? null;
    return value === null || other === null ? null : value - other;
  });
}

function given(row: Seeds): number[] {
  return row.filter((value) => value !== null);
}
