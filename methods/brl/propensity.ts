/**
 * Propensity weights: how much each image must count for the features of every domain to be
 * distributed like those of all domains together.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { scaled, stabilised } from "./balancing.ts";
import { meanOf } from "../parts/batches.ts";

/** How images are weighted by their propensities. */
export type Weighting = "propensity" | "overlap";

/**
 * The weights of one domain's images, `[images of domain d]`, with mean 1.
 *
 * @param logits `[images of domain d, domains]`, of the propensity head.
 */
export function covariateWeights(
  logits: tf.Tensor2D,
  domain: number,
  shares: readonly number[],
  weighting: Weighting,
): tf.Tensor1D {
  return weighting === "overlap"
    ? overlapWeights(logits, domain)
    : propensityWeights(logits, domain, shares);
}

/**
 * Overlap weights w_i ∝ e(d_i | z_i)⁻¹ / Σ_k e(k | z_i)⁻¹, scaled to mean 1: with two domains 1 − e(d_i | z_i).
 * They are bounded, so nothing is clipped, and count most where domains overlap.
 *
 * @see Li and Li 2019, Propensity Score Weighting for Causal Inference with Multiple Treatments
 */
export function overlapWeights(logits: tf.Tensor2D, domain: number): tf.Tensor1D {
  // With e ∝ exp(s), e_d⁻¹ / Σ e_k⁻¹ is the softmax of −s.
  const own = tf.slice(tf.softmax(tf.neg(logits)), [0, domain], [-1, 1]);
  return scaled(tf.add(tf.squeeze(own, [1]), 1e-6));
}

/**
 * Covariates of the images themselves: mean and standard deviation of each channel, or the row itself
 * of features of a frozen network. `[images, covariates]`.
 */
export function inputCovariates(images: tf.Tensor): tf.Tensor2D {
  if (images.shape.length === 2) return images as tf.Tensor2D;
  const { mean, variance } = tf.moments(images, [1, 2]);
  return tf.concat([mean, tf.sqrt(tf.add(variance, 1e-6))], 1) as tf.Tensor2D;
}

/** How many {@linkcode inputCovariates} there are. */
export function inputCovariateCount(inputShape: readonly number[]): number {
  return inputShape.length === 1 ? inputShape[0]! : 2 * inputShape.at(-1)!;
}

/**
 * Stabilised inverse propensities w_i = share_d / e(d | z_i) of one domain's images, clipped to
 * within a factor of 10 of their mean and scaled to mean 1.
 *
 * Batches hold the domains in equal parts, so the head's softmax is the propensity there; with
 * log share added to its logits it is the propensity in the training set.
 *
 * @param logits `[images of domain d, domains]`, of the propensity head.
 * @param shares n_d / n of every domain.
 * @returns `[images of domain d]`.
 */
export function propensityWeights(
  logits: tf.Tensor2D,
  domain: number,
  shares: readonly number[],
): tf.Tensor1D {
  const log = tf.logSoftmax(tf.add(logits, tf.log(tf.tensor1d([...shares]))));
  const own = tf.squeeze(tf.slice(log, [0, domain], [-1, 1]), [1]);
  // Beyond e^±20 the clipping decides anyway, and the exponential stays a number.
  const inverse = tf.exp(tf.clipByValue(tf.neg(own), -20, 20));
  return stabilised(tf.mul(inverse, shares[domain]!));
}

/**
 * What is left of the imbalance: the squared distance between each domain's weighted first and
 * second moments of every feature and the pooled ones, mean over features, moments and domains.
 * Features are first standardised by the mean and variance of the batch, so their scale is free.
 *
 * @param features One `[images, features]` a domain.
 * @param weights One `[images]` a domain, each with mean 1.
 * @param shares n_d / n of every domain: the pooled moments are the unweighted ones of the domains,
 * mixed in these parts.
 */
export function remainingImbalance(
  features: readonly tf.Tensor2D[],
  weights: readonly tf.Tensor1D[],
  shares: readonly number[],
): tf.Scalar {
  const { mean, variance } = tf.moments(tf.concat([...features]), 0);
  const standard = features.map((z) => tf.div(tf.sub(z, mean), tf.sqrt(tf.add(variance, 1e-5))));
  const both = standard.map((z) => tf.concat([z, tf.square(z)], 1));
  const pooled = tf.addN(both.map((x, d) => tf.mul(tf.mean(x, 0), shares[d]!)));
  return meanOf(both.map((x, d) => {
    const weighted = tf.mean(tf.mul(x, tf.expandDims(weights[d]!, 1)), 0);
    return tf.mean(tf.square(tf.sub(weighted, pooled)));
  }));
}
