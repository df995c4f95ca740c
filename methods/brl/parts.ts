/**
 * The four named parts of BRL, in the order of `docs/brl.md`: one function each, which is all there
 * is to replace where the paper's own form becomes known.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Module } from "../../nn/module.ts";
import { type ForwardPass, meanOf } from "../parts/batches.ts";
import { stopGradient } from "../parts/gradients.ts";
import { irmPenalty } from "../parts/irm_penalty.ts";
import { crossEntropy } from "../parts/losses.ts";
import { type Balance, balanced, balancedRisk, ofLabels, scaled } from "./balancing.ts";
import { bankDistance, type CentroidBank } from "./centroid_bank.ts";
import {
  atUnitDistance,
  classDistance,
  coral,
  domainDistance,
  gaussian,
  gaussianStandard,
  linear,
  standardised,
} from "./class_distances.ts";
import { covariateWeights, remainingImbalance, type Weighting } from "./propensity.ts";

/** A batch through the network, cut by domain: lists have an entry for each. */
export interface Batch {
  /** int32 `[images]`. */
  readonly labels: readonly tf.Tensor1D[];
  /** `[images, features]`. */
  readonly features: readonly tf.Tensor2D[];
  /** `[images, classes]`. */
  readonly logits: readonly tf.Tensor2D[];
  /** `[images]`: the weights of covariate balancing, constant; 1 without it. */
  readonly weights: readonly tf.Tensor1D[];
}

/** BCE: the risk of each domain, every image with the weight of its cell and its propensity weight. */
export function balancedCrossEntropy(
  { labels, logits, weights }: Batch,
  { priors, cells }: Balance,
  byDomain: ForwardPass["byDomain"],
): tf.Scalar[] {
  const cellWeight = tf.concat(labels.map((y, d) => ofLabels(cells[d]!, y)));
  const both = tf.mul(cellWeight, tf.concat([...weights])) as tf.Tensor1D;
  const weight = byDomain(scaled(both));
  return logits.map((s, d) => balancedRisk(s, labels[d]!, priors[d]!, weight[d]!));
}

/** What covariate balancing makes small: its head's cross-entropy, the remaining imbalance, or both. */
export type CovariateLoss = "both" | "head" | "imbalance";

/**
 * CB: the loss, and the propensity weights of the images. The weights are constants, as no image may
 * be made light to make its loss small.
 *
 * @param inputs Covariates of the images themselves, `[images of all domains, covariates]`; null
 * where the features are the covariates.
 * @param head Tells domains apart by the covariates.
 * @param domains int32 `[images of all domains]`.
 * @param shares n_d / n.
 * @param reach What the loss moves: the head alone, or the features too.
 */
export function covariateBalancing(
  { features, byDomain }: ForwardPass,
  { inputs, head, domains, shares, loss, reach, weighting }: {
    readonly inputs: tf.Tensor2D | null;
    readonly head: Module;
    readonly domains: tf.Tensor1D;
    readonly shares: readonly number[];
    readonly loss: CovariateLoss;
    readonly reach: "head" | "features";
    readonly weighting: Weighting;
  },
): { readonly loss: tf.Scalar; readonly weights: tf.Tensor1D[] } {
  const seen = reach === "features" ? features : stopGradient(features);
  const logits = head.apply(inputs ?? seen, true) as tf.Tensor2D;
  const weights = byDomain(logits).map((s, d) => covariateWeights(s, d, shares, weighting));
  const imbalance = remainingImbalance(byDomain(seen), weights, shares);
  const own = crossEntropy(logits, domains);
  const both = tf.add(own, imbalance) as tf.Scalar;
  return { loss: { both, head: own, imbalance }[loss], weights: weights.map(stopGradient) };
}

/**
 * On which scale features are compared: as they are, with variance 1 over the batch, or also so that
 * two images have a mean squared distance of 1.
 */
export type Scale = "raw" | "standardised" | "unit";

function onScale(features: readonly tf.Tensor2D[], scale: Scale): readonly tf.Tensor2D[] {
  if (scale === "raw") return features;
  const standard = standardised(features);
  return scale === "unit" ? standard.map(atUnitDistance) : standard;
}

/** How the features of two domains may be compared. */
const DISTANCES = {
  raw: { mmd: gaussian, coral, mean: linear },
  standardised: { mmd: gaussianStandard, coral, mean: linear },
  unit: { mmd: gaussian, coral, mean: linear },
} as const;

/** Forms of representation balancing. */
export type Distance = keyof typeof DISTANCES.raw | "bank";

/**
 * RB: the distance between the weighted features of two domains, class by class; of the batch, or
 * of the batch and a bank of centroids.
 *
 * @param bank The centroids; needed for `bank` alone.
 */
export function representationBalancing(
  { labels, features, weights }: Batch,
  classes: number,
  { distance, scale, bank }: {
    readonly distance: Distance;
    readonly scale: Scale;
    readonly bank: CentroidBank | null;
  },
): tf.Scalar {
  const compared = onScale(features, scale);
  return distance === "bank"
    ? bankDistance(compared, labels, weights, bank!)
    : classDistance(compared, labels, weights, classes, DISTANCES[scale][distance]);
}

/** Forms of the cross-domain penalty. */
export type Invariance = "variance" | "relative" | "irm" | "coral" | "mmd";

/**
 * The cross-domain penalty: the variance of the domains' balanced risks (V-REx), the same relative to
 * their squared mean, IRM's squared slopes, or the distance between the weighted features of two
 * domains as a whole.
 */
export function crossDomainPenalty(
  { labels, features, logits, weights }: Batch,
  risks: readonly tf.Scalar[],
  { priors }: Balance,
  { invariance, scale }: { readonly invariance: Invariance; readonly scale: Scale },
): tf.Scalar {
  const spread = () => tf.moments(tf.stack([...risks]));
  switch (invariance) {
    case "variance":
      return spread().variance as tf.Scalar;
    case "relative": {
      const { mean, variance } = spread();
      return tf.div(variance, tf.add(tf.square(mean), 1e-4));
    }
    case "irm":
      return meanOf(logits.map((s, d) => irmPenalty(balanced(s, priors[d]!), labels[d]!)));
    default: {
      const compared = onScale(features, scale);
      return domainDistance(compared, weights, DISTANCES[scale][invariance]);
    }
  }
}
