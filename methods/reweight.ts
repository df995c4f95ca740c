/**
 * Re-weighting by the inverse of the class count: every class of a domain has the same say.
 *
 * @module
 */
import { defineMethod } from "./method.ts";
import { reweighted } from "./parts/reweighting.ts";

export default defineMethod({
  name: "reweight",
  title: "ReWeight",
  family: "imbalance",
  citation: "Huang et al. 2016, Learning Deep Representation for Imbalanced Classification",
  version: 1,
  mdlt: { name: "ReWeight" },
  hyperparameters: {},
  create: (ctx) => reweighted(ctx, (count) => 1 / count),
});
