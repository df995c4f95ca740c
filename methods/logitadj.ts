import * as tf from "@tensorflow/tfjs-core";
import { number, uniform } from "./hyperparameter.ts";
import { defineMethod } from "./method.ts";
import { forwardAll } from "./parts/batches.ts";
import { crossEntropy } from "./parts/losses.ts";

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
  assumes: "the test is balanced and the counts are known",
  helps: "one long tail holds in all domains",
  family: "imbalance",
  citation: "Menon et al. 2021, Long-Tail Learning via Logit Adjustment",
  version: 1,
  departures: [{
    title: "the prior",
    text: "The paper has one training set; here are several, and every batch takes equally many " +
      "images of each. So a class's prior is the mean over the domains of its share there. A " +
      "class without any image counts as a single one.",
  }],
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

/**
 * Logarithm of each class's mean share in the domains. A class without any image counts as one with
 * a single image in one domain: it stays in the softmax, far below the others.
 */
export function logShares(counts: readonly (readonly number[])[]): number[] {
  const totals = counts.map((row) => row.reduce((sum, n) => sum + n, 0));
  const least = 1 / (counts.length * Math.max(...totals));
  return counts[0]!.map((_, c) => {
    const share = counts.reduce((sum, row, d) => sum + row[c]! / totals[d]! / counts.length, 0);
    return Math.log(Math.max(share, least));
  });
}
