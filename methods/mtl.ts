import * as tf from "@tensorflow/tfjs-core";
import { hostInput } from "../tensor/compile/mod.ts";
import { SHARE } from "../base/setting.ts";
import { choice, flag, number } from "./hyperparameter.ts";
import { defineMethod, learner } from "./method.ts";
import { tex } from "./objective.ts";
import { byDomain, joinedImages, joinedLabels, lossByDomain } from "./parts/batches.ts";
import { stopGradient } from "./parts/gradients.ts";

export default defineMethod({
  name: "mtl",
  title: "MTL",
  description: "Marginal transfer learning: the classifier sees, beside an image's features, an " +
    "embedding of the image's domain, the mean feature of its training images.",
  objective: {
    formulas: [
      tex`\min_\theta\; \sum_d R_d, \qquad s_i = g(z_i, m_{d_i})`,
      tex`m_d = \rho\, \frac{1}{|B_d|} \sum_{i \in B_d} z_i + (1 - \rho)\, ` +
      tex`\mathrm{sg}(m_d^{\text{old}})`,
    ],
    symbols: {
      "m_d": "the embedding of a domain, which the classifier sees beside an image's features; " +
        "$m_d^{\\text{old}}$ is that of the step before, 0 at first",
      "\\rho": "`ema`",
    },
  },
  assumes: "the mean of its features tells what is to be known of a domain",
  helps: "the domain of a test image is known",
  family: "domain-invariant",
  citation: "Blanchard et al. 2021, Domain Generalization by Marginal Transfer Learning",
  version: 1,
  cost: { memory: "mean features of every domain" },
  minDomains: 2,
  mdlt: { name: "MTL" },
  classifierInputs: 2,
  departures: [{
    title: "the embedding",
    text: "MDLT (like DomainBed) computes the running mean feature of each domain and then " +
      "overwrites it with standard normal noise, in training and in prediction: the classifier " +
      "never sees a domain. Here the embedding is what the classifier sees, with the gradient " +
      "of the current batch's part, which is what Blanchard et al. 2021 describe and what that " +
      "code was meant to do.",
  }, {
    title: "prediction",
    text:
      "MDLT's evaluation does not tell the domain, and the code meant to take the mean feature " +
      "of the evaluated batch. That would make a prediction depend on which images are " +
      "evaluated together, and a batch of images sorted by class would give the class away. " +
      "Here an image is predicted with the stored embedding of its domain, so a prediction " +
      "depends on the image and its domain alone. The paper's marginal of a task is estimated " +
      "from the task's own sample; the domains of this benchmark are the training domains, and " +
      "their training images are that sample. MTL is the only method that is told the domain of " +
      "a test image (`Learner.predict`). Of a domain that was left out no image may be looked at " +
      "beforehand: its images are predicted with the mean embedding of the training domains.",
  }],
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
      hostInput(
        [rows, size],
        "float32",
        () => Float32Array.from({ length: rows * size }, () => random.normal()),
      );
    /** The embedding for each of `rows` images, `[rows, features]`. */
    const spread = (embedding: tf.Tensor, rows: number) =>
      tf.tile(tf.reshape(embedding, [1, size]), [rows, 1]);

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
          logits: network.classify(tf.concat([features, beside], 1), true),
          labels: joinedLabels(batches),
          byDomain: (joined) => byDomain(joined, batches),
        });
        return { loss: tf.addN(risks) };
      },
      predict(images, domain) {
        const features = network.features(images);
        const own = domain === null
          ? tf.mean(embeddings, 0)
          : tf.slice(embeddings, [domain, 0], [1, size]);
        const rows = images.shape[0]!;
        const beside = mdlt ? noise(rows) : spread(own, rows);
        return network.classify(tf.concat([features, beside], 1));
      },
    });
  },
});
