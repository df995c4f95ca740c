/**
 * Balanced accuracy.
 *
 * @module
 */
import { recalls } from "./counts.ts";
import { defineMetric, PERCENT } from "./metric.ts";
import { known, mean } from "./sums.ts";

export default defineMetric({
  name: "balanced_accuracy",
  title: "balanced accuracy",
  description: "Recall, averaged over the classes that have images.",
  citation: "Brodersen et al. 2010, The balanced accuracy and its posterior distribution",
  better: "max",
  scale: PERCENT,
  range: [0, 1],
  needs: "counts",
  undefinedWhen: "there are no images",
  compute: (counts) => mean(known(recalls(counts))),
});
