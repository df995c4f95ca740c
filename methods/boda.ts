import * as tf from "@tensorflow/tfjs-core";
import { ABOVE_0, SHARE } from "../base/setting.ts";
import {
  choice,
  integerUniform,
  LEARNING_BEGINS,
  number,
  power10,
  steps,
  uniform,
} from "./hyperparameter.ts";
import { defineMethod, learner } from "./method.ts";
import { tex } from "./objective.ts";
import { DISTANCES, ONE_IMAGE, ZERO_SHOT_CELLS } from "./parts/departures.ts";
import { forwardAll } from "./parts/batches.ts";
import { distances } from "./parts/distances.ts";
import { type Pair, pairMeans, trainedPairs } from "./parts/feature_bank.ts";
import { CORAL_FORMULAS, coralPenalty, penalisedRisk } from "./parts/penalties.ts";

export default defineMethod({
  name: "boda",
  title: "BoDA",
  description:
    "BoDA: balanced domain-class distribution alignment. Features are drawn to the centroids " +
    "of their class in the other domains and away from all others, with distances calibrated " +
    "by how many training images the cells have.",
  objective: {
    formulas: [
      tex`\min_\theta\; \frac{1}{D} \sum_d R_d + \kappa L + \frac{\lambda_t}{|P|} ` +
      tex`\sum_{(i,j) \in P} \left( \log \sum_{k \ne o(i)} e^{a_{i,k}} - a_{i,j} \right)`,
      tex`a_{i,j} = -\frac{\lVert z_i - \mu_j \rVert}{n_{o(i)}\, T} \left( ` +
      tex`\frac{n_j}{n_{o(i)}} \right)^\nu`,
      ...CORAL_FORMULAS,
    ],
    symbols: {
      "j, k": "cells with training images, $n_j$ their number; $o(i)$ is an image's own cell",
      "\\mu_j":
        "the centroid of a cell; every `gatherEvery` steps all are renewed as their means " +
        "over the training set, in which the old ones count `momentum`",
      "P": "the pairs of an image of the batch and a cell of its class in another domain",
      "\\lambda_t": "0 for `startStep` steps, then `weight`",
      "\\kappa": "`macroWeight`",
      "\\nu": "`nu`",
      "T": "`temperature`",
    },
  },
  assumes: "features of a class can lie together across domains, balanced by counts",
  helps: "tails differ between domains",
  family: "multi-domain long-tailed",
  citation:
    "Yang et al. 2022, On Multi-Domain Long-Tailed Recognition, Imbalanced Domain Generalization and Beyond",
  version: 1,
  minDomains: 2,
  cost: { time: 1.2, memory: "a mean feature of every cell" },
  mdlt: {
    name: "BoDA",
    terms: { loss: "risk", boda_loss: "boda" },
    state: { train_centroids: "centroids" },
  },
  departures: [
    ONE_IMAGE,
    {
      title: "a batch without a positive pair",
      text:
        "If no class of a batch has training images in another domain, MDLT divides 0 by 0 and " +
        "stops. Here the term is 0.",
    },
    DISTANCES,
    ZERO_SHOT_CELLS,
  ],
  hyperparameters: {
    startStep: steps({
      default: 500,
      scalesWithSteps: { min: LEARNING_BEGINS },
      search: choice(300, 400, 500, 600),
      overrides: { large: { default: 3000, search: choice(2000, 3000, 4000, 5000) } },
      description: "steps before the BoDA term joins the loss",
      mdltName: "boda_start_step",
    }),
    gatherEvery: steps({
      default: 120,
      scalesWithSteps: { min: 60 },
      search: integerUniform(100, 150),
      overrides: { large: { default: 2000, search: integerUniform(1500, 3000) } },
      min: 1,
      description: "steps between two passes over the training set that renew the centroids",
      mdltName: "feat_update_freq",
    }),
    nu: number({
      default: 0.5,
      search: power10(-0.5, 0),
      description: "exponent of the calibration by cell counts",
    }),
    weight: number({
      default: 0.1,
      search: power10(-2, -0.5),
      description: "weight of the BoDA term",
      mdltName: "boda_weight",
    }),
    temperature: number({
      default: 1,
      search: power10(-1, 0.5),
      range: ABOVE_0,
      description: "divisor of the distances",
    }),
    macroWeight: number({
      default: 1,
      search: power10(-1, 1),
      description: "weight of the CORAL penalty between domains",
      mdltName: "macro_weight",
    }),
    momentum: number({
      default: 0.2,
      search: uniform(0, 0.4),
      range: SHARE,
      description: "share of the old centroids that is kept when they are renewed",
    }),
  },
  create(ctx, h) {
    const pairs = trainedPairs(ctx.counts);
    const centroids = ctx.buffer("centroids", [pairs.length, ctx.network.featurizer.outputs]);
    const calibrate = calibration(pairs, ctx.classes, h);
    return learner({
      phase: (step) => step < h.startStep ? "before BoDA" : "BoDA",
      async beforeStep(step) {
        if (step === 0 || step % h.gatherEvery !== 0) return;
        const means = await pairMeans(ctx);
        const kept = step === h.gatherEvery ? 0 : h.momentum; // the first pass replaces the zeros
        tf.tidy(() => centroids.assign(tf.add(tf.mul(means, 1 - kept), tf.mul(centroids, kept))));
        means.dispose();
      },
      loss(domains, { phase }) {
        const pass = forwardAll(ctx.network, domains);
        const aligned = penalisedRisk(pass, coralPenalty, h.macroWeight);
        if (phase === "before BoDA") return aligned;
        const boda = bodaLoss(pass.features, centroids, calibrate(pass.byDomain(pass.labels)));
        return { ...aligned, loss: tf.add(aligned.loss, tf.mul(boda, h.weight)), boda };
      },
    });
  },
});

/** For every image of a batch (rows) and every centroid (columns), `[images, pairs]`. */
export interface Calibration {
  /** Factor on the distance: (n_j / n_i)^ν / (n_i · temperature). */
  readonly factor: tf.Tensor2D;
  /** 1 where the centroid is another than the image's own. */
  readonly other: tf.Tensor2D;
  /** 1 where the centroid is of the image's class in another domain. */
  readonly positive: tf.Tensor2D;
}

/**
 * Prepares the calibration for pairs of cells; the result gives it for the labels of each domain's
 * batch.
 */
export function calibration(
  pairs: readonly Pair[],
  classes: number,
  { nu, temperature }: { readonly nu: number; readonly temperature: number },
): (labels: readonly tf.Tensor1D[]) => Calibration {
  const rowOf = new Map(pairs.map((pair, i) => [pair.domain * classes + pair.class, i]));
  const table = (value: (own: Pair, centroid: Pair) => number) =>
    pairs.map((own) => pairs.map((centroid) => value(own, centroid)));
  const factors = table((i, j) => (j.count / i.count) ** nu / (i.count * temperature));
  const others = table((i, j) => (i === j ? 0 : 1));
  const positives = table((i, j) => (i.class === j.class && i.domain !== j.domain ? 1 : 0));
  const domains = 1 + Math.max(...pairs.map((pair) => pair.domain));
  const cells = Array.from({ length: domains * classes }, (_, cell) => rowOf.get(cell) ?? 0);
  return (labels) => {
    const cell = tf.concat(labels.map((y, d) => tf.add(y, tf.scalar(d * classes, "int32"))));
    const rows = tf.gather(tf.tensor1d(cells, "int32"), cell);
    const pick = (values: number[][]) => tf.gather(tf.tensor2d(values), rows);
    return { factor: pick(factors), other: pick(others), positive: pick(positives) };
  };
}

/**
 * The calibrated alignment loss (equation 6 of the paper as MDLT computes it, with plain instead of
 * squared distances). With a_ij = −‖z_i − μ_j‖ · factor_ij, the mean over positive (i, j) of
 * log Σ_{k ≠ own} exp(a_ik) − a_ij. A batch without any positive gives 0.
 *
 * @param features `[images, features]`.
 * @param centroids `[pairs, features]`; they take no gradient.
 */
export function bodaLoss(
  features: tf.Tensor2D,
  centroids: tf.Tensor,
  { factor, other, positive }: Calibration,
): tf.Scalar {
  const similarity = tf.neg(tf.mul(distances(features, centroids as tf.Tensor2D), factor));
  // The own centroid leaves the sum: its logit is put far below the others before the softmax.
  const total = tf.logSumExp(tf.add(similarity, tf.mul(tf.sub(other, 1), 1e9)), 1, true);
  const losses = tf.mul(tf.sub(total, similarity), positive);
  return tf.div(tf.sum(losses), tf.maximum(tf.sum(positive), 1));
}
