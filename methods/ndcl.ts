import * as tf from "@tensorflow/tfjs-core";
import { ABOVE_0 } from "../base/setting.ts";
import { number, power10, uniform } from "./hyperparameter.ts";
import { defineMethod, learner } from "./method.ts";
import { tex } from "./objective.ts";
import { domainLabels, joinedBatch } from "./parts/batches.ts";
import { constantOf } from "./parts/gradients.ts";
import { againstMixtures, betweenDomains, hardness, members } from "./parts/contrasts.ts";
import { crossEntropyPerExample } from "./parts/losses.ts";
import { mixed } from "./parts/mixing.ts";
import { classWeights } from "./parts/reweighting.ts";

export default defineMethod({
  name: "ndcl",
  title: "NDCL",
  description:
    "Negative-dominant contrastive learning on predictions: images of a class that the network is " +
    "least sure of are mixed with those it confuses with the class most, and the class keeps away " +
    "from the mixtures; a class is predicted alike in all domains; hard images of rare cells count " +
    "most.",
  objective: {
    formulas: [
      tex`\min_\theta\; \frac{1}{C_B} \sum_{i \in B} h_i\, r_{d_i,y_i}\, \ell_i + \lambda N ` +
      tex`+ \kappa A`,
      tex`h_i = \mathrm{sg}\left( \frac{e^{\ell_i}}{\sum_{j \in B^{y_i}} e^{\ell_j}} ` +
      tex`\right), \qquad r_{d,c} = C\, \frac{1 / n_{d,c}}{\sum_{k} 1 / n_{d,k}}`,
      tex`N = \frac{1}{C_B} \sum_c \frac{1}{|B^c|} \sum_{i \in B^c} -\log \frac{\sum_{q \in ` +
      tex`M_c} e^{1 - \cos(p_i, q)}}{\sum_{q \in M_c} e^{1 - \cos(p_i, q)} + \sum_{j \in B^c ` +
      tex`\setminus i} e^{1 - \cos(p_i, p_j)}}`,
      tex`A = \frac{1}{|S|} \sum_{c \in S} \frac{1}{|D_c|} \sum_{d \in D_c} -\log ` +
      tex`\frac{\sum_{e \in D_c \setminus d} e^{\cos(m_{d,c}, m_{e,c})}}{\sum_{(e,k) \ne ` +
      tex`(d,c),\; k \in S} e^{\cos(m_{d,c}, m_{e,k})}}`,
    ],
    symbols: {
      "B^c, C_B": "the images of a class in the batch, and the number of classes that it has",
      "M_c":
        "the probabilities of mixtures $\\rho\\, x_i + (1 - \\rho)\\, x_j$ of an image of the " +
        "class, one of the half that is least sure of it, and the images of others that " +
        "are surest of it; $\\rho \\sim \\mathrm{Beta}(\\alpha, \\alpha)$ for the step, " +
        "$\\alpha$ being `alpha`",
      "m_{d,c}": "the mean probabilities of a cell in the batch",
      "D_c, S": "the domains that have the class in the batch, and the classes that several have",
      "\\lambda": "`negativeWeight`",
      "\\kappa": "`alignWeight`",
    },
  },
  assumes: "a class's predictions can agree across domains and keep off its rivals",
  helps: "tails differ between domains and batches hold most classes",
  family: "multi-domain long-tailed",
  citation:
    "Cao et al. 2026, Negatives-Dominant Contrastive Learning for Generalization in Imbalanced Domains",
  version: 1,
  minDomains: 2,
  // Its images, and as many mixtures.
  cost: { passes: 2, time: 2, memory: "activations of twice the images" },
  departures: [{
    title: "defects of the public code",
    text:
      "It never sets the weights of the cells, so its update cannot run; here they are those of " +
      "its own ReWeight: inverse counts, in each domain scaled to sum to the number of classes. Its " +
      "setting for more mixtures, 1.5, is overwritten by 1, as it stays here. Its defaults are " +
      "registered under another name.",
  }, {
    title: "which are mixed",
    text: "The public code chooses how many images of either side are mixed by thresholds on the " +
      "predictions, in many cases. Here it is the less certain half of the class, each with as many of the " +
      "hardest negatives as the class's part of the mixtures needs; one share holds for a step.",
  }],
  hyperparameters: {
    negativeWeight: number({
      default: 0.1,
      search: power10(-3, 0),
      description: "weight of the contrast with mixed negatives; the paper's α",
    }),
    alignWeight: number({
      default: 0.1,
      search: power10(-3, 0),
      description: "weight of the contrast between domains; the paper's β",
    }),
    alpha: number({
      default: 0.2,
      search: uniform(0.1, 0.3),
      range: ABOVE_0,
      description: "both parameters of the beta distribution of the mixing share",
    }),
  },
  create({ network, counts, classes, random }, { negativeWeight, alignWeight, alpha }) {
    const shares = random("shares");
    const weights = counts.map((row) => classWeights(row, (count) => 1 / count)).flat();
    return learner({
      draws(_, labels) {
        const { owners, firsts, seconds } = mixturesOf(labels.flatMap((row) => Array.from(row)));
        const rows = (numbers: readonly number[]) => tf.tensor1d([...numbers], "int32");
        return {
          ...{ owners: rows(owners), firsts: rows(firsts), seconds: rows(seconds) },
          shares: tf.fill([owners.length], shares.beta(alpha)) as tf.Tensor1D,
        };
      },
      loss(domains, { draws: { owners, firsts, seconds, shares } }) {
        const own = joinedBatch(domains);
        const { labels } = own;
        const logits = network.logits(own.images, true);
        const losses = crossEntropyPerExample(logits, labels);
        const p = tf.softmax(logits);
        const truth = members(labels, classes);
        const cells = tf.add(tf.mul(domainLabels(domains), int(classes)), labels) as tf.Tensor1D;
        const rarity = tf.gather(tf.tensor1d(weights), cells);
        const present = tf.sum(tf.max(truth, 0));
        const risk = tf.div(
          tf.sum(tf.mul(losses, tf.mul(hardness(losses, truth), rarity))),
          present,
        );

        const ofClass = tf.transpose(truth);
        const mixtures = constantOf(p as tf.Tensor, (p) => {
          const least = ranked(tf.neg(p), ofClass, owners, firsts);
          const hardest = ranked(p, tf.sub(1, ofClass), owners, seconds);
          return mixed(tf.gather(own.images, least), tf.gather(own.images, hardest), shares);
        });
        const q = tf.softmax(network.logits(mixtures, true));
        const negative = againstMixtures(p, q, truth, members(owners, classes));
        const align = betweenDomains(p, truth, members(cells, weights.length));
        const loss = tf.addN([risk, tf.mul(negative, negativeWeight), tf.mul(align, alignWeight)]);
        return { loss, risk, negative, align } as Record<
          "loss" | "risk" | "negative" | "align",
          tf.Scalar
        >;
      },
    });
  },
});

const int = (value: number) => tf.scalar(value, "int32");

/**
 * As many mixtures as images, each of a class: the rank of its first image among the class's, least
 * certain first, and of its second among all others, the likeliest of the class first. In a batch of
 * one class there is no second; its mixtures count nothing.
 */
function mixturesOf(labels: readonly number[]) {
  const present = [...new Set(labels)].sort((a, b) => a - b);
  const sizes = present.map((c) => labels.filter((label) => label === c).length);
  const raised = sizes.map((size) => Math.exp(size / labels.length));
  const sum = raised.reduce((a, b) => a + b, 0);
  const made = { owners: [] as number[], firsts: [] as number[], seconds: [] as number[] };
  let upTo = 0;
  present.forEach((c, k) => {
    upTo += raised[k]! / sum * labels.length;
    const count = Math.ceil(upTo - 1e-9) - made.owners.length;
    const half = Math.ceil(sizes[k]! / 2);
    const others = Math.max(1, Math.min(labels.length - sizes[k]!, Math.ceil(count / half)));
    for (let i = 0; i < count; i++) {
      made.owners.push(c);
      made.firsts.push(Math.floor(i / others) % half);
      made.seconds.push(i % others);
    }
  });
  return made;
}

/**
 * Row numbers of images by their ranks; see {@linkcode mixturesOf}.
 *
 * @param scores `[images, classes]`: the largest has rank 0.
 * @param among `[classes, images]`: 1 where the image is ranked for the class.
 */
function ranked(scores: tf.Tensor, among: tf.Tensor, owners: tf.Tensor1D, ranks: tf.Tensor1D) {
  const images = scores.shape[0]!;
  const raised = tf.sub(tf.transpose(scores), tf.mul(tf.sub(1, among), 2));
  const order = tf.reshape(tf.topk(raised, images).indices, [-1]);
  return tf.gather(order, tf.add(tf.mul(owners, int(images)), ranks)) as tf.Tensor1D;
}
