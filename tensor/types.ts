/**
 * The types of TensorFlow.js that stand in this package's own signatures.
 *
 * They are TensorFlow.js's to document, so `deno doc` is told to leave them out: it takes what comes
 * from an npm package for a part of this one (denoland/deno#27364).
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs-core";

/**
 * Of any shape.
 *
 * @ignore
 */
export type Tensor = tf.Tensor;
/**
 * One number.
 *
 * @ignore
 */
export type Scalar = tf.Scalar;
/**
 * `[n]`.
 *
 * @ignore
 */
export type Tensor1D = tf.Tensor1D;
/**
 * Two axes.
 *
 * @ignore
 */
export type Tensor2D = tf.Tensor2D;
/**
 * Four axes, such as `[images, height, width, channels]`.
 *
 * @ignore
 */
export type Tensor4D = tf.Tensor4D;
/**
 * A tensor whose values change while its shape does not.
 *
 * @ignore
 */
export type Variable = tf.Variable;
