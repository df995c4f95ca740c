import * as tf from "@tensorflow/tfjs-core";
import { integer, number, uniform } from "./hyperparameter.ts";
import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { joinedImages, joinedLabels } from "./parts/batches.ts";
import { headsOn } from "./parts/experts.ts";
import { MEAN_SHARES } from "./parts/departures.ts";
import { crossEntropy } from "./parts/losses.ts";
import { logShares, reversedRanks } from "./parts/priors.ts";

export default defineMethod({
  name: "sade",
  title: "SADE",
  description:
    "Three classifiers on shared features: one for the long tail as it is, one for classes that " +
    "are equally frequent, one for the tail turned round. Their mean is good for any of them.",
  objective: {
    formulas: [
      tex`\min\; \sum_{k=1}^K \frac{1}{|B|} \sum_{i \in B} \ell(g_k(z_i) + b_k, y_i)`,
      tex`b_1 = 0, \qquad b_2 = \log \pi, \qquad b_3 = \log \pi - \tau \log ` +
      tex`\pi^{\text{turned}}`,
    ],
    symbols: {
      "g_k": "one of $K$ classifiers, `experts`, on the same features; the mean of their " +
        "logits predicts",
      "\\pi^{\\text{turned}}":
        "the same shares with their ranks turned round: the rarest class has the largest",
      "\\tau": "`tau`",
    },
  },
  assumes: "classifiers for different tails can share their features",
  helps: "how frequent classes are in the test is not known",
  family: "imbalance",
  citation:
    "Zhang et al. 2022, Self-Supervised Aggregation of Diverse Experts for Test-Agnostic Long-Tailed Recognition",
  version: 1,
  cost: { memory: "two classifiers" },
  departures: [{
    title: "experts",
    text: "The authors give every expert its own last blocks of the network; here they are " +
      "classifiers on the same features, so any network will do. Their weights at test time are " +
      "learned from test images, which a method here never sees: the mean is plain.",
  }, MEAN_SHARES],
  hyperparameters: {
    tau: number({
      default: 2,
      search: uniform(1, 3),
      description: "how far the third expert leans towards the tail",
    }),
    experts: integer({
      default: 3,
      min: 1,
      max: 3,
      description: "how many there are, in this order; 1 is ERM",
    }),
  },
  create(ctx, { tau, experts: count }) {
    const log = logShares(ctx.counts);
    const turned = reversedRanks(log);
    /** Equations 2 to 4 of the paper. */
    const shifts = [
      log.map(() => 0),
      log,
      log.map((own, c) => own - tau * turned[c]!),
    ].slice(0, count);
    const experts = headsOn(ctx, count);
    return {
      loss(domains) {
        const labels = joinedLabels(domains);
        const losses = experts.of(ctx.network.features(joinedImages(domains), true), true)
          .map((logits, e) => crossEntropy(tf.add(logits, tf.tensor1d(shifts[e]!)), labels));
        return {
          loss: tf.addN(losses),
          ...Object.fromEntries(losses.map((l, e) => [`expert${e + 1}`, l])),
        };
      },
      predict: experts.predict,
    };
  },
});
