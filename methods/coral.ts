import { number, power10 } from "./hyperparameter.ts";
import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { ONE_IMAGE } from "./parts/departures.ts";
import { forwardAll } from "./parts/batches.ts";
import { CORAL_FORMULAS, coralPenalty, penalisedRisk } from "./parts/penalties.ts";

export default defineMethod({
  name: "coral",
  title: "CORAL",
  description: "Deep CORAL: the features of all domains get the same mean and covariance.",
  objective: {
    formulas: [tex`\min_\theta\; \frac{1}{D} \sum_d R_d + \lambda L`, ...CORAL_FORMULAS],
    symbols: { "\\lambda": "`penaltyWeight`" },
  },
  assumes: "features can have the same mean and covariance in all domains",
  helps: "domains differ in style and have similar shares of classes",
  family: "domain-invariant",
  citation: "Sun and Saenko 2016, Deep CORAL: Correlation Alignment for Deep Domain Adaptation",
  version: 1,
  minDomains: 2,
  mdlt: { name: "CORAL", terms: { loss: "risk" } },
  departures: [ONE_IMAGE],
  hyperparameters: {
    penaltyWeight: number({
      default: 1,
      search: power10(-1, 1),
      description: "weight of the distance between the domains' features",
      mdltName: "mmd_gamma",
    }),
  },
  create: ({ network }, { penaltyWeight }) => ({
    loss: (domains) => penalisedRisk(forwardAll(network, domains), coralPenalty, penaltyWeight),
  }),
});
