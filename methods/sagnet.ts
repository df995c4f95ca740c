import * as tf from "@tensorflow/tfjs-core";
import { number, power10 } from "./hyperparameter.ts";
import { defineMethod, learner } from "./method.ts";
import { tex } from "./objective.ts";
import { LESS_WORK } from "./parts/departures.ts";
import { joinedImages, joinedLabels } from "./parts/batches.ts";
import { stopGradient } from "./parts/gradients.ts";
import { crossEntropy } from "./parts/losses.ts";

export default defineMethod({
  name: "sagnet",
  title: "SagNet",
  description:
    "Style-agnostic networks: the class is learned from features whose style is mixed with " +
    "another image's, and the featurizer learns to leave a classifier of styles clueless." +
    "\n\n" +
    "The style of an image is the mean and deviation of its features, its content the " +
    "features normalised by them.",
  objective: {
    formulas: [
      tex`\min_\theta\; \frac{1}{|B|} \sum_{i \in B} \ell\left(g\left(\sqrt{\tilde v_i}\, ` +
      tex`\hat z_i + \tilde m_i\right), y_i\right), \quad (\tilde m_i, \tilde v_i) = ` +
      tex`\lambda_i\, (m_i, v_i) + (1 - \lambda_i)\, (m_j, v_j)`,
      tex`\text{then} \quad \min_h\; \frac{1}{|B|} \sum_{i \in B} \ell(h(u_i), y_i), \quad ` +
      tex`u_i = \sqrt{v_i}\; \mathrm{sg}(\hat z_j) + m_i`,
      tex`\text{then} \quad \min_f\; \frac{\kappa}{|B|\, C} \sum_{i \in B} \sum_c ` +
      tex`\ell(h(u_i), c)`,
    ],
    symbols: {
      "m_i, v_i": "mean and variance of an image's features (divisor $F - 1$, and $10^{-5}$ is " +
        "added under roots)",
      "\\hat z_i": "its content, $(z_i - m_i) / \\sqrt{v_i}$",
      "h": "the classifier of styles",
      "j": "a partner of $i$ from the shuffled batch, another one for each of the three",
      "\\lambda_i": "uniform from 0 to 1",
      "\\kappa": "`adversarialWeight`",
    },
  },
  assumes: "the class is in the content of features, the domain in their style",
  helps: "domains differ in texture and colour",
  family: "domain-invariant",
  citation: "Nam et al. 2021, Reducing Domain Gap by Reducing Style Bias",
  version: 1,
  // Content, then style and its adversary on one pass of the moved featurizer.
  cost: { passes: 2, time: 1.7, memory: "a second classifier" },
  mdlt: {
    name: "SagNet",
    modules: { network_f: "featurizer", network_c: "classifier", network_s: "style" },
    terms: { loss_c: "loss", loss_s: "styleLoss", loss_adv: "adversarialLoss" },
  },
  departures: [LESS_WORK],
  hyperparameters: {
    adversarialWeight: number({
      default: 0.1,
      search: power10(-2, 1),
      description: "weight of the adversarial loss of the featurizer",
      mdltName: "sag_w_adv",
    }),
  },
  create(ctx, { adversarialWeight }) {
    const { network } = ctx;
    const style = ctx.classifier("style");
    const featurizerOptimizer = ctx.optimizer(network.featurizer.parameters);
    const classifierOptimizer = ctx.optimizer(network.classifier.parameters);
    const styleOptimizer = ctx.optimizer(style.parameters);
    const random = ctx.random("styles");
    const swapped = (features: tf.Tensor2D, partners: tf.Tensor1D) =>
      style.apply(swapContent(features, partners), true) as tf.Tensor2D;
    return learner({
      /** Shares in [0, 1) and partners of all images, drawn in the reference's order. */
      draws(sizes) {
        const rows = sizes.reduce((a, b) => a + b, 0);
        const draw = () => ({
          shares: tf.tensor2d(Array.from({ length: rows }, () => random.uniform()), [rows, 1]),
          partners: tf.tensor1d(random.permutation(rows), "int32"),
        });
        const mixed = draw();
        // The shares of the other two are drawn for nothing, as in MDLT.
        return { ...mixed, stylePartners: draw().partners, adversarialPartners: draw().partners };
      },
      /** Equations 3 to 8 of the paper, one after the other. */
      update(domains, { draws: { shares, partners, stylePartners, adversarialPartners } }) {
        const images = joinedImages(domains);
        const labels = joinedLabels(domains);
        const { loss } = ctx.minimize(() => {
          const features = network.features(images, true);
          const logits = network.classify(mixStyle(features, shares, partners), true);
          return { loss: crossEntropy(logits, labels) };
        }, [featurizerOptimizer, classifierOptimizer]);
        let styleLoss: tf.Scalar;
        const { loss: adversarialLoss } = featurizerOptimizer.minimize(() => {
          // The featurizer stays while the style net moves: one pass serves both.
          const features = network.features(images, true);
          styleLoss = styleOptimizer.minimize(() => ({
            loss: crossEntropy(swapped(features, stylePartners), labels),
          })).loss;
          const confusion = tf.neg(tf.mean(tf.logSoftmax(swapped(features, adversarialPartners))));
          return { loss: tf.mul(confusion, adversarialWeight) as tf.Scalar };
        });
        return { loss, styleLoss: styleLoss!, adversarialLoss };
      },
    });
  },
});

/** Each row in the style that lies `shares` of the way from its partner's to its own. */
function mixStyle(
  features: tf.Tensor2D,
  shares: tf.Tensor2D,
  partners: tf.Tensor1D,
): tf.Tensor2D {
  const { content, mean, variance } = styleOf(features);
  const mixed = (own: tf.Tensor) =>
    tf.add(tf.mul(own, shares), tf.mul(tf.gather(own, partners), tf.sub(1, shares)));
  return styled(content, mixed(mean), mixed(variance));
}

/** The partner's content, as a constant, in the row's own style. */
function swapContent(features: tf.Tensor2D, partners: tf.Tensor1D): tf.Tensor2D {
  const { content, mean, variance } = styleOf(features);
  return styled(stopGradient(tf.gather(content, partners)), mean, variance);
}

const EPSILON = 1e-5;

/** Mean and unbiased variance `[rows, 1]` of each row, and the row normalised by them. */
function styleOf(features: tf.Tensor2D) {
  const mean = tf.mean(features, 1, true);
  const centred = tf.sub(features, mean);
  const variance = tf.div(tf.sum(tf.square(centred), 1, true), features.shape[1] - 1);
  return { content: tf.mul(centred, tf.rsqrt(tf.add(variance, EPSILON))), mean, variance };
}

function styled(content: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor): tf.Tensor2D {
  return tf.add(tf.mul(content, tf.sqrt(tf.add(variance, EPSILON))), mean) as tf.Tensor2D;
}
