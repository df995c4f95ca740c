import * as tf from "@tensorflow/tfjs-core";
import { ABOVE_0 } from "../base/setting.ts";
import {
  inherit,
  integerPower,
  LEARNING_BEGINS,
  number,
  power10,
  steps,
} from "./hyperparameter.ts";
import { defineMethod, learner } from "./method.ts";
import { tex } from "./objective.ts";
import { EMPIRICAL_RISK, empiricalRisk } from "./parts/empirical_risk.ts";

export default defineMethod({
  name: "ermpp",
  title: "ERM++",
  description:
    "ERM++: empirical risk minimisation with what makes a strong baseline: the classifier " +
    "learns alone at first, and predictions come from the average of the weights since a " +
    "given step." +
    "\n\n" +
    "A second stage on top of it starts from the last weights, not from their average.",
  objective: {
    formulas: [EMPIRICAL_RISK, tex`\bar\theta = \frac{1}{T - T_0} \sum_{t=T_0}^{T-1} \theta_t`],
    symbols: {
      "\\bar\\theta":
        "the weights that predict after $T$ steps, $\\theta_t$ being those after step $t$, " +
        "counted from 0",
      "T_0": "`averageFrom`; in the first `warmUpSteps` steps $g$ moves alone",
    },
  },
  assumes: "the weights at the end of a training lie in one flat valley",
  helps: "training is noisy, or starts from pretrained weights",
  family: "baseline",
  citation: "Teterwak et al. 2025, ERM++: An Improved Baseline for Domain Generalization",
  version: 1,
  cost: { memory: "an average of the weights" },
  departures: [{
    title: "what is left out",
    text: "Of its parts a benchmark of training objectives can take the classifier's warm-up and " +
      "the average of the weights. A learning rate that follows the validation loss would show " +
      "validation images to a method; training the batch norms' statistics and other pretrained " +
      "weights belong to the network, which is the same for all methods here. DomainBed's " +
      "warm-up has 501 steps when told 500 and its average begins two steps sooner.",
  }],
  hyperparameters: {
    warmUpSteps: steps({
      default: 500,
      scalesWithSteps: { min: 1 },
      search: integerPower(10, 1, 3),
      description: "steps of the classifier alone",
    }),
    warmUpLearningRate: number({
      default: inherit("learningRate"),
      search: power10(-5, -3.5),
      overrides: { digits: { search: power10(-4.5, -2.5) } },
      range: ABOVE_0,
      description: "learning rate of the classifier in these steps",
    }),
    averageFrom: steps({
      default: 600,
      scalesWithSteps: { min: 2 * LEARNING_BEGINS },
      search: integerPower(10, 2, 3.5),
      description: "steps before the average of the weights begins",
    }),
  },
  create(ctx, { warmUpSteps, warmUpLearningRate, averageFrom }) {
    const { network } = ctx;
    const warmUp = ctx.optimizer(network.classifier.parameters, {
      learningRate: warmUpLearningRate,
    });
    const main = ctx.optimizer(network.parameters);
    const averages = network.parameters.map(({ variable }, i) => {
      const average = ctx.buffer(`average${i}`, variable.shape);
      average.assign(variable);
      return average;
    });
    return learner({
      phase: (step) => step < warmUpSteps ? "warm-up" : "main",
      // A plain mean of the weights after steps averageFrom, averageFrom + 1, …
      schedule: (step) => ({ share: 1 / (1 + Math.max(0, step - averageFrom)) }),
      update(domains, { phase, scalars: { share } }) {
        const optimizer = phase === "warm-up" ? warmUp : main;
        const terms = optimizer.minimize(() => empiricalRisk(ctx, domains));
        network.parameters.forEach(({ variable }, i) => {
          const average = averages[i]!;
          average.assign(tf.add(average, tf.mul(tf.sub(variable, average), share)));
        });
        return terms;
      },
      predict: (images) => network.forward(averages, images),
    });
  },
});
