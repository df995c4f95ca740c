import * as tf from "@tensorflow/tfjs-core";
import { ABOVE_0 } from "../../base/setting.ts";
import {
  flag,
  integer,
  LEARNING_BEGINS,
  number,
  oneOf,
  power10,
  uniform,
} from "../hyperparameter.ts";
import { defineMethod, learner, type MethodContext } from "../method.ts";
import { tex } from "../objective.ts";
import { domainLabels, forwardAll, joinedImages, meanOf } from "../parts/batches.ts";
import { balanceOf, noBalance } from "./balancing.ts";
import type { CentroidBank } from "./centroid_bank.ts";
import {
  balancedCrossEntropy,
  type Batch,
  covariateBalancing,
  crossDomainPenalty,
  representationBalancing,
} from "./parts.ts";
import { inputCovariateCount, inputCovariates } from "./propensity.ts";

/** A part that is on or off. */
const part = (description: string) => flag({ default: true, description });

export default defineMethod({
  name: "brl",
  title: "BRL (reconstruction)",
  description: "BRL, reweighting balanced representation learning: a RECONSTRUCTION. The paper's " +
    "experiments are known here and its method section is not, so the four named parts of its " +
    "objective are filled with the form that their names and the paper's results suggest. " +
    "`docs/brl.md` has every choice, the alternatives that were tried and what they gave." +
    "\n\n" +
    "L = balanced cross-entropy + α · covariate balancing + β · representation balancing\n     " +
    "+ γ · cross-domain penalty",
  objective: {
    formulas: [
      tex`\min\; \frac{1}{D} \sum_d R_d^a + \alpha L_{\text{CB}} + \beta_t L_{\text{RB}} + ` +
      tex`\gamma_t L_{\text{P}}`,
      tex`R_d^a = \frac{1}{|B_d|} \sum_{i \in B_d} a_i\, \ell(s_i + \tau \log \varpi_d, ` +
      tex`y_i), \qquad \varpi_{d,c} = \frac{n_{d,c} + \varepsilon}{n_d + C \varepsilon}`,
      tex`L_{\text{CB}} = \frac{1}{2 F D} \sum_d \left\lVert \frac{1}{|B_d|} \sum_{i \in ` +
      tex`B_d} a_i\, \phi_i - \sum_e \frac{n_e}{n\, |B_e|} \sum_{j \in B_e} \phi_j ` +
      tex`\right\rVert^2, \qquad \phi_i = (\hat z_i, \hat z_i^2)`,
      tex`L_{\text{RB}} = \frac{1}{|S|} \sum_{(c,d,e) \in S} \sum_{i,j} \delta_i\, \delta_j ` +
      tex`\sum_k e^{-\gamma_k \lVert \tilde z_i - \tilde z_j \rVert^2}, \quad \gamma_k = ` +
      tex`10^{-3}, 10^{-2}, \dots, 10^3`,
      tex`L_{\text{P}} = \frac{2}{D (D - 1)} \sum_{d < e} \left[ \frac{1}{F} \lVert m_d - ` +
      tex`m_e \rVert^2 + \frac{1}{F^2} \lVert V_d - V_e \rVert^2 \right]`,
    ],
    symbols: {
      "a_i": "the overlap weight of an image, $\\mathrm{softmax}(-h(z_i))_{d_i}$ of a linear " +
        "propensity head $h$, scaled to mean 1 in its domain; a constant but in " +
        "$L_{\\text{CB}}$",
      "\\hat z_i, \\tilde z_i":
        "features with mean 0 and variance 1 over the batch, and the same divided by " +
        "$\\sqrt{2 F}$",
      "\\delta_i": "$a_i$ for the images of class $c$ in domain $d$, scaled to sum 1, and $-a_i$ " +
        "likewise for those in $e$",
      "S": "the classes with the pairs $d < e$ of domains whose batches both have them",
      "m_d, V_d": "mean and covariance of $\\tilde z_i$ in a domain, each image with its weight",
      "\\alpha, \\beta_t, \\gamma_t":
        "`alpha`, `beta` and `gamma`; the latter two grow over `warmUp` steps",
      "\\tau, \\varepsilon":
        "`tau` and `smoothing`. Other settings of the parts change their forms, as `bce`, " +
        "`cb`, `rb` and `penalty` leave them out",
    },
  },
  assumes: "classes can be balanced in the loss, the features and between domains",
  helps: "tails differ between domains, and classes have images in several of them",
  family: "multi-domain long-tailed",
  citation:
    "Fu et al. 2025, Reweighting balanced representation learning for long tailed image recognition in multiple domains",
  version: 2,
  minDomains: 2,
  cost: { time: 1.8, memory: "a second linear layer" },
  hyperparameters: {
    bce: part("the balanced cross-entropy"),
    cb: part("covariate balancing"),
    rb: part("representation balancing"),
    penalty: part("the cross-domain penalty"),
    alpha: number({
      default: 1e-3,
      search: power10(-5, 1),
      description: "weight α of covariate balancing",
    }),
    beta: number({
      default: 1e-2,
      search: power10(-4, 0),
      description: "weight β of representation balancing",
    }),
    gamma: number({
      default: 10,
      search: power10(-1, 2),
      description: "weight γ of the cross-domain penalty",
    }),
    smoothing: number({
      default: 1,
      search: power10(-1, 1),
      range: ABOVE_0,
      description: "images ε that are added to every cell's count for the prior",
    }),
    prior: oneOf(["uniform", "pooled"], {
      default: "uniform",
      description: "what these are shared out by: equally, or as the classes of all domains",
    }),
    tau: number({
      default: 1,
      search: uniform(0, 1),
      description: "exponent τ of the prior in the balanced softmax; 0 for weights alone",
    }),
    kappa: number({
      default: 0,
      search: uniform(0, 1),
      description: "exponent κ of the weights between domains; 0 for none",
    }),
    rarity: oneOf(["share", "inverse", "effective"], {
      default: "share",
      description:
        "weights between domains: n_c / n_dc (share), 1 / n_dc (inverse) or by effective number",
    }),
    covariate: oneOf(["both", "head", "imbalance"], {
      default: "imbalance",
      description: "loss of covariate balancing: its head's, the remaining imbalance, or both",
    }),
    covariateReach: oneOf(["head", "features"], {
      default: "features",
      description: "what covariate balancing moves: its head alone, or the features too",
    }),
    covariates: oneOf(["features", "input"], {
      default: "features",
      description: "what propensities are of: the features, or the images' own colours",
    }),
    weighting: oneOf(["propensity", "overlap"], {
      default: "overlap",
      description: "weights by inverse propensities, or overlap weights",
    }),
    distance: oneOf(["mmd", "coral", "mean", "bank"], {
      default: "mmd",
      description: "distance of representation balancing: MMD, CORAL, mean distance, or mean " +
        "distance to a bank of centroids",
    }),
    scale: oneOf(["raw", "standardised", "unit"], {
      default: "unit",
      description:
        "scale on which features are compared: as they are, with variance 1, or also so " +
        "that two images have a mean squared distance of 1",
    }),
    invariance: oneOf(["variance", "irm", "coral", "mmd", "relative"], {
      default: "coral",
      description: "cross-domain penalty: variance of the risks, IRM's squared slopes, the " +
        "distance of the domains' features by CORAL or MMD, or the relative variance of the risks",
    }),
    warmUp: integer({
      default: LEARNING_BEGINS,
      description: "steps over which β and γ grow from 0; 0 for their whole weight from the first",
    }),
  },
  create(ctx, h) {
    const { network, counts, classes } = ctx;
    const balance = h.bce ? balanceOf(counts, h) : noBalance(counts);
    const sizes = counts.map((row) => row.reduce((a, b) => a + b, 0));
    const images = sizes.reduce((a, b) => a + b, 0);
    const shares = sizes.map((size) => size / images);
    const ofInput = h.covariates === "input";
    const covariates = ofInput ? inputCovariateCount(ctx.inputShape) : network.featurizer.outputs;
    const head = h.cb ? ctx.linear("propensity", covariates, ctx.domains) : null;
    const bank = h.rb && h.distance === "bank" ? bankOf(ctx) : null;
    return learner({
      schedule: (step) => ({ grown: h.warmUp === 0 ? 1 : Math.min(1, step / h.warmUp) }),
      loss(domains, { scalars: { grown } }) {
        const pass = forwardAll(network, domains);
        const labels = pass.byDomain(pass.labels);
        const features = pass.byDomain(pass.features);
        const covariate = head && covariateBalancing(pass, {
          inputs: ofInput ? inputCovariates(joinedImages(domains)) : null,
          head,
          domains: domainLabels(domains),
          shares,
          loss: h.covariate,
          reach: h.covariateReach,
          weighting: h.weighting,
        });
        const batch: Batch = {
          labels,
          features,
          logits: pass.byDomain(pass.logits),
          weights: covariate?.weights ?? labels.map((y) => tf.ones(y.shape) as tf.Tensor1D),
        };
        const risks = balancedCrossEntropy(batch, balance, pass.byDomain);
        const terms: Record<string, tf.Scalar> = {
          risk: meanOf(risks),
          ...(covariate && { covariate: covariate.loss }),
          ...(h.rb && {
            representation: representationBalancing(batch, classes, { ...h, bank }),
          }),
          ...(h.penalty && { penalty: crossDomainPenalty(batch, risks, balance, h) }),
        };
        const weights: Readonly<Record<string, tf.Scalar | number>> = {
          risk: 1,
          covariate: h.alpha,
          representation: tf.mul(grown, h.beta),
          penalty: tf.mul(grown, h.gamma),
        };
        const weighted = Object.entries(terms).map(([name, term]) => tf.mul(term, weights[name]!));
        return { loss: tf.addN(weighted) as tf.Scalar, ...terms };
      },
    });
  },
});

/** An empty bank of centroids. */
function bankOf(ctx: MethodContext): CentroidBank {
  const { domains, classes, network } = ctx;
  return {
    centroids: ctx.buffer("centroids", [domains, classes, network.featurizer.outputs]),
    known: ctx.buffer("known", [domains, classes, 1]),
  };
}
