/**
 * Worst-class recall.
 *
 * @module
 */
import { recalls } from "./counts.ts";
import { defineMetric, PERCENT } from "./metric.ts";
import { known } from "./sums.ts";

export default defineMetric({
  name: "worst_class_recall",
  title: "worst-class recall",
  description: "Least recall of the classes that have images.",
  better: "max",
  scale: PERCENT,
  range: [0, 1],
  needs: "counts",
  undefinedWhen: "there are no images",
  compute(counts) {
    const values = known(recalls(counts));
    return values.length > 0 ? Math.min(...values) : null;
  },
});
