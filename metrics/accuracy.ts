/**
 * Accuracy.
 *
 * @module
 */
import { recalls } from "./counts.ts";
import { defineMetric, PERCENT } from "./metric.ts";
import { sum } from "./sums.ts";

export default defineMetric({
  name: "accuracy",
  title: "accuracy",
  description: "Share of images that were classified correctly.",
  better: "max",
  scale: PERCENT,
  range: [0, 1],
  needs: "counts",
  undefinedWhen: "there are no images",
  headline: true,
  compute({ images, correct }) {
    const total = sum(images);
    return total > 0 ? sum(correct) / total : null;
  },
  perClass: recalls,
});
