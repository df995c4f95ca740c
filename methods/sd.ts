import * as tf from "@tensorflow/tfjs-core";
import { number, power10 } from "./hyperparameter.ts";
import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { forwardAll } from "./parts/batches.ts";
import { crossEntropy } from "./parts/losses.ts";

export default defineMethod({
  name: "sd",
  title: "SD",
  description:
    "Spectral decoupling: a penalty on the size of the logits in place of weight decay, so " +
    "that one strong feature does not starve the others of gradient.",
  objective: {
    formulas: [tex`\min_\theta\; R + \frac{\lambda}{|B|\, C} \sum_{i \in B} \lVert s_i \rVert^2`],
    symbols: { "\\lambda": "`penaltyWeight`" },
  },
  assumes: "a network that is very sure has learned few of the features",
  helps: "one easy feature crowds out the others",
  family: "robust",
  citation: "Pezeshki et al. 2021, Gradient Starvation: A Learning Proclivity in Neural Networks",
  version: 1,
  hyperparameters: {
    penaltyWeight: number({
      default: 0.1,
      search: power10(-5, -1),
      description: "weight of the mean square of the logits",
    }),
  },
  create: ({ network }, { penaltyWeight }) => ({
    /** Equation 4 of the paper, the square averaged over images and classes as in DomainBed. */
    loss(domains) {
      const { logits, labels } = forwardAll(network, domains);
      const risk = crossEntropy(logits, labels);
      const penalty = tf.mean(tf.square(logits)) as tf.Scalar;
      return { loss: tf.add(risk, tf.mul(penalty, penaltyWeight)), risk, penalty };
    },
  }),
});
