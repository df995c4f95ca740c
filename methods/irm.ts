import * as tf from "@tensorflow/tfjs-core";
import { integerPower, LEARNING_BEGINS, number, power10, steps } from "./hyperparameter.ts";
import { defineMethod, learner } from "./method.ts";
import { tex } from "./objective.ts";
import { CLOSED_FORMS } from "./parts/departures.ts";
import { annealed } from "./parts/annealing.ts";
import { forwardAll, lossByDomain, meanOf } from "./parts/batches.ts";
import { irmPenalty, SLOPES, SMALL_HALVES } from "./parts/irm_penalty.ts";

export default defineMethod({
  name: "irm",
  title: "IRM",
  description:
    "Invariant risk minimisation (IRMv1): the classifier should be optimal in every domain at " +
    "once." +
    "\n\n" +
    "The penalty of a domain is the squared derivative of its risk in a scale of the logits, " +
    "at 1.",
  objective: {
    formulas: [
      tex`\min_\theta\; \frac{1}{D} \sum_d \left( R_d + \lambda_t\, u_d\, v_d \right)`,
      ...SLOPES.formulas,
    ],
    symbols: { "\\lambda_t": "1 for `annealSteps` steps, then `penaltyWeight`", ...SLOPES.symbols },
  },
  assumes: "some features predict the class alike in every domain",
  helps: "domains differ in a spurious feature, and there are several of them",
  family: "domain-invariant",
  citation: "Arjovsky et al. 2019, Invariant Risk Minimization",
  version: 1,
  mdlt: { name: "IRM" },
  departures: [CLOSED_FORMS],
  hyperparameters: {
    penaltyWeight: number({
      default: 100,
      presets: { quick: { default: 0.1, because: SMALL_HALVES } },
      search: power10(-1, 5),
      description: "weight of the penalty after annealing",
      mdltName: "irm_lambda",
    }),
    annealSteps: steps({
      default: 500,
      scalesWithSteps: { min: LEARNING_BEGINS },
      search: integerPower(10, 0, 4),
      description: "steps with penalty weight 1, after which Adam starts afresh",
      mdltName: "irm_penalty_anneal_iters",
    }),
  },
  create(ctx, h) {
    const optimizer = ctx.optimizer(ctx.network.parameters);
    return learner({
      ...annealed(optimizer, { weight: { at: h.annealSteps, before: 1, after: h.penaltyWeight } }),
      update: (domains, { scalars: { weight } }) =>
        optimizer.minimize(() => {
          const pass = forwardAll(ctx.network, domains);
          const nll = meanOf(lossByDomain(pass));
          const penalty = meanOf(lossByDomain(pass, irmPenalty));
          return { loss: tf.add(nll, tf.mul(penalty, weight)), nll, penalty };
        }),
    });
  },
});
