import * as tf from "@tensorflow/tfjs-core";
import { SHARE } from "../base/setting.ts";
import {
  integerUniform,
  LEARNING_BEGINS,
  number,
  power10,
  steps,
  uniform,
} from "./hyperparameter.ts";
import { defineMethod, learner } from "./method.ts";
import { tex } from "./objective.ts";
import { CLOSED_FORMS } from "./parts/departures.ts";
import { annealed } from "./parts/annealing.ts";
import { forwardAll } from "./parts/batches.ts";
import { crossEntropy } from "./parts/losses.ts";

export default defineMethod({
  name: "fishr",
  title: "Fishr",
  description:
    "Fishr: the gradients of the single images should vary alike in every domain. The penalty " +
    "compares the variances, over a domain's images, of the gradient with respect to the " +
    "classifier.",
  objective: {
    formulas: [
      tex`\min_\theta\; R + \frac{\lambda_t}{D\, (F + 1)\, C} \sum_d \lVert v_d - \bar v ` +
      tex`\rVert^2, \qquad \bar v = \frac{1}{D} \sum_d v_d`,
      tex`v_d = \frac{V_d}{1 - \rho}, \qquad V_d = \rho\; \mathrm{sg}(V_d^{\text{old}}) + (1 ` +
      tex`- \rho)\, \mathrm{Var}_{i \in B_d}(\nabla_g\, \ell_i)`,
    ],
    symbols: {
      "\\lambda_t": "0 for `annealSteps` steps, then `penaltyWeight`",
      "\\mathrm{Var}_{i \\in B_d}(\\nabla_g\\, \\ell_i)":
        "the variances (divisor $|B_d|$), over the images, of all $(F + 1)\\, C$ numbers " +
        "of the gradient in the classifier's weights and biases",
      "V_d": "their moving average, $V_d^{\\text{old}}$ being that of the step before, 0 at first",
      "\\rho": "`momentum`",
    },
  },
  assumes: "gradients of single images can vary alike in all domains",
  helps: "domains disagree on what moves the classifier",
  family: "domain-invariant",
  citation:
    "Rame et al. 2022, Fishr: Invariant Gradient Variances for Out-of-Distribution Generalization",
  version: 1,
  cost: { memory: "variances of the classifier's gradient, for every domain" },
  minDomains: 2,
  departures: [CLOSED_FORMS],
  hyperparameters: {
    penaltyWeight: number({
      default: 1000,
      search: power10(1, 4),
      description: "weight of the penalty after annealing",
    }),
    annealSteps: steps({
      default: 1500,
      scalesWithSteps: { min: LEARNING_BEGINS },
      search: integerUniform(0, 5000),
      description: "steps without the penalty, after which Adam starts afresh",
    }),
    momentum: number({
      default: 0.95,
      search: uniform(0.9, 0.99),
      range: SHARE,
      description: "share of the old variances in their moving average",
    }),
  },
  create(ctx, { penaltyWeight, annealSteps, momentum }) {
    const { network } = ctx;
    const optimizer = ctx.optimizer(network.parameters);
    const shape = [ctx.domains, network.featurizer.outputs + 1, ctx.classes];
    const average = ctx.buffer("variances", shape);
    return learner({
      ...annealed(optimizer, { weight: { at: annealSteps, before: 0, after: penaltyWeight } }),
      /** Equation 4 of the paper, the variances smoothed as in its section 3.2. */
      update: (domains, { scalars: { weight } }) =>
        optimizer.minimize(() => {
          const pass = forwardAll(network, domains);
          const risk = crossEntropy(pass.logits, pass.labels);
          const [logits, labels] = [pass.byDomain(pass.logits), pass.byDomain(pass.labels)];
          const now = tf.stack(
            pass.byDomain(pass.features).map((z, d) => gradientVariance(z, logits[d]!, labels[d]!)),
          );
          const smooth = tf.add(tf.mul(average, momentum), tf.mul(now, 1 - momentum));
          average.assign(smooth);
          // Divided so that the gradient through this batch's variances does not shrink with the
          // momentum, as in DomainBed.
          const variances = tf.div(smooth, 1 - momentum);
          const penalty = tf.mean(
            tf.square(tf.sub(variances, tf.mean(variances, 0, true))),
          ) as tf.Scalar;
          return { loss: tf.add(risk, tf.mul(penalty, weight)) as tf.Scalar, risk, penalty };
        }),
    });
  },
});

/**
 * The variance over rows of the gradient of each row's cross-entropy with respect to a linear
 * classifier, `[features + 1, classes]`, the last row for the bias.
 *
 * The gradient of row i is the outer product of zᵢ (with a 1 for the bias) and δᵢ = pᵢ − yᵢ, so its
 * mean is Zᵀ Δ / n and its mean square (Z²)ᵀ Δ² / n: no gradient of a gradient is needed.
 */
export function gradientVariance(
  features: tf.Tensor2D,
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
): tf.Tensor2D {
  const [rows, classes] = logits.shape;
  const inputs = tf.concat([features, tf.ones([rows, 1])], 1) as tf.Tensor2D;
  const errors = tf.sub(tf.softmax(logits), tf.oneHot(labels, classes)) as tf.Tensor2D;
  const mean = tf.div(tf.matMul(inputs, errors, true), rows);
  const meanSquare = tf.div(tf.matMul(tf.square(inputs), tf.square(errors), true), rows);
  return tf.sub(meanSquare, tf.square(mean)) as tf.Tensor2D;
}
