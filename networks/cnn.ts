/**
 * MDLT's network for 28 × 28 images.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { convolutionBlock } from "../nn/layers.ts";
import { inTwo, Module, sequential } from "../nn/module.ts";
import { meanPool } from "../tensor/kernels.ts";
import { defineNetwork, type NetworkOptions } from "./network.ts";

/**
 * Four 3 × 3 convolutions of 64, 128 (stride 2), 128 and 128 channels, each with ReLU and then group
 * norm, and the mean over all positions. Any even image size will do. `width` scales the channels,
 * rounded to a multiple of the 8 groups.
 */
function digitsCnn({ width, draws }: NetworkOptions): Module {
  const channels = [64, 128, 128, 128].map((full) => Math.max(8, Math.round(full * width / 8) * 8));
  const blocks = channels.map((outputs, i): readonly [string, Module] => {
    const name = `block${i + 1}`;
    const inputs = i === 0 ? 3 : channels[i - 1]!;
    return [name, convolutionBlock(inputs, outputs, i === 1 ? 2 : 1, (p) => draws(`${name}.${p}`))];
  });
  const outputs = channels.at(-1)!;
  const rotate = new Module([], 3, (_, images) => tf.reverse(images, [1, 2]));
  const pool = new Module([], outputs, (_, maps) => meanPool(maps as tf.Tensor4D));
  return inTwo(
    sequential([["rotate", rotate], ...blocks.slice(0, 2)]),
    sequential([...blocks.slice(2), ["pool", pool]]),
  );
}

/** What PyTorch calls a parameter: MDLT counts convolutions from 1 and norms from 0. */
function torchName(parameter: string): string {
  return parameter.replace(
    /^block(\d)\.(conv|norm)\./,
    (_, block, layer) => layer === "conv" ? `conv${block}.` : `bn${block - 1}.`,
  );
}

export default defineNetwork({
  name: "cnn",
  title: "CNN",
  citation:
    "Yang et al. 2022, On Multi-Domain Long-Tailed Recognition, Imbalanced Domain Generalization and Beyond (its network for digits)",
  input: "pixels",
  work: { imageSize: 28, products: 7.4e7, activations: 1.3e5, parameters: 3.7e5 },
  imageSizeMultiple: 2,
  torch: { classifier: "classifier", parameter: torchName },
  checkpoints: {
    recognise: (names) =>
      ["conv1.weight", "conv4.bias", "bn0.weight", "bn3.bias"].every((name) => names.has(name)),
    nameOf: torchName,
  },
  build: digitsCnn,
});
