import * as tf from "@tensorflow/tfjs-core";
import { ABOVE_0 } from "../base/setting.ts";
import { choice, number } from "./hyperparameter.ts";
import { defineMethod, learner } from "./method.ts";
import { tex } from "./objective.ts";
import { forwardAll } from "./parts/batches.ts";
import { stopGradient } from "./parts/gradients.ts";
import { crossEntropy } from "./parts/losses.ts";

export default defineMethod({
  name: "selfreg",
  title: "SelfReg",
  description:
    "SelfReg: images of a class should look alike to the network. Every image is drawn to a " +
    "random image of its class in the batch, and to a mixture of two, by logits and by " +
    "projected features.",
  objective: {
    formulas: [
      tex`\min_{\theta,h}\; R + \mathrm{sg}(\min(R, 1)) \left[ \Delta(s, s) + \kappa\, ` +
      tex`\Delta(z, h(z)) \right]`,
      tex`\Delta(a, b) = \frac{1}{|B|\, \dim a} \sum_{i \in B} \left[ \lambda \left\lVert ` +
      tex`a_i - b_j \right\rVert^2 + (1 - \lambda) \left\lVert a_i - \lambda b_j - (1 - ` +
      tex`\lambda)\, b_k \right\rVert^2 \right]`,
    ],
    symbols: {
      "h": "a projection of the features",
      "j, k": "two random images of the batch that are of the class of $i$, from two shuffles " +
        "of each class",
      "\\lambda":
        "drawn for the step from $\\mathrm{Beta}(\\alpha, \\alpha)$, $\\alpha$ being `mixing`",
      "\\kappa": "`featureWeight`",
    },
  },
  assumes: "images of a class can look alike to the network",
  helps: "batches hold several images of most classes",
  family: "domain-invariant",
  citation:
    "Kim et al. 2021, SelfReg: Self-supervised Contrastive Regularization for Domain Generalization",
  version: 2,
  cost: { memory: "a projection of the features" },
  departures: [{
    title: "the projection",
    text:
      "DomainBed makes the optimiser before the projection of the features, which so stays as " +
      "it was drawn. Here it is trained, as in the authors' own code. Its batch norms have no " +
      "scale and shift, which in DomainBed stay at 1 and 0. The weight 0.3 of the features and " +
      "the mixing parameter 0.5, constants there, are hyperparameters here.",
  }],
  hyperparameters: {
    featureWeight: number({
      default: 0.3,
      search: choice(0.1, 0.3, 1),
      description: "weight of the features' dissimilarity beside that of the logits",
    }),
    mixing: number({
      default: 0.5,
      search: choice(0.2, 0.5, 1),
      range: ABOVE_0,
      description: "both parameters of the beta distribution of the mixing share",
    }),
  },
  create(ctx, { featureWeight, mixing }) {
    const { network } = ctx;
    const size = network.featurizer.outputs;
    const width = size === 2048 ? size : 2 * size; // as in DomainBed: not wider than ResNet-50
    const layers = [[size, width], [width, width], [width, size]].map(([inputs, outputs], i) =>
      ctx.linear(`projection${i}`, inputs!, outputs!)
    );
    /** Three layers, each with batch norm: without it all projections could become one point. */
    const project = (features: tf.Tensor) =>
      layers.reduce(
        (x, layer, i) => standardised(layer.apply(i === 0 ? x : tf.relu(x), true)),
        features,
      );
    const random = ctx.random("pairs");
    return learner({
      /** Keys that order the images of a class twice, a share of the mixture and what it leaves. */
      draws(sizes) {
        const n = sizes.reduce((a, b) => a + b, 0);
        const uniform = () => tf.tensor1d(Array.from({ length: n }, () => random.uniform()));
        const keys = [uniform(), uniform()];
        const share = random.beta(mixing);
        return { keys, share: tf.scalar(share), rest: tf.scalar(1 - share) };
      },
      /** Equations 2 to 7 of the paper with the constants of DomainBed. */
      loss(domains, { draws: { keys, share, rest } }) {
        const { features, logits, labels } = forwardAll(network, domains);
        const projected = project(features);
        const n = labels.shape[0];
        const image = orderedByClass(
          labels,
          tf.tensor1d(Array.from({ length: n }, (_, i) => i / n)),
        );
        const [partner, other] = keys.map((key) => orderedByClass(labels, key));
        /** To the partner with weight `share`, to the mixture of both partners with the rest. */
        const dissimilarity = (own: tf.Tensor, values: tf.Tensor) => {
          const one = tf.gather(values, partner!);
          const mixture = tf.add(tf.mul(one, share), tf.mul(tf.gather(values, other!), rest));
          const apart = (a: tf.Tensor) => tf.mean(tf.square(tf.sub(tf.gather(own, image), a)));
          return tf.add(tf.mul(apart(one), share), tf.mul(apart(mixture), rest));
        };
        const risk = crossEntropy(logits, labels);
        const penalty = tf.add(
          dissimilarity(logits, logits),
          tf.mul(dissimilarity(features, projected), featureWeight),
        ) as tf.Scalar;
        const weight = stopGradient(tf.minimum(risk, 1)); // less of it when little is left
        return { loss: tf.add(risk, tf.mul(penalty, weight)) as tf.Scalar, risk, penalty };
      },
    });
  },
});

/**
 * The numbers of all images class by class, and by their keys in [0, 1) within a class: int32
 * `[images]`. Two orders by random keys pair each image with a random image of its class.
 */
function orderedByClass(labels: tf.Tensor1D, keys: tf.Tensor1D): tf.Tensor1D {
  // 0.99 keeps the keys of one class apart from the next class after rounding, too.
  const places = tf.add(labels, tf.mul(keys, 0.99)) as tf.Tensor1D;
  return tf.topk(places, keys.size).indices;
}

/** Columns with mean 0 and variance 1 over the batch. */
function standardised(x: tf.Tensor): tf.Tensor {
  const { mean, variance } = tf.moments(x, 0, true);
  return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)));
}
