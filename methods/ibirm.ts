import * as tf from "@tensorflow/tfjs-core";
import { integerPower, LEARNING_BEGINS, number, power10, steps } from "./hyperparameter.ts";
import { defineMethod, learner } from "./method.ts";
import { tex } from "./objective.ts";
import { CLOSED_FORMS, ONE_IMAGE } from "./parts/departures.ts";
import { annealed } from "./parts/annealing.ts";
import { forwardAll, lossByDomain, meanOf } from "./parts/batches.ts";
import { irmPenalty, SLOPES, SMALL_HALVES } from "./parts/irm_penalty.ts";

export default defineMethod({
  name: "ibirm",
  title: "IB-IRM",
  description:
    "IB-IRM: invariant risk minimisation with an information bottleneck, the variance of the " +
    "features, which rules out invariant predictors that carry spurious features along.",
  objective: {
    formulas: [
      tex`\min_\theta\; \frac{1}{D} \sum_d \left( R_d + \lambda_t\, u_d\, v_d + ` +
      tex`\frac{\kappa_t}{F} \sum_{k=1}^F \mathrm{Var}_{i \in B_d}(z_{i,k}) \right)`,
      ...SLOPES.formulas,
    ],
    symbols: {
      "\\lambda_t": "1 for `irmAnnealSteps` steps, then `irmWeight`",
      "\\kappa_t": "0 for `bottleneckAnnealSteps` steps, then `bottleneckWeight`",
      "\\mathrm{Var}": "the variance (divisor $|B_d| - 1$)",
      ...SLOPES.symbols,
    },
  },
  assumes: "an invariant predictor needs few features",
  helps: "spurious features are plentiful beside the invariant ones",
  family: "domain-invariant",
  citation:
    "Ahuja et al. 2021, Invariance Principle Meets Information Bottleneck for Out-of-Distribution Generalization",
  version: 1,
  departures: [ONE_IMAGE, CLOSED_FORMS],
  hyperparameters: {
    irmWeight: number({
      default: 100,
      presets: { quick: { default: 0.1, because: SMALL_HALVES } },
      search: power10(-1, 5),
      description: "weight of the IRM penalty after its annealing",
    }),
    irmAnnealSteps: steps({
      default: 500,
      scalesWithSteps: { min: LEARNING_BEGINS },
      search: integerPower(10, 0, 4),
      description: "steps with weight 1 of the IRM penalty, after which Adam starts afresh",
    }),
    bottleneckWeight: number({
      default: 100,
      presets: {
        quick: { default: 0.1, because: "the variance of so few features is easily made nothing" },
      },
      search: power10(-1, 5),
      description: "weight of the features' variance after its annealing",
    }),
    bottleneckAnnealSteps: steps({
      default: 500,
      scalesWithSteps: { min: LEARNING_BEGINS },
      search: integerPower(10, 0, 4),
      description: "steps without the features' variance, after which Adam starts afresh",
    }),
  },
  create(ctx, h) {
    const optimizer = ctx.optimizer(ctx.network.parameters);
    return learner({
      ...annealed(optimizer, {
        irmWeight: { at: h.irmAnnealSteps, before: 1, after: h.irmWeight },
        bottleneckWeight: { at: h.bottleneckAnnealSteps, before: 0, after: h.bottleneckWeight },
      }),
      /** Equation 7 of the paper with the penalties of section 4, annealed as in DomainBed. */
      update: (domains, { scalars: { irmWeight, bottleneckWeight } }) =>
        optimizer.minimize(() => {
          const pass = forwardAll(ctx.network, domains);
          const risk = meanOf(lossByDomain(pass));
          const slope = meanOf(lossByDomain(pass, irmPenalty));
          const bottleneck = meanOf(pass.byDomain(pass.features).map(featureVariance));
          const penalties = tf.add(tf.mul(slope, irmWeight), tf.mul(bottleneck, bottleneckWeight));
          return { loss: tf.add(risk, penalties), risk, slope, bottleneck };
        }),
    });
  },
});

/** Mean over features of their unbiased variance over rows; 0 for a single row. */
export function featureVariance(features: tf.Tensor2D): tf.Scalar {
  const [rows, size] = features.shape;
  const centred = tf.sub(features, tf.mean(features, 0, true));
  return tf.div(tf.sum(tf.square(centred)), Math.max(1, rows - 1) * size);
}
