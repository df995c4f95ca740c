/**
 * Tukey's honestly significant differences: every pair of methods, with one error for all.
 *
 * @module
 */
import { mean } from "simple-statistics";
import { blockedAnova, type NotComputable } from "./anova.ts";
import { studentizedRangeQuantile, studentizedRangeUpperTail } from "./distributions.ts";

/** All pairs of methods of one table. */
export interface Tukey {
  /** Tells it from a test without an answer. */
  readonly computable: true;
  /** Means that lie farther apart than this differ significantly. */
  readonly leastSignificant: number;
  /** Degrees of freedom of the error. */
  readonly df: number;
  /** p of two methods, by their places in the table; corrected for the number of pairs. */
  p(first: number, second: number): number;
}

/**
 * Tukey's HSD (Tukey 1949) with the error of the blocked design, so that what a seed does to every
 * method does not count as noise.
 *
 * @param cells `cells[method][seed]`, null where a run has no value.
 * @param alpha Level of {@linkcode Tukey.leastSignificant}.
 */
export function tukeyHsd(
  cells: readonly (readonly (number | null)[])[],
  alpha: number,
): Tukey | NotComputable {
  const anova = blockedAnova(cells);
  if (!anova.computable) return anova;
  const rows = cells as readonly (readonly number[])[];
  const means = rows.map((row) => mean([...row]));
  const { df2: df, meanSquareError } = anova;
  const unit = Math.sqrt(meanSquareError / rows[0]!.length);
  return {
    computable: true,
    leastSignificant: unit * studentizedRangeQuantile(alpha, rows.length, df),
    df,
    p: (first, second) =>
      studentizedRangeUpperTail(Math.abs(means[first]! - means[second]!) / unit, rows.length, df),
  };
}
