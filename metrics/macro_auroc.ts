/**
 * Macro-AUROC.
 *
 * @module
 */
import { defineMetric, PERCENT } from "./metric.ts";
import type { Probabilities } from "./predictions.ts";
import { known, mean } from "./sums.ts";

export default defineMetric({
  name: "macro_auroc",
  title: "macro-AUROC",
  description:
    "Area under the ROC curve of each class against the others, averaged over the classes that " +
    "have images but not all: how often an image of the class has a higher probability of it than " +
    "another image, ties counting half.",
  citation: "Hand & Till 2001, A simple generalisation of the area under the ROC curve",
  better: "max",
  scale: PERCENT,
  range: [0, 1],
  needs: "probabilities",
  undefinedWhen: "the images are of fewer than two classes",
  compute: (probabilities) =>
    mean(known(Array.from({ length: probabilities.classes }, (_, c) => auroc(probabilities, c)))),
});

/** Of a class against the others; null where one of both has no images. */
function auroc({ labels, classes, values }: Probabilities, of: number): number | null {
  const own: number[] = [], others: number[] = [];
  labels.forEach((label, i) => (label === of ? own : others).push(values[i * classes + of]!));
  if (own.length === 0 || others.length === 0) return null;
  const sorted = Float64Array.from(others).sort();
  // Images of other classes below each image of the class, and those as likely by half.
  let wins = 0, below = 0, notAbove = 0;
  for (const value of Float64Array.from(own).sort()) {
    while (below < sorted.length && sorted[below]! < value) below++;
    while (notAbove < sorted.length && sorted[notAbove]! <= value) notAbove++;
    wins += (below + notAbove) / 2;
  }
  return wins / (own.length * others.length);
}
