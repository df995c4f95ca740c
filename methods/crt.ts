import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { FROZEN } from "./parts/departures.ts";
import { empiricalRisk } from "./parts/empirical_risk.ts";

export default defineMethod({
  name: "crt",
  title: "cRT",
  description:
    "Classifier re-training (cRT): the featurizer of a first stage is frozen and a fresh " +
    "classifier is trained on class-balanced batches. `boda+crt` is the BoDA_{r,c} of the " +
    "MDLT paper.",
  objective: { formulas: [tex`\min_g\; \frac{1}{|B|} \sum_{i \in B} \ell(g(z_i), y_i)`] },
  assumes: "the features are good and only the classifier is biased",
  helps: "the tail is long and rare classes have more than a few images",
  family: "imbalance",
  citation:
    "Kang et al. 2020, Decoupling Representation and Classifier for Long-Tailed Recognition",
  version: 1,
  // The featurizer does not move.
  cost: { passes: 1 / 3, time: 0.4 },
  mdlt: { name: "CRT" },
  sampler: "class-balanced",
  stage1: "erm",
  departures: [FROZEN],
  hyperparameters: {},
  create(ctx) {
    const classifier = ctx.optimizer(ctx.network.classifier.parameters);
    return { update: (domains) => classifier.minimize(() => empiricalRisk(ctx, domains)) };
  },
});
