/**
 * How a risk changes with the scale of the logits.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Objective, tex } from "../objective.ts";

/** Why presets of small batches have a small weight of the penalty. */
export const SMALL_HALVES =
  "the penalty is a product of two halves of a batch, which is noise where they have 5 images";

/** The factors of {@linkcode irmPenalty}, for formulas in which their product stands. */
export const SLOPES = {
  formulas: [
    tex`u_d = \frac{1}{|B_d^0|} \sum_{i \in B_d^0} a_i, \qquad v_d = \frac{1}{|B_d^1|} ` +
    tex`\sum_{i \in B_d^1} a_i`,
    tex`a_i = \left. \frac{\partial\, \ell(\omega s_i, y_i)}{\partial \omega} ` +
    tex`\right|_{\omega = 1} = \sum_c p_{i,c}\, s_{i,c} - s_{i,y_i}`,
  ],
  symbols: {
    "B_d^0, B_d^1":
      "the images in even and in odd places of a domain's batch; the product of their means " +
      "estimates the squared slope without bias, and is 0 for a single image",
  },
} as const satisfies Objective;

/**
 * Unbiased estimate of the square of d CE(s·z, y) / ds at s = 1; it may be negative. A single row
 * gives 0.
 *
 * The derivative has a closed form, mean over rows of Σₖ pₖ zₖ − z_y, so no gradient of a gradient
 * is needed; the product of the derivatives on even and odd rows estimates the square without bias.
 */
export function irmPenalty(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Scalar {
  const rows = logits.shape[0];
  if (rows < 2) return tf.scalar(0);
  const truth = tf.oneHot(labels, logits.shape[1]);
  const slopes = tf.sum(tf.mul(tf.sub(tf.softmax(logits), truth), logits), 1);
  const even = tf.tensor1d(Array.from({ length: rows }, (_, i) => (i + 1) % 2));
  const odd = tf.sub(1, even);
  const evens = Math.ceil(rows / 2);
  return tf.mul(
    tf.div(tf.sum(tf.mul(slopes, even)), evens),
    tf.div(tf.sum(tf.mul(slopes, odd)), rows - evens),
  );
}
