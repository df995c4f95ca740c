/**
 * What a network is: the interface between an architecture and everything that uses one.
 *
 * A new network is one file with a {@linkcode defineNetwork} and one line in `networks/mod.ts`, or a
 * plugin. Its definition holds all that it needs: what it takes, how pixels reach it, which sizes of
 * images it can see, and how weights that somebody else trained are recognised and where they are had.
 *
 * @module
 */
import type * as tf from "../tensor/types.ts";
import type { Definition } from "../base/definition.ts";
import type { Random } from "../base/random.ts";
import { linear } from "../nn/layers.ts";
import type { InitialDraws, Module, Parameter } from "../nn/module.ts";
import type { Weights } from "./weights.ts";

/** What a featurizer is built for. */
export interface NetworkOptions {
  /** Of an image as it comes: `[height, width, 3]`, or `[features]` of a frozen network. */
  readonly inputShape: readonly number[];
  /** Factor on the channels of the full network. */
  readonly width: number;
  /** The stream of initial draws of each parameter, by its name. */
  readonly draws: InitialDraws;
  /** Draws of dropout. */
  readonly random: Random;
  /** Part of the features that are dropped in training, in networks that have dropout. */
  readonly dropout?: number | undefined;
  /** Pretrained weights to start from. */
  readonly weights?: Weights | undefined;
}

/** How pixels reach a network: (value / 255 − mean) / deviation, channel by channel. */
export interface Normalisation {
  /** Of red, green and blue, from 0 to 1. */
  readonly mean: readonly number[];
  /** Of red, green and blue, above 0. */
  readonly deviation: readonly number[];
}

/** ImageNet's usual one. */
export const IMAGENET: Normalisation = {
  mean: [0.485, 0.456, 0.406],
  deviation: [0.229, 0.224, 0.225],
};

/** From 0 to 1. */
export const ZERO_TO_ONE: Normalisation = { mean: [0, 0, 0], deviation: [1, 1, 1] };

/** From −1 to 1. */
export const MINUS_ONE_TO_ONE: Normalisation = {
  mean: [0.5, 0.5, 0.5],
  deviation: [0.5, 0.5, 0.5],
};

/** Tensors by name, each read when it is asked for. */
export type NamedTensors = ReadonlyMap<string, () => { readonly shape: readonly number[] }>;

/** Weights that somebody else trained. */
export interface PretrainedWeights {
  /** Whose they are, to be read after "such as": `ResNet-50 with torchvision's names`. */
  readonly description: string;
  /**
   * The names of all tensors that a file of them must have, of a file that has tensors of these
   * names: some networks take parts.
   */
  tensors(names: ReadonlySet<string>): readonly string[];
  /** Names of tensors that such a file may have beside them, and that are of no use: a classifier. */
  readonly unused?: RegExp;
  /**
   * What a file of these tensors seems to be where it is not of this network but of one like it, also
   * where the names are the same; to be read after "it seems to be". Undefined where it is this
   * network or something else.
   */
  seemsToBe?(tensors: NamedTensors): string | undefined;
  /** The name of their file, under which it is looked for in the cache folder. */
  readonly file?: string;
  /** Where the file is handed out. */
  readonly url?: string;
  /** The network is meant to start from them: it does without only where one says so. */
  readonly expected?: boolean;
}

/** What an image costs a network at full width; a dry run goes by it. */
export interface NetworkWork {
  /** Height and width of that image; left out where there is no image. */
  readonly imageSize?: number;
  /** Multiplications with an addition in a forward pass. */
  readonly products: number;
  /** Numbers that layers with weights hand on. */
  readonly activations: number;
  /** Trained numbers. */
  readonly parameters: number;
}

/** The network in checkpoints of MDLT and DomainBed. */
export interface CheckpointNames {
  /** Whether a featurizer with tensors of these names is the network. */
  recognise(names: ReadonlySet<string>): boolean;
  /** What they call one of its parameters. */
  nameOf(parameter: string): string;
}

/** A network as it can be named on the command line. */
export interface NetworkDefinition extends Definition {
  /** Always `network`. */
  readonly kind: "network";
  /** Authors, year, title of the paper. */
  readonly citation: string;
  /** Whether images come as pixels `[batch, size, size, 3]` or as features `[batch, features]`. */
  readonly input: "pixels" | "features";
  /** How pixels reach it; as is usual for what the images are when left out. */
  readonly normalisation?: Normalisation;
  /** The images that it can see have a height and width that is a multiple of this; 1 when left out. */
  readonly imageSizeMultiple?: number;
  /** The size of images that its pretrained weights are for, where they bind it. */
  readonly pretrainedImageSize?: number;
  /** Whether part of its features can be dropped in training. */
  readonly dropout?: boolean;
  /** What an image costs it; a dry run takes it for a small network when left out. */
  readonly work?: NetworkWork;
  /** How checkpoints of MDLT and DomainBed name its parameters; left out where they do not have it. */
  readonly checkpoints?: CheckpointNames;
  /** Weights to start from; without them it always starts at random. */
  readonly weights?: PretrainedWeights;
  /** What it is called by in PyTorch; left out where its layers are not PyTorch's. */
  readonly torch?: {
    /** The classifier's name. */
    readonly classifier: string;
    /** The name of a parameter of the featurizer; the same when left out. */
    parameter?(name: string): string;
  };
  /**
   * The featurizer: from images to `[batch, outputs]`. One that is made by `inTwo` says where its
   * middle is, for methods that work there.
   */
  build(options: NetworkOptions): Module;
}

/** Marks a network's definition as one. */
export function defineNetwork(network: Omit<NetworkDefinition, "kind">): NetworkDefinition {
  return { kind: "network", ...network };
}

/** The featurizer and the classifier on top of it. */
export class Network {
  /** Joins the two; neither is copied. */
  constructor(
    /** From images to `[batch, features]`. */
    readonly featurizer: Module,
    /** From features to `[batch, classes]`. */
    readonly classifier: Module,
  ) {}

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

  /**
   * What the featurizer makes of images up to its middle: maps `[batch, height, width, channels]`,
   * or `[batch, units]`. The images themselves, where it does not say where its middle is.
   */
  lower(images: tf.Tensor, training = false): tf.Tensor {
    return this.featurizer.halves?.lower.apply(images, training) ?? images;
  }

  /** `[batch, features]` from what {@linkcode lower} gives. */
  upper(inner: tf.Tensor, training = false): tf.Tensor2D {
    const { halves } = this.featurizer;
    return (halves?.upper ?? this.featurizer).apply(inner, training) as tf.Tensor2D;
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

/** What a network with a classifier is built for. */
export interface ClassifierOptions extends NetworkOptions {
  /** Numbers that the classifier takes for an image, given its features; the features by default. */
  readonly classifierInputs?: ((features: number) => number) | undefined;
}

/**
 * Builds a featurizer and a linear classifier.
 *
 * @throws {RangeError} When the network cannot see such images, or weights do not fit.
 */
export function buildNetwork(
  definition: NetworkDefinition,
  classes: number,
  { classifierInputs, draws, ...options }: ClassifierOptions,
): Network {
  requireInput(definition, options.inputShape);
  const featurizer = definition.build({ ...options, draws: (p) => draws(`featurizer.${p}`) });
  const inputs = classifierInputs?.(featurizer.outputs) ?? featurizer.outputs;
  const classifier = linear(inputs, classes, (p) => draws(`classifier.${p}`));
  return new Network(featurizer, classifier);
}

/** Refuses images that a network cannot take. */
export function requireInput(
  { name, input, imageSizeMultiple = 1 }: NetworkDefinition,
  inputShape: readonly number[],
): void {
  const cannot = `Cannot build the network ${name}`;
  const given = inputShape.length === 1 ? "features" : "pixels";
  if (input === "features" && given === "pixels") {
    throw new RangeError(`${cannot}: it takes features of a frozen network, and there are images`);
  }
  if (input === "pixels" && given === "features") {
    throw new RangeError(`${cannot}: it takes images, and there are features of a frozen network`);
  }
  const wrong = input === "pixels" && inputShape.slice(0, 2).find((n) => n % imageSizeMultiple > 0);
  if (wrong) {
    throw new RangeError(
      `${cannot} for images of ${wrong} px: their size must be a multiple of ${imageSizeMultiple}`,
    );
  }
}
