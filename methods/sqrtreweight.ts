import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { WEIGHTS_IN_BATCH, ZERO_SHOT_CELLS } from "./parts/departures.ts";
import { reweighted, reweightedObjective } from "./parts/reweighting.ts";

export default defineMethod({
  name: "sqrtreweight",
  title: "SqrtReWeight",
  description:
    "Re-weighting by the inverse square root of the class count: between none and full " +
    "balance.",
  objective: reweightedObjective(tex`\frac{1}{\sqrt{n_{d,c}}}`),
  assumes: "full re-weighting overstates the tail",
  helps: "the tail is long and few of its images are typical",
  family: "imbalance",
  citation:
    "Mikolov et al. 2013, Distributed Representations of Words and Phrases and their Compositionality",
  version: 1,
  mdlt: { name: "SqrtReWeight" },
  departures: [WEIGHTS_IN_BATCH, ZERO_SHOT_CELLS],
  hyperparameters: {},
  create: (ctx) => reweighted(ctx, (count) => 1 / Math.sqrt(count)),
});
