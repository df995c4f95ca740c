import * as tf from "@tensorflow/tfjs-core";
import { SHARE } from "../base/setting.ts";
import {
  integerPower,
  LEARNING_BEGINS,
  number,
  power10,
  steps,
  uniform,
} from "./hyperparameter.ts";
import { defineMethod, learner } from "./method.ts";
import { tex } from "./objective.ts";
import { forwardAll, lossByDomain, meanOf } from "./parts/batches.ts";
import { densityQuantile } from "./parts/quantile.ts";

export default defineMethod({
  name: "eqrm",
  title: "EQRM",
  description:
    "Empirical quantile risk minimisation: the risk that a new domain stays below with a " +
    "given probability is minimised. The distribution of risks is a kernel density over the " +
    "domains' risks.",
  objective: {
    formulas: [
      tex`\min_\theta\; Q, \qquad \frac{1}{D} \sum_d \Phi\left( \frac{Q - R_d}{b} \right) = ` +
      tex`\alpha, \qquad b = 1.06\, \hat\sigma\, D^{-1/5}`,
    ],
    symbols: {
      "Q": "the $\\alpha$-quantile of a Gaussian kernel density over the domains' risks; for " +
        "the first `burnInSteps` steps their mean takes its place",
      "\\Phi": "the distribution function of the standard normal",
      "\\hat\\sigma": "the standard deviation of the risks (divisor $D - 1$)",
      "\\alpha": "`quantile`",
    },
  },
  assumes: "the known domains are a sample of those to come",
  helps: "domains are several and bad luck with one of them matters",
  family: "robust",
  citation: "Eastwood et al. 2022, Probable Domain Generalization via Quantile Risk Minimization",
  version: 2,
  minDomains: 2,
  departures: [{
    title: "the quantile's gradient",
    text:
      "DomainBed lets the gradient flow through the two ends of its bisection alone, which are " +
      "the smallest and the largest risk; with three domains and more the others get none but " +
      "through the bandwidth. Here the gradient is that of the quantile " +
      "(`methods/parts/quantile.ts`). DomainBed's second learning rate, 10⁻⁶, belongs to its " +
      "first, 5·10⁻⁵; here it is the factor 0.02 on whatever the run's is. Its search draws a " +
      "burn-in that is no whole number, for which its second optimiser never comes; here it is " +
      "one.",
  }],
  hyperparameters: {
    quantile: number({
      default: 0.75,
      search: uniform(0.5, 0.99),
      range: SHARE,
      description: "probability with which a domain's risk should stay below the minimised one",
    }),
    burnInSteps: steps({
      default: 2500,
      scalesWithSteps: { min: 3 * LEARNING_BEGINS },
      search: integerPower(10, 2.5, 3.5),
      description: "steps on the mean risk, after which another Adam takes over",
    }),
    // DomainBed goes from its learning rate of 5·10⁻⁵ to 10⁻⁶, drawn from 10^U(−7, −5).
    learningRateFactor: number({
      default: 0.02,
      presets: {
        quick: {
          default: 0.2,
          because: "the burn-in ends before the network has learnt its images",
        },
      },
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
