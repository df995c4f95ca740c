/**
 * Marginal transfer learning: the classifier sees, beside an image's features, an embedding of the
 * image's domain, the mean feature of its training images.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { SHARE } from "../base/setting.ts";
import { choice, flag, number } from "./hyperparameter.ts";
import { defineMethod, learner } from "./method.ts";
import { byDomain, joinedImages, joinedLabels, lossByDomain } from "./parts/batches.ts";
import { stopGradient } from "./parts/gradients.ts";

export default defineMethod({
  name: "mtl",
  title: "MTL",
  family: "domain-invariant",
  citation: "Blanchard et al. 2021, Domain Generalization by Marginal Transfer Learning",
  version: 1,
  mdlt: { name: "MTL" },
  classifierInputs: 2,
  hyperparameters: {
    ema: number({
      default: 0.99,
      search: choice(0.5, 0.9, 0.99, 1),
      range: SHARE,
      description: "share of the new batch in a domain's running mean feature",
      mdltName: "mtl_ema",
    }),
    mdlt: flag({
      default: false,
      description: "noise takes the place of the embedding, as in MDLT",
    }),
  },
  create(ctx, { ema, mdlt }) {
    const { network } = ctx;
    const size = network.featurizer.outputs;
    const embeddings = ctx.buffer("embeddings", [ctx.domains, size]);
    const random = ctx.random("noise");
    const noise = (rows: number) =>
      tf.tensor2d(Float32Array.from({ length: rows * size }, () => random.normal()), [rows, size]);
    /** The embedding for each of `rows` images, `[rows, features]`. */
    const spread = (embedding: tf.Tensor, rows: number) =>
      tf.tile(tf.reshape(embedding, [1, size]), [rows, 1]) as tf.Tensor2D;

    return learner({
      draws: (sizes) => ({ noise: mdlt ? sizes.map(noise) : [] }),
      loss(batches, { draws }) {
        const features = network.features(joinedImages(batches), true);
        const old = tf.unstack(embeddings);
        // The old part is a constant; through the new one the embedding itself is trained.
        const next = byDomain(features, batches).map((z, d) =>
          tf.add(tf.mul(tf.mean(z, 0), ema), tf.mul(old[d]!, 1 - ema))
        );
        embeddings.assign(stopGradient(tf.stack(next)));
        const beside = tf.concat(
          next.map((e, d) => draws.noise[d] ?? spread(e, batches[d]!.labels.shape[0])),
        );
        const risks = lossByDomain({
          logits: network.classify(tf.concat([features, beside], 1) as tf.Tensor2D, true),
          labels: joinedLabels(batches),
          byDomain: (joined) => byDomain(joined, batches),
        });
        return { loss: tf.addN(risks) };
      },
      predict(images, domain) {
        const features = network.features(images);
        const own = tf.slice(embeddings, [domain, 0], [1, size]);
        const rows = images.shape[0]!;
        const beside = mdlt ? noise(rows) : spread(own, rows);
        return network.classify(tf.concat([features, beside], 1) as tf.Tensor2D);
      },
    });
  },
});
