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
  assumes: "classes can be balanced in the loss, the features and between domains",
  helps: "tails differ between domains; it is a reconstruction",
  family: "multi-domain long-tailed",
  citation:
    "Fu et al. 2025, Reweighting balanced representation learning for long tailed image recognition in multiple domains",
  version: 2,
  minDomains: 2,
  cost: { time: 1.8 },
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
