/**
 * Ranks over data sets: Friedman's test and the critical difference of average ranks.
 *
 * A data set counts once, whatever its number of seeds: seeds are no independent data sets.
 *
 * @module
 */
import { mean, sum } from "simple-statistics";
import type { NotComputable } from "./anova.ts";
import { chiSquareUpperTail, fUpperTail, studentizedRangeQuantile } from "./distributions.ts";

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
  /** P(χ² ≥ statistic) if no method differed: Friedman's own, which hardly ever rejects. */
  readonly chiSquareP: number;
  /**
   * P of so much agreement if no method differed: by enumeration where few orders are possible,
   * else by the F of Iman and Davenport 1980.
   */
  readonly p: number;
  /** How `p` was found. */
  readonly by: "enumeration" | "Iman–Davenport F";
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

/** So many orders of the methods on all but one data set are gone through. */
const MOST_ORDERS = 50_000;

/**
 * Friedman's test (Friedman 1937), and Nemenyi's critical difference as in Demšar 2006.
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
  if (methods < 2) {
    return no(`it takes two methods that every data set has, there is ${methods || "none"}`);
  }
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
  const orders = factorial(methods) ** (datasets - 1);
  const exact = orders <= MOST_ORDERS;
  return {
    computable: true,
    ranks,
    statistic,
    df: methods - 1,
    chiSquareP: chiSquareUpperTail(statistic, methods - 1),
    p: exact ? shareOfOrders(placed) : imanDavenport(statistic, methods, datasets),
    by: exact ? "enumeration" : "Iman–Davenport F",
    criticalDifference: studentizedRangeQuantile(alpha, methods, Infinity) / Math.SQRT2 *
      Math.sqrt((methods * (methods + 1)) / (6 * datasets)),
  };
}

/** Iman and Davenport 1980: χ² as an F, whose tail is right for few data sets too. */
export function imanDavenport(statistic: number, methods: number, datasets: number): number {
  const room = datasets * (methods - 1) - statistic;
  const f = room <= 1e-12 * statistic ? Infinity : ((datasets - 1) * statistic) / room;
  return fUpperTail(f, methods - 1, (methods - 1) * (datasets - 1));
}

/** The share of all orders on the other data sets that agree with the first as much or more. */
function shareOfOrders(placed: readonly (readonly number[])[]): number {
  const spread = (totals: readonly number[]) => sum(totals.map((total) => total ** 2));
  const seen = spread(placed[0]!.map((_, m) => sum(placed.map((row) => row[m]!)))) - 1e-9;
  let [as, all] = [0, 0];
  const walk = (totals: readonly number[], row: number) => {
    if (row === placed.length) {
      all++;
      if (spread(totals) >= seen) as++;
      return;
    }
    for (const order of permutations(placed[row]!)) {
      walk(totals.map((total, m) => total + order[m]!), row + 1);
    }
  };
  walk(placed[0]!, 1);
  return as / all;
}

function permutations(values: readonly number[]): number[][] {
  if (values.length === 0) return [[]];
  return values.flatMap((value, i) =>
    permutations([...values.slice(0, i), ...values.slice(i + 1)]).map((rest) => [value, ...rest])
  );
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

/** Fewer data sets than these cannot separate methods by Nemenyi's test. */
const FEWEST_DATASETS = 5;

/** Whether Nemenyi's critical difference can show a difference: average ranks span k − 1 at most. */
export function canSeparate(
  { ranks, criticalDifference }: Friedman,
  datasets: number,
): boolean {
  return datasets >= FEWEST_DATASETS && criticalDifference < ranks.length - 1;
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
