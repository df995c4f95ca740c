import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { stream } from "../../base/random.ts";
import {
  buildNetwork,
  type NetworkDefinition,
  type NetworkOptions,
} from "../../networks/network.ts";
import { vitSmall as vit, vitSmallSupervised } from "../../networks/vit.ts";
import { fitOf } from "../../networks/weights.ts";
import { toTorch } from "../../nn/module.ts";
import { useBackend } from "../../testing/backend.ts";
import { spread, value } from "./formula.ts";

await useBackend();

interface Case {
  readonly size: number;
  readonly features: number[][];
  readonly gradients: Record<string, { norm: number; some: number[] }>;
}

const cases: Case[] = JSON.parse(
  Deno.readTextFileSync(new URL("figures/vit.json", import.meta.url)),
);

const options = (imageSize: number, width = 1): NetworkOptions => ({
  inputShape: [imageSize, imageSize, 3],
  width,
  draws: (name) => stream(0, name),
  random: stream(0, "dropout"),
});

/** The formula's weights, as if they had been read from timm's file. */
function weightsFor(size: number): NonNullable<NetworkOptions["weights"]> {
  const named = (name: string): number[] | undefined => {
    const channels = 384;
    if (name === "cls_token") return [1, 1, channels];
    if (name === "pos_embed") return [1, 1 + (size / 16) ** 2, channels];
    if (name === "patch_embed.proj.weight") return [channels, 3, 16, 16];
    if (name.endsWith("qkv.weight")) return [3 * channels, channels];
    if (name.endsWith("qkv.bias")) return [3 * channels];
    if (name.endsWith("fc1.weight")) return [4 * channels, channels];
    if (name.endsWith("fc1.bias")) return [4 * channels];
    if (name.endsWith("fc2.weight")) return [channels, 4 * channels];
    return name.endsWith("attn.proj.weight") ? [channels, channels] : [channels];
  };
  return (name) => {
    const shape = named(name);
    return shape && { shape, values: value(name, shape) };
  };
}

for (const { size, features, gradients } of cases) {
  Deno.test(`ViT-S/16 at ${size} px: features and gradients of PyTorch`, () => {
    const module = vit.build({ ...options(size), weights: weightsFor(size) });
    const images = tf.tensor4d(
      Float32Array.from(spread(2 * size * size * 3, "images"), (u) => 2 * u - 1),
      [2, size, size, 3],
    );
    const found = module.apply(images).arraySync() as number[][];
    const largest = Math.max(...features.flat().map(Math.abs));
    features.forEach((row, i) =>
      row.forEach((wanted, c) =>
        assert.ok(Math.abs(wanted - found[i]![c]!) < 1e-4 * largest, `${found[i]![c]}, ${wanted}`)
      )
    );
    const { grads } = tf.variableGrads(
      () => tf.sum(tf.mul(module.apply(images), tf.linspace(-1, 1, 384))) as tf.Scalar,
      module.parameters.map((p) => p.variable),
    );
    for (const [name, { norm, some }] of Object.entries(gradients)) {
      const p = module.parameters.find((p) => p.name === name)!;
      const gradient = toTorch(p, grads[p.variable.name]);
      const length = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
      assert.ok(Math.abs(length - norm) < 1e-4 * norm, `${name}: ${length} for ${norm}`);
      const step = Math.max(1, Math.floor(gradient.length / 8));
      some.forEach((wanted, i) => {
        const apart = Math.abs(gradient[i * step]! - wanted);
        assert.ok(apart < 1e-4 * norm, `${name}: ${gradient[i * step]} for ${wanted}`);
      });
    }
    module.dispose();
  });
}

Deno.test("ViT-S/16: DINO's and timm's files are told apart, a deeper one is not taken", () => {
  const names = vit.build(options(32, 0.05)).parameters.map(({ name }) => name);
  const fits = (network: NetworkDefinition, names: readonly string[]) => {
    const { lacking, left } = fitOf(network.weights!, new Set(names));
    return lacking.length + left.length === 0;
  };
  assert.ok(fits(vit, names));
  const withHead = [...names, "head.weight", "head.bias"];
  assert.ok(!fits(vit, withHead));
  assert.ok(fits(vitSmallSupervised, withHead));
  assert.ok(!fits(vit, [...names, "blocks.12.attn.qkv.weight"]));
  assert.ok(!fits(vit, names.slice(1)));
  assert.ok(!fits(vit, ["conv1.weight"]));
});

Deno.test("ViT-S/16: images of other sizes and weights for them are refused in a sentence", () => {
  assert.throws(
    () => buildNetwork(vit, 5, options(28)),
    /Cannot build the network vit-s for images of 28 px: their size must be a multiple of 16/,
  );
  assert.throws(
    () => vit.build({ ...options(64), weights: weightsFor(32) }),
    /a tensor of shape \[1,5,384\] "pos_embed", and one of shape \[1,17,384\] is needed/,
  );
});
