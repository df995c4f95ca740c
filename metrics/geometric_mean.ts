/**
 * Geometric mean of recalls.
 *
 * @module
 */
import { recalls } from "./counts.ts";
import { defineMetric, PERCENT } from "./metric.ts";
import { known, mean } from "./sums.ts";

export default defineMetric({
  name: "geometric_mean",
  title: "geometric mean of recalls",
  description:
    "Geometric mean of the recalls of the classes that have images: 0 as soon as one is.",
  citation: "Kubat & Matwin 1997, Addressing the curse of imbalanced training sets",
  better: "max",
  scale: PERCENT,
  range: [0, 1],
  needs: "counts",
  undefinedWhen: "there are no images",
  compute(counts) {
    const logarithms = mean(known(recalls(counts)).map(Math.log));
    return logarithms === null ? null : Math.exp(logarithms);
  },
});
