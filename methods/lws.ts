/**
 * Learnable weight scaling (LWS): one factor a class on the classifier's weight vectors of a first
 * stage is trained on class-balanced batches; all else is frozen.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { defineMethod } from "./method.ts";
import { joinedImages, joinedLabels } from "./parts/batches.ts";
import { crossEntropy } from "./parts/losses.ts";

export default defineMethod({
  name: "lws",
  title: "LWS",
  family: "imbalance",
  source: "Kang et al. 2020, Decoupling Representation and Classifier for Long-Tailed Recognition",
  version: 1,
  sampler: "class-balanced",
  stage1: "erm",
  inherits: "network",
  hyperparameters: {},
  create(bench) {
    const { network } = bench;
    const scale = bench.parameter("scale", [bench.classes], 1);
    const optimizer = bench.optimizer([scale]);
    const [weight, bias] = network.classifier.parameters.map(({ variable }) => variable);
    /** Equation 4 of the paper: (f_c · w_c)ᵀ z + b_c. */
    const predict = (images: tf.Tensor, training = false) => {
      const scaled = tf.mul(weight!, scale.variable) as tf.Tensor2D;
      return tf.add(tf.matMul(network.features(images, training), scaled), bias!) as tf.Tensor2D;
    };
    return {
      update: (domains) =>
        optimizer.minimize(() => ({
          loss: crossEntropy(predict(joinedImages(domains), true), joinedLabels(domains)),
        })),
      predict: (images) => predict(images),
    };
  },
});
