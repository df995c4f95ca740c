import * as tf from "@tensorflow/tfjs-core";
import { ABOVE_0, SHARE } from "../base/setting.ts";
import { number, power10, uniform } from "./hyperparameter.ts";
import { defineMethod, learner } from "./method.ts";
import { tex } from "./objective.ts";
import { joinedBatch, rowsOf } from "./parts/batches.ts";
import { mixedLosses, partners } from "./parts/mixing.ts";

export default defineMethod({
  name: "lisa",
  title: "LISA",
  description:
    "Selective augmentation: images are mixed with images of the same class from another domain, " +
    "or with images of another class from the same domain, so neither domain nor class is a clue " +
    "to the other.",
  objective: {
    formulas: [
      tex`\min_\theta\; \frac{1}{|B|} \sum_{i \in B} \left[ \lambda_i\, \ell(\tilde s_i, ` +
      tex`y_i) + (1 - \lambda_i)\, \ell(\tilde s_i, y_{j(i)}) \right]`,
      tex`\tilde s_i = g(f(\lambda_i x_i + (1 - \lambda_i)\, x_{j(i)})), \quad \lambda_i ` +
      tex`\sim \mathrm{Beta}(\alpha, \alpha)`,
    ],
    symbols: {
      "j(i)": "a random partner from the batch: in a step, with probability `sameClass`, of the " +
        "same class in another domain, otherwise of another class in the same domain; $i$ " +
        "itself where there is none",
      "\\alpha": "`alpha`",
    },
  },
  assumes: "mixing away the domain, or the class, leaves what matters",
  helps: "a class goes with a domain in training and not in the test",
  family: "augmentation",
  citation: "Yao et al. 2022, Improving Out-of-Distribution Robustness via Selective Augmentation",
  version: 1,
  minDomains: 2,
  departures: [{
    title: "partners",
    text: "The authors draw a second batch for the partners; SubpopBench, whose defaults these " +
      "are, pairs two random classes of each domain and drops what is left over. Here every image " +
      "keeps its place and gets a partner from the batch, drawn from all that qualify; one for " +
      "which none does stays as it is. CutMix, their alternative to mixing pixels, is left out.",
  }],
  hyperparameters: {
    sameClass: number({
      default: 0.5,
      search: uniform(0, 1),
      range: SHARE,
      description: "probability that the partners of a step are of the same class",
    }),
    alpha: number({
      default: 2,
      search: power10(-1, 1),
      range: ABOVE_0,
      description: "both parameters of the beta distribution of the mixing share",
    }),
  },
  create({ network, random }, { sameClass, alpha }) {
    const draws = random("partners");
    return learner({
      draws: (_, labels) => partners(draws, labels, draws.uniform() < sameClass, alpha),
      /** Equations 2 and 3 of the paper. */
      loss(domains, { draws: { rows, shares } }) {
        const own = joinedBatch(domains);
        return { loss: tf.mean(mixedLosses(network, own, rowsOf(own, rows), shares)) };
      },
    });
  },
});
