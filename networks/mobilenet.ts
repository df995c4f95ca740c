/**
 * MobileNet v1 (Howard et al. 2017): small enough to compute the features of thousands of
 * photographs on a laptop.
 *
 * Structure and names are Keras's; the padding is TensorFlow's `same`. Batch norm keeps the
 * statistics that it came with, as in `resnet.ts`.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { convolution } from "../tensor/convolution.ts";
import { meanPool } from "../tensor/kernels.ts";
import { compose, inTwo, Module, type Parameter, parameter } from "../nn/module.ts";
import { defineNetwork, MINUS_ONE_TO_ONE, type NetworkOptions } from "./network.ts";
import { requireWeights, type Weights } from "./weights.ts";

const EPSILON = 1e-3;

/** Outputs at full width and stride of each pair of depthwise and pointwise convolution. */
const PAIRS: readonly (readonly [outputs: number, stride: 1 | 2])[] = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
];

/**
 * The featurizer of a MobileNet: `[batch, size, size, 3]` to the mean of its last maps, 1024 times
 * the width. The width of pretrained weights is their own; where their last pairs are missing the
 * network ends with the last that is whole.
 *
 * @throws {RangeError} When pretrained weights have a tensor of another shape.
 */
function mobilenet({ width, draws, weights }: NetworkOptions): Module {
  const factor = (weights?.("conv1/kernel")?.shape[3] ?? 32 * width) / 32;
  const channels = (full: number) => Math.max(1, Math.round(full * factor));
  const pairs = weights === undefined
    ? PAIRS
    : PAIRS.slice(0, wholePairs((name) => weights(name) !== undefined));

  const layer = (
    name: string,
    shape: readonly number[],
    stride: 1 | 2,
    depthwise = false,
  ) => {
    const outputs = depthwise ? shape[2]! : shape[3]!;
    const kernelName = `${name}/${depthwise ? "depthwise_kernel" : "kernel"}`;
    const random = weights === undefined ? draws(kernelName) : undefined;
    const fanIn = shape[0]! * shape[1]! * (depthwise ? 1 : shape[2]!);
    const made = [
      from(weights, kernelName, shape, () => Math.sqrt(2 / fanIn) * random!.normal()),
      from(weights, `${name}_bn/gamma`, [outputs], () => 1),
      from(weights, `${name}_bn/beta`, [outputs], () => 0),
    ];
    const mean = from(weights, `${name}_bn/moving_mean`, [outputs], () => 0).variable;
    const variance = from(weights, `${name}_bn/moving_variance`, [outputs], () => 1).variable;
    const forward: Module["forward"] = ([kernel, scale, shift], x) => {
      const gain = tf.mul(scale!, tf.rsqrt(tf.add(variance, EPSILON)));
      const bias = tf.sub(shift!, tf.mul(gain, mean)) as tf.Tensor1D;
      const image = x as tf.Tensor4D;
      const maps = depthwise
        ? tf.add(
          tf.depthwiseConv2d(
            image,
            tf.mul(kernel!, tf.reshape(gain, [1, 1, outputs, 1])) as tf.Tensor4D,
            stride,
            "same",
          ),
          bias,
        )
        : convolution(image, tf.mul(kernel!, gain) as tf.Tensor4D, bias, stride);
      return tf.relu6(maps);
    };
    return new Module(made, outputs, forward, [mean, variance]);
  };

  const parts: (readonly [string, Module])[] = [
    ["", layer("conv1", [3, 3, 3, channels(32)], 2)],
  ];
  pairs.forEach(([full, stride], i) => {
    const inputs = parts.at(-1)![1].outputs;
    parts.push(
      ["", layer(`conv_dw_${i + 1}`, [3, 3, inputs, 1], stride, true)],
      ["", layer(`conv_pw_${i + 1}`, [1, 1, inputs, channels(full)], 1)],
    );
  });
  const half = Math.floor(parts.length / 2);
  const through = (some: typeof parts, last = (maps: tf.Tensor) => maps) =>
    compose(
      some,
      some.at(-1)![1].outputs,
      (apply, x) => last(some.reduce((maps, _, part) => apply(part, maps), x)),
    );
  return inTwo(
    through(parts.slice(0, half)),
    through(parts.slice(half), (maps) => meanPool(maps as tf.Tensor4D)),
  );
}

/** How many pairs of layers are there. */
function wholePairs(has: (name: string) => boolean): number {
  const first = PAIRS.findIndex((_, i) => !has(`conv_pw_${i + 1}/kernel`));
  return first < 0 ? PAIRS.length : first;
}

/**
 * The names of its tensors in Keras, as far as it has whole pairs of layers; what there is of the pair
 * that is not whole belongs to it, too.
 */
function tensorNames(names: ReadonlySet<string>): string[] {
  const layer = (name: string, kernel = "kernel") => [
    `${name}/${kernel}`,
    ...["gamma", "beta", "moving_mean", "moving_variance"].map((part) => `${name}_bn/${part}`),
  ];
  const pair = (i: number) => [
    ...layer(`conv_dw_${i}`, "depthwise_kernel"),
    ...layer(`conv_pw_${i}`),
  ];
  const pairs = Array.from({ length: wholePairs((name) => names.has(name)) }, (_, i) => i + 1);
  return [
    ...layer("conv1"),
    ...pairs.flatMap(pair),
    ...pair(pairs.length + 1).filter((name) => names.has(name)),
  ];
}

/** A parameter with a value of the weights, or one that a function gives. */
function from(
  weights: Weights | undefined,
  name: string,
  shape: readonly number[],
  value: () => number,
): Parameter {
  if (weights === undefined) return parameter(name, shape, "vector", value);
  const values = requireWeights(weights, name, shape);
  let at = 0;
  return parameter(name, shape, "vector", () => values[at++]!);
}

export default defineNetwork({
  name: "mobilenet",
  title: "MobileNet v1",
  citation:
    "Howard et al. 2017, MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications",
  input: "pixels",
  normalisation: MINUS_ONE_TO_ONE,
  weights: {
    description: "MobileNet v1 with Keras's names",
    tensors: tensorNames,
    unused: /^conv_preds\//,
  },
  work: { imageSize: 224, products: 5.8e8, activations: 5e6, parameters: 3.2e6 },
  build: mobilenet,
});
