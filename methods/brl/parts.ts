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
import { classDistance, coral, domainDistance, gaussian, linear } from "./class_distances.ts";
import { propensityWeights, remainingImbalance } from "./propensity.ts";

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
 * @param head Tells domains apart by features.
 * @param domains int32 `[images of all domains]`.
 * @param shares n_d / n.
 * @param reach What the loss moves: the head alone, or the features too.
 */
export function covariateBalancing(
  { features, byDomain }: ForwardPass,
  { head, domains, shares, loss, reach }: {
    readonly head: Module;
    readonly domains: tf.Tensor1D;
    readonly shares: readonly number[];
    readonly loss: CovariateLoss;
    readonly reach: "head" | "features";
  },
): { readonly loss: tf.Scalar; readonly weights: tf.Tensor1D[] } {
  const seen = reach === "features" ? features : stopGradient(features);
  const logits = head.apply(seen, true) as tf.Tensor2D;
  const weights = byDomain(logits).map((s, d) => propensityWeights(s, d, shares));
  const imbalance = remainingImbalance(byDomain(seen), weights, shares);
  const own = crossEntropy(logits, domains);
  const both = tf.add(own, imbalance) as tf.Scalar;
  return { loss: { both, head: own, imbalance }[loss], weights: weights.map(stopGradient) };
}

/** How the features of two domains may be compared. */
export const DISTANCES = { mmd: gaussian, coral, mean: linear } as const;

/** RB: the distance between the weighted features of two domains, class by class. */
export function representationBalancing(
  { labels, features, weights }: Batch,
  classes: number,
  distance: keyof typeof DISTANCES,
): tf.Scalar {
  return classDistance(features, labels, weights, classes, DISTANCES[distance]);
}

/** Forms of the cross-domain penalty. */
export type Invariance = "variance" | "irm" | "coral" | "mmd";

/**
 * The cross-domain penalty: the variance of the domains' risks (V-REx), IRM's squared slopes, or the
 * distance between the weighted features of two domains as a whole.
 */
export function crossDomainPenalty(
  { labels, features, logits, weights }: Batch,
  risks: readonly tf.Scalar[],
  { priors }: Balance,
  form: Invariance,
): tf.Scalar {
  switch (form) {
    case "variance":
      return tf.moments(tf.stack([...risks])).variance as tf.Scalar;
    case "irm":
      return meanOf(logits.map((s, d) => irmPenalty(balanced(s, priors[d]!), labels[d]!)));
    default:
      return domainDistance(features, weights, DISTANCES[form]);
  }
}
