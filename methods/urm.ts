import * as tf from "@tensorflow/tfjs-core";
import { choice, inherit, integer, number, oneOf, power10, uniform } from "./hyperparameter.ts";
import { defineMethod, learner } from "./method.ts";
import { FAST_DISCRIMINATOR } from "./parts/adversary.ts";
import { tex } from "./objective.ts";
import { joinedImages, joinedLabels } from "./parts/batches.ts";
import { stopGradient } from "./parts/gradients.ts";
import { crossEntropy } from "./parts/losses.ts";

/** What features pass through at their end, and from where to where noise is uniform. */
const ENDS = {
  tanh: { activation: tf.tanh<tf.Tensor>, low: -1 },
  sigmoid: { activation: tf.sigmoid<tf.Tensor>, low: 0 },
  relu: { activation: tf.relu<tf.Tensor>, low: 0 },
};

export default defineMethod({
  name: "urm",
  title: "URM",
  description:
    "Uniform risk minimisation: against a discriminator that tells features from uniform noise, " +
    "the features learn to spread evenly, so no part of the feature space is left to chance.",
  objective: {
    formulas: [
      tex`\min_\theta\; R + \frac{\lambda}{|B|} \sum_{i \in B} \log\left(1 + ` +
      tex`e^{-h(z_i)}\right), \qquad z_i = a(f(x_i))`,
      tex`\min_h\; \frac{1}{|B|} \sum_{i \in B} \left[ \log\left(1 + e^{-h(u_i)}\right) + ` +
      tex`\lambda \log\left(1 + e^{h(z_i)}\right) \right]`,
    ],
    symbols: {
      "h": "the discriminator, which moves in the same steps; to the network it is a " +
        "constant, as $z_i$ is to it",
      "u_i": "uniform noise in the range of the features",
      "a": "`activation`",
      "\\lambda": "`adversarialWeight`",
    },
  },
  assumes: "features that fill their range evenly leave no group behind",
  helps: "the test has groups that training hardly shows",
  family: "robust",
  citation:
    "Krishnamachari et al. 2024, Uniformly Distributed Feature Representations for Fair and Robust Learning",
  version: 1,
  cost: { time: 1.1, memory: "a discriminator" },
  // The discriminator is small.
  departures: [{
    title: "the discriminator",
    text: "Its hidden layers are rectified, in DomainBed leakily so. Its learning rate is the " +
      "run's, as DomainBed's default is; there its step follows the network's and uses the same " +
      "features, so one pass serves both here.",
  }],
  hyperparameters: {
    adversarialWeight: number({
      default: 0.1,
      search: uniform(0, 0.2),
      description:
        "weight of the features' loss against the discriminator, and of theirs in its own",
    }),
    activation: oneOf(["tanh", "sigmoid", "relu"], {
      default: "tanh",
      search: choice("tanh", "relu"),
      description: "what features pass through at their end; noise fills its range up to 1",
    }),
    hiddenLayers: integer({
      default: 1,
      min: 1,
      search: choice(1, 2, 3),
      description: "hidden layers of the discriminator beyond its first, 100 units each",
    }),
    discriminatorLearningRate: number({
      default: inherit("learningRate"),
      presets: {
        quick: { default: 1e-4, because: FAST_DISCRIMINATOR },
      },
      search: power10(-6, -4.5),
      overrides: { digits: { search: power10(-4.7, -3.2) } },
      description: "learning rate of the discriminator",
    }),
  },
  create(ctx, { adversarialWeight, activation: end, hiddenLayers, discriminatorLearningRate }) {
    const { network } = ctx;
    const { activation, low } = ENDS[end];
    const size = network.featurizer.outputs;
    const features = (images: tf.Tensor, training = false) =>
      activation(network.features(images, training));
    const discriminator = ctx.mlp("discriminator", {
      ...{ inputs: size, outputs: 1, width: 100, depth: hiddenLayers + 2 },
    });
    const main = ctx.optimizer(network.parameters);
    const other = ctx.optimizer(discriminator.parameters, {
      learningRate: discriminatorLearningRate,
    });
    const random = ctx.random("noise");
    return learner({
      draws(sizes) {
        const rows = sizes.reduce((a, b) => a + b, 0);
        const values = Float32Array.from(
          { length: rows * size },
          () => low + (1 - low) * random.uniform(),
        );
        return { noise: tf.tensor2d(values, [rows, size]) };
      },
      /** Both players' losses at once: each is constant in what the other moves. */
      update: (domains, { draws: { noise } }) =>
        ctx.minimize(() => {
          const z = features(joinedImages(domains), true);
          const risk = crossEntropy(network.classify(z, true), joinedLabels(domains));
          const fixed = discriminator.parameters.map(({ variable }) => stopGradient(variable));
          const adversary = takenFor(discriminator.forward(fixed, z, true), true);
          const discriminatorLoss = tf.add(
            takenFor(discriminator.apply(noise, true), true),
            tf.mul(takenFor(discriminator.apply(stopGradient(z), true), false), adversarialWeight),
          ) as tf.Scalar;
          const loss = tf.addN([risk, tf.mul(adversary, adversarialWeight), discriminatorLoss]);
          return { loss, risk, adversary, discriminatorLoss } as Record<
            "loss" | "risk" | "adversary" | "discriminatorLoss",
            tf.Scalar
          >;
        }, [main, other]),
      predict: (images) => network.classify(features(images)),
    });
  },
});

/** Mean loss of verdicts `[rows, 1]` where all rows are noise, or none is. */
const takenFor = (verdicts: tf.Tensor, noise: boolean) =>
  tf.mean(tf.softplus(noise ? tf.neg(verdicts) : verdicts)) as tf.Scalar;
