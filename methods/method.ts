/**
 * What a method is: the one interface between methods and the trainer.
 *
 * A new method is one file with a {@linkcode defineMethod} and one line in `methods/mod.ts`. Most
 * methods write a `loss`; the trainer differentiates it and takes an Adam step. A method sees
 * training batches, class counts and the network; never a file, a flag or a test image.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs-core";
import type { AdamSettings } from "../nn/adam.ts";
import type { Module, Parameter } from "../nn/module.ts";
import type { Definition } from "../base/definition.ts";
import type { Network } from "../networks/mod.ts";
import type { Random } from "../base/random.ts";

/** One domain's share of a training step. */
export interface DomainBatch {
  /** `[images, height, width, 3]`, normalised. */
  readonly images: tf.Tensor;
  /** int32 `[images]`. */
  readonly labels: tf.Tensor1D;
}

/** The loss that is minimised, and other scalars worth a curve. */
export interface Terms {
  readonly loss: tf.Scalar;
  readonly [term: string]: tf.Scalar;
}

/** A method at work in one run. It has a `loss`, or an `update` of its own (or is post-hoc). */
export interface Learner {
  /** What the trainer minimises over all weights, given a batch of every domain. */
  loss?(domains: readonly DomainBatch[], step: number): Terms;
  /** A whole update, for methods with more than one optimiser; the scalars it returns are recorded. */
  update?(domains: readonly DomainBatch[], step: number): Record<string, tf.Scalar>;
  /** Work before an update that needs more than its batch, such as a pass over the training set. */
  beforeStep?(step: number): Promise<void>;
  /**
   * `[images, classes]` for the evaluation of images of one domain; the network's logits when left
   * out.
   */
  predict?(images: tf.Tensor, domain: number): tf.Tensor2D;
}

/** An Adam over some parameters. */
export interface Optimizer {
  readonly parameters: readonly Parameter[];
  /**
   * One step down the gradient of `loss`; other parameters do not move.
   *
   * @returns What `loss` returned; the trainer frees it.
   */
  minimize<T extends Terms>(loss: () => T): T;
  /** One step with gradients that were found elsewhere: one for each parameter, null for none. */
  apply(gradients: readonly (tf.Tensor | null)[]): void;
  /** Forgets moments and step count, as a new optimiser would start. */
  reset(): void;
}

/** Optimiser settings; what is left out is the run's own. */
export type OptimizerSettings = Partial<AdamSettings>;

/**
 * What a method is given. Everything that a method keeps from step to step (modules, optimisers,
 * buffers, random streams) is made here, so the trainer can save, restore and free it.
 */
export interface MethodContext {
  readonly classes: number;
  readonly domains: number;
  /** `counts[domain][class]`: training images. 0 is a zero-shot cell. */
  readonly counts: readonly (readonly number[])[];
  readonly network: Network;
  /** The optimiser settings of the run. */
  readonly adam: AdamSettings;
  /** A multi-layer perceptron of the method's own; `depth` counts all linear layers. */
  mlp(
    name: string,
    options: { inputs: number; outputs: number; width: number; depth: number; dropout?: number },
  ): Module;
  /** A linear layer of the method's own. */
  linear(name: string, inputs: number, outputs: number): Module;
  /** Another classifier of features, of the same form as the network's. */
  classifier(name: string): Module;
  /** A table of vectors of the method's own, standard normal at first. */
  embedding(name: string, count: number, size: number): Module;
  /** A trained tensor of the method's own, `value` everywhere at first. */
  parameter(name: string, shape: readonly number[], value: number): Parameter;
  /** A tensor that is kept from step to step but not trained; `value` (0) everywhere at first. */
  buffer(name: string, shape: readonly number[], value?: number): tf.Variable;
  /** The method's own stream of random draws with this name. */
  random(name: string): Random;
  /** An Adam over `parameters`. */
  optimizer(parameters: readonly Parameter[], settings?: OptimizerSettings): Optimizer;
  /**
   * All training images of a domain once, in batches, through the training augmentation. The
   * caller frees the tensors.
   */
  trainingSet(domain: number): AsyncIterable<DomainBatch>;
}

/** A hyperparameter is data beside the method: default, meaning, search range. */
export interface Hyperparameter {
  /** A number, or the run's own setting of that name. */
  readonly default: number | "learningRate" | "weightDecay";
  /** One line for people. */
  readonly description: string;
  /** How the random search draws it. */
  readonly search: Search;
  /** What is different on some data sets: by the name or the kind of a data set; names go first. */
  readonly on?: Readonly<Record<string, Partial<Pick<Hyperparameter, "default" | "search">>>>;
  /**
   * For a number of updates: shorter runs than the paper's scale the default in proportion, but
   * not below this.
   */
  readonly updatesAtLeast?: number;
  /** The possible values; {@linkcode AT_LEAST_0} when left out, whole ones for a number of updates. */
  readonly range?: Range;
  /** What MDLT calls it, where that differs. */
  readonly reference?: string;
  /** How MDLT's search draws it, where that is a mistake. */
  readonly referenceSearch?: Search;
}

/** The distribution of a random search. */
export type Search =
  | {
    readonly kind: "uniform";
    readonly low: number;
    readonly high: number;
    readonly integer?: boolean;
  }
  /** shift + scale · base^U(low, high); rounded down to whole numbers with `integer`. */
  | {
    readonly kind: "power";
    readonly base: number;
    readonly low: number;
    readonly high: number;
    /** 1 when left out. */
    readonly scale?: number;
    /** 0 when left out. */
    readonly shift?: number;
    readonly integer?: boolean;
  }
  | { readonly kind: "choice"; readonly values: readonly number[] };

/** U(low, high). */
export const uniform = (low: number, high: number): Search => ({ kind: "uniform", low, high });
/** ⌊U(low, high)⌋. */
export const integerUniform = (low: number, high: number): Search => ({
  kind: "uniform",
  low,
  high,
  integer: true,
});
/** 10^U(low, high). */
export const power10 = (low: number, high: number): Search => ({
  kind: "power",
  base: 10,
  low,
  high,
});
/** ⌊base^U(low, high)⌋. */
export const integerPower = (base: number, low: number, high: number): Search => ({
  kind: "power",
  base,
  low,
  high,
  integer: true,
});
/** One of the values. */
export const choice = (...values: number[]): Search => ({ kind: "choice", values });

/** The values that a number may have. */
export interface Range {
  /** In words: "it must be …". */
  readonly wanted: string;
  fits(value: number): boolean;
}

export const AT_LEAST_0: Range = {
  wanted: "a number of at least 0",
  fits: (value) => Number.isFinite(value) && value >= 0,
};
export const ABOVE_0: Range = {
  wanted: "a number above 0",
  fits: (value) => Number.isFinite(value) && value > 0,
};
/** A part of a whole. */
export const SHARE: Range = {
  wanted: "a number from 0 to 1",
  fits: (value) => value >= 0 && value <= 1,
};
/** Something that happens every so many updates, or that is counted in them. */
export const wholeFrom = (low: number): Range => ({
  wanted: `a whole number of at least ${low}, since it counts updates`,
  fits: (value) => Number.isSafeInteger(value) && value >= low,
});
/** What is chosen by number, and what is on (1) or off (0). */
export const oneOf = (...values: number[]): Range => ({
  wanted: `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`,
  fits: (value) => values.includes(value),
});
/** The possible values of a hyperparameter. */
export const rangeOf = (
  { range, updatesAtLeast }: Pick<Hyperparameter, "range" | "updatesAtLeast">,
): Range => range ?? (updatesAtLeast === undefined ? AT_LEAST_0 : wholeFrom(0));

/** Where a method belongs in the tables. */
export type Family =
  | "baseline"
  | "domain-invariant"
  | "robust"
  | "augmentation"
  | "meta-learning"
  | "imbalance"
  | "multi-domain long-tailed";

/** A method. */
export interface Method<Name extends string = string> extends Definition {
  readonly kind: "method";
  /** On the command line and in files: lower case. */
  readonly name: string;
  /** In tables. */
  readonly title: string;
  readonly family: Family;
  /** Authors, year, title of the paper. */
  readonly citation: string;
  /** Raised when a change can move numbers, so that old records are not taken for new ones. */
  readonly version: number;
  /**
   * Why the method's updates cannot be run as one graph: a sentence, for a method that reads a
   * tensor's values in the middle of an update. All others are compiled.
   */
  readonly readsValues?: string;
  /** How a domain's training images are drawn; `uniform` when left out. */
  readonly sampler?: "uniform" | "class-balanced";
  /** Numbers that the classifier takes for an image, given its features; the features when left out. */
  readonly classifierInputs?: (features: number) => number;
  /** For a method that only retrains: the method whose featurizer it starts from unless told. */
  readonly stage1?: string;
  /**
   * What it starts from as a second stage: the first one's featurizer, with a fresh classifier, or
   * its whole network. `featurizer` when left out.
   */
  readonly inherits?: "featurizer" | "network";
  /**
   * The method has nothing to train: it predicts otherwise with the network of its first stage. Its
   * learner has neither `loss` nor `update`, and the run is its evaluation.
   */
  readonly postHoc?: true;
  readonly hyperparameters: Readonly<Record<Name, Hyperparameter>>;
  /** What MDLT calls the method, its networks, terms and state, where the names differ. */
  readonly reference?: {
    readonly name: string;
    /** From MDLT's names of networks to the modules here. */
    readonly modules?: Readonly<Record<string, string>>;
    /** From MDLT's names of returned values to the method's terms. */
    readonly terms?: Readonly<Record<string, string>>;
    /** From MDLT's names of state to the method's buffers. */
    readonly state?: Readonly<Record<string, string>>;
  };
  /** Sets the method up for one run, with a value for each hyperparameter. */
  create(workbench: MethodContext, hyperparameters: Readonly<Record<Name, number>>): Learner;
}

/** Defines a method; checks each file's hyperparameter names at compile time. */
export function defineMethod<const Name extends string = never>(
  method: Omit<Method<Name>, "kind">,
): Method {
  return { kind: "method", ...method } as unknown as Method;
}
