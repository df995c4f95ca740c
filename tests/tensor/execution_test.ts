/**
 * The ways in which an update can be executed: plain automatic differentiation, our gradients
 * operation by operation, one graph, one graph with XLA. All are the same mathematics.
 */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { RunContext } from "../../bench/train/context.ts";
import { stepOf } from "../../bench/train/prepare.ts";
import { type Execution, executor } from "../../tensor/compile/mod.ts";
import cnn from "../../networks/cnn.ts";
import { buildNetwork } from "../../networks/mod.ts";
import { stream } from "../../base/random.ts";
import erm from "../../methods/erm.ts";
import type { DomainBatch } from "../../methods/method.ts";
import { useBackend } from "../../testing/backend.ts";

await useBackend();

const STEPS = 5;
const LEARNING_RATE = 1e-3;

const network = () =>
  buildNetwork(cnn, 10, {
    inputShape: [28, 28, 3],
    width: 0.25,
    draws: (name) => stream(0, "initial", name),
    random: stream(0, "dropout"),
  });

const batches = [0, 1].map((d): DomainBatch => {
  const random = stream(0, "images", d);
  const pixels = Float32Array.from({ length: 8 * 28 * 28 * 3 }, () => random.uniform());
  return {
    images: tf.tensor4d(pixels, [8, 28, 28, 3]),
    labels: tf.tensor1d(Array.from({ length: 8 }, () => random.integer(10)), "int32"),
  };
});

/** ERM's losses as one would write them down at first, with none of our gradients. */
function naive(): number[] {
  const { featurizer, classifier } = network();
  const optimizer = tf.train.adam(LEARNING_RATE, 0.9, 0.999, 1e-8);
  const images = tf.concat(batches.map((batch) => batch.images));
  const labels = tf.oneHot(tf.concat(batches.map((batch) => batch.labels)), 10);
  const logits = () => {
    let x = tf.reverse(images, [1, 2]) as tf.Tensor4D;
    for (let block = 0; block < 4; block++) {
      const [kernel, bias, scale, shift] = featurizer.parameters
        .slice(4 * block, 4 * block + 4).map((p) => p.variable as tf.Tensor);
      const stride = block === 1 ? 2 : 1;
      const maps = tf.relu(tf.add(tf.conv2d(x, kernel as tf.Tensor4D, stride, "same"), bias!));
      const [batch, height, width, channels] = maps.shape as [number, number, number, number];
      const grouped = tf.reshape(maps, [batch, height * width, 8, channels / 8]);
      const { mean, variance } = tf.moments(grouped, [1, 3], true);
      const normalised = tf.div(tf.sub(grouped, mean), tf.sqrt(tf.add(variance, 1e-5)));
      x = tf.add(tf.mul(tf.reshape(normalised, maps.shape), scale!), shift!) as tf.Tensor4D;
    }
    const [weight, bias] = classifier.parameters.map((p) => p.variable as tf.Tensor2D);
    return tf.add(tf.matMul(tf.mean(x, [1, 2]) as tf.Tensor2D, weight!), bias!);
  };
  return Array.from({ length: STEPS }, () => {
    const loss = optimizer.minimize(
      () => tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits()), labels), 1))) as tf.Scalar,
      true,
    )!;
    return loss.dataSync()[0]!;
  });
}

async function ours(execution: Execution): Promise<number[]> {
  const ctx = new RunContext({
    inputShape: [],
    network: network(),
    classes: 10,
    counts: [new Array(10).fill(1), new Array(10).fill(1)],
    seed: 0,
    adam: { learningRate: LEARNING_RATE, weightDecay: 0 },
    trainingSet: async function* () {},
  });
  const update = stepOf(ctx, erm.create(ctx, {}), executor(execution));
  const losses: number[] = [];
  for (let step = 0; step < STEPS; step++) losses.push((await update(batches, step)).loss!);
  ctx.dispose();
  return losses;
}

const wanted = naive();
for (const execution of ["eager", "graph", "xla"] as const) {
  Deno.test(`${execution}: ${STEPS} updates of the digits CNN are those of plain autodiff`, async () => {
    (await ours(execution)).forEach((loss, step) => {
      const error = Math.abs(loss - wanted[step]!) / wanted[step]!;
      assert.ok(error < 1e-4, `loss ${step} is ${loss}, of plain autodiff ${wanted[step]}`);
    });
  });
}
