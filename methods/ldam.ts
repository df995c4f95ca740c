import * as tf from "@tensorflow/tfjs-core";
import { ABOVE_0 } from "../base/setting.ts";
import { choice, number, power10 } from "./hyperparameter.ts";
import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { ZERO_SHOT_CELLS } from "./parts/departures.ts";
import { forwardAll, lossByDomain, meanOf } from "./parts/batches.ts";
import { crossEntropy } from "./parts/losses.ts";

export default defineMethod({
  name: "ldam",
  title: "LDAM",
  description:
    "Label-distribution-aware margins: the rarer a class in its domain, the larger the margin " +
    "by which its logit has to win.",
  objective: {
    formulas: [
      tex`\min_\theta\; \frac{1}{D} \sum_d \frac{1}{|B_d|} \sum_{i \in B_d} \ell\left(k\, ` +
      tex`(s_i - \Delta_{d,y_i}\, e_{y_i}), y_i\right)`,
      tex`\Delta_{d,c} = m\, \frac{n_{d,c}^{-1/4}}{\max_j n_{d,j}^{-1/4}}`,
    ],
    symbols: {
      "e_c": "the unit vector of a class",
      "\\Delta_{d,c}": "0 where the domain lacks the class",
      "m": "`maxMargin`",
      "k": "`scale`; what predicts is $k\\, s_i$",
    },
  },
  assumes: "rare classes need a larger margin",
  helps: "the tail is long and the classes can be told apart",
  family: "imbalance",
  citation:
    "Cao et al. 2019, Learning Imbalanced Datasets with Label-Distribution-Aware Margin Loss",
  version: 2,
  mdlt: { name: "LDAM" },
  departures: [ZERO_SHOT_CELLS, {
    title: "the confidence",
    text:
      "MDLT takes probabilities from the bare logits, of which training has made a softmax of " +
      "`scale` times as much; here they come from the scaled logits. The predicted classes are the " +
      "same, and so is every figure but those of confidence. Version 1 was like MDLT.",
  }],
  hyperparameters: {
    maxMargin: number({
      default: 0.5,
      search: power10(-1, -0.1),
      range: ABOVE_0,
      description: "margin of the rarest class of each domain",
      mdltName: "max_m",
    }),
    scale: number({
      default: 30,
      search: choice(10, 30),
      range: ABOVE_0,
      description: "factor on the logits",
    }),
  },
  create({ network, counts }, { maxMargin, scale }) {
    const margins = counts.map((row) => classMargins(row, maxMargin));
    return {
      loss: (domains) => ({
        loss: meanOf(
          lossByDomain(
            forwardAll(network, domains),
            (logits, labels, d) => marginLoss(logits, labels, margins[d]!, scale),
          ),
        ),
      }),
      predict: (images) => tf.mul(network.logits(images, false), scale) as tf.Tensor2D,
    };
  },
});

/**
 * Margins of the classes of a domain, ∝ n^(−1/4) (equation 11 of the paper), the largest of them
 * `largest`; 0 for a class without images.
 */
export function classMargins(counts: readonly number[], largest: number): number[] {
  const raw = counts.map((count) => (count > 0 ? count ** -0.25 : 0));
  const most = Math.max(...raw);
  return raw.map((margin) => margin * largest / most);
}

/** Mean cross-entropy of scaled logits, the true one reduced by the margin of its class. */
export function marginLoss(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  margins: readonly number[],
  scale: number,
): tf.Scalar {
  const handicap = tf.mul(tf.oneHot(labels, margins.length), tf.tensor1d([...margins]));
  return crossEntropy(tf.mul(tf.sub(logits, handicap), scale), labels);
}
