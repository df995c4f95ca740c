/**
 * A bank of the centroids of all (domain, class) cells, which follow the features slowly: so that the
 * classes of a small batch have something to be held against in domains whose batch lacks them.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { stopGradient } from "../parts/gradients.ts";

/** Share of a centroid that is kept when its cell is in the batch. */
const MOMENTUM = 0.9;

/** The bank's state, kept from step to step. */
export interface CentroidBank {
  /** `[domains, classes, features]`. */
  readonly centroids: tf.Variable;
  /** `[domains, classes, 1]`: 1 where a centroid is known. */
  readonly known: tf.Variable;
}

/**
 * The mean squared difference between the weighted mean of each class in a domain's batch and the
 * centroid of that class in each other domain, averaged over those that are known; the
 * batch's means then move the bank.
 *
 * @param features One `[images, features]` a domain.
 * @param labels One int32 `[images]` a domain.
 * @param weights One `[images]`, positive, a domain.
 */
export function bankDistance(
  features: readonly tf.Tensor2D[],
  labels: readonly tf.Tensor1D[],
  weights: readonly tf.Tensor1D[],
  { centroids, known }: CentroidBank,
): tf.Scalar {
  const [domains, classes] = centroids.shape as [number, number, number];
  const cells = labels.map((y, d) => {
    const members = tf.transpose(tf.oneHot(y, classes));
    const weighted = tf.mul(members, weights[d]!);
    const shares = tf.div(weighted, tf.maximum(tf.sum(weighted, 1, true), 1e-30));
    return {
      mean: tf.matMul(shares, features[d]!),
      present: tf.minimum(tf.sum(members, 1, true), 1),
    };
  });
  const means = tf.stack(cells.map(({ mean }) => mean));
  const present = tf.stack(cells.map(({ present }) => present));
  const compared = cells.flatMap((own, d) =>
    Array.from({ length: domains }, (_, e) => e).filter((e) => e !== d).map((e) => {
      const other = tf.squeeze(tf.slice(centroids, [e, 0, 0], [1, -1, -1]), [0]);
      const both = tf.mul(own.present, tf.squeeze(tf.slice(known, [e, 0, 0], [1, -1, -1]), [0]));
      const squared = tf.mean(tf.square(tf.sub(own.mean, other)), 1, true);
      return { distance: tf.sum(tf.mul(squared, both)), number: tf.sum(both) };
    })
  );
  const kept = tf.mul(known, MOMENTUM); // a centroid that is not known begins with the batch's mean
  const moved = tf.add(tf.mul(centroids, kept), tf.mul(stopGradient(means), tf.sub(1, kept)));
  centroids.assign(tf.add(tf.mul(centroids, tf.sub(1, present)), tf.mul(moved, present)));
  known.assign(tf.maximum(known, present));
  if (compared.length === 0) return tf.scalar(0);
  const number = tf.addN(compared.map(({ number }) => number));
  return tf.div(tf.addN(compared.map(({ distance }) => distance)), tf.maximum(number, 1));
}
