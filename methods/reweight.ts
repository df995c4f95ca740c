import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { WEIGHTS_IN_BATCH, ZERO_SHOT_CELLS } from "./parts/departures.ts";
import { reweighted, reweightedObjective } from "./parts/reweighting.ts";

export default defineMethod({
  name: "reweight",
  title: "ReWeight",
  description:
    "Re-weighting by the inverse of the class count: every class of a domain has the same " +
    "say.",
  objective: reweightedObjective(tex`\frac{1}{n_{d,c}}`),
  assumes: "a class should count by the inverse of its images",
  helps: "the rarest classes have more than a handful of images",
  family: "imbalance",
  citation: "Huang et al. 2016, Learning Deep Representation for Imbalanced Classification",
  version: 1,
  mdlt: { name: "ReWeight" },
  departures: [WEIGHTS_IN_BATCH, ZERO_SHOT_CELLS],
  hyperparameters: {},
  create: (ctx) => reweighted(ctx, (count) => 1 / count),
});
