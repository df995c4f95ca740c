import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { Adam } from "../../nn/adam.ts";
import { convolution } from "../../tensor/convolution.ts";
import { dropout, groupAverages, mlp, reluGroupNorm } from "../../nn/layers.ts";
import { fromTorch, toTorch, uniformParameter } from "../../nn/module.ts";
import cnn from "../../networks/cnn.ts";
import { buildNetwork } from "../../networks/mod.ts";
import { stream } from "../../base/random.ts";
import { decodeTensors, encodeTensors } from "../../tensor/safetensors.ts";
import { useBackend } from "../../testing/backend.ts";

await useBackend();

const normal = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, "float32", seed);

/** Largest difference over the largest value. */
function error(found: tf.Tensor, wanted: tf.Tensor): number {
  const largest = (t: tf.Tensor) => tf.max(tf.abs(t)).dataSync()[0]!;
  return largest(tf.sub(found, wanted)) / largest(wanted);
}

Deno.test("relu and group norm equal the plain formula, gradients too", () => {
  const inputs = [normal([4, 6, 6, 16], 1), normal([16], 2), normal([16], 3)];
  const weights = normal([4, 6, 6, 16], 4);
  const plain = (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) => {
    const grouped = tf.reshape(tf.relu(x), [4, 36, 8, 2]);
    const { mean, variance } = tf.moments(grouped, [1, 3], true);
    const normalised = tf.div(tf.sub(grouped, mean), tf.sqrt(tf.add(variance, 1e-5)));
    return tf.add(tf.mul(tf.reshape(normalised, [4, 6, 6, 16]), scale), shift);
  };
  const averages = groupAverages(16);
  const fast = (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) =>
    reluGroupNorm(
      x as tf.Tensor4D,
      scale as tf.Tensor1D,
      shift as tf.Tensor1D,
      averages,
    );
  const [a, b, c] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor];
  assert.ok(error(fast(a, b, c), plain(a, b, c)) < 1e-5);
  const gradients = (f: typeof plain) =>
    tf.grads((x, s, t) => tf.sum(tf.mul(weights, f(x!, s!, t!))))(inputs);
  const wanted = gradients(plain);
  gradients(fast).forEach((g, i) => assert.ok(error(g, wanted[i]!) < 1e-5));
});

Deno.test("channels that make no groups of 8 are refused", () => {
  assert.throws(() => groupAverages(12), /12 channels in 8 groups/);
});

const CONVOLUTIONS:
  readonly (readonly [size: number, side: number, outputs: number, stride: 1 | 2])[] =
  // Those of one pixel and those of many outputs have gradients of another form.
  [[3, 8, 8, 1], [3, 8, 8, 2], [3, 5, 8, 2], [1, 8, 8, 1], [1, 8, 8, 2], [3, 4, 512, 1], [
    3,
    4,
    512,
    2,
  ], [3, 5, 512, 2]];
for (const [size, side, outputs, stride] of CONVOLUTIONS) {
  const what = `${size} × ${size} over ${side} × ${side} to ${outputs}, stride ${stride}`;
  Deno.test(`convolution equals conv2d plus bias, gradients too: ${what}`, () => {
    const inputs = [
      normal([2, side, side, 3], 1),
      normal([size, size, 3, outputs], 2),
      normal([outputs], 3),
    ];
    const plain = (x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor) => {
      // At stride 2 one pixel is the first of 3 × 3, of which the others count nothing; oneDNN's own
      // gradient of one pixel at stride 2 writes past the end of its memory.
      const whole = size < stride ? tf.pad(kernel, [[0, 2], [0, 2], [0, 0], [0, 0]]) : kernel;
      return tf.add(tf.conv2d(x as tf.Tensor4D, whole as tf.Tensor4D, stride, "same"), bias);
    };
    const ours = (x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor) =>
      convolution(x as tf.Tensor4D, kernel as tf.Tensor4D, bias as tf.Tensor1D, stride);
    const [x, k, b] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor];
    const output = plain(x, k, b);
    assert.ok(error(ours(x, k, b), output) < 1e-5);
    const weights = normal(output.shape, 4);
    const gradients = (f: typeof plain) =>
      tf.grads((x, k, b) => tf.sum(tf.mul(weights, f(x!, k!, b!))))(inputs);
    const wanted = gradients(plain);
    gradients(ours).forEach((g, i) => assert.ok(error(g, wanted[i]!) < 1e-5));
  });
}

Deno.test("PyTorch's arrangement goes in and comes out unchanged", () => {
  for (const [layout, shape] of [["linear", [3, 5]], ["convolution", [3, 3, 2, 4]]] as const) {
    const p = uniformParameter("w", shape, layout, 1, (name) => stream(0, name));
    const values = Float32Array.from({ length: p.variable.size }, (_, i) => i);
    fromTorch(p, values);
    assert.deepEqual(toTorch(p), values);
  }
});

Deno.test("weights and biases start uniform in ±1/√fan-in", () => {
  const { classifier } = buildNetwork(cnn, 10, {
    inputShape: [28, 28, 3],
    width: 1,
    draws: (name) => stream(0, name),
    random: stream(0, "d"),
  });
  const values = [...classifier.parameters[0]!.variable.dataSync()];
  const bound = 1 / Math.sqrt(128);
  assert.ok(values.every((v) => Math.abs(v) <= bound));
  const variance = values.reduce((sum, v) => sum + v * v, 0) / values.length;
  assert.ok(Math.abs(variance / (bound * bound / 3) - 1) < 0.1);
});

Deno.test("another width or layer moves nobody else's initial draws", () => {
  const weights = (width: number) => {
    const { classifier, featurizer } = buildNetwork(cnn, 10, {
      inputShape: [28, 28, 3],
      width,
      draws: (name) => stream(0, name),
      random: stream(0, "d"),
    });
    return [featurizer.parameters[1]!, classifier.parameters[1]!].map((p) => p.variable.dataSync());
  };
  const [narrow, wide] = [weights(0.25), weights(1)];
  // The same draws on another bound: the classifier's fan-in is 32 and 128.
  narrow[1]!.forEach((v, i) => assert.ok(Math.abs(v / wide[1]![i]! - 2) < 1e-5));
});

Deno.test("dropout keeps the expectation and is off in evaluation", () => {
  const layer = dropout(1000, 0.3, stream(0, "dropout"));
  const ones = tf.ones([100, 1000]);
  assert.deepEqual(layer.apply(ones).dataSync(), ones.dataSync());
  const kept = [...layer.apply(ones, true).dataSync()];
  assert.ok(Math.abs(kept.reduce((a, b) => a + b, 0) / kept.length - 1) < 0.02);
  assert.equal(new Set(kept).size, 2);
});

Deno.test("an MLP of one layer is refused", () => {
  const build = () =>
    mlp({ inputs: 2, outputs: 2, width: 2, depth: 1, dropout: 0 }, () => stream(0), stream(0));
  assert.throws(build, /depth 1/);
});

Deno.test("safetensors come back as they were, and broken files are refused", () => {
  const tensors = { a: tf.tensor([1, 2, 3, 4], [2, 2]), "b.c": tf.scalar(5) };
  const file = encodeTensors(tensors);
  const back = decodeTensors(file);
  assert.deepEqual(Object.keys(back), ["a", "b.c"]);
  assert.deepEqual(back.a!.arraySync(), [[1, 2], [3, 4]]);
  for (const length of [0, 7, 8, 20, file.length - 1]) {
    assert.throws(() => decodeTensors(file.slice(0, length)), /Cannot read the safetensors file/);
  }
});

Deno.test("five updates of the digits CNN lose as much as plain automatic differentiation", () => {
  const random = stream(0, "five updates");
  const images = tf.tensor(
    Float32Array.from({ length: 8 * 28 * 28 * 3 }, () => random.uniform()),
    [8, 28, 28, 3],
  );
  const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 3, 4, 5, 6, 7], "int32"), 10);
  const make = () =>
    buildNetwork(cnn, 10, {
      inputShape: [28, 28, 3],
      width: 0.25,
      draws: (name) => stream(0, name),
      random: stream(0, "d"),
    });
  const risk = (logits: tf.Tensor) =>
    tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), 1))) as tf.Scalar;
  /** The same network as one writes it at first: conv2d, relu, moments. */
  const plainLogits = (values: readonly tf.Tensor[]) => {
    let x = tf.reverse(images, [1, 2]) as tf.Tensor;
    for (let block = 0; block < 4; block++) {
      const [kernel, bias, scale, shift] = values.slice(4 * block, 4 * block + 4);
      const stride = block === 1 ? 2 : 1;
      const r = tf.relu(
        tf.add(tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, stride, "same"), bias!),
      );
      const [n, h, w, c] = r.shape as [number, number, number, number];
      const grouped = tf.reshape(r, [n, h * w, 8, c / 8]);
      const { mean, variance } = tf.moments(grouped, [1, 3], true);
      const normalised = tf.div(tf.sub(grouped, mean), tf.sqrt(tf.add(variance, 1e-5)));
      x = tf.add(tf.mul(tf.reshape(normalised, [n, h, w, c]), scale!), shift!);
    }
    const pooled = tf.mean(x, [1, 2]) as tf.Tensor2D;
    return tf.add(tf.matMul(pooled, values[16] as tf.Tensor2D), values[17]!);
  };
  const losses = (plain: boolean) => {
    const network = make();
    const adam = new Adam(network.parameters, { learningRate: 1e-3, weightDecay: 0 });
    const variables = network.parameters.map((p) => p.variable);
    return Array.from({ length: 5 }, () => {
      const { value, grads } = tf.variableGrads(
        () => risk(plain ? plainLogits(variables) : network.logits(images)),
        variables,
      );
      adam.step(variables.map((v) => grads[v.name]!));
      return value.dataSync()[0]!;
    });
  };
  const wanted = losses(true);
  assert.ok(wanted[4]! < wanted[0]!);
  losses(false).forEach((loss, i) => assert.ok(Math.abs(loss / wanted[i]! - 1) < 1e-4));
});
