/**
 * Families of comparisons that are judged together: which differences are there, which are too small
 * to matter, and which cannot be told.
 *
 * @module
 */
import { mean } from "simple-statistics";
import type { NotComputable } from "./anova.ts";
import { tUpperTail } from "./distributions.ts";
import {
  intervalOf,
  type MeanTest,
  meanTest,
  type Prior,
  priorOf,
  type Seeds,
} from "./moderated.ts";
import { holm } from "./pairs.ts";

/** What can be said of a difference. */
export type Verdict =
  | "better"
  | "worse"
  | "equivalent within the margin"
  | "not told apart"
  | "not tested";

/** How a family is judged. */
export interface FamilyOptions {
  /** Chance of any false finding in the family. */
  readonly alpha: number;
  /** Differences below it do not matter, in the values' own unit; null where nobody said so. */
  readonly margin?: number | null;
  /** Which sign of a difference is the better one; `max` when left out. */
  readonly better?: "max" | "min";
  /** Rows that say something of spreads in general; all when left out. */
  readonly typical?: readonly boolean[];
}

/** A difference as the family judges it. */
export interface Compared {
  /** Mean over the shared seeds; null where there is none. */
  readonly difference: number | null;
  /** Moderated t test of the difference alone. */
  readonly test: MeanTest | NotComputable;
  /** Holds with 1 − alpha, taken alone; null without a test. */
  readonly interval: readonly [low: number, high: number] | null;
  /** All such intervals of the family hold together with 1 − alpha (Bonferroni). */
  readonly together: readonly [low: number, high: number] | null;
  /** Of no difference, Holm-corrected over the family; null without a test. */
  readonly p: number | null;
  /**
   * Of a difference beyond the margin (two one-sided tests), Holm-corrected over the family; null
   * without a margin or a test.
   */
  readonly equivalence: number | null;
  /** From the corrected p-values and the sign. */
  readonly verdict: Verdict;
}

/** Comparisons judged together. */
export interface Family {
  /** In the order of the rows. */
  readonly compared: readonly Compared[];
  /** Comparisons that are corrected for: all that share a seed, with a test or without. */
  readonly size: number;
  /** What the family says of spreads; null where it is too small. */
  readonly prior: Prior | null;
}

/**
 * Judges a family of mean differences: moderated t tests, Holm-corrected (Holm 1979), and two
 * one-sided tests of equivalence (Schuirmann 1987), Holm-corrected as well.
 *
 * @param rows Differences by seed, a row a comparison; null where a run is missing.
 */
export function compareAll(
  rows: readonly Seeds[],
  { alpha, margin = null, better = "max", typical }: FamilyOptions,
): Family {
  const prior = priorOf(rows.filter((_, i) => typical?.[i] ?? true));
  const tests = rows.map((row) => meanTest(row, prior));
  const known = rows.map((row) => row.filter((value) => value !== null));
  const size = known.filter(({ length }) => length > 0).length;
  const p = corrected(tests.map((test) => test.computable ? test.p : null), size);
  const equivalence = corrected(
    tests.map((test) => test.computable && margin !== null ? twoOneSided(test, margin) : null),
    size,
  );
  return {
    size,
    prior,
    compared: tests.map((test, i): Compared => ({
      difference: known[i]!.length === 0 ? null : mean(known[i]!),
      test,
      interval: test.computable ? intervalOf(test, alpha) : null,
      together: test.computable ? intervalOf(test, alpha / Math.max(1, size)) : null,
      p: p[i]!,
      equivalence: equivalence[i]!,
      verdict: verdictOf(test, p[i]!, equivalence[i]!, alpha, better),
    })),
  };
}

/** Larger p-value of the two one-sided tests that a difference lies within ± `margin`. */
export function twoOneSided(
  { difference, standardError, df }: MeanTest,
  margin: number,
): number {
  const at = (distance: number) => tUpperTail(distance / standardError, df);
  return Math.max(at(margin - difference), at(margin + difference));
}

/** Holm's correction for a family in which some comparisons have no test: they count all the same. */
function corrected(ps: readonly (number | null)[], size: number): (number | null)[] {
  const known = ps.flatMap((p, i) => p === null ? [] : [{ p, i }]);
  const untested = new Array<number>(Math.max(0, size - known.length)).fill(1);
  const all = holm([...known.map(({ p }) => p), ...untested]);
  const result = new Array<number | null>(ps.length).fill(null);
  known.forEach(({ i }, place) => result[i] = all[place]!);
  return result;
}

function verdictOf(
  test: MeanTest | NotComputable,
  p: number | null,
  equivalence: number | null,
  alpha: number,
  better: "max" | "min",
): Verdict {
  if (!test.computable || p === null) return "not tested";
  if (p < alpha) return (test.difference > 0) === (better === "max") ? "better" : "worse";
  return equivalence !== null && equivalence < alpha
    ? "equivalent within the margin"
    : "not told apart";
}
