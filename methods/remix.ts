import * as tf from "@tensorflow/tfjs-core";
import { ABOVE_0, SHARE } from "../base/setting.ts";
import { number, power10 } from "./hyperparameter.ts";
import { defineMethod, learner } from "./method.ts";
import { tex } from "./objective.ts";
import { joinedBatch, rowsOf, shuffledPairs } from "./parts/batches.ts";
import { mixedLosses, SLOW_MIXTURES } from "./parts/mixing.ts";
import { logShares } from "./parts/priors.ts";
import { MEAN_SHARES } from "./parts/departures.ts";

export default defineMethod({
  name: "remix",
  title: "Remix",
  description:
    "Mixup that knows of the tail: a mixture of a frequent and a rare class counts wholly as the " +
    "rare one, unless the frequent one has most of the pixels.",
  objective: {
    formulas: [
      tex`\min_\theta\; \frac{1}{D} \sum_d \frac{1}{m} \sum_{k=1}^m \left[ \mu_k\, ` +
      tex`\ell(\tilde s_k, y_k) + (1 - \mu_k)\, \ell(\tilde s_k, y_k^+) \right]`,
      tex`\tilde s_k = g(f(\lambda_d x_k + (1 - \lambda_d)\, x_k^+)), \quad \lambda_d \sim ` +
      tex`\mathrm{Beta}(\alpha, \alpha)`,
      tex`\mu_k = \begin{cases} 0 & \pi_{y_k} \ge \kappa\, \pi_{y_k^+} \text{ and } \lambda_d ` +
      tex`< \tau \\ 1 & \pi_{y_k^+} \ge \kappa\, \pi_{y_k} \text{ and } 1 - \lambda_d < \tau ` +
      tex`\\ \lambda_d & \text{otherwise} \end{cases}`,
    ],
    symbols: {
      "x_k, y_k": "the image in place $k$ of a domain's batch and its class; $x_k^+$ and $y_k^+$ " +
        "those of the domain that follows in a circle of all, which is drawn for the " +
        "step; $m$ is their number",
      "\\alpha": "`alpha`",
      "\\kappa": "`imbalance`",
      "\\tau": "`threshold`",
    },
  },
  assumes: "a mixture with a rare class may count as that class",
  helps: "Mixup helps and the tail is long",
  family: "augmentation",
  citation: "Chou et al. 2020, Remix: Rebalanced Mixup",
  version: 1,
  minDomains: 2,
  departures: [{
    title: "pairs",
    text: "The paper mixes a batch with a shuffled copy of itself. Here domains are mixed in " +
      "pairs with one share for each, as Mixup does here and in DomainBed, so the two differ in " +
      "the labels alone.",
  }, MEAN_SHARES],
  hyperparameters: {
    alpha: number({
      default: 1,
      presets: { quick: { default: 0.2, because: SLOW_MIXTURES } },
      search: power10(-1, 1),
      range: ABOVE_0,
      description: "both parameters of the beta distribution of the mixing share",
    }),
    imbalance: number({
      default: 3,
      range: { wanted: "a number of at least 1", fits: (value) => value >= 1 },
      description: "how many times as frequent the other class must be; the paper's κ",
    }),
    threshold: number({
      default: 0.5,
      range: SHARE,
      description: "share of the pixels below which the frequent class is left out; the paper's τ",
    }),
  },
  create({ network, random, counts }, { alpha, imbalance, threshold }) {
    const draws = random("pairs");
    const frequencies = logShares(counts).map(Math.exp);
    /** Equation 5 of the paper: the first label's share, where its pixels have another. */
    const labelShare = (pixels: number, first: number, second: number) => {
      const [a, b] = [frequencies[first]!, frequencies[second]!];
      const often = (many: number, few: number) => many / few * (1 + 1e-9) >= imbalance; // rounded
      if (often(a, b) && pixels < threshold) return 0;
      return often(b, a) && 1 - pixels < threshold ? 1 : pixels;
    };
    return learner({
      draws(sizes, labels) {
        const { first, second } = shuffledPairs(draws, sizes);
        const label = labels.flatMap((row) => Array.from(row));
        const pairs = first.flatMap((rows, pair) => {
          const [pixels, partners] = [draws.beta(alpha), second[pair]!.dataSync()];
          return Array.from(rows.dataSync(), (a, i) => {
            const b = partners[i]!;
            const weight = 1 / (rows.size * sizes.length);
            return { a, b, pixels, label: labelShare(pixels, label[a]!, label[b]!), weight };
          });
        });
        const column = (key: "a" | "b" | "pixels" | "label" | "weight", type?: "int32") =>
          tf.tensor1d(pairs.map((pair) => pair[key]), type);
        const [pixelShares, labelShares, weights] = [
          column("pixels"),
          column("label"),
          column("weight"),
        ];
        return {
          first: column("a", "int32"),
          second: column("b", "int32"),
          pixelShares,
          labelShares,
          weights,
        };
      },
      loss(domains, { draws: { first, second, pixelShares, labelShares, weights } }) {
        const all = joinedBatch(domains);
        const losses = mixedLosses(
          network,
          rowsOf(all, first),
          rowsOf(all, second),
          pixelShares,
          labelShares,
        );
        return { loss: tf.sum(tf.mul(losses, weights)) };
      },
    });
  },
});
