import * as tf from "@tensorflow/tfjs-core";
import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { FROZEN } from "./parts/departures.ts";
import { joinedImages, joinedLabels } from "./parts/batches.ts";
import { crossEntropy } from "./parts/losses.ts";

export default defineMethod({
  name: "lws",
  title: "LWS",
  description:
    "Learnable weight scaling (LWS): one factor a class on the classifier of a first stage is " +
    "trained on class-balanced batches; all else is frozen.",
  objective: {
    formulas: [tex`\min_a\; \frac{1}{|B|} \sum_{i \in B} \ell(a \odot s_i, y_i)`],
    symbols: { "a": "a factor for every class, 1 at first; $a \\odot s_i$ is what predicts" },
  },
  assumes: "only the lengths of the classifier's vectors are biased",
  helps: "the tail is long and rare classes have too few images for cRT",
  family: "imbalance",
  citation:
    "Kang et al. 2020, Decoupling Representation and Classifier for Long-Tailed Recognition",
  version: 2,
  // The featurizer does not move.
  cost: { passes: 1 / 3, time: 0.4 },
  sampler: "class-balanced",
  stage1: "erm",
  inherits: "network",
  departures: [FROZEN],
  hyperparameters: {},
  create(ctx) {
    const { network } = ctx;
    const scale = ctx.parameter("scale", [ctx.classes], 1);
    const optimizer = ctx.optimizer([scale]);
    /** Equation 4 of the paper; as in its authors' code the factor is on the bias, too. */
    const predict = (images: tf.Tensor, training = false) =>
      tf.mul(network.logits(images, training), scale.variable) as tf.Tensor2D;
    return {
      update: (domains) =>
        optimizer.minimize(() => ({
          loss: crossEntropy(predict(joinedImages(domains), true), joinedLabels(domains)),
        })),
      predict: (images) => predict(images),
    };
  },
});
