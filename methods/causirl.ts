import * as tf from "@tensorflow/tfjs-core";
import { number, power10 } from "./hyperparameter.ts";
import { defineMethod, learner } from "./method.ts";
import { tex } from "./objective.ts";
import { forwardAll } from "./parts/batches.ts";
import { mmd2, NARROW_KERNELS, penalisedRisk } from "./parts/penalties.ts";

export default defineMethod({
  name: "causirl",
  title: "CausIRL-MMD",
  description:
    "CausIRL with MMD: features should not tell which of two mixtures of the domains an image " +
    "is from. Each domain's batch is cut in two at a random place; the parts of all domains " +
    "make the mixtures.",
  objective: {
    formulas: [
      tex`\min_\theta\; \frac{1}{D} \sum_d R_d + \lambda \left( K_{1,1} + K_{2,2} - 2 ` +
      tex`K_{1,2} \right)`,
      tex`K_{a,b} = \frac{1}{|M_a|\,|M_b|} \sum_{i \in M_a} \sum_{j \in M_b} \sum_\gamma ` +
      tex`e^{-\gamma \lVert z_i - z_j \rVert^2}, \quad \gamma = 10^{-3}, 10^{-2}, \dots, ` +
      tex`10^3`,
    ],
    symbols: {
      "M_1, M_2": "two mixtures of the domains: each domain's batch is cut in two at a random " +
        "place, and its first part belongs to $M_1$; with fewer than two images in one of " +
        "them nothing is compared",
      "\\lambda": "`penaltyWeight`",
    },
  },
  assumes: "features can be alike on both sides of any cut through the batch",
  helps: "domains are unclear, or few",
  family: "domain-invariant",
  citation: "Chevalley et al. 2022, Invariant Causal Mechanisms through Distribution Matching",
  version: 1,
  cost: { memory: "a table of all pairs of images" },
  minDomains: 2,
  hyperparameters: {
    penaltyWeight: number({
      default: 1,
      presets: { quick: { default: 0.1, because: NARROW_KERNELS } },
      search: power10(-1, 1),
      description: "weight of the distance between the two mixtures' features",
    }),
  },
  create(ctx, { penaltyWeight }) {
    const cuts = ctx.random("cuts");
    return learner({
      /** The shares of the images in the means of the two mixtures, `[2, images]`. */
      draws(sizes) {
        const first = sizes.flatMap((images) => {
          const cut = cuts.integer(images);
          return Array.from({ length: images }, (_, i) => i < cut);
        });
        const mixtures = [first, first.map((here) => !here)];
        const members = mixtures.map((mixture) => mixture.filter((here) => here).length);
        // As in DomainBed a mixture of a single image is not compared: no image has a share.
        const compared = Math.min(...members) >= 2;
        const shares = mixtures.map((mixture, m) =>
          mixture.map((here) => here && compared ? 1 / members[m]! : 0)
        );
        return { shares: tf.tensor2d(shares) };
      },
      /** Algorithm 1 of the paper. */
      loss(domains, { draws: { shares } }) {
        const pass = forwardAll(ctx.network, domains);
        return penalisedRisk(pass, () => mmd2(pass.features, shares), penaltyWeight);
      },
    });
  },
});
