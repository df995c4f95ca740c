/**
 * The plain risk.
 *
 * @module
 */
import type { DomainBatch, MethodContext, Terms } from "../method.ts";
import { tex } from "../objective.ts";
import { forwardAll } from "./batches.ts";
import { crossEntropy } from "./losses.ts";

/** {@linkcode empiricalRisk} as a formula. */
export const EMPIRICAL_RISK = tex`\min_\theta\; R = \frac{1}{|B|} \sum_{i \in B} \ell_i`;

/** Mean cross-entropy over the images of all domains joined. */
export function empiricalRisk(
  { network }: Pick<MethodContext, "network">,
  domains: readonly DomainBatch[],
): Terms {
  const { logits, labels } = forwardAll(network, domains);
  return { loss: crossEntropy(logits, labels) };
}
