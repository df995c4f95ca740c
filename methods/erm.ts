/**
 * Empirical risk minimisation: cross-entropy over the images of all domains joined.
 *
 * @module
 */
import { defineMethod, type DomainBatch, type Terms, type Workbench } from "./method.ts";
import { jointPass } from "./parts/batches.ts";
import { crossEntropy } from "./parts/losses.ts";

/** Mean cross-entropy over the joined batch. */
export function empiricalRisk({ network }: Workbench, domains: readonly DomainBatch[]): Terms {
  const { logits, labels } = jointPass(network, domains);
  return { loss: crossEntropy(logits, labels) };
}

export default defineMethod({
  name: "erm",
  title: "ERM",
  family: "baseline",
  source: "Vapnik 1998, Statistical Learning Theory",
  version: 1,
  reference: { name: "ERM" },
  hyperparameters: {},
  create: (bench) => ({ loss: (domains) => empiricalRisk(bench, domains) }),
});
