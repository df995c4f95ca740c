import * as tf from "@tensorflow/tfjs-core";
import { ABOVE_0 } from "../base/setting.ts";
import { choice, number, uniform } from "./hyperparameter.ts";
import { defineMethod, learner } from "./method.ts";
import { tex } from "./objective.ts";
import { joinedImages, joinedLabels } from "./parts/batches.ts";
import { normalised } from "./parts/distances.ts";
import { crossEntropy, oneHot } from "./parts/losses.ts";
import { logShares } from "./parts/priors.ts";
import { MEAN_SHARES } from "./parts/departures.ts";

export default defineMethod({
  name: "gcl",
  title: "GCL",
  description:
    "Gaussian clouded logits: noise is taken off the cosine of features and class, and the more " +
    "the rarer the class, so that rare classes keep room in the feature space. `gcl+crt` is the " +
    "paper's method with its second stage.",
  objective: {
    formulas: [
      tex`\min_\theta\; \frac{1}{|B|} \sum_{i \in B} \ell\left(k\, (q_i - \nu \odot ` +
      tex`|\varepsilon_i| - m\, e_{y_i}), y_i\right), \qquad q_{i,c} = \frac{w_c^\top ` +
      tex`z_i}{\lVert w_c \rVert\, \lVert z_i \rVert}`,
      tex`\nu_c = \sigma\, \frac{\log \max_j \pi_j - \log \pi_c}{\log \max_j ` +
      tex`\pi_j - \log \min_j \pi_j}`,
    ],
    symbols: {
      "\\varepsilon_{i,c}": "normal noise with deviation $1/3$, of a size of at most 1",
      "e_c": "the unit vector of a class",
      "k": "`scale`; what predicts is $k\\, q_i$",
      "\\sigma": "`noise`",
      "m": "`margin`",
    },
  },
  assumes: "rare classes need room around them in the feature space",
  helps: "the tail is long, and a second stage balances the classifier",
  family: "imbalance",
  citation: "Li et al. 2022, Long-Tailed Visual Recognition via Gaussian Clouded Logit Adjustment",
  version: 1,
  departures: [{
    title: "the second stage",
    text: "The authors re-train the cosine classifier on class-balanced batches; `gcl+crt` " +
      "re-trains a linear one.",
  }, MEAN_SHARES],
  hyperparameters: {
    scale: number({
      default: 30,
      search: choice(10, 30),
      range: ABOVE_0,
      description: "factor on the cosines",
    }),
    noise: number({
      default: 1,
      search: uniform(0.25, 1),
      description: "factor on the noise of the rarest class",
    }),
    margin: number({
      default: 0,
      search: uniform(0, 0.5),
      description: "taken off the true class's cosine besides",
    }),
  },
  create({ network, counts, classes, random }, { scale, noise, margin }) {
    const logs = logShares(counts);
    const rarity = logs.map((log) => Math.max(...logs) - log);
    const clouds = rarity.map((r) => noise * r / Math.max(...rarity, 1e-12));
    const weight = network.classifier.parameters[0]!.variable;
    const cosines = (images: tf.Tensor, training = false) =>
      tf.matMul(normalised(network.features(images, training), 1), normalised(weight, 0));
    const draws = random("noise");
    return learner({
      /** |ε| for every image and class: normal with deviation ⅓, cut at 1. */
      draws(sizes) {
        const images = sizes.reduce((a, b) => a + b, 0);
        const cloud = () => Math.min(1, Math.abs(draws.normal() / 3));
        return {
          cloud: tf.tensor2d(Float32Array.from({ length: images * classes }, cloud), [
            images,
            classes,
          ]),
        };
      },
      /** Equation 9 of the paper. */
      loss(domains, { draws: { cloud } }) {
        const labels = joinedLabels(domains);
        const less = tf.add(
          tf.mul(cloud, tf.tensor1d(clouds)),
          tf.mul(oneHot(labels, classes), margin),
        );
        return {
          loss: crossEntropy(
            tf.mul(tf.sub(cosines(joinedImages(domains), true), less), scale),
            labels,
          ),
        };
      },
      predict: (images) => tf.mul(cosines(images), scale),
    });
  },
});
