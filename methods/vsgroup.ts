import { priorCounts } from "./bsoftmax.ts";
import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { forwardAll, lossByDomain, meanOf } from "./parts/batches.ts";
import { ZERO_SHOT_CELLS } from "./parts/departures.ts";
import { crossEntropy, vectorScaled } from "./parts/losses.ts";
import { vsHyperparameters, vsSymbols } from "./vs.ts";

export default defineMethod({
  name: "vsgroup",
  title: "Group-VS",
  description:
    "Vector scaling by (domain, class) cells: the factor on a logit and the shift follow from how " +
    "many images the class has in the image's own domain.",
  objective: {
    formulas: [
      tex`\min_\theta\; \frac{1}{D} \sum_d \frac{1}{|B_d|} \sum_{i \in B_d} \ell(a_d \odot ` +
      tex`s_i + \tau \log m_d, y_i)`,
      tex`m_{d,c} = \max(1, n_{d,c}), \qquad a_{d,c} = \left( \frac{m_{d,c}}{\max_j ` +
      tex`m_{d,j}} \right)^\gamma`,
    ],
    symbols: { ...vsSymbols },
  },
  assumes: "the test is balanced over cells of domain and class",
  helps: "tails differ between domains and training is long",
  family: "multi-domain long-tailed",
  citation:
    "Kini et al. 2021, Label-Imbalanced and Group-Sensitive Classification under Overparameterization",
  version: 1,
  departures: [{
    title: "groups",
    text: "The paper's groups are attributes such as a background; here they are the domains. A " +
      "class without images in a domain counts as one there, as in BSoftmax.",
  }, ZERO_SHOT_CELLS],
  hyperparameters: vsHyperparameters,
  create({ network, counts }, { gamma, tau }) {
    const logs = counts.map((row) => priorCounts(row).map(Math.log));
    return {
      loss: (domains) => ({
        loss: meanOf(
          lossByDomain(
            forwardAll(network, domains),
            (logits, labels, d) => crossEntropy(vectorScaled(logits, logs[d]!, gamma, tau), labels),
          ),
        ),
      }),
    };
  },
});
