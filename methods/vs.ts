import * as tf from "@tensorflow/tfjs-core";
import { number, uniform } from "./hyperparameter.ts";
import { logShares } from "./logitadj.ts";
import { defineMethod, type Hyperparameters } from "./method.ts";
import { forwardAll } from "./parts/batches.ts";
import { crossEntropy } from "./parts/losses.ts";

/** The hyperparameters of the loss, whatever it counts. */
export const vsHyperparameters = {
  gamma: number({
    default: 0.3,
    search: uniform(0, 0.4),
    description: "exponent of the factors on the logits; 0 is logit adjustment",
  }),
  tau: number({
    default: 1,
    search: uniform(0.5, 1.5),
    description: "factor on the logarithm of the shares, which is added to the logits",
  }),
} as const satisfies Hyperparameters;

export default defineMethod({
  name: "vs",
  title: "VS",
  description:
    "Vector scaling: logits are divided by a factor that grows as a class gets rarer, and the " +
    "logarithm of the class's share is added. The shift works early in training, the factor when " +
    "all training images are fitted.",
  assumes: "the test is balanced, and shifted logits stop to help in a long training",
  helps: "training goes on after all of its images are fitted",
  family: "imbalance",
  citation:
    "Kini et al. 2021, Label-Imbalanced and Group-Sensitive Classification under Overparameterization",
  version: 1,
  departures: [{
    title: "what is counted",
    text: "As for logit adjustment, a class's count is its mean share over the domains, since " +
      "every domain gives equally many images to a batch. The defaults are those of the authors' " +
      "code; their paper tunes both for each data set.",
  }],
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

/**
 * Logits / Δ + τ log π with Δ = (π_max / π)^γ (equation 2 of the paper).
 *
 * @param logs log π of every class, up to a constant.
 */
export function vectorScaled(
  logits: tf.Tensor2D,
  logs: readonly number[],
  gamma: number,
  tau: number,
): tf.Tensor2D {
  const most = Math.max(...logs);
  const factors = tf.tensor1d(logs.map((log) => Math.exp(gamma * (log - most))));
  return tf.add(tf.mul(logits, factors), tf.tensor1d(logs.map((log) => tau * log)));
}
