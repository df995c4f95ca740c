/**
 * The parts of a transformer, as pure functions.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { customGradient } from "../tensor/ops.ts";

/**
 * Layer norm (Ba et al. 2016) over the last axis, `scale` and `shift` of its size. With
 * x̂ = (x − μ)·ρ the gradient with respect to x is ρ·(g − mean(g) − x̂·mean(g·x̂)), g = dy·scale: few
 * passes over memory instead of automatic differentiation's many.
 */
export function layerNorm(
  x: tf.Tensor,
  scale: tf.Tensor1D,
  shift: tf.Tensor1D,
  epsilon: number,
): tf.Tensor {
  const average = (t: tf.Tensor) => tf.mean(t, -1, true);
  const forward = () => {
    const centred = tf.sub(x, average(x));
    const rho = tf.rsqrt(tf.add(average(tf.square(centred)), epsilon));
    const normalised = tf.mul(centred, rho);
    const saved: [tf.Tensor, tf.Tensor, tf.Tensor] = [normalised, rho, scale];
    return { value: tf.add(tf.mul(normalised, scale), shift) as tf.Tensor, saved };
  };
  return customGradient([x, scale, shift], forward, (dy, [normalised, rho, g]) => {
    const gradient = tf.mul(dy, g);
    const projected = tf.mul(normalised, average(tf.mul(gradient, normalised)));
    const rows = Array.from({ length: x.rank - 1 }, (_, axis) => axis);
    return [
      tf.mul(rho, tf.sub(tf.sub(gradient, average(gradient)), projected)),
      tf.sum(tf.mul(dy, normalised), rows),
      tf.sum(dy, rows),
    ];
  });
}

/** x · Φ(x), the Gaussian error linear unit (Hendrycks and Gimpel 2016), by the error function. */
export function gelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}

/** x W + b for the last axis of `[batch, tokens, inputs]`. */
export function project(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const [batch, tokens, inputs] = x.shape as [number, number, number];
  const rows = tf.reshape(x, [batch * tokens, inputs]) as tf.Tensor2D;
  const projected = tf.add(tf.matMul(rows, weight as tf.Tensor2D), bias);
  return tf.reshape(projected, [batch, tokens, -1]);
}

/**
 * Multi-head self-attention (Vaswani et al. 2017, equation 1) from queries, keys and values side by
 * side, `[batch, tokens, 3 · channels]`, to `[batch, tokens, channels]`.
 */
export function attention(qkv: tf.Tensor, heads: number): tf.Tensor {
  const [batch, tokens, all] = qkv.shape as [number, number, number];
  const channels = all / 3;
  const size = channels / heads;
  const apart = tf.transpose(
    tf.reshape(qkv, [batch, tokens, 3, heads, size]),
    [2, 0, 3, 1, 4],
  );
  const [queries, keys, values] = tf.unstack(apart) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const likeness = tf.matMul(tf.mul(queries, 1 / Math.sqrt(size)), keys, false, true);
  const mixed = tf.matMul(tf.softmax(likeness), values);
  return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch, tokens, channels]);
}
