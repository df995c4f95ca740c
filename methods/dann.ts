import { flag } from "./hyperparameter.ts";
import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { GRADIENT_PENALTY } from "./parts/departures.ts";
import {
  adversarialTraining,
  adversaryHyperparameters,
  adversarySymbols,
  gradientPenalty,
  referenceGradientPenalty,
} from "./parts/adversary.ts";

export default defineMethod({
  name: "dann",
  title: "DANN",
  description:
    "Domain-adversarial training: a discriminator learns to tell the domains apart by the " +
    "features, the featurizer learns to prevent it.",
  objective: {
    formulas: [
      tex`\min_h\; L \quad \text{and, in other steps,} \quad \min_\theta\; R - \lambda L`,
      tex`L = \frac{1}{|B|} \sum_{i \in B} \left[ \ell(h(z_i), d_i) + \kappa \left\lVert ` +
      tex`\nabla_{z_i} \ell(h(z_i), d_i) \right\rVert^2 \right]`,
    ],
    symbols: { ...adversarySymbols },
  },
  assumes: "features can hide their domain without losing the class",
  helps: "domains differ in style and have similar shares of classes",
  family: "domain-invariant",
  citation: "Ganin et al. 2016, Domain-Adversarial Training of Neural Networks",
  version: 1,
  minDomains: 2,
  // A generator's step, and a discriminator's on features that are not differentiated.
  cost: { passes: 2 / 3, time: 0.8, memory: "a discriminator" },
  mdlt: { name: "DANN", terms: { gen_loss: "loss", disc_loss: "discriminatorLoss" } },
  departures: [GRADIENT_PENALTY],
  hyperparameters: {
    ...adversaryHyperparameters,
    mdlt: flag({
      default: false,
      description: "the gradient penalty as MDLT computes it (0 for domains of equal size)",
    }),
  },
  create: (ctx, h) =>
    adversarialTraining(ctx, h, {
      gradientPenalty: h.mdlt ? referenceGradientPenalty : gradientPenalty,
    }),
});
