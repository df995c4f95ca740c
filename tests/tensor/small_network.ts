/**
 * A small convolutional network trained for a few steps: what every backend must do alike. As a
 * program of its own it takes a backend's name and prints the losses as JSON.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Backend, startBackend } from "../../tensor/backend.ts";
import { stream } from "../../base/random.ts";

/** The losses of five steps of plain gradient descent, on the backend in use. */
export function trainSmallNetwork(): number[] {
  const draw = (name: string, shape: number[], scale: number) => {
    const random = stream(7, name);
    const length = shape.reduce((product, side) => product * side, 1);
    return tf.tensor(Float32Array.from({ length }, () => random.normal() * scale), shape);
  };
  const images = draw("images", [6, 12, 12, 3], 1) as tf.Tensor4D;
  const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 3, 4, 1], "int32"), 5);
  const first = tf.variable(draw("first", [3, 3, 3, 8], 0.3)) as tf.Variable<tf.Rank.R4>;
  const second = tf.variable(draw("second", [3, 3, 8, 16], 0.2)) as tf.Variable<tf.Rank.R4>;
  const scale = tf.variable(tf.ones([16]));
  const shift = tf.variable(tf.zeros([16]));
  const linear = tf.variable(draw("linear", [16, 5], 0.3)) as tf.Variable<tf.Rank.R2>;
  const variables = [first, second, scale, shift, linear];

  const groupNorm = (x: tf.Tensor4D, groups: number) => {
    const [batch, height, width, channels] = x.shape;
    const grouped = tf.reshape(x, [batch, height * width, groups, channels / groups]);
    const { mean, variance } = tf.moments(grouped, [1, 3], true);
    const normal = tf.mul(tf.sub(grouped, mean), tf.rsqrt(tf.add(variance, 1e-5)));
    return tf.reshape(normal, x.shape);
  };
  const loss = () => {
    const hidden = tf.relu(groupNorm(tf.conv2d(images, first, 1, "same"), 2));
    const padded = tf.pad(hidden, [[0, 0], [1, 1], [1, 1], [0, 0]]) as tf.Tensor4D;
    const top = groupNorm(tf.conv2d(padded, second, 2, "valid"), 4);
    const features = tf.mean(tf.relu(tf.add(tf.mul(top, scale), shift)), [1, 2]) as tf.Tensor2D;
    const logits = tf.matMul(features, linear);
    return tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), 1))) as tf.Scalar;
  };
  const losses: number[] = [];
  for (let step = 0; step < 5; step++) {
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(loss, variables);
      losses.push(value.dataSync()[0]!);
      for (const variable of variables) {
        variable.assign(tf.sub(variable, tf.mul(grads[variable.name]!, 0.1)));
      }
    });
  }
  tf.dispose([images, labels, ...variables]);
  return losses;
}

if (import.meta.main) {
  await startBackend(Deno.args[0] as Backend, 1);
  await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(trainSmallNetwork())));
}
