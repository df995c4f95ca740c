import * as tf from "@tensorflow/tfjs-core";
import { number } from "./hyperparameter.ts";
import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { forwardAll } from "./parts/batches.ts";
import { crossEntropyPerExample } from "./parts/losses.ts";

export default defineMethod({
  name: "focal",
  title: "Focal",
  description: "Focal loss: images that are already well classified count less.",
  objective: {
    formulas: [
      tex`\min_\theta\; \frac{1}{|B|} \sum_{i \in B} \left(1 - p_{i,y_i}\right)^\gamma ` +
      tex`\left(-\log p_{i,y_i}\right)`,
    ],
    symbols: { "\\gamma": "`gamma`" },
  },
  assumes: "images that are classified well have little left to teach",
  helps: "easy images outnumber the hard ones",
  family: "imbalance",
  citation: "Lin et al. 2017, Focal Loss for Dense Object Detection",
  version: 1,
  mdlt: { name: "Focal" },
  departures: [{
    title: "γ below 1",
    text:
      "In MDLT the gradient is NaN as soon as one image has a cross-entropy of exactly 0. Here " +
      "the gradient of such an image is 0, the limit.",
  }],
  hyperparameters: {
    gamma: number({
      default: 1,
      search: { kind: "power", base: 10, low: 0, high: 1, scale: 0.5 },
      description: "how fast the weight falls with the probability of the true class",
    }),
  },
  create: ({ network }, { gamma }) => ({
    loss(domains) {
      const { logits, labels } = forwardAll(network, domains);
      return { loss: focalLoss(logits, labels, gamma) };
    },
  }),
});

/**
 * Mean over rows of (1 − p)^γ · (−log p), equation 4 of the paper, with p the probability of the
 * true class. The gradient is finite for γ < 1 too: where p rounds to 1 it is 0.
 */
export function focalLoss(logits: tf.Tensor2D, labels: tf.Tensor1D, gamma: number): tf.Scalar {
  const losses = crossEntropyPerExample(logits, labels);
  // The power's slope is infinite at 0; the maximum is constant there and ends the gradient.
  const misses = tf.maximum(tf.sub(1, tf.exp(tf.neg(losses))), 1e-30);
  return tf.mean(tf.mul(tf.pow(misses, gamma), losses));
}
