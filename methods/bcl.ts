import * as tf from "@tensorflow/tfjs-core";
import { ABOVE_0 } from "../base/setting.ts";
import { choice, integer, number, uniform } from "./hyperparameter.ts";
import { logShares } from "./logitadj.ts";
import { defineMethod } from "./method.ts";
import { joinedImages, joinedLabels, joinedSecondImages } from "./parts/batches.ts";
import { normalised } from "./parts/distances.ts";
import { crossEntropy, oneHot } from "./parts/losses.ts";

export default defineMethod({
  name: "bcl",
  title: "BCL",
  description:
    "Balanced contrastive learning beside logit adjustment: two views of every image and a " +
    "prototype of every class are drawn together by class. Every class is there in every batch, " +
    "and counts the same among what is pushed away." +
    "\n\n" +
    "Where images are not augmented, as digits and the features of a frozen network, both views " +
    "are the same image: its class is still contrasted with the others, its augmentations are not.",
  assumes: "views of one class belong together, and every class counts the same",
  helps: "images are augmented and the tail is long",
  family: "imbalance",
  citation: "Zhu et al. 2022, Balanced Contrastive Learning for Long-Tailed Visual Recognition",
  version: 1,
  views: 2,
  // Both views go through the network.
  cost: { passes: 2, memory: "activations of twice the images, and two projections" },
  departures: [{
    title: "views",
    text:
      "The authors classify a third view, augmented otherwise than the two that are contrasted; " +
      "here it is the first of the two. The projections have no batch norm. A class's prior is its " +
      "mean share over the domains.",
  }],
  hyperparameters: {
    contrastWeight: number({
      default: 0.35,
      search: uniform(0.1, 1),
      description: "weight of the contrastive loss beside the classifier's",
    }),
    temperature: number({
      default: 0.1,
      search: choice(0.07, 0.1),
      range: ABOVE_0,
      description: "divides the cosines",
    }),
    size: integer({
      default: 128,
      min: 1,
      description: "numbers of a projection",
    }),
  },
  create(ctx, { contrastWeight, temperature, size }) {
    const { network, classes, counts } = ctx;
    const inputs = network.featurizer.outputs;
    const shape = { inputs, outputs: size, width: inputs, depth: 2 };
    const [projection, prototypes] = [ctx.mlp("projection", shape), ctx.mlp("prototypes", shape)];
    const weight = network.classifier.parameters[0]!.variable;
    const prior = logShares(counts);
    return {
      loss(domains) {
        const labels = joinedLabels(domains);
        const seen = tf.concat([joinedImages(domains), joinedSecondImages(domains)]);
        const features = network.features(seen, true);
        const logits = network.classify(tf.slice(features, 0, labels.size), true);
        const risk = crossEntropy(tf.add(logits, tf.tensor1d(prior)), labels);
        const centres = prototypes.apply(tf.transpose(weight), true);
        const z = normalised(tf.concat([projection.apply(features, true), centres]), 1);
        const owners = tf.concat([labels, labels, tf.range(0, classes, 1, "int32")]);
        const contrast = balancedContrast(z as tf.Tensor2D, owners, classes, temperature);
        return { loss: tf.add(risk, tf.mul(contrast, contrastWeight)), risk, contrast };
      },
    };
  },
});

/**
 * Equation 9 of the paper: how far each row is from the others of its class, among all. A class
 * counts by its mean, the row itself left out.
 *
 * @param z `[rows, size]` of length 1; the last `classes` are the prototypes, which are no anchors.
 * @param owners int32 `[rows]`: their classes.
 */
function balancedContrast(
  z: tf.Tensor2D,
  owners: tf.Tensor1D,
  classes: number,
  temperature: number,
): tf.Scalar {
  const anchors = z.shape[0] - classes;
  const cosines = tf.div(tf.matMul(tf.slice(z, 0, anchors), z, false, true), temperature);
  const others = tf.sub(1, tf.eye(anchors, z.shape[0]));
  const members = oneHot(owners, classes);
  const own = tf.slice(members, 0, anchors);
  const positive = tf.mul(tf.matMul(own, members, false, true), others);
  /** How many there are of every class, without the anchor. */
  const sizes = tf.sub(tf.sum(members, 0), own);
  const sums = tf.matMul(tf.mul(tf.exp(cosines), others), members);
  const total = tf.log(tf.sum(tf.div(sums, tf.maximum(sizes, 1)), 1, true));
  const away = tf.mul(tf.sub(total, cosines), positive);
  return tf.mean(tf.div(tf.sum(away, 1), tf.sum(positive, 1)));
}
