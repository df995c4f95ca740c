/**
 * Macro-F1.
 *
 * @module
 */
import type { ClassCounts } from "./counts.ts";
import { defineMetric, PERCENT } from "./metric.ts";
import { mean } from "./sums.ts";

export default defineMetric({
  name: "macro_f1",
  title: "macro-F1",
  description:
    "F1 of a class, 2·TP / (2·TP + FP + FN), averaged over the classes that have images.",
  better: "max",
  scale: PERCENT,
  range: [0, 1],
  needs: "counts",
  undefinedWhen: "there are no images",
  headline: true,
  aliases: ["f1"],
  compute: (counts) =>
    mean(classF1(counts).flatMap((f1, c) => counts.images[c]! > 0 ? [f1 ?? 0] : [])),
  perClass: classF1,
});

/** A class that has no image counts only where it was predicted (then 0); otherwise it is null. */
function classF1({ images, predicted, correct }: ClassCounts): (number | null)[] {
  return images.map((count, c) => {
    const total = count + predicted[c]!;
    return total > 0 ? (2 * correct[c]!) / total : null;
  });
}
