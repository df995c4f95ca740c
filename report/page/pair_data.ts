/**
 * What the page's script knows about pairs of methods; values rounded for reading.
 *
 * @module
 */

/** The data of "is A better than B?". */
export interface PairData {
  /** Level of significance. */
  readonly alpha: number;
  /** The figure that is asked for first. */
  readonly figure: string;
  readonly figures: readonly FigurePairs[];
}

/** The pairs of methods on one figure of a data set. */
export interface FigurePairs {
  readonly dataset: string;
  readonly figure: string;
  readonly methods: readonly string[];
  /** The two that are asked for first. */
  readonly best: string;
  readonly second: string;
  /** Which values are better, and how differences are written. */
  readonly better: "max" | "min";
  readonly decimals: number;
  readonly unit: string;
  /** The pairs (0, 1), (0, 2), …, (1, 2), … of methods: one value a pair, null where there is none. */
  readonly pairs: {
    /** First − second over the seeds that both have, as the metric is shown. */
    readonly difference: readonly (number | null)[];
    /** Half the width of the interval that holds together with all others. */
    readonly half: readonly (number | null)[];
    /** Holm-corrected over all pairs. */
    readonly p: readonly (number | null)[];
    /** Places of the pairs that are equivalent within the margin. */
    readonly equivalent: readonly number[];
    /** Cohen's d_z. */
    readonly effect: readonly (number | null)[];
    readonly seeds: readonly number[];
  };
}
