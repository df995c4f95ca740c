/**
 * Empirical risk minimisation: cross-entropy over the images of all domains joined.
 *
 * @module
 */
import { defineMethod, type DomainBatch, type MethodContext, type Terms } from "./method.ts";
import { forwardAll } from "./parts/batches.ts";
import { crossEntropy } from "./parts/losses.ts";

/** Mean cross-entropy over the joined batch. */
export function empiricalRisk({ network }: MethodContext, domains: readonly DomainBatch[]): Terms {
  const { logits, labels } = forwardAll(network, domains);
  return { loss: crossEntropy(logits, labels) };
}

export default defineMethod({
  name: "erm",
  title: "ERM",
  family: "baseline",
  citation: "Vapnik 1998, Statistical Learning Theory",
  version: 1,
  mdlt: { name: "ERM" },
  hyperparameters: {},
  create: (ctx) => ({ loss: (domains) => empiricalRisk(ctx, domains) }),
});
