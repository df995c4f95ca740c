import * as tf from "@tensorflow/tfjs-core";
import type { AdamSettings } from "../nn/adam.ts";
import { number, power10 } from "./hyperparameter.ts";
import { defineMethod, type DomainBatch, learner } from "./method.ts";
import { tex } from "./objective.ts";
import { LESS_WORK } from "./parts/departures.ts";
import { joinedBatch, meanOf, rowsOf, shuffledPairs } from "./parts/batches.ts";
import { crossEntropy } from "./parts/losses.ts";

export default defineMethod({
  name: "mldg",
  title: "MLDG",
  description:
    "Meta-learning for domain generalisation: a step that helps on one domain should help on " +
    "the next.",
  objective: {
    formulas: [
      tex`\min_\theta\; \frac{1}{D} \sum_d \left[ R_d(\theta) + \beta\, R_{d^+}(\theta + ` +
      tex`\mathrm{sg}(\delta_d)) \right]`,
      tex`\delta_d = -\eta\, \frac{\nabla R_d(\theta)}{|\nabla R_d(\theta)| + \epsilon}`,
    ],
    symbols: {
      "d^+": "the domain that follows in a circle of all, which is drawn for the step",
      "\\delta_d": "the first step of a new Adam, for every weight by itself, with the run's " +
        "learning rate $\\eta$ and $\\epsilon = 10^{-8}$; to first order, since it is a " +
        "constant",
      "\\beta": "`beta`",
    },
  },
  assumes: "a step that helps on one domain should help on the next",
  helps: "domains are several and related",
  family: "meta-learning",
  citation: "Li et al. 2018, Learning to Generalize: Meta-Learning for Domain Generalization",
  version: 1,
  minDomains: 2,
  // Each domain once at the weights, once at the weights after the trial step.
  cost: { passes: 2, time: 2.7, memory: "a gradient more" },
  mdlt: { name: "MLDG" },
  departures: [LESS_WORK],
  hyperparameters: {
    beta: number({
      default: 1,
      search: power10(-1, 1),
      description: "weight of the loss on the next domain after a trial step",
      mdltName: "mldg_beta",
    }),
  },
  create(ctx, { beta }) {
    const { network, adam } = ctx;
    const random = ctx.random("pairs");
    const main = ctx.optimizer(network.parameters);
    const weights = network.parameters.map((p) => p.variable);
    const risk = ({ images, labels }: DomainBatch) => (...values: tf.Tensor[]) =>
      crossEntropy(network.forward(values, images, true), labels);
    return learner({
      draws: (sizes) => shuffledPairs(random, sizes),
      /** Algorithm 1 of the paper to first order: the trial step counts as a constant shift. */
      update(domains, { draws: { first, second } }) {
        const all = joinedBatch(domains);
        const trials = first.map((seen, i) => {
          const here = tf.valueAndGrads(risk(rowsOf(all, seen)))(weights);
          const moved = weights.map((w, i) => firstAdamStep(w, here.grads[i]!, adam));
          const there = tf.valueAndGrads(risk(rowsOf(all, second[i]!)))(moved);
          const join = (a: tf.Tensor, b: tf.Tensor) => tf.add(a, tf.mul(b, beta));
          return {
            loss: join(here.value, there.value) as tf.Scalar,
            gradients: here.grads.map((g, i) => join(g, there.grads[i]!)),
          };
        });
        main.apply(
          weights.map((_, i) =>
            tf.div(tf.addN(trials.map(({ gradients }) => gradients[i]!)), trials.length)
          ),
        );
        return { loss: meanOf(trials.map(({ loss }) => loss)) };
      },
    });
  },
});

/** The first step of a new Adam: bias correction leaves w − lr · g / (|g| + ε). */
function firstAdamStep(
  weight: tf.Tensor,
  gradient: tf.Tensor,
  { learningRate, weightDecay, epsilon = 1e-8 }: AdamSettings,
): tf.Tensor {
  const g = tf.add(gradient, tf.mul(weight, weightDecay));
  return tf.sub(weight, tf.div(tf.mul(g, learningRate), tf.add(tf.abs(g), epsilon)));
}
