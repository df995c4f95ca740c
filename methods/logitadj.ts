import * as tf from "@tensorflow/tfjs-core";
import { number, uniform } from "./hyperparameter.ts";
import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { forwardAll } from "./parts/batches.ts";
import { MEAN_SHARES } from "./parts/departures.ts";
import { crossEntropy } from "./parts/losses.ts";
import { logShares } from "./parts/priors.ts";

export default defineMethod({
  name: "logitadj",
  title: "LogitAdj",
  description:
    "Logit adjustment: the logarithm of each class's share in training is added to its logit " +
    "in training, so the plain logits are those for classes that are equally frequent." +
    "\n\n" +
    "The shares are those that the pooled batches have: the mean over domains of a class's " +
    "share in the domain, since every domain gives equally many images to a batch. The " +
    "network then corrects for one long tail; that tails differ between domains it has to " +
    "bear (BSoftmax corrects each domain).",
  objective: {
    formulas: [tex`\min_\theta\; \frac{1}{|B|} \sum_{i \in B} \ell(s_i + \tau \log \pi, y_i)`],
    symbols: { "\\tau": "`tau`" },
  },
  assumes: "the test is balanced and the counts are known",
  helps: "one long tail holds in all domains",
  family: "imbalance",
  citation: "Menon et al. 2021, Long-Tail Learning via Logit Adjustment",
  version: 1,
  departures: [MEAN_SHARES],
  hyperparameters: {
    tau: number({
      default: 1,
      search: uniform(0.5, 2),
      description: "factor on the logarithm of the classes' shares",
    }),
  },
  create({ network, counts }, { tau }) {
    const adjustment = logShares(counts).map((log) => tau * log);
    return {
      /** Equation 10 of the paper. */
      loss(domains) {
        const { logits, labels } = forwardAll(network, domains);
        return { loss: crossEntropy(tf.add(logits, tf.tensor1d(adjustment)), labels) };
      },
    };
  },
});
