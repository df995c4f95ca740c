import { number, uniform } from "./hyperparameter.ts";
import { defineMethod, type Hyperparameters } from "./method.ts";
import { tex } from "./objective.ts";
import { forwardAll } from "./parts/batches.ts";
import { crossEntropy, vectorScaled } from "./parts/losses.ts";
import { logShares } from "./parts/priors.ts";
import { MEAN_SHARES } from "./parts/departures.ts";

/** The hyperparameters of the loss, whatever it counts. */
export const vsHyperparameters = {
  gamma: number({
    default: 0.3,
    presets: {
      quick: {
        default: 0.1,
        because: "the factors serve once all images are fitted, and slow what is short of it",
      },
    },
    search: uniform(0, 0.4),
    description: "exponent of the factors on the logits; 0 is logit adjustment",
  }),
  tau: number({
    default: 1,
    search: uniform(0.5, 1.5),
    description: "factor on the logarithm of the shares, which is added to the logits",
  }),
} as const satisfies Hyperparameters;

/** What stands in the formulas of the loss. */
export const vsSymbols = { "\\gamma": "`gamma`", "\\tau": "`tau`" } as const;

export default defineMethod({
  name: "vs",
  title: "VS",
  description:
    "Vector scaling: logits are divided by a factor that grows as a class gets rarer, and the " +
    "logarithm of the class's share is added. The shift works early in training, the factor when " +
    "all training images are fitted.",
  objective: {
    formulas: [
      tex`\min_\theta\; \frac{1}{|B|} \sum_{i \in B} \ell(a \odot s_i + \tau \log \pi, y_i), ` +
      tex`\qquad a_c = \left( \frac{\pi_c}{\max_j \pi_j} \right)^\gamma`,
    ],
    symbols: { ...vsSymbols },
  },
  assumes: "the test is balanced, and shifted logits stop to help in a long training",
  helps: "training goes on after all of its images are fitted",
  family: "imbalance",
  citation:
    "Kini et al. 2021, Label-Imbalanced and Group-Sensitive Classification under Overparameterization",
  version: 1,
  departures: [MEAN_SHARES],
  hyperparameters: vsHyperparameters,
  create({ network, counts }, { gamma, tau }) {
    const logs = logShares(counts);
    return {
      loss(domains) {
        const { logits, labels } = forwardAll(network, domains);
        return { loss: crossEntropy(vectorScaled(logits, logs, gamma, tau), labels) };
      },
    };
  },
});
