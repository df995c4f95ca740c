/**
 * Distances between the weighted features of two domains, class by class or of all classes together.
 *
 * For a kernel k and class c, with a_i the weights of the images of c in one domain and b_i those
 * in another, each scaled to sum 1, the squared distance is Σ_ij (a − b)_i k(z_i, z_j) (a − b)_j. Mean
 * distance, CORAL and MMD differ in the kernel alone.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { gaussianKernels, pairs } from "../parts/penalties.ts";

/**
 * The kernel's table `[images, images]`.
 *
 * @param features `[images, features]`, domain after domain.
 * @param centred The same less the weighted mean of each image's own (domain, class) cell.
 */
export type Kernel = (features: tf.Tensor2D, centred: tf.Tensor2D) => tf.Tensor2D;

/** MMD: a sum of Gaussians of seven widths. */
export const gaussian: Kernel = (features) => gaussianKernels(features);

/** The same for {@linkcode standardised} features, which are first brought to unit distance. */
export const gaussianStandard: Kernel = (features) => gaussianKernels(atUnitDistance(features));

/**
 * Features with mean 0 and variance 1 over the images of all domains together. Distances between
 * them cannot be made small by making features small.
 *
 * @param features One `[images, features]` a domain.
 */
export function standardised(features: readonly tf.Tensor2D[]): tf.Tensor2D[] {
  const { mean, variance } = tf.moments(tf.concat([...features]), 0);
  const deviation = tf.sqrt(tf.add(variance, 1e-5));
  return features.map((z) => tf.div(tf.sub(z, mean), deviation));
}

/** {@linkcode standardised} features `[images, features]` of which two have a mean squared distance of 1. */
export function atUnitDistance(features: tf.Tensor2D): tf.Tensor2D {
  return tf.div(features, Math.sqrt(2 * features.shape[1]));
}

/** Mean distance: x·y / F, so that the distance is the mean squared difference of the means. */
export const linear: Kernel = (features) => products(features);

/**
 * CORAL: x·y / F + (x̃·ỹ)² / F² with centred x̃. The second term gives the mean squared difference of
 * the covariance matrices (divisor Σ weights) without ever forming them, as
 * ‖Σ_i δ_i x̃_i x̃_iᵀ‖² = Σ_ij δ_i δ_j (x̃_i·x̃_j)².
 */
export const coral: Kernel = (features, centred) =>
  tf.add(products(features), tf.square(products(centred)));

function products(features: tf.Tensor2D): tf.Tensor2D {
  return tf.div(tf.matMul(features, features, false, true), features.shape[1]);
}

/**
 * The squared distance by {@linkcode Kernel}, averaged over all classes and pairs of domains where
 * the batch has the class in both; 0 when there is no such pair.
 *
 * @param features One `[images, features]` a domain.
 * @param labels One int32 `[images]` a domain.
 * @param weights One `[images]`, positive, a domain.
 */
export function classDistance(
  features: readonly tf.Tensor2D[],
  labels: readonly tf.Tensor1D[],
  weights: readonly tf.Tensor1D[],
  classes: number,
  kernel: Kernel,
): tf.Scalar {
  const joined = tf.concat([...features]);
  const cells = labels.map((y, d) => {
    const members = tf.transpose(tf.oneHot(y, classes));
    const weighted = tf.mul(members, weights[d]!);
    return {
      shares: tf.div(weighted, tf.maximum(tf.sum(weighted, 1, true), 1e-30)),
      present: tf.minimum(tf.sum(members, 1, true), 1),
    };
  });
  const centred = tf.concat(cells.map(({ shares }, d) => {
    const means = tf.matMul(shares, features[d]!);
    return tf.sub(features[d]!, tf.gather(means, labels[d]!));
  })) as tf.Tensor2D;
  const table = kernel(joined, centred);
  // Every domain's shares among the joined images, [classes, images of all domains].
  const rows = cells.map(({ shares, present }, d) => ({
    present,
    shares: tf.concat(
      cells.map((other, e) => e === d ? shares : tf.zerosLike(other.shares)),
      1,
    ),
  }));
  const compared = pairs(rows).map(([a, b]) => {
    const difference = tf.sub(a.shares, b.shares);
    const squared = tf.sum(tf.mul(tf.matMul(difference, table), difference), 1, true);
    const both = tf.mul(a.present, b.present);
    return { distance: tf.sum(tf.mul(squared, both)), number: tf.sum(both) };
  });
  if (compared.length === 0) return tf.scalar(0);
  const total = tf.addN(compared.map(({ distance }) => distance));
  const number = tf.addN(compared.map(({ number }) => number));
  return tf.div(total, tf.maximum(number, 1));
}

/** The same without regard to classes: the distance between domains as a whole. */
export function domainDistance(
  features: readonly tf.Tensor2D[],
  weights: readonly tf.Tensor1D[],
  kernel: Kernel,
): tf.Scalar {
  const oneClass = features.map((z) => tf.zeros([z.shape[0]], "int32") as tf.Tensor1D);
  return classDistance(features, oneClass, weights, 2, kernel); // oneHot wants two, one is absent
}
