import * as tf from "@tensorflow/tfjs-core";
import { ABOVE_0 } from "../base/setting.ts";
import { choice, number } from "./hyperparameter.ts";
import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { forwardAll, lossByDomain } from "./parts/batches.ts";

export default defineMethod({
  name: "dfr",
  title: "DFR",
  description:
    "Deep feature reweighting: the featurizer of a first stage is frozen, and a fresh classifier " +
    "with an L1 penalty is trained on a subset in which all cells of domain and class are equally " +
    "large: as large as the smallest.",
  objective: {
    formulas: [
      tex`\min_g\; \sum_d \frac{C_d}{\sum_{e} C_{e}} R_d + \frac{1}{k N} \sum_c \lVert w_c ` +
      tex`\rVert_1`,
    ],
    symbols: {
      "C_d": "the number of classes that a domain has",
      "N": "the images of the balanced subset, $\\sum_d C_d$ times those of the smallest cell",
      "k": "`strength`",
    },
  },
  assumes: "the features are good, and a small balanced subset makes a classifier",
  helps: "the smallest cell has more than a few images",
  family: "robust",
  citation:
    "Kirichenko et al. 2023, Last Layer Re-Training is Sufficient for Robustness to Spurious Correlations",
  version: 1,
  // The featurizer does not move.
  cost: { passes: 1 / 3, time: 0.4 },
  sampler: "group-balanced",
  stage1: "erm",
  departures: [{
    title: "the images",
    text: "The authors' first choice is held-out images. Here validation selects the weights and " +
      "so must not train them: the subset is one of the training images, which the paper compares " +
      "as DFR-Tr-Tr. Domains without some class have fewer cells, and count as many as they have.",
  }, {
    title: "the classifier",
    text:
      "Their logistic regression is fitted exactly, on standardised features, for ten subsets, " +
      "and averaged; here it is trained by the run's Adam on one subset, which the seed draws. " +
      "Its strength is scikit-learn's C, as theirs.",
  }],
  hyperparameters: {
    strength: number({
      default: 1,
      search: choice(1, 0.7, 0.3, 0.1, 0.07, 0.03, 0.01),
      range: ABOVE_0,
      description: "inverse of the penalty: the L1 norm counts 1 / (this · images of the subset)",
    }),
  },
  create({ network, counts, optimizer }, { strength }) {
    const classifier = optimizer(network.classifier.parameters);
    const weight = network.classifier.parameters[0]!.variable;
    const cells = counts.map((row) => row.filter((count) => count > 0).length);
    const all = cells.reduce((a, b) => a + b, 0);
    const smallest = Math.min(...counts.flat().filter((count) => count > 0));
    return {
      update: (domains) =>
        classifier.minimize(() => {
          const risks = lossByDomain(forwardAll(network, domains));
          const risk = tf.addN(risks.map((r, d) => tf.mul(r, cells[d]! / all)));
          const norm = tf.sum(tf.abs(weight));
          const loss = tf.add(risk, tf.div(norm, strength * smallest * all)) as tf.Scalar;
          return { loss, risk, norm } as Record<"loss" | "risk" | "norm", tf.Scalar>;
        }),
    };
  },
});
