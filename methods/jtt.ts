import * as tf from "@tensorflow/tfjs-core";
import { number, power10 } from "./hyperparameter.ts";
import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { joinedImages, joinedLabels } from "./parts/batches.ts";
import { crossEntropyPerExample } from "./parts/losses.ts";

export default defineMethod({
  name: "jtt",
  title: "JTT",
  description:
    "Just train twice: a network is trained from scratch, and images that the first stage's got " +
    "wrong count more. It never asks which domain an image is of.",
  objective: {
    formulas: [
      tex`\min_\theta\; \frac{1}{|B|} \sum_{i \in B} a_i\, \ell_i, \qquad a_i = 1 + (\lambda ` +
      tex`- 1)\, \mathbf{1}[\hat y_i \ne y_i]`,
    ],
    symbols: {
      "\\hat y_i": "the class that the first stage's network predicts for the image as it is " +
        "augmented in the step",
      "\\lambda": "`wrongWeight`",
    },
  },
  assumes: "what a plain network gets wrong is what it should learn better",
  helps: "domains are not known, and labels are right",
  family: "robust",
  citation:
    "Liu et al. 2021, Just Train Twice: Improving Group Robustness without Training Group Information",
  version: 1,
  // Besides its own a forward pass of the first stage's network.
  cost: { passes: 4 / 3, time: 1.3, memory: "the first stage's network" },
  stage1: "erm",
  inherits: "nothing",
  departures: [{
    title: "the first stage",
    text:
      "The authors stop it early, SubpopBench after half of the steps; here it is a whole run, " +
      "as it was tested. Whether an image is right is asked anew in every batch, of the image as " +
      "it is augmented then, as in SubpopBench. The authors repeat the wrong images, which a " +
      "weight does, too.",
  }],
  hyperparameters: {
    wrongWeight: number({
      default: 10,
      presets: {
        quick: { default: 3, because: "in 20 images a step, a few wrong ones would decide alone" },
      },
      search: power10(0, 2.5),
      description: "what an image counts that the first stage got wrong; others count 1",
    }),
  },
  create({ network, firstStage }, { wrongWeight }) {
    const first = firstStage();
    return {
      loss(domains) {
        const [images, labels] = [joinedImages(domains), joinedLabels(domains)];
        const missed = tf.notEqual(tf.argMax(first.logits(images), 1), labels);
        const wrong = tf.cast(missed, "float32");
        const weights = tf.add(tf.mul(wrong, wrongWeight - 1), 1);
        const losses = crossEntropyPerExample(network.logits(images, true), labels);
        return { loss: tf.mean(tf.mul(losses, weights)), wrong: tf.mean(wrong) };
      },
    };
  },
});
