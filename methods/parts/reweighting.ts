/**
 * Re-weighting: every class of a domain counts by a function of its training images there.
 *
 * @module
 */
import type { Learner, MethodContext } from "../method.ts";
import { type Objective, tex } from "../objective.ts";
import { forwardAll, lossByDomain, meanOf } from "./batches.ts";
import { weightedCrossEntropy } from "./losses.ts";

/**
 * Weights of the classes of a domain, scaled so that they sum to the number of classes.
 *
 * @param counts Training images of every class.
 * @param weight The unscaled weight of a class by its count; a class without images gets 0.
 */
export function classWeights(
  counts: readonly number[],
  weight: (count: number) => number,
): number[] {
  const raw = counts.map((count) => (count > 0 ? weight(count) : 0));
  const total = raw.reduce((a, b) => a + b, 0);
  return raw.map((w) => w * counts.length / total);
}

/** {@linkcode reweighted} as a formula, with the TeX of a weight by its count. */
export function reweightedObjective(
  weight: string,
  symbols: NonNullable<Objective["symbols"]> = {},
): Objective {
  return {
    formulas: [
      tex`\min_\theta\; \frac{1}{D} \sum_d \frac{\sum_{i \in B_d} a_{d,y_i}\, ` +
      tex`\ell_i}{\sum_{i \in B_d} a_{d,y_i}}, \qquad a_{d,c} = ` +
      weight,
    ],
    symbols,
  };
}

/** A learner whose loss is the mean over the domains of their weighted cross-entropies. */
export function reweighted(ctx: MethodContext, weight: (count: number) => number): Learner {
  const weights = ctx.counts.map((row) => classWeights(row, weight));
  return {
    loss: (domains) => ({
      loss: meanOf(
        lossByDomain(
          forwardAll(ctx.network, domains),
          (logits, labels, d) => weightedCrossEntropy(logits, labels, weights[d]!),
        ),
      ),
    }),
  };
}
