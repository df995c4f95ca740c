/**
 * Training against a discriminator that tells the domains apart by the features.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Module, Parameter } from "../../nn/module.ts";
import { customGradient } from "../../tensor/ops.ts";
import {
  choice,
  inherit,
  integer,
  integerPower,
  number,
  power10,
  type Values,
} from "../hyperparameter.ts";
import { type Hyperparameters, type Learner, learner, type MethodContext } from "../method.ts";
import { domainLabels, forwardAll } from "./batches.ts";
import { crossEntropy, oneHot } from "./losses.ts";

/** Why a preset slows a discriminator down. */
export const FAST_DISCRIMINATOR = "at so high a rate the discriminator leaves the network behind";

const digitsRate = { digits: { search: power10(-4.5, -2.5) } };

/** The hyperparameters of {@linkcode adversarialTraining}. */
export const adversaryHyperparameters = {
  lambda: number({
    default: 1,
    search: power10(-2, 2),
    description: "weight of the adversary in the featurizer's loss",
  }),
  discriminatorSteps: integer({
    default: 1,
    search: integerPower(2, 0, 3),
    description: "discriminator steps for each step of the featurizer and classifier",
    mdltName: "d_steps_per_g_step",
  }),
  gradientPenalty: number({
    default: 0,
    search: power10(-2, 1),
    description: "weight of the penalty on the discriminator's input gradient",
    mdltName: "grad_penalty",
  }),
  beta1: number({
    default: 0.5,
    search: choice(0, 0.5),
    description: "first moment decay of both Adams",
  }),
  generatorLearningRate: number({
    default: inherit("learningRate"),
    search: power10(-5, -3.5),
    overrides: digitsRate,
    description: "learning rate of featurizer and classifier",
    mdltName: "lr_g",
  }),
  discriminatorLearningRate: number({
    default: inherit("learningRate"),
    presets: { quick: { default: 1e-3, because: FAST_DISCRIMINATOR } },
    search: power10(-5, -3.5),
    overrides: digitsRate,
    description: "learning rate of the discriminator",
    mdltName: "lr_d",
  }),
  generatorWeightDecay: number({
    default: 0,
    search: power10(-6, -2),
    overrides: { digits: { search: choice(0) } },
    description: "weight decay of featurizer and classifier",
    mdltName: "weight_decay_g",
  }),
  discriminatorWeightDecay: number({
    default: 0,
    search: power10(-6, -2),
    description: "weight decay of the discriminator",
    mdltName: "weight_decay_d",
  }),
  discriminatorWidth: integer({
    default: 256,
    min: 1,
    search: integerPower(2, 6, 10),
    description: "units of the discriminator's hidden layers",
    mdltName: "mlp_width",
  }),
  discriminatorDepth: integer({
    default: 3,
    min: 1,
    search: choice(3, 4, 5),
    description: "linear layers of the discriminator",
    mdltName: "mlp_depth",
  }),
  discriminatorDropout: number({
    default: 0,
    search: choice(0, 0.1, 0.5),
    description: "dropout rate in the discriminator",
    mdltName: "mlp_dropout",
  }),
} as const satisfies Hyperparameters;

/** What stands in the formulas of {@linkcode adversarialTraining}. */
export const adversarySymbols = {
  "h":
    "the discriminator of domains, which moves in `discriminatorSteps` steps for each of the network",
  "\\lambda": "`lambda`",
  "\\kappa": "`gradientPenalty`",
} as const;

/** What methods with a discriminator differ in. */
export interface Adversary {
  /** What the discriminator sees of the features; the features when left out. */
  input?(features: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor2D;
  /** Parameters of `input`, which move with the discriminator. */
  readonly parameters?: readonly Parameter[];
  /** The discriminator's loss; its mean cross-entropy when left out. */
  loss?(verdict: tf.Tensor2D, domains: tf.Tensor1D, labels: tf.Tensor1D): tf.Scalar;
  readonly gradientPenalty: GradientPenalty;
}

/**
 * Steps of a discriminator and, against it, of the network: each goes through `discriminatorSteps`
 * steps of the one for each of the other, with an Adam of its own.
 */
export function adversarialTraining(
  ctx: MethodContext,
  h: Values<typeof adversaryHyperparameters>,
  adversary: Adversary,
): Learner {
  const { network } = ctx;
  const discriminator = ctx.mlp("discriminator", {
    inputs: network.featurizer.outputs,
    outputs: ctx.domains,
    width: h.discriminatorWidth,
    depth: h.discriminatorDepth,
    dropout: h.discriminatorDropout,
  });
  const own = [...discriminator.parameters, ...adversary.parameters ?? []];
  const discriminatorOptimizer = ctx.optimizer(own, {
    learningRate: h.discriminatorLearningRate,
    weightDecay: h.discriminatorWeightDecay,
    betas: [h.beta1, 0.9],
  });
  const generatorOptimizer = ctx.optimizer(network.parameters, {
    learningRate: h.generatorLearningRate,
    weightDecay: h.generatorWeightDecay,
    betas: [h.beta1, 0.9],
  });
  const lossOf = adversary.loss ?? crossEntropy;

  return learner({
    // As in the reference the counter is raised first: with one discriminator step for each of the
    // network, the network's comes first; with more, all but one of the discriminator's come before it.
    phase: (step) =>
      (step + 1) % (1 + h.discriminatorSteps) < h.discriminatorSteps
        ? "discriminator"
        : "generator",
    update(domains, { phase }) {
      const losses = () => {
        const { features, logits, labels } = forwardAll(network, domains);
        const origin = domainLabels(domains);
        const input = adversary.input?.(features, labels) ?? features;
        const verdict = discriminator.apply(input, true) as tf.Tensor2D;
        let domainLoss = lossOf(verdict, origin, labels);
        if (h.gradientPenalty > 0) {
          const penalty = adversary.gradientPenalty(discriminator, input, origin);
          domainLoss = tf.add(domainLoss, tf.mul(penalty, h.gradientPenalty));
        }
        return { domainLoss, classLoss: () => crossEntropy(logits, labels) };
      };
      if (phase === "discriminator") {
        const { loss } = discriminatorOptimizer.minimize(() => ({ loss: losses().domainLoss }));
        return { discriminatorLoss: loss };
      }
      return generatorOptimizer.minimize(() => {
        const { domainLoss, classLoss } = losses();
        return { loss: tf.sub(classLoss(), tf.mul(domainLoss, h.lambda)) };
      });
    },
  });
}

/** A measure of how strongly the discriminator reacts to its input `[images, features]`. */
export type GradientPenalty = (
  discriminator: Module,
  inputs: tf.Tensor2D,
  domains: tf.Tensor1D,
) => tf.Scalar;

/**
 * The mean over images of the squared norm of the gradient of the image's own domain loss with
 * respect to the input (Gulrajani et al. 2017 use the same norm for another critic; this form is
 * DomainBed's since its correction of 2022).
 */
export const gradientPenalty: GradientPenalty = (discriminator, inputs, domains) =>
  squaredInputGradient(
    discriminator,
    inputs,
    (logits) => tf.sub(tf.softmax(logits), oneHot(domains, discriminator.outputs)),
  );

/**
 * MDLT's form of {@linkcode gradientPenalty}: the gradient of the sum, over all images of the
 * batch j, of the probability that image i is of j's domain. With domains of equal size that sum is
 * constant and the penalty is 0 up to rounding.
 */
export const referenceGradientPenalty: GradientPenalty = (discriminator, inputs, domains) => {
  const sizes = tf.sum(oneHot(domains, discriminator.outputs), 0, true);
  return squaredInputGradient(discriminator, inputs, (logits) => {
    const probabilities = tf.softmax(logits);
    const sums = tf.sum(tf.mul(probabilities, sizes), 1, true);
    return tf.mul(probabilities, tf.sub(sizes, sums));
  });
};

/**
 * Mean over rows of the squared norm of the gradient, with respect to the input, of a function of
 * the discriminator's logits. Of the function only its slope in the logits is needed; it is given
 * in closed form because TensorFlow.js differentiates the gradient of a softmax wrongly (the saved
 * output counts as a constant).
 */
function squaredInputGradient(
  discriminator: Module,
  inputs: tf.Tensor2D,
  slope: (logits: tf.Tensor2D) => tf.Tensor,
): tf.Scalar {
  const sloped = (logits: tf.Tensor2D) =>
    customGradient(
      [logits],
      () => ({ value: tf.sum(logits), saved: [logits] }),
      (dy, [saved]) => [tf.mul(dy, slope(saved!))],
    );
  const gradient = tf.grad((x) => sloped(discriminator.apply(x, true) as tf.Tensor2D))(inputs);
  return tf.mean(tf.sum(tf.square(gradient), 1));
}
