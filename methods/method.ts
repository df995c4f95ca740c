/**
 * What a method is: the one interface between methods and the trainer.
 *
 * A new method is one file with a {@linkcode defineMethod} and one line in `methods/mod.ts`. Most
 * methods write a `loss`; the trainer differentiates it and takes an Adam step. A method sees
 * training batches, class counts and the network; never a file, a flag or a test image.
 *
 * @module
 */
import type * as tf from "../tensor/types.ts";
import type { AdamSettings } from "../nn/adam.ts";
import type { Module, Parameter } from "../nn/module.ts";
import type { Definition } from "../base/definition.ts";
import type { Network } from "../networks/mod.ts";
import type { Random } from "../base/random.ts";
import type { Hyperparameter, Values } from "./hyperparameter.ts";
import type { Objective } from "./objective.ts";

/** One domain's share of a training step. */
export interface DomainBatch {
  /** `[images, height, width, 3]`, normalised, or `[images, features]` of a frozen network. */
  readonly images: tf.Tensor;
  /** int32 `[images]`. */
  readonly labels: tf.Tensor1D;
  /**
   * The same images in another augmentation, for methods with `views: 2`; left out where the data
   * set augments none, as digits and the features of a frozen network.
   */
  readonly secondImages?: tf.Tensor;
}

/** The loss that is minimised, and other scalars worth a curve. */
export interface Terms {
  /** What is minimised. */
  readonly loss: tf.Scalar;
  /** Recorded in the curve under its name. */
  readonly [term: string]: tf.Scalar;
}

/** Tensors that are drawn before a step, by name; several in a row where a name has a list. */
export type Draws = Readonly<Record<string, tf.Tensor | readonly tf.Tensor[]>>;

/** What a step is computed from beside its batches and the weights: all that changes with the step. */
export interface StepInputs<
  Scalar extends string = string,
  Drawn extends Draws = Draws,
  Phase extends string = string,
> {
  /** What {@linkcode Learner.schedule} gave for the step. */
  readonly scalars: Readonly<Record<Scalar, tf.Scalar>>;
  /** What {@linkcode Learner.draws} gave for the step. */
  readonly draws: Drawn;
  /** What {@linkcode Learner.phase} gave for the step. */
  readonly phase: Phase;
}

/**
 * A method at work in one run. It has a `loss`, or an `update` of its own (or nothing to train).
 *
 * Both are pure functions of their arguments, the weights and the buffers: which operations they
 * ask for follows from the shapes of the batches and the phase alone. Whatever changes from step to
 * step is declared beside them, so that a step can be traced once a phase and replayed.
 */
export interface Learner<
  Scalar extends string = string,
  Drawn extends Draws = Draws,
  Phase extends string = string,
> {
  /** Numbers that change with the step, such as the weight of a penalty. */
  schedule?(step: number): Readonly<Record<Scalar, number>>;
  /** Names the part of the training that the step belongs to: another phase, other operations. */
  phase?(step: number): Phase;
  /**
   * Tensors drawn from the method's own streams for the step.
   *
   * @param sizes Images of each domain in the step's batches.
   * @param labels Their labels, domain by domain: for draws of partners by class.
   */
  draws?(sizes: readonly number[], labels: readonly ArrayLike<number>[]): Drawn;
  /** Work before a step: a pass over the training set, an optimiser that starts afresh. */
  beforeStep?(step: number): void | Promise<void>;
  /** What the trainer minimises over all weights, given a batch of every domain. */
  loss?(
    domains: readonly DomainBatch[],
    inputs: StepInputs<NoInfer<Scalar>, NoInfer<Drawn>, NoInfer<Phase>>,
  ): Terms;
  /** A whole step, for methods with more than one optimiser; the scalars it returns are recorded. */
  update?(
    domains: readonly DomainBatch[],
    inputs: StepInputs<NoInfer<Scalar>, NoInfer<Drawn>, NoInfer<Phase>>,
  ): Record<string, tf.Scalar>;
  /**
   * `[images, classes]` for the evaluation of images of one domain, each by itself, for batches may be
   * filled up; the network's logits when left out.
   *
   * @param domain The domain's number; null where it is none of those that are trained on.
   */
  predict?(images: tf.Tensor, domain: number | null): tf.Tensor2D;
  /** Has the trainer average the weights; the average is tested in place of a checkpoint. */
  readonly averaging?: Averaging;
}

/**
 * Which stretch of the training the weights are averaged over: all steps of the segments that end
 * with checkpoints `from` … `to` − 1.
 */
export interface Averaging {
  /** How many of the latest segments may still come into the stretch: so many are kept. */
  readonly lag: number;
  /**
   * The stretch as far as it is certain; null before it begins. Later it may be longer, but begins
   * where it began. Where it never begins, the last segment is tested.
   *
   * @param losses Mean cross-entropy on validation images at every checkpoint so far, averaged over
   * domains.
   * @param ended Whether the training is over.
   */
  stretch(
    losses: readonly number[],
    ended: boolean,
  ): { readonly from: number; readonly to: number } | null;
}

/** A learner whose declared scalars, draws and phases are known by name to its loss. */
export function learner<
  Scalar extends string = never,
  Drawn extends Draws = Readonly<Record<never, never>>,
  Phase extends string = string,
>(definition: Learner<Scalar, Drawn, Phase>): Learner {
  return definition;
}

/** An Adam over some parameters. */
export interface Optimizer {
  /** What it moves, in the order of the gradients of {@linkcode Optimizer.apply}. */
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
  /** Classes of the data set; labels are below this. */
  readonly classes: number;
  /** Domains of the data set; one batch of each makes a step. */
  readonly domains: number;
  /** `counts[domain][class]`: training images. 0 is a zero-shot cell. */
  readonly counts: readonly (readonly number[])[];
  /** Of an image as it reaches the network: `[height, width, 3]`, or `[features]`. */
  readonly inputShape: readonly number[];
  /** The run's featurizer and classifier. */
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
  /**
   * The first stage's network as it was tested, frozen: its weights are nobody's to train or save.
   *
   * @throws {RangeError} When the run has no first stage.
   */
  firstStage(): Network;
  /** A tensor that is kept from step to step but not trained; `value` (0) everywhere at first. */
  buffer(name: string, shape: readonly number[], value?: number): tf.Variable;
  /** The method's own stream of random draws with this name. */
  random(name: string): Random;
  /**
   * One step of several optimisers down the gradient of one loss; other parameters do not move.
   *
   * @returns What `loss` returned; the trainer frees it.
   */
  minimize<T extends Terms>(loss: () => T, optimizers: readonly Optimizer[]): T;
  /** An Adam over `parameters`. */
  optimizer(parameters: readonly Parameter[], settings?: OptimizerSettings): Optimizer;
  /**
   * All training images of a domain once, in batches, through the training augmentation. The
   * caller frees the tensors.
   */
  trainingSet(domain: number): AsyncIterable<DomainBatch>;
}

/** Where a method belongs in the tables. */
export type Family =
  | "baseline"
  | "domain-invariant"
  | "robust"
  | "augmentation"
  | "meta-learning"
  | "imbalance"
  | "multi-domain long-tailed"
  | "other programs";

/** Something that a method does otherwise than the field's reference implementations. */
export interface Departure {
  /** What it is about. */
  readonly title: string;
  /** What they do, what is done here, and why. */
  readonly text: string;
}

/** The hyperparameters of a method by name. */
export type Hyperparameters = Readonly<Record<string, Hyperparameter>>;

/** What a method's step costs beside one of ERM. */
export interface Cost {
  /**
   * By definition: forward and backward passes over the joined batch of all domains. A forward pass
   * alone counts a third, because a backward pass costs two forward ones.
   */
  readonly passes?: number;
  /** What it keeps beside the network and its optimiser, in words; nothing when left out. */
  readonly memory?: string;
  /**
   * As measured, where that is far from 1: preset `quick`, `digits-synth`, one thread, on a busy
   * machine, so the second digit means little.
   */
  readonly time?: number;
}

/** A method; `H` are its own hyperparameters, where they are known. */
export interface Method<H extends Hyperparameters = Hyperparameters> extends Definition {
  /** Always `method`. */
  readonly kind: "method";
  /** On the command line and in files: lower case. */
  readonly name: string;
  /** In tables. */
  readonly title: string;
  /** What it does, in a paragraph or a few. */
  readonly description: string;
  /** What it minimises, as a formula; for a method of 0 steps, what it predicts with. */
  readonly objective?: Objective;
  /** What it takes for granted: the end of a sentence that begins "It assumes that". */
  readonly assumes?: string;
  /** When it is worth trying: the end of a sentence that begins "It may help where". */
  readonly helps?: string;
  /** Groups the methods in tables. */
  readonly family: Family;
  /** Authors, year, title of the paper. */
  readonly citation: string;
  /** Raised when a change can move numbers, so that old records are not taken for new ones. */
  readonly version: number;
  /**
   * How a domain's training images are drawn; `uniform` when left out. `class-balanced`: every class
   * of the domain is equally likely. `group-balanced`: from a subset, drawn once, in which every
   * (domain, class) cell with images has as many as the smallest of them.
   */
  readonly sampler?: "uniform" | "class-balanced" | "group-balanced";
  /** Numbers that the classifier takes for an image, for each of its features; 1 when left out. */
  readonly classifierInputs?: number;
  /** Views of every image: with 2, batches have a second augmentation of them. 1 when left out. */
  readonly views?: 1 | 2;
  /** For a method that only retrains: the method whose featurizer it starts from unless told. */
  readonly stage1?: string;
  /**
   * What it starts from as a second stage: the first one's featurizer, with a fresh classifier, its
   * whole network, or nothing of it. `featurizer` when left out.
   */
  readonly inherits?: "featurizer" | "network" | "nothing";
  /**
   * Domains that it needs to be itself: with fewer it would be another method, and is not trained. One
   * when left out.
   */
  readonly minDomains?: number;
  /**
   * Steps of every run, whatever the run was asked for. A method of 0 steps has nothing to train: it
   * predicts otherwise with the network of its first stage, and the run is its evaluation.
   */
  readonly steps?: 0;
  /** What a step costs beside one of ERM; 1 where left out. */
  readonly cost?: Cost;
  /** What it does otherwise than MDLT and DomainBed, and why. */
  readonly departures?: readonly Departure[];
  /** What `--set name.key=value` may change, by key. */
  readonly hyperparameters: H;
  /** What MDLT calls the method, its networks, terms and state, where the names differ. */
  readonly mdlt?: {
    readonly name: string;
    /** From MDLT's names of networks to the modules here. */
    readonly modules?: Readonly<Record<string, string>>;
    /** From MDLT's names of returned values to the method's terms. */
    readonly terms?: Readonly<Record<string, string>>;
    /** From MDLT's names of state to the method's buffers. */
    readonly state?: Readonly<Record<string, string>>;
  };
  /** Sets the method up for one run, with a value for each hyperparameter. */
  create(ctx: MethodContext, hyperparameters: Values<H>): Learner;
}

/** Defines a method; infers the values that `create` is given from the hyperparameters. */
export function defineMethod<const H extends Hyperparameters>(
  method: Omit<Method<H>, "kind">,
): Method {
  return { kind: "method", ...method } as unknown as Method;
}
