/**
 * Contrasts between predictions or features, by class, and how hard an image is for its class.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { normalised } from "./distances.ts";
import { stopGradient } from "./gradients.ts";
import { oneHot } from "./losses.ts";

/** `[rows, groups]`: 1 where the row is of the group. */
export const members = (groups: tf.Tensor1D, count: number) =>
  tf.cast(oneHot(groups, count), "float32") as tf.Tensor2D;

/** The softmax of the losses within each class, as constants `[images]`. */
export function hardness(losses: tf.Tensor1D, truth: tf.Tensor2D): tf.Tensor1D {
  const same = tf.matMul(truth, truth, false, true);
  const fixed = stopGradient(losses);
  const within = tf.softmax(tf.add(fixed, tf.mul(tf.sub(same, 1), 1e9)) as tf.Tensor2D);
  return tf.sum(tf.mul(within, tf.eye(losses.size)), 1);
}

/**
 * For each image, −log of the share of its class's mixtures in how far it is from them and its like,
 * averaged over a class's images and over classes; 0 in a batch of one class.
 *
 * @param p Predictions `[images, classes]`, `q` those for mixtures `[mixtures, classes]`.
 * @param truth `[images, classes]`, and `ofMixtures` `[mixtures, classes]`: 1 for the class.
 */
export function againstMixtures(
  p: tf.Tensor2D,
  q: tf.Tensor2D,
  truth: tf.Tensor2D,
  ofMixtures: tf.Tensor2D,
): tf.Scalar {
  const [unit, other] = [normalised(p, 1), normalised(q, 1)];
  const far = (to: tf.Tensor2D) => tf.exp(tf.sub(1, tf.matMul(unit, to, false, true)));
  const alike = tf.sub(tf.matMul(truth, truth, false, true), tf.eye(p.shape[0]));
  const near = tf.sum(tf.mul(far(unit), alike), 1);
  const its = tf.matMul(truth, ofMixtures, false, true);
  const away = tf.sum(tf.mul(far(other), its), 1);
  const sizes = tf.sum(truth, 0, true);
  const present = tf.minimum(sizes, 1);
  const several = tf.cast(tf.greater(tf.sum(present), 1), "float32"); // one class has no negatives
  const counted = tf.minimum(tf.sum(its, 1), 1);
  const share = tf.div(
    tf.add(away, tf.sub(1, counted)),
    tf.add(tf.add(away, near), tf.sub(1, counted)),
  );
  const each = tf.div(tf.mul(tf.neg(tf.log(share)), counted), tf.sum(tf.mul(truth, sizes), 1));
  return tf.mul(tf.div(tf.sum(each), tf.sum(present)), several);
}

/**
 * For the mean prediction of each cell, −log of the share of its class's other cells in how near it
 * is to all, averaged over a class's cells and over classes; of classes in several domains only.
 *
 * @param cells `[images, cells]`: 1 for the image's (domain, class) cell.
 */
export function betweenDomains(p: tf.Tensor2D, truth: tf.Tensor2D, cells: tf.Tensor2D): tf.Scalar {
  const same = tf.matMul(cells, cells, false, true);
  const part = tf.reciprocal(tf.sum(same, 1)); // an image's part of its cell
  const centres = normalised(tf.mul(tf.matMul(same, p), tf.expandDims(part, 1)) as tf.Tensor2D, 1);
  const like = tf.matMul(truth, truth, false, true);
  const domains = tf.sum(tf.mul(like, part), 1); // in which the image's class is
  const counted = tf.cast(tf.greater(domains, 1.5), "float32");
  const others = tf.mul(tf.sub(1, same), tf.mul(part, counted));
  const alike = tf.mul(tf.exp(tf.matMul(centres, centres, false, true)), others);
  const spare = tf.sub(1, counted);
  const share = tf.div(
    tf.add(tf.sum(tf.mul(alike, like), 1), spare),
    tf.add(tf.sum(alike, 1), spare),
  );
  const each = tf.div(tf.mul(tf.neg(tf.log(share)), tf.mul(part, counted)), domains);
  const classes = tf.sum(tf.max(tf.mul(truth, tf.expandDims(counted, 1)), 0));
  return tf.div(tf.sum(each), tf.maximum(classes, 1));
}

/**
 * Balanced contrast (Zhu et al. 2022, equation 9): how far each row is from the others of its class, among all. A class
 * counts by its mean, the row itself left out.
 *
 * @param z `[rows, size]` of length 1; the last `classes` are the prototypes, which are no anchors.
 * @param owners int32 `[rows]`: their classes.
 */
export function balancedContrast(
  z: tf.Tensor2D,
  owners: tf.Tensor1D,
  classes: number,
  temperature: number,
): tf.Scalar {
  const anchors = z.shape[0] - classes;
  const cosines = tf.div(tf.matMul(tf.slice(z, 0, anchors), z, false, true), temperature);
  const others = tf.sub(1, tf.eye(anchors, z.shape[0]));
  const members = oneHot(owners, classes);
  const own = tf.slice(members, 0, anchors);
  const positive = tf.mul(tf.matMul(own, members, false, true), others);
  /** How many there are of every class, without the anchor. */
  const sizes = tf.sub(tf.sum(members, 0), own);
  const sums = tf.matMul(tf.mul(tf.exp(cosines), others), members);
  const total = tf.log(tf.sum(tf.div(sums, tf.maximum(sizes, 1)), 1, true));
  const away = tf.mul(tf.sub(total, cosines), positive);
  return tf.mean(tf.div(tf.sum(away, 1), tf.sum(positive, 1)));
}
