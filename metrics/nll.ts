/**
 * Negative log-likelihood.
 *
 * @module
 */
import { defineMetric, plain } from "./metric.ts";
import { mean } from "./sums.ts";

/** Least probability whose logarithm is taken: the relative precision of single-precision numbers. */
const LEAST = 2 ** -23;

export default defineMetric({
  name: "nll",
  title: "negative log-likelihood",
  description: "−ln of the probability of the true class, at least 2⁻²³, averaged over images.",
  better: "min",
  scale: plain(3),
  range: [0, -Math.log(LEAST)],
  needs: "probabilities",
  undefinedWhen: "there are no images",
  compute({ labels, classes, values }) {
    return mean(
      labels.map((label, i) => Math.abs(Math.log(Math.max(LEAST, values[i * classes + label]!)))),
    );
  },
});
