import * as tf from "@tensorflow/tfjs-core";
import { ABOVE_0 } from "../../base/setting.ts";
import { flag, number, oneOf, power10, uniform } from "../hyperparameter.ts";
import { defineMethod } from "../method.ts";
import { domainLabels, forwardAll, meanOf } from "../parts/batches.ts";
import { balanceOf, noBalance } from "./balancing.ts";
import {
  balancedCrossEntropy,
  type Batch,
  covariateBalancing,
  crossDomainPenalty,
  representationBalancing,
} from "./parts.ts";

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
  family: "multi-domain long-tailed",
  citation:
    "Fu et al. 2025, Reweighting balanced representation learning for long tailed image recognition in multiple domains",
  version: 1,
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
      default: "both",
      description: "loss of covariate balancing: its head's, the remaining imbalance, or both",
    }),
    covariateReach: oneOf(["head", "features"], {
      default: "head",
      description: "what covariate balancing moves: its head alone, or the features too",
    }),
    distance: oneOf(["mmd", "coral", "mean"], {
      default: "mmd",
      description: "distance of representation balancing: MMD, CORAL or mean distance",
    }),
    invariance: oneOf(["variance", "irm", "coral", "mmd"], {
      default: "coral",
      description: "cross-domain penalty: variance of the risks, IRM's squared slopes, or the " +
        "distance of the domains' features by CORAL or MMD",
    }),
  },
  create(ctx, h) {
    const { network, counts, classes } = ctx;
    const weights: Readonly<Record<string, number>> = {
      risk: 1,
      covariate: h.alpha,
      representation: h.beta,
      penalty: h.gamma,
    };
    const balance = h.bce ? balanceOf(counts, h) : noBalance(counts);
    const sizes = counts.map((row) => row.reduce((a, b) => a + b, 0));
    const images = sizes.reduce((a, b) => a + b, 0);
    const shares = sizes.map((size) => size / images);
    const head = h.cb ? ctx.linear("propensity", network.featurizer.outputs, ctx.domains) : null;
    return {
      loss(domains) {
        const pass = forwardAll(network, domains);
        const labels = pass.byDomain(pass.labels);
        const features = pass.byDomain(pass.features);
        const covariate = head && covariateBalancing(pass, {
          head,
          domains: domainLabels(domains),
          shares,
          loss: h.covariate,
          reach: h.covariateReach,
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
            representation: representationBalancing(batch, classes, h.distance),
          }),
          ...(h.penalty && {
            penalty: crossDomainPenalty(batch, risks, balance, h.invariance),
          }),
        };
        const weighted = Object.entries(terms).map(([name, term]) => tf.mul(term, weights[name]!));
        return { loss: tf.addN(weighted) as tf.Scalar, ...terms };
      },
    };
  },
});
