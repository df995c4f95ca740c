/**
 * Re-weighting by the inverse square root of the class count: between none and full balance.
 *
 * @module
 */
import { defineMethod } from "./method.ts";
import { reweighted } from "./parts/reweighting.ts";

export default defineMethod({
  name: "sqrtreweight",
  title: "SqrtReWeight",
  family: "imbalance",
  citation:
    "Mikolov et al. 2013, Distributed Representations of Words and Phrases and their Compositionality",
  version: 1,
  mdlt: { name: "SqrtReWeight" },
  hyperparameters: {},
  create: (ctx) => reweighted(ctx, (count) => 1 / Math.sqrt(count)),
});
