import * as tf from "@tensorflow/tfjs-core";
import { number, uniform } from "./hyperparameter.ts";
import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { FROZEN } from "./parts/departures.ts";

export default defineMethod({
  name: "taunorm",
  title: "τ-norm",
  description:
    "τ-normalisation: the classifier of a first stage, which has longer weight vectors for " +
    "frequent classes, with every vector divided by its length to the power τ. Nothing is " +
    "trained.",
  objective: {
    formulas: [tex`\hat s_{i,c} = \frac{w_c^\top z_i}{\lVert w_c \rVert^\tau}`],
    symbols: { "\\hat s_i": "the logits that predict", "\\tau": "`tau`" },
  },
  assumes: "longer weight vectors mean more frequent classes and no more",
  helps: "nothing can be trained any more",
  family: "imbalance",
  citation:
    "Kang et al. 2020, Decoupling Representation and Classifier for Long-Tailed Recognition",
  version: 1,
  cost: { time: 0 },
  stage1: "erm",
  inherits: "network",
  steps: 0,
  departures: [FROZEN],
  hyperparameters: {
    tau: number({
      default: 0.7,
      search: uniform(0, 1),
      description: "0 leaves the weights as they are, 1 gives all classes weights of length 1",
    }),
  },
  create({ network: { classifier, featurizer } }, { tau }) {
    const weight = classifier.parameters[0]!.variable;
    return {
      /** Equation 3 of the paper; like there the bias is left out. */
      predict(images) {
        const lengths = tf.maximum(tf.norm(weight, 2, 0, true), 1e-12);
        const normalised = tf.div(weight, tf.pow(lengths, tau));
        return tf.matMul(featurizer.apply(images), normalised);
      },
    };
  },
});
