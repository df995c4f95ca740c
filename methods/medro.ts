import * as tf from "@tensorflow/tfjs-core";
import { number, power10, uniform } from "./hyperparameter.ts";
import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { forwardAll, lossByDomain } from "./parts/batches.ts";
import { headsOn } from "./parts/experts.ts";

export default defineMethod({
  name: "medro",
  title: "MEDRO",
  description:
    "Multi-expert DRO: every domain has a classifier of its own on shared features. Each learns " +
    "its domain, and the pairs of classifier and other domain that go worst get the most weight. " +
    "The prediction is the mean of all classifiers.",
  objective: {
    formulas: [
      tex`\min\; \sum_d R_{d,d} + \lambda \sum_{k,d} q_{k,d}\, R_{k,d}`,
      tex`q_{k,d} \leftarrow \frac{q_{k,d}\, e^{\eta R_{k,d}}}{\sum_{j,l} q_{j,l}\, ` +
      tex`e^{\eta R_{j,l}}}`,
    ],
    symbols: {
      "R_{k,d}":
        "the risk of classifier $k$ of $D$ on domain $d$; all see the same features, and " +
        "all weights move",
      "q_{k,d}": "the weight of the pair; all are equal at first",
      "\\lambda": "`robustWeight`",
      "\\eta": "`stepSize`",
    },
  },
  assumes: "domains want different classifiers of the same features",
  helps: "domains differ so much that one classifier has to compromise",
  family: "robust",
  citation:
    "NeurIPS 2025, Multi-Expert Distributionally Robust Optimization for Out-of-Distribution Generalization",
  version: 1,
  cost: { memory: "a classifier for every domain" },
  minDomains: 2,
  departures: [{
    title: "from the paper's text",
    text:
      "No code is public and the equations are taken from the paper's description: the sum of " +
      "each classifier's risk on its own domain, and the worst mixture of all pairs, whose weights " +
      "move as GroupDRO's do. Of its ways to predict, the plain mean is taken, not the gate.",
  }],
  hyperparameters: {
    robustWeight: number({
      default: 0.5,
      search: uniform(0, 1),
      description: "weight of the worst mixture of all pairs beside each classifier's own domain",
    }),
    stepSize: number({
      default: 0.01,
      search: power10(-3, -1),
      description: "rate at which the weights of the pairs follow their losses",
    }),
  },
  create(ctx, { robustWeight, stepSize }) {
    const { network, domains: count } = ctx;
    const experts = headsOn(ctx, count);
    const weights = ctx.buffer("pairWeights", [count, count], 1);
    return {
      loss(domains) {
        const pass = forwardAll(network, domains);
        /** `[experts, domains]`. */
        const risks = tf.stack(
          experts.of(pass.features, true).map((logits) =>
            tf.stack(lossByDomain({ ...pass, logits }))
          ),
        );
        const raised = tf.mul(weights, tf.exp(tf.mul(risks, stepSize)));
        weights.assign(tf.div(raised, tf.sum(raised)));
        const own = tf.sum(tf.mul(risks, tf.eye(count))) as tf.Scalar;
        const worst = tf.sum(tf.mul(risks, weights)) as tf.Scalar;
        return { loss: tf.add(own, tf.mul(worst, robustWeight)), own, worst };
      },
      predict: experts.predict,
    };
  },
});
