import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { toTorch } from "../../nn/module.ts";
import { find } from "../../base/errors.ts";
import { buildNetwork, type Network, NETWORKS } from "../../networks/mod.ts";
import { resnet18, resnet50 } from "../../networks/resnet.ts";
import { stream } from "../../base/random.ts";
import type { Weights } from "../../networks/weights.ts";
import { useBackend } from "../../testing/backend.ts";
import { spread, value } from "./formula.ts";

await useBackend();

interface Case {
  readonly depth: 18 | 50;
  readonly size: number;
  readonly logits: number[][];
  readonly gradients: Record<string, { norm: number; some: number[] }>;
}

/** A ResNet with the formula's weights, as if they had been read from a file. */
function build(depth: number, imageSize: number): Network {
  const draws = () => ({ ...stream(0, "unused"), normal: () => 0 });
  const options = {
    inputShape: [imageSize, imageSize, 3],
    width: 1,
    draws,
    random: stream(0, "dropout"),
  };
  const shapes = new Map<string, number[]>();
  const blank = buildNetwork(find("network", `resnet${depth}`, NETWORKS), 5, options);
  for (const { name, variable: { shape }, layout } of blank.featurizer.parameters) {
    const [h, w, i, o] = shape as [number, number, number, number];
    shapes.set(name, layout === "convolution" ? [o, i, h, w] : shape);
    const norm = name.replace(/\.weight$/, "");
    if (shape.length === 1) {
      for (const statistic of ["mean", "var"]) shapes.set(`${norm}.running_${statistic}`, shape);
    }
  }
  blank.featurizer.dispose();
  const weights: Weights = (name) => {
    const shape = shapes.get(name);
    return shape && { shape, values: value(name, shape) };
  };
  const network = buildNetwork(find("network", `resnet${depth}`, NETWORKS), 5, {
    ...options,
    weights,
  });
  const { outputs } = network.featurizer;
  const [weight, bias] = network.classifier.parameters;
  tf.tidy(() => {
    weight!.variable.assign(
      tf.transpose(tf.tensor(value("fc.weight", [5, outputs]), [5, outputs])),
    );
    bias!.variable.assign(tf.tensor(value("fc.bias", [5]), [5]));
  });
  return network;
}

const cases: Case[] = JSON.parse(
  Deno.readTextFileSync(new URL("figures/resnet.json", import.meta.url)),
);

for (const { depth, size, logits, gradients } of cases) {
  Deno.test(`ResNet-${depth} at ${size} px: logits and gradients of PyTorch`, () => {
    const network = build(depth, size);
    const images = tf.tensor4d(
      Float32Array.from(spread(2 * size * size * 3, "images"), (u) => 2 * u - 1),
      [2, size, size, 3],
    );
    const found = network.logits(images).arraySync() as number[][];
    const largest = Math.max(...logits.flat().map(Math.abs));
    logits.forEach((row, i) =>
      row.forEach((value, c) =>
        assert.ok(
          Math.abs(value - found[i]![c]!) < 1e-4 * largest,
          `${depth}, ${size}: ${found[i]![c]} for ${value}`,
        )
      )
    );
    const { parameters } = network.featurizer;
    const { grads } = tf.variableGrads(() => {
      const log = tf.logSoftmax(network.logits(images));
      return tf.neg(tf.mean(tf.sum(tf.mul(log, tf.oneHot([1, 3], 5)), 1)));
    }, parameters.map((p) => p.variable));
    for (const [name, { norm, some }] of Object.entries(gradients)) {
      const p = parameters.find((p) => p.name === name)!;
      const gradient = toTorch(p, grads[p.variable.name]);
      const length = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
      assert.ok(Math.abs(length - norm) < 2e-3 * norm, `${name}: ${length} for ${norm}`);
      const step = Math.max(1, Math.floor(gradient.length / 8));
      some.forEach((value, i) => {
        const apart = Math.abs(gradient[i * step]! - value);
        assert.ok(apart < 5e-3 * (Math.abs(value) + norm / Math.sqrt(gradient.length)), name);
      });
    }
    network.featurizer.dispose();
    network.classifier.dispose();
  });
}

Deno.test("ResNet: weights that do not fit are refused by name; fresh ones keep the signal's size", () => {
  const options = {
    inputShape: [32, 32, 3],
    width: 0.125,
    draws: (name: string) => stream(0, name),
    random: stream(0, "dropout"),
  };
  assert.throws(
    () => buildNetwork(resnet18, 5, { ...options, weights: () => undefined }),
    /no tensor "conv1\.weight", and one of shape \[8,3,7,7\] is needed/,
  );
  const network = buildNetwork(resnet50, 5, { ...options, dropout: 0.5 });
  assert.equal(network.featurizer.outputs, 256);
  const images = tf.randomNormal([4, 32, 32, 3], 0, 1, "float32", 1);
  const features = network.features(images);
  const size = tf.mean(tf.abs(features)).dataSync()[0]!;
  assert.ok(size > 0.05 && size < 20, `${size}`);
  const dropped = network.features(images, true);
  const none = tf.mean(tf.cast(tf.equal(dropped, 0), "float32")).dataSync()[0]!;
  assert.ok(none > 0.4, `${none}`);
});
