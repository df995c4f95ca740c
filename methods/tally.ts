import * as tf from "@tensorflow/tfjs-core";
import { ABOVE_0, SHARE } from "../base/setting.ts";
import { integerUniform, number, power10, steps } from "./hyperparameter.ts";
import { defineMethod, learner } from "./method.ts";
import { tex } from "./objective.ts";
import { domainLabels, joinedImages, joinedLabels } from "./parts/batches.ts";
import { stopGradient } from "./parts/gradients.ts";
import { crossEntropy } from "./parts/losses.ts";
import { mixed } from "./parts/mixing.ts";
import { groupAverages, styleOf } from "./parts/styles.ts";

export default defineMethod({
  name: "tally",
  title: "TALLY",
  description:
    "Balanced augmentation: in the middle of the network the content of an image meets the style " +
    "of another one, from any domain. Content is mixed with the mean content of its class, style " +
    "with the mean style of its domain, so rare pairs of class and domain are made up.",
  objective: {
    formulas: [
      tex`\min_\theta\; \frac{1}{|B|} \sum_{i \in B} \ell\left(g(f_2(\tilde \sigma_i \odot ` +
      tex`\tilde c_i + \tilde m_i)), y_i\right)`,
      tex`\tilde c_i = a_i\, c_i + (1 - a_i)\, \bar c_{y_i}, \qquad (\tilde m_i, \tilde ` +
      tex`\sigma_i) = b_i\, (m_j, \sigma_j) + (1 - b_i)\, (\bar m_{d_j}, \bar \sigma_{d_j})`,
      tex`a_i, b_i = \max(\lambda, 1 - \lambda), \quad \lambda \sim \mathrm{Beta}(\alpha, ` +
      tex`\alpha)`,
    ],
    symbols: {
      "f = f_2 \\circ f_1": "the featurizer, in two at its middle",
      "m_i, \\sigma_i": "mean and deviation of the channels of $f_1(x_i)$; the content $c_i$ is " +
        "$(f_1(x_i) - m_i) / \\sigma_i$",
      "\\bar c_c, \\bar m_d, \\bar \\sigma_d":
        "moving averages by class and by domain, as constants, in which a batch counts " + "`rate`",
      "j": "the partner of $i$ from the shuffled batch",
      "\\alpha": "`alpha`; for `warmUpSteps` steps nothing is mixed, and this is the risk $R$",
    },
  },
  assumes: "a class's content and a domain's style can be exchanged",
  helps: "cells of domain and class are rare or empty",
  family: "multi-domain long-tailed",
  citation:
    "Yang et al. 2023, Multi-Domain Long-Tailed Learning by Augmenting Disentangled Representations",
  version: 1,
  minDomains: 2,
  cost: { time: 1.2, memory: "mean maps of every class, mean styles of every domain" },
  sampler: "class-balanced",
  departures: [{
    title: "defects of the public code",
    text: "It calls its augmentation with mean and deviation interchanged, and unpacks them in " +
      "another order while it warms up, so from then on a style is shifted by deviations and " +
      "scaled by means. Here it is as the paper says.",
  }, {
    title: "pairs",
    text:
      "The paper draws one image by class and one by domain from all images. Here batches are " +
      "class-balanced, in the warm-up, too, every image gives its content once, and a shuffled copy of " +
      "the joined batch gives the styles. Classes are not weighted besides.",
  }, {
    title: "the middle",
    text: "The middle is the network's: the end of a ResNet's second stage, as in the paper, and " +
      "half way in the others. Features without a spatial extent are normalised over their units. " +
      "A network that says no middle is augmented at its input.",
  }],
  hyperparameters: {
    alpha: number({
      default: 0.5,
      search: power10(-1, 0.5),
      range: ABOVE_0,
      description: "both parameters of the beta distribution of the mixing shares",
    }),
    rate: number({
      default: 0.2,
      range: SHARE,
      description: "share of the batch in the moving averages of contents and styles",
    }),
    warmUpSteps: steps({
      default: 1500,
      scalesWithSteps: { min: 1 },
      search: integerUniform(500, 2500),
      description: "plain steps before, in which the averages are gathered",
    }),
  },
  create(ctx, { alpha, rate, warmUpSteps }) {
    const { network, inputShape, classes, domains: count } = ctx;
    const shapes = tf.tidy(() => {
      const { content, mean } = styleOf(network.lower(tf.zeros([1, ...inputShape])));
      return { content: content.shape.slice(1), style: mean.shape.slice(1) };
    });
    const contents = groupAverages(ctx, "content", classes, shapes.content, rate);
    const means = groupAverages(ctx, "mean", count, shapes.style, rate);
    const deviations = groupAverages(ctx, "deviation", count, shapes.style, rate);
    const random = ctx.random("pairs");
    return learner({
      phase: (step) => step < warmUpSteps ? "warm-up" : "mixing",
      /** Whose style every image gets, and both shares of its own. */
      draws(sizes) {
        const images = sizes.reduce((a, b) => a + b, 0);
        const shares = () =>
          tf.tensor1d(Array.from({ length: images }, () => {
            const share = random.beta(alpha);
            return Math.max(share, 1 - share);
          }));
        const partners = tf.tensor1d(random.permutation(images), "int32");
        return { partners, contentShares: shares(), styleShares: shares() };
      },
      loss(domains, { phase, draws: { partners, contentShares, styleShares } }) {
        const labels = joinedLabels(domains);
        const origin = domainLabels(domains);
        let inner = network.lower(joinedImages(domains), true);
        const { content, mean, deviation } = styleOf(inner);
        if (phase === "mixing") {
          /** Equations 2 and 3 of the paper. */
          const theirs = tf.gather(origin, partners);
          const style = (own: tf.Tensor, average: tf.Tensor) =>
            mixed(tf.gather(own, partners), tf.gather(average, theirs), styleShares);
          const mixture = mixed(content, tf.gather(contents.values, labels), contentShares);
          inner = tf.add(
            tf.mul(mixture, style(deviation, deviations.values)),
            style(mean, means.values),
          );
        }
        contents.update(stopGradient(content), labels);
        means.update(stopGradient(mean), origin);
        deviations.update(stopGradient(deviation), origin);
        return { loss: crossEntropy(network.classify(network.upper(inner, true), true), labels) };
      },
    });
  },
});
