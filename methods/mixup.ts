/**
 * Mixup between domains: the network learns on convex combinations of images of two domains, with
 * the same combination of their losses.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { ABOVE_0 } from "../base/setting.ts";
import { number, power10 } from "./hyperparameter.ts";
import { defineMethod, type DomainBatch } from "./method.ts";
import { byDomain, joinedImages, meanOf, shuffledPairs } from "./parts/batches.ts";
import { crossEntropy } from "./parts/losses.ts";

export default defineMethod({
  name: "mixup",
  title: "Mixup",
  family: "augmentation",
  citation: "Zhang et al. 2018, mixup: Beyond Empirical Risk Minimization",
  version: 1,
  mdlt: { name: "Mixup" },
  hyperparameters: {
    alpha: number({
      default: 0.2,
      search: power10(-1, 1),
      range: ABOVE_0,
      description: "both parameters of the beta distribution of the mixing share",
      mdltName: "mixup_alpha",
      mdltSearch: power10(-1, -1),
    }),
  },
  create(ctx, { alpha }) {
    const draws = ctx.random("pairs");
    return {
      loss(domains) {
        const pairs = shuffledPairs(draws, domains);
        const shares = pairs.map(() => draws.beta(alpha));
        const mixed = pairs.map(([a, b], i): DomainBatch => ({
          images: mix(a.images, b.images, shares[i]!),
          labels: a.labels,
        }));
        const logits = byDomain(ctx.network.logits(joinedImages(mixed), true), mixed);
        const losses = pairs.map(([a, b], i) => {
          const [first, second] = [a, b].map(({ labels }) => crossEntropy(logits[i]!, labels));
          return mix(first!, second!, shares[i]!);
        });
        return { loss: meanOf(losses) };
      },
    };
  },
});

/** share · a + (1 − share) · b. */
function mix<T extends tf.Tensor>(a: T, b: T, share: number): T {
  return tf.add(tf.mul(a, share), tf.mul(b, 1 - share));
}
