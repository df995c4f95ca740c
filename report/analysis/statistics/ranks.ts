/**
 * Ranks over data sets: Friedman's test and the critical difference of average ranks.
 *
 * A data set counts once, whatever its number of seeds: seeds are no independent data sets.
 *
 * @module
 */
import { mean, sum } from "simple-statistics";
import type { NotComputable } from "./anova.ts";
import { chiSquareUpperTail, studentizedRangeQuantile } from "./distributions.ts";

/** Friedman's test with Nemenyi's critical difference. */
export interface Friedman {
  /** Tells it from a test without an answer. */
  readonly computable: true;
  /** Average rank of each method; 1 is best. */
  readonly ranks: readonly number[];
  /** χ², corrected for ties. */
  readonly statistic: number;
  /** Methods − 1. */
  readonly df: number;
  /** P(χ² ≥ statistic) if no method differed. */
  readonly p: number;
  /** Average ranks that lie farther apart than this differ significantly. */
  readonly criticalDifference: number;
}

/** Places of values, the largest first (1); ties share the mean of their places. */
export function rank(values: readonly number[]): number[] {
  return values.map((value) => {
    const above = values.filter((other) => other > value).length;
    const equal = values.filter((other) => other === value).length;
    return above + (equal + 1) / 2;
  });
}

/**
 * Friedman's test (Friedman 1937) and Nemenyi's critical difference as in Demšar 2006.
 *
 * @param scores `scores[dataset][method]`, larger is better.
 * @param alpha Level of the critical difference.
 */
export function friedman(
  scores: readonly (readonly number[])[],
  alpha: number,
): Friedman | NotComputable {
  const datasets = scores.length;
  const methods = scores[0]?.length ?? 0;
  const no = (why: string): NotComputable => ({ computable: false, why });
  if (methods < 2) return no(`it takes two methods that every data set has, there is ${methods}`);
  if (datasets < 2) return no(`it takes two data sets, there is ${datasets}`);
  const placed = scores.map(rank);
  const ranks = scores[0]!.map((_, m) => mean(placed.map((row) => row[m]!)));
  const tied = sum(placed.flatMap((row) => {
    const sizes = Map.groupBy(row, (place) => place).values();
    return [...sizes].map(({ length }) => length ** 3 - length);
  }));
  const correction = 1 - tied / (datasets * methods * (methods ** 2 - 1));
  if (correction <= 0) return no("every method has the same value on every data set");
  const middle = (methods + 1) / 2;
  const statistic = (12 * datasets * sum(ranks.map((place) => (place - middle) ** 2))) /
    (methods * (methods + 1)) / correction;
  return {
    computable: true,
    ranks,
    statistic,
    df: methods - 1,
    p: chiSquareUpperTail(statistic, methods - 1),
    criticalDifference: studentizedRangeQuantile(alpha, methods, Infinity) / Math.SQRT2 *
      Math.sqrt((methods * (methods + 1)) / (6 * datasets)),
  };
}

/**
 * Groups of methods whose average ranks lie within the critical difference: the bars of the
 * diagram. Groups inside a larger one, and single methods, are left out.
 *
 * @param ranks Average ranks, ascending.
 * @returns First and last place in `ranks` of each group.
 */
export function indistinguishable(
  ranks: readonly number[],
  criticalDifference: number,
): [first: number, last: number][] {
  const groups: [number, number][] = [];
  ranks.forEach((place, first) => {
    const last = ranks.findLastIndex((other) => other - place <= criticalDifference);
    if (last > first && last > (groups.at(-1)?.[1] ?? -1)) groups.push([first, last]);
  });
  return groups;
}
