import { number, power10 } from "./hyperparameter.ts";
import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { DISTANCES } from "./parts/departures.ts";
import { forwardAll } from "./parts/batches.ts";
import { mmdPenalty, NARROW_KERNELS, penalisedRisk } from "./parts/penalties.ts";

export default defineMethod({
  name: "mmd",
  title: "MMD",
  description:
    "Maximum mean discrepancy: the features of all domains get the same distribution, as seen " +
    "by Gaussian kernels of many widths.",
  objective: {
    formulas: [
      tex`\min_\theta\; \frac{1}{D} \sum_d R_d + \frac{2 \lambda}{D (D - 1)} \sum_{d < e} ` +
      tex`\left( K_{d,d} + K_{e,e} - 2 K_{d,e} \right)`,
      tex`K_{d,e} = \frac{1}{|B_d|\,|B_e|} \sum_{i \in B_d} \sum_{j \in B_e} \sum_\gamma ` +
      tex`e^{-\gamma \lVert z_i - z_j \rVert^2}, \quad \gamma = 10^{-3}, 10^{-2}, \dots, ` +
      tex`10^3`,
    ],
    symbols: { "\\lambda": "`penaltyWeight`" },
  },
  assumes: "features can have the same distribution in all domains",
  helps: "domains differ in style and have similar shares of classes",
  family: "domain-invariant",
  citation: "Li et al. 2018, Domain Generalization with Adversarial Feature Learning",
  version: 1,
  cost: { memory: "a table of all pairs of images" },
  minDomains: 2,
  mdlt: { name: "MMD", terms: { loss: "risk" } },
  departures: [DISTANCES],
  hyperparameters: {
    penaltyWeight: number({
      default: 1,
      presets: { quick: { default: 0.1, because: NARROW_KERNELS } },
      search: power10(-1, 1),
      description: "weight of the distance between the domains' features",
      mdltName: "mmd_gamma",
    }),
  },
  create: ({ network }, { penaltyWeight }) => ({
    loss: (domains) => penalisedRisk(forwardAll(network, domains), mmdPenalty, penaltyWeight),
  }),
});
