/**
 * BRL, reweighting balanced representation learning: a RECONSTRUCTION. The paper's experiments are
 * known here and its method section is not, so the four named parts of its objective are filled with
 * the form that their names and the paper's results suggest. `docs/brl.md` has every choice, the
 * alternatives that were tried and what they gave.
 *
 *     L = balanced cross-entropy + α · covariate balancing + β · representation balancing
 *         + γ · cross-domain penalty
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { ABOVE_0, choice, defineMethod, oneOf, power10, uniform } from "../method.ts";
import {
  balanced,
  balancedRisk,
  cellWeights,
  logPriors,
  ofLabels,
  RARITIES,
  scaled,
} from "./balancing.ts";
import { domainLabels, forwardAll, meanOf } from "../parts/batches.ts";
import { classDistance, coral, domainDistance, gaussian, linear } from "./class_distances.ts";
import { stopGradient } from "../parts/gradients.ts";
import { crossEntropy } from "../parts/losses.ts";
import { propensityWeights, remainingImbalance } from "./propensity.ts";
import { irmPenalty } from "../parts/irm_penalty.ts";

/** Forms of the representation balancing, by the number that chooses them. */
const KERNELS = [gaussian, coral, linear] as const;

/** A part that is on or off; a search leaves it on. */
const part = (description: string) =>
  ({
    default: 1,
    search: choice(1),
    range: oneOf(0, 1),
    description: `1 for ${description}, 0 to leave it out`,
  }) as const;

export default defineMethod({
  name: "brl",
  title: "BRL (reconstruction)",
  family: "multi-domain long-tailed",
  citation:
    "Fu et al. 2025, Reweighting balanced representation learning for long tailed image recognition in multiple domains",
  version: 1,
  hyperparameters: {
    bce: part("the balanced cross-entropy"),
    cb: part("covariate balancing"),
    rb: part("representation balancing"),
    penalty: part("the cross-domain penalty"),
    alpha: {
      default: 1e-3,
      search: power10(-5, 1),
      description: "weight α of covariate balancing",
    },
    beta: {
      default: 1e-2,
      search: power10(-4, 0),
      description: "weight β of representation balancing",
    },
    gamma: {
      default: 10,
      search: power10(-1, 2),
      description: "weight γ of the cross-domain penalty",
    },
    smoothing: {
      default: 1,
      search: power10(-1, 1),
      range: ABOVE_0,
      description: "images ε that are added to every cell's count for the prior",
    },
    tau: {
      default: 1,
      search: uniform(0, 1),
      description: "exponent τ of the prior in the balanced softmax; 0 for weights alone",
    },
    kappa: {
      default: 0,
      search: uniform(0, 1),
      description: "exponent κ of the weights between domains; 0 for none",
    },
    rarity: {
      default: 0,
      search: choice(0),
      range: oneOf(0, 1, 2),
      description:
        "weights between domains by n_c / n_dc (0), 1 / n_dc (1) or effective number (2)",
    },
    covariate: {
      default: 0,
      search: choice(0),
      range: oneOf(0, 1, 2),
      description:
        "covariate balancing by the head's loss and the remaining imbalance (0), the first alone (1) or the second alone (2)",
    },
    covariateReach: {
      default: 0,
      search: choice(0),
      range: oneOf(0, 1),
      description: "0: covariate balancing moves its head alone, 1: the features too",
    },
    distance: {
      default: 0,
      search: choice(0),
      range: oneOf(0, 1, 2),
      description: "representation balancing by MMD (0), CORAL (1) or mean distance (2)",
    },
    invariance: {
      default: 2,
      search: choice(2),
      range: oneOf(0, 1, 2, 3),
      description:
        "penalty by the variance of the risks (0), IRM's squared slopes (1), or the distance of the domains' features by CORAL (2) or MMD (3)",
    },
  },
  create(ctx, h) {
    const { network, counts, classes } = ctx;
    const zeros = counts.map((row) => row.map(() => 0));
    const priors = h.bce
      ? logPriors(counts, h.smoothing).map((row) => row.map((log) => h.tau * log))
      : zeros;
    const cells = cellWeights(counts, RARITIES[h.rarity]!, h.bce ? h.kappa : 0);
    const sizes = counts.map((row) => row.reduce((a, b) => a + b, 0));
    const images = sizes.reduce((a, b) => a + b, 0);
    const shares = sizes.map((size) => size / images);
    const head = h.cb ? ctx.linear("propensity", network.featurizer.outputs, ctx.domains) : null;
    return {
      loss(domains) {
        const pass = forwardAll(network, domains);
        const labels = pass.byDomain(pass.labels);
        const features = pass.byDomain(pass.features);

        // Covariate balancing: its loss, and a weight for every image.
        let imbalance = tf.scalar(0);
        let weights = labels.map((y) => tf.ones(y.shape) as tf.Tensor1D);
        if (head !== null) {
          const seen = h.covariateReach ? pass.features : stopGradient(pass.features);
          const verdict = head.apply(seen, true) as tf.Tensor2D;
          weights = pass.byDomain(verdict).map((s, d) => propensityWeights(s, d, shares));
          const remaining = remainingImbalance(pass.byDomain(seen), weights, shares);
          const own = crossEntropy(verdict, domainLabels(domains));
          imbalance = [tf.add(own, remaining), own, remaining][h.covariate] as tf.Scalar;
          // Elsewhere the weights are constants: no image may be made light to make its loss small.
          weights = weights.map(stopGradient);
        }

        // Balanced cross-entropy: the risk of every domain, with both weights of an image.
        const cellWeight = tf.concat(labels.map((y, d) => ofLabels(cells[d]!, y))) as tf.Tensor1D;
        const both = tf.mul(cellWeight, tf.concat(weights)) as tf.Tensor1D;
        const weight = pass.byDomain(scaled(both));
        const logits = pass.byDomain(pass.logits);
        const risks = logits.map((s, d) => balancedRisk(s, labels[d]!, priors[d]!, weight[d]!));
        const risk = meanOf(risks);

        const terms: Record<string, tf.Scalar> = { risk };
        const parts: tf.Tensor[] = [risk];
        const add = (name: string, term: tf.Scalar, factor: number) => {
          terms[name] = term;
          parts.push(tf.mul(term, factor));
        };
        if (h.cb) add("covariate", imbalance, h.alpha);
        if (h.rb) {
          const kernel = KERNELS[h.distance]!;
          add("representation", classDistance(features, labels, weights, classes, kernel), h.beta);
        }
        if (h.penalty) {
          const forms: readonly (() => tf.Scalar)[] = [
            () => tf.moments(tf.stack(risks)).variance as tf.Scalar,
            () => meanOf(logits.map((s, d) => irmPenalty(balanced(s, priors[d]!), labels[d]!))),
            () => domainDistance(features, weights, coral),
            () => domainDistance(features, weights, gaussian),
          ];
          add("penalty", forms[h.invariance]!(), h.gamma);
        }
        return { loss: tf.addN(parts) as tf.Scalar, ...terms };
      },
    };
  },
});
