import * as tf from "@tensorflow/tfjs-core";
import {
  choice,
  integerUniform,
  LEARNING_BEGINS,
  number,
  steps,
  uniform,
} from "./hyperparameter.ts";
import { defineMethod, learner } from "./method.ts";
import { tex } from "./objective.ts";
import { domainLabels, forwardAll, lossByDomain, meanOf } from "./parts/batches.ts";
import { crossEntropyPerExample } from "./parts/losses.ts";
import { riskMismatch } from "./parts/penalties.ts";

export default defineMethod({
  name: "rdm",
  title: "RDM",
  description:
    "Risk distribution matching: the losses of the worst domain's images get the distribution " +
    "that those of all images have.",
  objective: {
    formulas: [
      tex`\min_\theta\; \frac{1}{D} \sum_d R_d + \lambda_t \left( K_{1,1} + K_{2,2} - 2 ` +
      tex`K_{1,2} \right) + \kappa_t \left( \mathrm{Var}_{i \in M_1}(\ell_i) + ` +
      tex`\mathrm{Var}_{i \in M_2}(\ell_i) \right)`,
      tex`K_{a,b} = \frac{1}{|M_a|\,|M_b|} \sum_{i \in M_a} \sum_{j \in M_b} \sum_\gamma ` +
      tex`e^{-\gamma (\ell_i - \ell_j)^2}, \quad \gamma = 10^{-4}, 10^{-3}, \dots, 10^3`,
    ],
    symbols: {
      "M_1, M_2": "the images of the domain with the largest risk, and all of the batch",
      "\\mathrm{Var}": "the variance (divisor: the number of images less 1)",
      "\\lambda_t": "0 for `annealSteps` steps, then `penaltyWeight`",
      "\\kappa_t": "likewise, then `varianceWeight`",
    },
  },
  assumes: "losses can have the same distribution in the worst domain as in all",
  helps: "one domain is harder, and its features cannot be aligned",
  family: "domain-invariant",
  citation: "Nguyen et al. 2024, Domain Generalisation via Risk Distribution Matching",
  version: 1,
  cost: { memory: "a table of all pairs of images" },
  minDomains: 2,
  departures: [{
    title: "rates and sizes",
    text: "DomainBed's second learning rate, 1.5·10⁻⁵, belongs to its first, 5·10⁻⁵; here it is " +
      "the factor 0.3 on whatever the run's is. Its code needs domains of equal batches; here " +
      "they may differ, and the variance of a single image counts as 0. Its smaller weight for " +
      "PACS and TerraIncognita in searches is left out; DomainNet's settings are those of all " +
      "large sets.",
  }],
  hyperparameters: {
    penaltyWeight: number({
      default: 5,
      presets: {
        quick: { default: 0.5, because: "the losses of 10 images hardly show a distribution" },
      },
      search: uniform(0.1, 10),
      overrides: { large: { default: 0.5, search: uniform(0.1, 1) } },
      description: "weight of the distance between the two distributions",
    }),
    varianceWeight: number({
      default: 0.004,
      search: uniform(0.001, 0.007),
      overrides: { large: { default: 0, search: choice(0) } },
      description: "weight of the variances of both",
    }),
    annealSteps: steps({
      default: 1500,
      scalesWithSteps: { min: LEARNING_BEGINS },
      search: integerUniform(800, 2700),
      overrides: { large: { default: 2400, search: integerUniform(1500, 3000) } },
      description: "steps without either, after which another Adam takes over",
    }),
    learningRateFactor: number({
      default: 0.3,
      search: uniform(0.16, 0.4),
      description: "factor on the learning rate from then on",
    }),
  },
  create(ctx, { penaltyWeight, varianceWeight, annealSteps, learningRateFactor }) {
    const { network, adam } = ctx;
    const first = ctx.optimizer(network.parameters);
    const second = ctx.optimizer(network.parameters, {
      learningRate: adam.learningRate * learningRateFactor,
    });
    return learner({
      phase: (step) => step < annealSteps ? "risk" : "matching",
      schedule: (step) => ({ on: step < annealSteps ? 0 : 1 }),
      /** Equations 5 to 7 of the paper. */
      update: (domains, { phase, scalars: { on } }) =>
        (phase === "risk" ? first : second).minimize(() => {
          const pass = forwardAll(network, domains);
          const risks = lossByDomain(pass);
          const risk = meanOf(risks);
          const losses = crossEntropyPerExample(pass.logits, pass.labels);
          const { penalty, variance } = riskMismatch(losses, risks, domainLabels(domains));
          const terms = tf.add(tf.mul(penalty, penaltyWeight), tf.mul(variance, varianceWeight));
          return { loss: tf.add(risk, tf.mul(terms, on)) as tf.Scalar, risk, penalty, variance };
        }),
    });
  },
});
