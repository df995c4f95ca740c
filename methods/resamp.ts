import { defineMethod } from "./method.ts";
import { EMPIRICAL_RISK, empiricalRisk } from "./parts/empirical_risk.ts";

export default defineMethod({
  name: "resamp",
  title: "ReSamp",
  description:
    "Class-balanced re-sampling: ERM on batches in which every class of a domain is equally " +
    "likely.",
  objective: { formulas: [EMPIRICAL_RISK] },
  assumes: "rare images can be repeated without being learned by heart",
  helps: "the tail is moderate",
  family: "imbalance",
  citation: "Japkowicz 2000, The Class Imbalance Problem: Significance and Strategies",
  version: 1,
  mdlt: { name: "ReSamp" },
  sampler: "class-balanced",
  hyperparameters: {},
  create: (ctx) => ({ loss: (domains) => empiricalRisk(ctx, domains) }),
});
