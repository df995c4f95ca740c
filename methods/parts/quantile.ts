/**
 * Quantiles of a distribution that is known by a few values.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { constantOf } from "./gradients.ts";

/** Points at which a search looks at once, and how often: single precision sees no more. */
const POINTS = 1024, ROUNDS = 3;

/**
 * A quantile of the Gaussian kernel density over the values `[n]`, with bandwidth 1.06 σ n^(−1/5),
 * σ the unbiased deviation. Of a single value, or of equal ones, it is their mean.
 *
 * The quantile q is searched for, as a constant. A Newton step from there gives it its gradient:
 * with F the distribution function, F(q, values) is the probability for all values, and so
 * dq = −dF / F′(q).
 */
export function densityQuantile(values: tf.Tensor1D, probability: number): tf.Scalar {
  const place = constantOf(values, (values) => {
    const width = bandwidth(values);
    const q = search(values, width, probability);
    const heights = tf.exp(tf.div(tf.square(tf.div(tf.sub(q, values), width)), -2));
    return tf.stack([q, tf.div(tf.mean(heights), tf.mul(width, Math.sqrt(2 * Math.PI)))]);
  });
  const [found, slope] = tf.unstack(place);
  const missed = tf.sub(shareBelow(found!, values, bandwidth(values)), probability);
  return tf.sub(found!, tf.div(missed, slope!));
}

function bandwidth(values: tf.Tensor1D): tf.Scalar {
  const n = values.size;
  const squares = tf.sum(tf.square(tf.sub(values, tf.mean(values))));
  // The root has no slope at 0, where all values are equal.
  const deviation = tf.sqrt(tf.add(tf.div(squares, Math.max(1, n - 1)), 1e-12));
  return tf.mul(deviation, 1.06 * n ** -0.2);
}

/** The last of the points below the quantile, ever closer. */
function search(values: tf.Tensor1D, width: tf.Scalar, probability: number): tf.Tensor {
  const points = tf.expandDims(tf.range(0, POINTS), 1);
  let low: tf.Tensor = tf.sub(tf.min(values), tf.mul(width, 9));
  let range = tf.sub(tf.add(tf.max(values), tf.mul(width, 9)), low);
  for (let round = 0; round < ROUNDS; round++) {
    range = tf.div(range, POINTS);
    const shares = shareBelow(tf.add(tf.mul(points, range), low), values, width);
    const below = tf.sum(tf.cast(tf.less(shares, probability), "float32"));
    low = tf.add(low, tf.mul(range, tf.sub(below, 1)));
  }
  return low;
}

/** The density's share below each `x`, a scalar or `[points, 1]`. */
function shareBelow(x: tf.Tensor, values: tf.Tensor1D, width: tf.Scalar): tf.Tensor {
  const distances = tf.div(tf.sub(x, values), tf.mul(width, Math.SQRT2));
  return tf.mul(tf.add(tf.mean(tf.erf(distances), -1), 1), 0.5);
}
