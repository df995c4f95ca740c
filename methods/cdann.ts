import * as tf from "@tensorflow/tfjs-core";
import { flag } from "./hyperparameter.ts";
import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { GRADIENT_PENALTY } from "./parts/departures.ts";
import {
  adversarialTraining,
  adversaryHyperparameters,
  adversarySymbols,
  gradientPenalty,
  referenceGradientPenalty,
} from "./parts/adversary.ts";
import { crossEntropyPerExample } from "./parts/losses.ts";

export default defineMethod({
  name: "cdann",
  title: "CDANN",
  description:
    "Conditional domain-adversarial training: the discriminator knows the class of the image " +
    "and every class of a batch has the same say, so features become alike within a class and " +
    "not across.",
  objective: {
    formulas: [
      tex`\min_{h,v}\; L \quad \text{and, in other steps,} \quad \min_\theta\; R - \lambda L`,
      tex`L = \sum_{i \in B} \left[ \frac{\ell(h(u_i), d_i)}{C_B\, |B^{y_i}|} + ` +
      tex`\frac{\kappa}{|B|} \left\lVert \nabla_{u_i} \ell(h(u_i), d_i) \right\rVert^2 ` +
      tex`\right], \quad u_i = z_i + v_{y_i}`,
    ],
    symbols: {
      ...adversarySymbols,
      "v_c": "a vector for every class",
      "B^c, C_B": "the images of a class in the batch, and the number of classes that it has",
    },
  },
  assumes: "features of one class can hide their domain",
  helps: "domains differ in style and in their shares of classes",
  family: "domain-invariant",
  citation:
    "Li et al. 2018, Deep Domain Generalization via Conditional Invariant Adversarial Networks",
  version: 1,
  minDomains: 2,
  // A generator's step, and a discriminator's on features that are not differentiated.
  cost: { passes: 2 / 3, time: 0.7, memory: "a discriminator" },
  mdlt: {
    name: "CDANN",
    terms: { gen_loss: "loss", disc_loss: "discriminatorLoss" },
    modules: { class_embeddings: "classEmbedding" },
  },
  departures: [GRADIENT_PENALTY, {
    title: "weights",
    text:
      "MDLT divides by the number of images of a class in the batch and by the highest label in " +
      "the batch plus one. So the weights sum to 1 only if no class below the highest is " +
      "missing, which the tail of a long-tailed set makes rare. Here they are divided by the " +
      "number of classes in the batch and always sum to 1.",
  }],
  hyperparameters: {
    ...adversaryHyperparameters,
    mdlt: flag({
      default: false,
      description: "class weights and gradient penalty as MDLT computes them",
    }),
  },
  create(ctx, h) {
    const { classes, network } = ctx;
    const embedding = ctx.embedding("classEmbedding", classes, network.featurizer.outputs);
    return adversarialTraining(ctx, h, {
      input: (features, labels) => tf.add(features, embedding.apply(labels)),
      parameters: embedding.parameters,
      loss: (verdict, origin, labels) => {
        const weights = (h.mdlt ? referenceWeights : balancedWeights)(labels, classes);
        return tf.sum(tf.mul(crossEntropyPerExample(verdict, origin), weights));
      },
      gradientPenalty: h.mdlt ? referenceGradientPenalty : gradientPenalty,
    });
  },
});

/** Weights of the images of a batch that give every class in it the same share of 1, `[images]`. */
export function balancedWeights(labels: tf.Tensor1D, classes: number): tf.Tensor1D {
  const sizes = classSizes(labels, classes);
  const present = tf.sum(tf.minimum(sizes, 1));
  return tf.reciprocal(tf.mul(tf.gather(sizes, labels), present));
}

/** As MDLT: the highest label of the batch stands for the number of classes in it. */
export function referenceWeights(labels: tf.Tensor1D, classes: number): tf.Tensor1D {
  const present = tf.add(tf.cast(tf.max(labels), "float32"), 1);
  return tf.reciprocal(tf.mul(tf.gather(classSizes(labels, classes), labels), present));
}

function classSizes(labels: tf.Tensor1D, classes: number): tf.Tensor1D {
  return tf.cast(tf.sum(tf.oneHot(labels, classes), 0), "float32");
}
