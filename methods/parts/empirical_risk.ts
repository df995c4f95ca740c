/**
 * The plain risk.
 *
 * @module
 */
import type { DomainBatch, MethodContext, Terms } from "../method.ts";
import { forwardAll } from "./batches.ts";
import { crossEntropy } from "./losses.ts";

/** Mean cross-entropy over the images of all domains joined. */
export function empiricalRisk(
  { network }: Pick<MethodContext, "network">,
  domains: readonly DomainBatch[],
): Terms {
  const { logits, labels } = forwardAll(network, domains);
  return { loss: crossEntropy(logits, labels) };
}
