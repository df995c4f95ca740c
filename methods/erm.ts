import { defineMethod } from "./method.ts";
import { EMPIRICAL_RISK, empiricalRisk } from "./parts/empirical_risk.ts";

export default defineMethod({
  name: "erm",
  title: "ERM",
  description: "Empirical risk minimisation: cross-entropy over the images of all domains joined.",
  objective: { formulas: [EMPIRICAL_RISK] },
  assumes: "test images come from the mixture that training images come from",
  helps: "images are plentiful and classes balanced; it is the measure of all others",
  family: "baseline",
  citation: "Vapnik 1998, Statistical Learning Theory",
  version: 1,
  mdlt: { name: "ERM" },
  hyperparameters: {},
  create: (ctx) => ({ loss: (domains) => empiricalRisk(ctx, domains) }),
});
