/** The project's own TensorFlow operations beside the same in TensorFlow's. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { groupAverages, reluGroupNorm } from "../../nn/layers.ts";
import { convolution, nativeConvolutionBlock } from "../../tensor/convolution.ts";
import { nativeAdam } from "../../tensor/kernels.ts";
import { hasOperations } from "../../tensor/native/operations.ts";
import { useBackend } from "../../testing/backend.ts";

await useBackend();
const ignore = !hasOperations();

function apart(found: tf.Tensor, wanted: tf.Tensor): number {
  return tf.tidy(() => {
    const size = tf.max(tf.abs(wanted)).dataSync()[0]!;
    return tf.max(tf.abs(tf.sub(found, wanted))).dataSync()[0]! / Math.max(size, 1e-6);
  });
}

// Few channels, many, a last block of positions that is not full, strides, one image.
for (
  const [images, size, inputs, outputs, stride] of [
    [4, 6, 3, 16, 1],
    [3, 5, 8, 8, 1],
    [2, 8, 16, 24, 2],
    [1, 7, 4, 128, 1],
    [33, 14, 8, 64, 1],
  ] as const
) {
  const name = `${images} × ${size} × ${size} × ${inputs} to ${outputs}, stride ${stride}`;
  Deno.test(`convolution, ReLU and group norm: ${name}`, { ignore }, () => {
    tf.tidy(() => {
      const random = (shape: number[], seed: number) =>
        tf.randomNormal(shape, 0, 1, "float32", seed);
      const x = random([images, size, size, inputs], 1) as tf.Tensor4D;
      const kernel = random([3, 3, inputs, outputs], 2) as tf.Tensor4D;
      const [bias, scale, shift] = [3, 4, 5].map((seed) => random([outputs], seed)) as [
        tf.Tensor1D,
        tf.Tensor1D,
        tf.Tensor1D,
      ];
      const averages = tf.keep(groupAverages(outputs));
      type Parts = [tf.Tensor4D, tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
      const inputsOf: Parts = [x, kernel, bias, scale, shift];
      const own = (...[x, kernel, bias, scale, shift]: Parts) =>
        nativeConvolutionBlock(x, kernel, bias, scale, shift, stride)!;
      const usual = (...[x, kernel, bias, scale, shift]: Parts) =>
        reluGroupNorm(convolution(x, kernel, bias, stride), scale, shift, averages);
      const dy = random(own(...inputsOf).shape, 6);
      const gradients = (block: (...parts: Parts) => tf.Tensor) =>
        tf.grads((...parts) => tf.sum(tf.mul(block(...parts as Parts), dy)))(inputsOf);
      assert.ok(apart(own(...inputsOf), usual(...inputsOf)) < 1e-5);
      const found = gradients(own);
      gradients(usual).forEach((wanted, i) => {
        assert.ok(apart(found[i]!, wanted) < 2e-5, `input ${i}: ${apart(found[i]!, wanted)}`);
      });
      averages.dispose();
    });
  });
}

Deno.test("group norm of channels that are no multiple of 8 is refused in a sentence", {
  ignore,
}, () => {
  assert.throws(
    () =>
      nativeConvolutionBlock(
        tf.ones([1, 4, 4, 3]),
        tf.ones([3, 3, 3, 4]),
        tf.ones([4]),
        tf.ones([4]),
        tf.ones([4]),
        1,
      ),
    /the channels must be a multiple of 8/,
  );
});

Deno.test("Adam: the same step for weights of any number and shape", { ignore }, () => {
  tf.tidy(() => {
    const shapes = [[3, 5], [7], [], [2, 3, 4]];
    const random = (seed: number) =>
      shapes.map((shape, i) => tf.randomNormal(shape, 0, 1, "float32", 10 * seed + i));
    const [weights, gradients, first, second] = [1, 2, 3, 4].map(random);
    const flat = (tensors: tf.Tensor[]) => tf.concat(tensors.map((t) => tf.reshape(t, [-1])));
    const settings = {
      betas: [0.9, 0.999] as const,
      epsilon: 1e-8,
      weightDecay: 0.1,
    };
    const moments = { first: flat(first!), second: tf.square(flat(second!)) };
    const next = nativeAdam(
      { weights: weights!, ...moments },
      gradients!,
      settings,
      tf.scalar(0.01),
      tf.scalar(0.5),
    )!;
    const g = tf.add(flat(gradients!), tf.mul(flat(weights!), 0.1));
    const m = tf.add(tf.mul(moments.first, 0.9), tf.mul(g, 1 - 0.9));
    const v = tf.add(tf.mul(moments.second, 0.999), tf.mul(tf.square(g), 1 - 0.999));
    const change = tf.div(tf.mul(m, 0.01), tf.add(tf.div(tf.sqrt(v), 0.5), 1e-8));
    assert.ok(apart(next.first, m) < 1e-6);
    assert.ok(apart(next.second, v) < 1e-6);
    assert.ok(apart(flat([...next.weights]), tf.sub(flat(weights!), change)) < 1e-6);
    next.weights.forEach((w, i) => assert.deepEqual(w.shape, shapes[i]));
  });
});
