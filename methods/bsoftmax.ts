import * as tf from "@tensorflow/tfjs-core";
import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { ZERO_SHOT_CELLS } from "./parts/departures.ts";
import { forwardAll, lossByDomain, meanOf } from "./parts/batches.ts";
import { crossEntropy } from "./parts/losses.ts";

export default defineMethod({
  name: "bsoftmax",
  title: "BSoftmax",
  description:
    "Balanced softmax: the logarithm of each class's count in the domain is added to its " +
    "logit in training, so the network itself learns what a balanced test needs.",
  objective: {
    formulas: [
      tex`\min_\theta\; \frac{1}{D} \sum_d \frac{1}{|B_d|} \sum_{i \in B_d} \ell(s_i + b_d, ` +
      tex`y_i), \qquad b_{d,c} = \log \max(1, n_{d,c})`,
    ],
  },
  assumes: "the test is balanced and every domain's counts are known",
  helps: "tails differ between domains",
  family: "imbalance",
  citation: "Ren et al. 2020, Balanced Meta-Softmax for Long-Tailed Visual Recognition",
  version: 1,
  mdlt: { name: "BSoftmax" },
  departures: [{
    title: "absent classes",
    text:
      "Kept as in MDLT: a class without training images in a domain counts as one image, so it " +
      "stays in the softmax there. The paper's prior would exclude it.",
  }, ZERO_SHOT_CELLS],
  hyperparameters: {},
  create: ({ network, counts }) => ({
    loss: (domains) => ({
      loss: meanOf(
        lossByDomain(
          forwardAll(network, domains),
          (logits, labels, d) => balancedSoftmaxLoss(logits, labels, counts[d]!),
        ),
      ),
    }),
  }),
});

/** Counts for the prior. As in MDLT a class without images counts as one image: it stays possible. */
export const priorCounts = (counts: readonly number[]): number[] =>
  counts.map((count) => Math.max(1, count));

/** Mean cross-entropy of logits + log counts (equation 4 of the paper). */
export function balancedSoftmaxLoss(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  counts: readonly number[],
): tf.Scalar {
  const prior = tf.log(tf.tensor1d(priorCounts(counts)));
  return crossEntropy(tf.add(logits, prior), labels);
}
