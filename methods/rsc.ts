import * as tf from "@tensorflow/tfjs-core";
import { SHARE } from "../base/setting.ts";
import { number, uniform } from "./hyperparameter.ts";
import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { forwardAll } from "./parts/batches.ts";
import { constantOf } from "./parts/gradients.ts";
import { crossEntropy } from "./parts/losses.ts";

export default defineMethod({
  name: "rsc",
  title: "RSC",
  description:
    "Representation self-challenging: the features on which the right answer leans most are " +
    "muted, so the network has to find it by the others.",
  objective: {
    formulas: [
      tex`\min_\theta\; \frac{1}{|B|} \sum_{i \in B} \ell(g(z_i \odot m_i), y_i), \qquad ` +
      tex`m_{i,k} = 1 - \mathbf{1}[i \in I]\; \mathbf{1}[k \in K_i]`,
    ],
    symbols: {
      "K_i": "the $\\lfloor a\\, (F - 1) \\rfloor + 1$ features with the largest $\\partial " +
        "s_{i,y_i} / \\partial z_{i,k}$, $a$ being `featureDrop`",
      "I": "the $\\lfloor b\\, (|B| - 1) \\rfloor + 1$ images that lose most of $p_{i,y_i}$ " +
        "where $K_i$ are 0, $b$ being `batchDrop`",
      "m_i": "a constant",
    },
  },
  assumes: "the features that dominate are not all that tell the class",
  helps: "one easy feature crowds out the others",
  family: "robust",
  citation: "Huang et al. 2020, Self-Challenging Improves Cross-Domain Generalization",
  version: 1,
  hyperparameters: {
    featureDrop: number({
      default: 1 / 3,
      search: uniform(0, 0.5),
      range: SHARE,
      description: "share of the features that is muted in an image",
    }),
    batchDrop: number({
      default: 1 / 3,
      search: uniform(0, 0.5),
      range: SHARE,
      description: "share of the images whose features are muted",
    }),
  },
  create: ({ network }, { featureDrop, batchDrop }) => ({
    loss(domains) {
      const { features, logits, labels } = forwardAll(network, domains);
      const truth = tf.oneHot(labels, logits.shape[1]);
      const ofTruth = (values: tf.Tensor) => tf.sum(tf.mul(values, truth), 1);
      // Equations 1 to 3: the features that do most for the logit of the right class are muted.
      const gradient = tf.grad((z) => ofTruth(network.classify(z, true)))(features);
      const featureMask = belowTop(gradient as tf.Tensor2D, featureDrop);
      const muted = network.classify(tf.mul(features, featureMask), true);
      // Section 3.3: the images that lose least by it keep all of their features.
      const lost = tf.sub(ofTruth(tf.softmax(logits)), ofTruth(tf.softmax(muted)));
      const batchMask = tf.transpose(belowTop(tf.expandDims(lost), batchDrop));
      const either = tf.sub(1, tf.mul(tf.sub(1, featureMask), tf.sub(1, batchMask)));
      return { loss: crossEntropy(network.classify(tf.mul(features, either), true), labels) };
    },
  }),
});

/**
 * 0 for the numbers of a row that are not below the row's (1 − share) quantile, which are its
 * ⌊share · (columns − 1)⌋ + 1 largest, and 1 for the others: `[rows, columns]` → the same. As a step
 * function of its input it is a constant.
 */
function belowTop(values: tf.Tensor2D, share: number): tf.Tensor2D {
  const count = Math.floor(share * (values.shape[1] - 1)) + 1;
  return constantOf(values, (input) => {
    const least = tf.slice(tf.topk(input, count).values, [0, count - 1], [-1, 1]);
    return tf.relu(tf.sign(tf.sub(least, input)));
  });
}
