import * as tf from "@tensorflow/tfjs-core";
import { ABOVE_0 } from "../base/setting.ts";
import { number, power10 } from "./hyperparameter.ts";
import { defineMethod, type DomainBatch, learner } from "./method.ts";
import { tex } from "./objective.ts";
import {
  byDomain,
  joinedBatch,
  joinedImages,
  meanOf,
  rowsOf,
  shuffledPairs,
} from "./parts/batches.ts";
import { crossEntropy } from "./parts/losses.ts";
import { SLOW_MIXTURES } from "./parts/mixing.ts";

export default defineMethod({
  name: "mixup",
  title: "Mixup",
  description:
    "Mixup between domains: the network learns on convex combinations of images of two " +
    "domains, with the same combination of their losses.",
  objective: {
    formulas: [
      tex`\min_\theta\; \frac{1}{D} \sum_d \frac{1}{m} \sum_{k=1}^m \left[ \lambda_d\, ` +
      tex`\ell(\tilde s_k, y_k) + (1 - \lambda_d)\, \ell(\tilde s_k, y_k^+) \right]`,
      tex`\tilde s_k = g(f(\lambda_d x_k + (1 - \lambda_d)\, x_k^+)), \quad \lambda_d \sim ` +
      tex`\mathrm{Beta}(\alpha, \alpha)`,
    ],
    symbols: {
      "x_k, y_k": "the image in place $k$ of a domain's batch and its class; $x_k^+$ and $y_k^+$ " +
        "those of the domain that follows in a circle of all, which is drawn for the " +
        "step; $m$ is their number",
      "\\alpha": "`alpha`",
    },
  },
  assumes: "what lies between two images has what lies between their labels",
  helps: "images are few, or the network is too sure of itself",
  family: "augmentation",
  citation: "Zhang et al. 2018, mixup: Beyond Empirical Risk Minimization",
  version: 1,
  minDomains: 2,
  mdlt: { name: "Mixup" },
  departures: [{
    title: "search range",
    text:
      "MDLT's search draws the beta distribution's parameter as 10^U(−1, −1), which is always " +
      "0.1. Here the range is 10^U(−1, 1), DomainBed's since it corrected the same slip. The " +
      "default, 0.2, is untouched; `--set mixup.alpha=0.1` in a sweep is what MDLT does.",
  }],
  hyperparameters: {
    alpha: number({
      default: 0.2,
      presets: { quick: { default: 0.1, because: SLOW_MIXTURES } },
      search: power10(-1, 1),
      range: ABOVE_0,
      description: "both parameters of the beta distribution of the mixing share",
      mdltName: "mixup_alpha",
      mdltSearch: power10(-1, -1),
    }),
  },
  create(ctx, { alpha }) {
    const random = ctx.random("pairs");
    return learner({
      /** Pairs of domains, and the share of each one's first images and of its second. */
      draws(sizes) {
        const pairs = shuffledPairs(random, sizes);
        const shares = sizes.map(() => random.beta(alpha));
        const scalars = (values: readonly number[]) => values.map((value) => tf.scalar(value));
        return { ...pairs, shares: scalars(shares), rests: scalars(shares.map((s) => 1 - s)) };
      },
      loss(domains, { draws: { first, second, shares, rests } }) {
        const all = joinedBatch(domains);
        const pairs = first.map((rows, i) => ({
          a: rowsOf(all, rows),
          b: rowsOf(all, second[i]!),
          mix: <T extends tf.Tensor>(a: T, b: T): T =>
            tf.add(tf.mul(a, shares[i]!), tf.mul(b, rests[i]!)),
        }));
        const mixed = pairs.map(({ a, b, mix }): DomainBatch => ({
          images: mix(a.images, b.images),
          labels: a.labels,
        }));
        const logits = byDomain(ctx.network.logits(joinedImages(mixed), true), mixed);
        const losses = pairs.map(({ a, b, mix }, i) =>
          mix(crossEntropy(logits[i]!, a.labels), crossEntropy(logits[i]!, b.labels))
        );
        return { loss: meanOf(losses) };
      },
    });
  },
});
