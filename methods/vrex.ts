import * as tf from "@tensorflow/tfjs-core";
import { integerPower, LEARNING_BEGINS, number, power10, steps } from "./hyperparameter.ts";
import { defineMethod, learner } from "./method.ts";
import { tex } from "./objective.ts";
import { annealed } from "./parts/annealing.ts";
import { forwardAll, lossByDomain } from "./parts/batches.ts";

export default defineMethod({
  name: "vrex",
  title: "V-REx",
  description:
    "V-REx: the risks of all domains should be equal, so that moving the mixture of domains " +
    "moves nothing; the penalty is their variance.",
  objective: {
    formulas: [
      tex`\min_\theta\; \bar R + \frac{\lambda_t}{D} \sum_d \left( R_d - \bar R \right)^2, ` +
      tex`\qquad \bar R = \frac{1}{D} \sum_d R_d`,
    ],
    symbols: { "\\lambda_t": "1 for `annealSteps` steps, then `penaltyWeight`" },
  },
  assumes: "how risks differ between domains goes on beyond them",
  helps: "the test lies outside the mixture of the known domains",
  family: "domain-invariant",
  citation: "Krueger et al. 2021, Out-of-Distribution Generalization via Risk Extrapolation (REx)",
  version: 1,
  minDomains: 2,
  hyperparameters: {
    penaltyWeight: number({
      default: 10,
      presets: {
        quick: {
          default: 1,
          because: "risks of 10 images differ between domains by chance more than by the domains",
        },
      },
      search: power10(-1, 5),
      description: "weight of the variance of the risks after annealing",
    }),
    annealSteps: steps({
      default: 500,
      scalesWithSteps: { min: LEARNING_BEGINS },
      search: integerPower(10, 0, 4),
      description: "steps with penalty weight 1, after which Adam starts afresh",
    }),
  },
  create(ctx, { penaltyWeight, annealSteps }) {
    const optimizer = ctx.optimizer(ctx.network.parameters);
    return learner({
      ...annealed(optimizer, { weight: { at: annealSteps, before: 1, after: penaltyWeight } }),
      /** Equation 8 of the paper, with the mean instead of the sum of the risks as in DomainBed. */
      update: (domains, { scalars: { weight } }) =>
        optimizer.minimize(() => {
          const risks = lossByDomain(forwardAll(ctx.network, domains));
          const { mean: risk, variance: penalty } = tf.moments(tf.stack(risks));
          const loss = tf.add(risk, tf.mul(penalty, weight));
          return { loss, risk, penalty } as Record<"loss" | "risk" | "penalty", tf.Scalar>;
        }),
    });
  },
});
