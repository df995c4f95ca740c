/**
 * Empirical quantile risk minimisation: the risk that a new domain stays below with a given
 * probability is minimised. The distribution of risks is a kernel density over the domains' risks.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { SHARE } from "../base/setting.ts";
import { integerPower, number, power10, steps, uniform } from "./hyperparameter.ts";
import { defineMethod, learner } from "./method.ts";
import { forwardAll, lossByDomain, meanOf } from "./parts/batches.ts";
import { densityQuantile } from "./parts/quantile.ts";

export default defineMethod({
  name: "eqrm",
  title: "EQRM",
  family: "robust",
  citation: "Eastwood et al. 2022, Probable Domain Generalization via Quantile Risk Minimization",
  version: 2,
  hyperparameters: {
    quantile: number({
      default: 0.75,
      search: uniform(0.5, 0.99),
      range: SHARE,
      description: "probability with which a domain's risk should stay below the minimised one",
    }),
    burnInSteps: steps({
      default: 2500,
      scalesWithSteps: { min: 1 },
      search: integerPower(10, 2.5, 3.5),
      description: "updates on the mean risk, after which another Adam takes over",
    }),
    // DomainBed goes from its learning rate of 5·10⁻⁵ to 10⁻⁶, drawn from 10^U(−7, −5).
    learningRateFactor: number({
      default: 0.02,
      search: power10(-2.7, -0.7),
      description: "factor on the learning rate after the burn-in",
    }),
  },
  create(ctx, { quantile, burnInSteps, learningRateFactor }) {
    const { network, adam } = ctx;
    const burnIn = ctx.optimizer(network.parameters);
    const main = ctx.optimizer(network.parameters, {
      learningRate: adam.learningRate * learningRateFactor,
    });
    return learner({
      phase: (step) => step < burnInSteps ? "burn-in" : "main",
      update(domains, { phase }) {
        const risks = () => lossByDomain(forwardAll(network, domains));
        return phase === "burn-in"
          ? burnIn.minimize(() => ({ loss: meanOf(risks()) }))
          // Section 5.2 of the paper: the quantile of a kernel density over the domains' risks.
          : main.minimize(() => ({
            loss: densityQuantile(tf.stack(risks()) as tf.Tensor1D, quantile),
          }));
      },
    });
  },
});
