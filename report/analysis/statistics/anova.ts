/**
 * Analysis of variance: do the methods of a data set differ at all?
 *
 * Pure functions on arrays. What cannot be computed says why and is never NaN.
 *
 * @module
 */
import { mean, sum } from "simple-statistics";
import { fUpperTail } from "./distributions.ts";

/** A test that has no answer, and the reason in words. */
export interface NotComputable {
  /** Tells it from an answer. */
  readonly computable: false;
  /** The reason, to follow "not computable:". */
  readonly why: string;
}

/** An F test: the statistic, its degrees of freedom, the p-value and partial η² as effect size. */
export interface FTest {
  /** Tells it from a test without an answer. */
  readonly computable: true;
  /** F. */
  readonly statistic: number;
  /** Degrees of freedom of the methods. */
  readonly df1: number;
  /** Degrees of freedom of the error. */
  readonly df2: number;
  /** Mean square of the error: the variance of a single value. */
  readonly meanSquareError: number;
  /** P(F ≥ statistic) if no method differed. */
  readonly p: number;
  /** SS(methods) / (SS(methods) + SS(error)), from 0 to 1. */
  readonly partialEtaSquared: number;
}

/**
 * One-way fixed-effects ANOVA (Fisher 1925): one group of values a method, of any lengths.
 *
 * @param groups `groups[method]` holds the values of that method's seeds.
 */
export function oneWayAnova(groups: readonly (readonly number[])[]): FTest | NotComputable {
  const filled = groups.filter((group) => group.length > 0);
  if (filled.length < 2) {
    return no(`it takes two methods with values, there is ${filled.length || "none"}`);
  }
  const all = filled.flat();
  const df2 = all.length - filled.length;
  if (df2 === 0) return no("every method has one seed only, so there is no spread to compare with");
  const grand = mean(all);
  const between = sum(filled.map((group) => group.length * (mean(group) - grand) ** 2));
  const within = sum(filled.map((group) => squares(group, mean(group))));
  if (isRounding(within, all)) {
    return no("the seeds of each method give equal values, so there is no spread to compare with");
  }
  return fTest(between, within, filled.length - 1, df2);
}

/**
 * Two-way ANOVA without replication: methods as treatments, seeds as blocks (randomised complete
 * block design, Fisher 1935). Seeds that are hard for every method no longer count as noise.
 *
 * @param cells `cells[method][seed]`, null where a run has no value.
 */
export function blockedAnova(
  cells: readonly (readonly (number | null)[])[],
): FTest | NotComputable {
  const methods = cells.length;
  const seeds = cells[0]?.length ?? 0;
  if (methods < 2) return no(`it takes two methods, there is ${methods || "none"}`);
  if (seeds < 2) return no(`it takes two seeds, there is ${seeds || "none"}`);
  const all = cells.flat().filter((value) => value !== null);
  if (all.length < methods * seeds || cells.some((row) => row.length !== seeds)) {
    return no(
      `${methods * seeds - all.length} of ${methods * seeds} cells (method × seed) are missing`,
    );
  }
  const rows = cells as readonly (readonly number[])[];
  const grand = mean(all);
  const rowMeans = rows.map((row) => mean([...row]));
  const columnMeans = rows[0]!.map((_, seed) => mean(rows.map((row) => row[seed]!)));
  const treatment = seeds * squares(rowMeans, grand);
  const residual = sum(
    rows.flatMap((row, m) =>
      row.map((value, s) => (value - rowMeans[m]! - columnMeans[s]! + grand) ** 2)
    ),
  );
  if (isRounding(residual, all)) {
    return no(
      "the methods differ by the same amount on every seed, so there is no residual spread",
    );
  }
  return fTest(treatment, residual, methods - 1, (methods - 1) * (seeds - 1));
}

function fTest(effect: number, error: number, df1: number, df2: number): FTest {
  const statistic = effect / df1 / (error / df2);
  return {
    computable: true,
    statistic,
    df1,
    df2,
    meanSquareError: error / df2,
    p: fUpperTail(statistic, df1, df2),
    partialEtaSquared: effect / (effect + error),
  };
}

function squares(values: readonly number[], center: number): number {
  return sum(values.map((value) => (value - center) ** 2));
}

/** Whether a sum of squared deviations is no more than what rounding leaves of equal values. */
function isRounding(squares: number, values: readonly number[]): boolean {
  const largest = Math.max(...values.map(Math.abs));
  return squares <= values.length * (1e-13 * largest) ** 2;
}

function no(why: string): NotComputable {
  return { computable: false, why };
}
