import * as tf from "@tensorflow/tfjs-core";
import { ABOVE_0 } from "../base/setting.ts";
import { choice, integer, number, uniform } from "./hyperparameter.ts";
import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { joinedImages, joinedLabels, joinedSecondImages } from "./parts/batches.ts";
import { balancedContrast } from "./parts/contrasts.ts";
import { normalised } from "./parts/distances.ts";
import { crossEntropy } from "./parts/losses.ts";
import { logShares } from "./parts/priors.ts";
import { MEAN_SHARES } from "./parts/departures.ts";

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
  objective: {
    formulas: [
      tex`\min\; \frac{1}{|B|} \sum_{i \in B} \ell(s_i + \log \pi, y_i) + \frac{\lambda}{2 ` +
      tex`|B|} \sum_a \frac{1}{|P_a|} \sum_{b \in P_a} L_{a,b}`,
      tex`L_{a,b} = -\log \frac{e^{v_a^\top v_b / T}}{\sum_c \frac{1}{|V_{a,c}|} \sum_{k \in ` +
      tex`V_{a,c}} e^{v_a^\top v_k / T}}`,
    ],
    symbols: {
      "a": "one of both views of all images; $s_i$ is of the first view",
      "v_a": "a projection of its features, of length 1; that of a class's prototype is one of " +
        "$w_c$",
      "V_{a,c}": "the views of a class and its prototype, without $a$ itself; $P_a$ are those of " +
        "its own class",
      "\\lambda": "`contrastWeight`",
      "T": "`temperature`",
    },
  },
  assumes: "views of one class belong together, and every class counts the same",
  helps: "images are augmented and the tail is long",
  family: "imbalance",
  citation: "Zhu et al. 2022, Balanced Contrastive Learning for Long-Tailed Visual Recognition",
  version: 1,
  views: 2,
  // Both views go through the network.
  cost: { passes: 2, time: 2, memory: "activations of twice the images, and two projections" },
  departures: [{
    title: "views",
    text:
      "The authors classify a third view, augmented otherwise than the two that are contrasted; " +
      "here it is the first of the two. The projections have no batch norm.",
  }, MEAN_SHARES],
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
