/**
 * Mutations after which the code does the same: no test can notice them.
 *
 * @module
 */
import type { Mutation } from "./slips.ts";

/** The changed line as it stands afterwards, without its indentation, by file; with why. */
const EQUIVALENT: readonly (readonly [file: string, after: string, why: string])[] = [
  [
    "report/analysis/statistics/special.ts",
    "if (x <= a + 1) {",
    "where both are equal the series and the continued fraction have the same value",
  ],
  [
    "report/analysis/statistics/distributions.ts",
    "while (tUpperTail(high, df) >= tail) [low, high] = [high, 2 * high];",
    "an end that is the quantile itself may be the lower or the upper one",
  ],
  [
    "methods/selfreg.ts",
    "const places = tf.sub(labels, tf.mul(keys, 0.99)) as tf.Tensor1D;",
    "both orders are turned round within a class, so that the pairs are the same",
  ],
  [
    "report/analysis/statistics/special.ts",
    "if (y < 0) return 1;",
    "at y = 0 the next line asks for the other tail at 0, which is 0",
  ],
  ...["below", "notAbove"].map((end) =>
    [
      "metrics/macro_auroc.ts",
      `while (${end} <= sorted.length && sorted[${end}]! ${
        end === "below" ? "<" : "<="
      } value) ${end}++;`,
      "behind the last value there is none, which is neither smaller nor equal",
    ] as const
  ),
  [
    "report/analysis/images.ts",
    "let sum = 1;",
    "what is the same in all draws moves no standard deviation",
  ],
  [
    "methods/brl/propensity.ts",
    "return stabilised(tf.div(inverse, shares[domain]!));",
    "the weights of a domain are scaled to mean 1, so that a factor of all goes out",
  ],
];

/** Why a mutation changes nothing; undefined where it does. */
export function whyEquivalent({ file, after }: Mutation): string | undefined {
  return EQUIVALENT.find(([path, line]) => path === file && line === after.trim())?.[2];
}
