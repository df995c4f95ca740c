import * as tf from "@tensorflow/tfjs-core";
import { number, power10 } from "./hyperparameter.ts";
import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { forwardAll, lossByDomain } from "./parts/batches.ts";

export default defineMethod({
  name: "groupdro",
  title: "GroupDRO",
  description: "Group DRO: the domains on which the network is worst get the most weight.",
  objective: {
    formulas: [
      tex`\min_\theta\; \sum_d q_d\, R_d`,
      tex`q_d \leftarrow \frac{q_d\, e^{\eta R_d}}{\sum_k q_k\, e^{\eta R_k}}`,
    ],
    symbols: { "q_d": "the weight of a domain; all are equal at first", "\\eta": "`stepSize`" },
  },
  assumes: "the worst domain's training loss shows what matters",
  helps: "one domain is harder than the others",
  family: "robust",
  citation:
    "Sagawa et al. 2020, Distributionally Robust Neural Networks for Group Shifts: On the Importance of Regularization for Worst-Case Generalization",
  version: 1,
  minDomains: 2,
  mdlt: { name: "GroupDRO", state: { q: "domainWeights" } },
  hyperparameters: {
    stepSize: number({
      default: 0.01,
      search: power10(-3, -1),
      description: "rate at which the weights of the domains follow their losses",
      mdltName: "groupdro_eta",
    }),
  },
  create(ctx, { stepSize }) {
    const weights = ctx.buffer("domainWeights", [ctx.domains], 1);
    return {
      /** Algorithm 1 of the paper with domains as groups: the weights move first, without gradient. */
      loss(domains) {
        const risks = tf.stack(lossByDomain(forwardAll(ctx.network, domains)));
        const raised = tf.mul(weights, tf.exp(tf.mul(risks, stepSize)));
        weights.assign(tf.div(raised, tf.sum(raised)));
        return { loss: tf.sum(tf.mul(risks, weights)) };
      },
    };
  },
});
