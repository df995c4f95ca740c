import * as tf from "@tensorflow/tfjs-core";
import { SHARE } from "../base/setting.ts";
import { choice, number, uniform } from "./hyperparameter.ts";
import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { joinedImages, joinedLabels } from "./parts/batches.ts";
import { smoothedCrossEntropy } from "./parts/losses.ts";
import { logShares } from "./parts/priors.ts";
import { MEAN_SHARES } from "./parts/departures.ts";

export default defineMethod({
  name: "mislas",
  title: "MiSLAS",
  description:
    "On a first stage trained with Mixup, one factor a class and the classifier learn from " +
    "class-balanced batches. Labels are smoothed, and the more the more frequent the class, so " +
    "that the network is not surer of frequent classes than it should be.",
  objective: {
    formulas: [
      tex`\min_{a,g}\; \frac{1}{|B|} \sum_{i \in B} \left[ (1 - \epsilon_{y_i})\, \ell(a ` +
      tex`\odot s_i, y_i) + \frac{\epsilon_{y_i}}{C} \sum_c \ell(a \odot s_i, c) \right]`,
      tex`\epsilon_c = \epsilon^- + (\epsilon^+ - \epsilon^-) \sin\left( 90^\circ ` +
      tex`\cdot \frac{\pi_c - \min_j \pi_j}{\max_j \pi_j - \min_j \pi_j} ` +
      tex`\right)`,
    ],
    symbols: {
      "a": "a factor for every class, 1 at first; $a \\odot s_i$ is what predicts",
      "\\epsilon^+, \\epsilon^-": "`headSmoothing` and `tailSmoothing`",
      "g": "the classifier, with `classifierRate` times the learning rate",
    },
  },
  assumes: "a network is surer of frequent classes than it should be",
  helps: "the first stage is too sure of itself, as after a long training",
  family: "imbalance",
  citation: "Zhong et al. 2021, Improving Calibration for Long-Tailed Recognition",
  version: 1,
  // The featurizer does not move.
  cost: { passes: 1 / 3, time: 0.4 },
  sampler: "class-balanced",
  stage1: "mixup",
  inherits: "network",
  departures: [{
    title: "what is left out",
    text: "Batch norms keep their statistics in all networks here, so there are none to shift " +
      "between the stages.",
  }, MEAN_SHARES],
  hyperparameters: {
    headSmoothing: number({
      default: 0.3,
      search: uniform(0.2, 0.4),
      range: SHARE,
      description: "part of the label that the most frequent class gives to all classes",
    }),
    tailSmoothing: number({
      default: 0,
      search: uniform(0, 0.1),
      range: SHARE,
      description: "the same part for the rarest class",
    }),
    classifierRate: number({
      default: 0.5,
      search: choice(0.05, 0.1, 0.2, 0.5),
      description: "factor on the classifier's learning rate beside that of the factors",
    }),
  },
  create(ctx, { headSmoothing, tailSmoothing, classifierRate }) {
    const { network, adam } = ctx;
    const scale = ctx.parameter("scale", [ctx.classes], 1);
    const optimizers = [
      ctx.optimizer([scale]),
      ctx.optimizer(network.classifier.parameters, {
        learningRate: adam.learningRate * classifierRate,
      }),
    ];
    const shares = logShares(ctx.counts).map(Math.exp);
    const [few, many] = [Math.min(...shares), Math.max(...shares)];
    /** Equation 6 of the paper, the concave form. */
    const smoothing = shares.map((share) =>
      tailSmoothing +
      (headSmoothing - tailSmoothing) *
        Math.sin(Math.PI / 2 * (share - few) / Math.max(many - few, 1e-12))
    );
    const predict = (images: tf.Tensor, training = false) =>
      tf.mul(network.logits(images, training), scale.variable) as tf.Tensor2D;
    return {
      update: (domains) =>
        ctx.minimize(() => ({
          loss: smoothedCrossEntropy(
            predict(joinedImages(domains), true),
            joinedLabels(domains),
            smoothing,
          ),
        }), optimizers),
      predict: (images) => predict(images),
    };
  },
});
