/**
 * The networks of the field's reference, and the pair of featurizer and classifier that every
 * method is given.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { meanPool } from "../tensor/kernels.ts";
import { convolutionBlock, linear, mlp, relu } from "../nn/layers.ts";
import { type InitialDraws, Module, type Parameter, sequential } from "../nn/module.ts";
import type { Random } from "../base/random.ts";
import { mobilenet } from "./mobilenet.ts";
import { resnet } from "./resnet.ts";
import type { Weights } from "./weights.ts";

/** What a featurizer is built for. */
export interface NetworkOptions {
  /** Height and width of the images. */
  readonly imageSize: number;
  /** Numbers of an image where it comes as the features of a frozen network. */
  readonly features?: number | undefined;
  /** Factor on the channels of the reference's network. */
  readonly width: number;
  readonly draws: InitialDraws;
  readonly random: Random;
  /** Part of the features that are dropped in training, in networks that know of it. */
  readonly dropout?: number | undefined;
  /** Pretrained weights to start from, in networks for which there are some. */
  readonly weights?: Weights | undefined;
  /** Numbers that the classifier takes for an image, given its features; the features by default. */
  readonly classifierInputs?: ((features: number) => number) | undefined;
}

/** A featurizer by name: from `[batch, size, size, 3]` to `[batch, outputs]`. */
export const FEATURIZERS: Readonly<Record<string, (options: NetworkOptions) => Module>> = {
  cnn: digitsCnn,
  mlp: imageMlp,
  head,
  mobilenet,
  resnet18: resnet(18),
  resnet50: resnet(50),
};

/** Featurizers that know of dropout. */
export const WITH_DROPOUT: readonly string[] = ["resnet18", "resnet50"];

/** How pixels reach a network that was trained with other numbers than ImageNet's usual ones. */
export function normalisationOf(
  network: string,
): { readonly mean: readonly number[]; readonly deviation: readonly number[] } | undefined {
  // Keras's MobileNet takes values from −1 to 1.
  return network === "mobilenet"
    ? { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] }
    : undefined;
}

/** The featurizer and the classifier on top of it. */
export class Network {
  constructor(readonly featurizer: Module, readonly classifier: Module) {}

  /** Featurizer first, in the order of PyTorch's `parameters()`. */
  get parameters(): readonly Parameter[] {
    return [...this.featurizer.parameters, ...this.classifier.parameters];
  }

  /** `[batch, classes]` from images with other values for the {@linkcode parameters}. */
  forward(values: readonly tf.Tensor[], images: tf.Tensor, training = false): tf.Tensor2D {
    const count = this.featurizer.parameters.length;
    const features = this.featurizer.forward(values.slice(0, count), images, training);
    return this.classifier.forward(values.slice(count), features, training) as tf.Tensor2D;
  }

  /** `[batch, features]`; `training` turns dropout on. */
  features(images: tf.Tensor, training = false): tf.Tensor2D {
    return this.featurizer.apply(images, training) as tf.Tensor2D;
  }

  /** `[batch, classes]` from features. */
  classify(features: tf.Tensor, training = false): tf.Tensor2D {
    return this.classifier.apply(features, training) as tf.Tensor2D;
  }

  /** `[batch, classes]` from images. */
  logits(images: tf.Tensor, training = false): tf.Tensor2D {
    return this.classify(this.features(images, training), training);
  }
}

/**
 * MDLT's network for 28 × 28 images: four 3 × 3 convolutions of 64, 128 (stride 2), 128 and 128
 * channels, each with ReLU and then group norm, and the mean over all positions. Any even image
 * size will do. `width` scales the channels, rounded to a multiple of the 8 groups.
 */
export function digitsCnn({ width, draws }: NetworkOptions): Module {
  const channels = [64, 128, 128, 128].map((full) => Math.max(8, Math.round(full * width / 8) * 8));
  const blocks = channels.map((outputs, i): readonly [string, Module] => {
    const name = `block${i + 1}`;
    const inputs = i === 0 ? 3 : channels[i - 1]!;
    return [name, convolutionBlock(inputs, outputs, i === 1 ? 2 : 1, (p) => draws(`${name}.${p}`))];
  });
  const outputs = channels.at(-1)!;
  return sequential([
    ["rotate", new Module([], 3, (_, images) => tf.reverse(images, [1, 2]))],
    ...blocks,
    ["pool", new Module([], outputs, (_, maps) => meanPool(maps as tf.Tensor4D))],
  ]);
}

/**
 * What is trained on top of a frozen network's features: one hidden layer of 256 units, so that
 * methods that shape features have some to shape.
 */
function head({ features, width, draws }: NetworkOptions): Module {
  if (features === undefined) {
    throw new RangeError("Cannot build the network head: it takes features, and there are images");
  }
  const units = Math.round(256 * width);
  return sequential([["hidden", linear(features, units, (p) => draws(`hidden.${p}`))], [
    "relu",
    relu(units),
  ]]);
}

/** MDLT's MLP on flattened images: three linear layers of 256 units. */
function imageMlp({ imageSize, width, draws, random }: NetworkOptions): Module {
  const units = Math.round(256 * width);
  const inputs = imageSize * imageSize * 3;
  const perceptron = mlp(
    { inputs, outputs: units, width: units, depth: 3, dropout: 0 },
    draws,
    random,
  );
  return sequential([
    ["flatten", new Module([], inputs, (_, images) => tf.reshape(images, [-1, inputs]))],
    ["mlp", perceptron],
  ]);
}

/**
 * Builds a featurizer and a linear classifier.
 *
 * @param name A key of {@linkcode FEATURIZERS}.
 * @param draws The stream of initial draws of each parameter, by its full name.
 */
export function buildNetwork(
  name: string,
  classes: number,
  options: NetworkOptions,
): Network {
  const build = FEATURIZERS[name];
  if (build === undefined) {
    throw new RangeError(
      `Cannot build a network named "${name}": known networks are ${
        Object.keys(FEATURIZERS).join(", ")
      }`,
    );
  }
  const featurizer = build({ ...options, draws: (p) => options.draws(`featurizer.${p}`) });
  const inputs = options.classifierInputs?.(featurizer.outputs) ?? featurizer.outputs;
  const classifier = linear(inputs, classes, (p) => options.draws(`classifier.${p}`));
  return new Network(featurizer, classifier);
}
