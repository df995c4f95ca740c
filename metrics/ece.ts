/**
 * Expected calibration error.
 *
 * @module
 */
import { defineMetric, PERCENT } from "./metric.ts";
import { sum } from "./sums.ts";

export default defineMetric({
  name: "ece",
  title: "calibration error",
  description: "Gap between confidence and accuracy in 15 bins of confidence, weighted by images.",
  citation: "Guo et al. 2017, On calibration of modern neural networks",
  better: "min",
  scale: PERCENT,
  range: [0, 1],
  needs: "confidence",
  undefinedWhen: "there are no images",
  compute(bins) {
    const images = sum(bins.map((bin) => bin.images));
    if (images === 0) return null;
    return sum(bins.map((bin) => Math.abs(bin.correct - bin.confidence))) / images;
  },
});
