/**
 * Losses of a batch of logits.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor1D, Tensor2D } from "../../tensor/types.ts";

/** int32 `[rows]` → `[rows, classes]`: 1 where the column is the label. */
export function oneHot(labels: Tensor1D, classes: number): Tensor2D {
  // TensorFlow.js refuses a single class, which the domains of a set with one domain are.
  return (classes > 1 ? tf.oneHot(labels, classes) : tf.ones([labels.size, 1])) as Tensor2D;
}

/** −log softmax(logits)[label] of every row: `[rows, classes]`, int32 `[rows]` → `[rows]`. */
export function crossEntropyPerExample(logits: Tensor2D, labels: Tensor1D): Tensor1D {
  const truth = oneHot(labels, logits.shape[1]);
  return tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), truth), 1));
}

/** Mean cross-entropy of a batch. */
export function crossEntropy(logits: Tensor2D, labels: Tensor1D): Scalar {
  return tf.mean(crossEntropyPerExample(logits, labels));
}

/**
 * Mean cross-entropy of a batch in which every row counts by the weight of its class,
 * Σᵢ w[yᵢ] CEᵢ / Σᵢ w[yᵢ]; 0 when all weights are.
 */
export function weightedCrossEntropy(
  logits: Tensor2D,
  labels: Tensor1D,
  weights: readonly number[],
): Scalar {
  const own = tf.gather(tf.tensor1d([...weights]), labels);
  const total = tf.maximum(tf.sum(own), 1e-30);
  return tf.div(tf.sum(tf.mul(crossEntropyPerExample(logits, labels), own)), total);
}

/**
 * Mean cross-entropy of labels that give `smoothing[class]` of themselves to all classes alike.
 *
 * @param smoothing From 0 to 1, for every class.
 */
export function smoothedCrossEntropy(
  logits: Tensor2D,
  labels: Tensor1D,
  smoothing: readonly number[],
): Scalar {
  const given = tf.gather(tf.tensor1d([...smoothing]), labels);
  const own = tf.mul(crossEntropyPerExample(logits, labels), tf.sub(1, given));
  const all = tf.mul(tf.mean(tf.logSoftmax(logits), 1), given);
  return tf.mean(tf.sub(own, all));
}

/**
 * Logits / Δ + τ log π with Δ = (π_max / π)^γ (Kini et al. 2021, equation 2).
 *
 * @param logs log π of every class, up to a constant.
 */
export function vectorScaled(
  logits: Tensor2D,
  logs: readonly number[],
  gamma: number,
  tau: number,
): Tensor2D {
  const most = Math.max(...logs);
  const factors = tf.tensor1d(logs.map((log) => Math.exp(gamma * (log - most))));
  return tf.add(tf.mul(logits, factors), tf.tensor1d(logs.map((log) => tau * log)));
}
