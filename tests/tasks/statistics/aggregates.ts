/**
 * Simulations of what the report says over data sets: means, chances, ranks.
 *
 * @module
 */
import { type Random, stream } from "../../../base/random.ts";
import {
  improvementInterval,
  type Interval,
  meanInterval,
} from "../../../report/analysis/statistics/aggregates.ts";
import type { NotComputable } from "../../../report/analysis/statistics/anova.ts";
import { friedman } from "../../../report/analysis/statistics/ranks.ts";
import type { Measured } from "./check.ts";

const ALPHA = 0.05;
const SEEDS = [3, 5, 10];

const normals = (count: number, random: Random, shift = 0, spread = 1) =>
  Array.from({ length: count }, () => shift + spread * random.normal());

const covers = (interval: Interval | NotComputable, truth: number) =>
  interval.computable && interval.low <= truth && truth <= interval.high;

/** The t interval of a mean over data sets. */
export function* means(repetitions: number): Generator<Measured> {
  for (const datasets of [1, 3, 6]) {
    for (const seeds of SEEDS) {
      for (const unequal of [false, true]) {
        const random = stream(0, "test", "means", `${datasets} ${seeds} ${unequal}`);
        let covered = 0;
        for (let i = 0; i < repetitions; i++) {
          const strata = Array.from(
            { length: datasets },
            (_, d) => normals(seeds, random, 10 * d, unequal ? 2 ** d : 1),
          );
          if (covers(meanInterval(strata), 5 * (datasets - 1))) covered++;
        }
        yield {
          procedure: "Mean over data sets (t interval, Satterthwaite)",
          where: { "data sets": datasets, seeds, spreads: unequal ? "unequal" : "equal" },
          column: "covers",
          ...{ nominal: 1 - ALPHA, measured: covered / repetitions, repetitions },
          bound: "at least",
        };
      }
    }
  }
}

/** The interval of the chance to beat the control, at chances from a half to near 1. */
export function* chances(repetitions: number): Generator<Measured> {
  const truths = [[0, 0.5], [1, 0.7602], [2, 0.9214], [3, 0.9831]] as const; // Φ(shift / √2)
  for (const datasets of [1, 3, 6]) {
    for (const seeds of SEEDS) {
      for (const [shift, truth] of truths) {
        const random = stream(0, "test", "chances", `${datasets} ${seeds} ${shift}`);
        let covered = 0;
        for (let i = 0; i < repetitions; i++) {
          const strata = Array.from({ length: datasets }, () => ({
            first: normals(seeds, random, shift),
            second: normals(seeds, random),
          }));
          if (covers(improvementInterval(strata), truth)) covered++;
        }
        yield {
          procedure: "Chance to beat the control (Newcombe's interval)",
          where: { "data sets": datasets, seeds },
          column: `covers ${truth.toFixed(2)}`,
          ...{ nominal: 1 - ALPHA, measured: covered / repetitions, repetitions },
          bound: "at least",
        };
      }
    }
  }
}

/** Ranks over data sets. */
export function* ranks(repetitions: number): Generator<Measured> {
  for (const methods of [2, 5, 22]) {
    for (const datasets of [2, 3, 6]) {
      const random = stream(0, "test", "ranks", `${methods} ${datasets}`);
      const count = { p: 0, chiSquare: 0, nemenyi: 0 };
      for (let i = 0; i < repetitions; i++) {
        const test = friedman(
          Array.from({ length: datasets }, () => normals(methods, random)),
          ALPHA,
        );
        if (!test.computable) continue;
        if (test.p < ALPHA) count.p++;
        if (test.chiSquareP < ALPHA) count.chiSquare++;
        const span = Math.max(...test.ranks) - Math.min(...test.ranks);
        if (span > test.criticalDifference) count.nemenyi++;
      }
      const common = {
        procedure: "Ranks over data sets",
        where: { methods, "data sets": datasets },
        ...{ nominal: ALPHA, repetitions },
      };
      const of = (column: string, found: number, bound: Measured["bound"]): Measured => ({
        ...{ ...common, column, bound, measured: found / repetitions },
      });
      yield of("Friedman, as printed", count.p, "at most");
      yield of("Friedman's χ²", count.chiSquare, "told");
      yield of("Nemenyi", count.nemenyi, "at most");
    }
  }
}
