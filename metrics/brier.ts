/**
 * Brier score.
 *
 * @module
 */
import { defineMetric, plain } from "./metric.ts";
import { mean } from "./sums.ts";

export default defineMetric({
  name: "brier",
  title: "Brier score",
  description:
    "Squared distance of the predicted probabilities from 1 for the true class and 0 for the " +
    "others, summed over classes and averaged over images.",
  citation: "Brier 1950, Verification of forecasts expressed in terms of probability",
  better: "min",
  scale: plain(3),
  range: [0, 2],
  needs: "probabilities",
  undefinedWhen: "there are no images",
  compute({ labels, classes, values }) {
    return mean(labels.map((label, i) => {
      let distance = 0;
      for (let c = 0; c < classes; c++) {
        distance += (values[i * classes + c]! - (c === label ? 1 : 0)) ** 2;
      }
      return distance;
    }));
  },
});
