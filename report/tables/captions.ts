/**
 * What captions of several tables say.
 *
 * @module
 */
import type { RunSpec } from "../../bench/records/record.ts";
import { distinct } from "./format.ts";

/** What rules name in captions. */
const SELECTION: Readonly<Record<RunSpec["training"]["selection"], string>> = {
  "validation-macro-f1": "the highest macro-F1 on validation images, averaged over domains",
  "validation-accuracy": "the highest accuracy on validation images, averaged over domains",
  "validation-worst-f1": "the highest macro-F1 on validation images of the worst domain",
  "last": "the last update",
  "oracle-test-macro-f1":
    "an oracle: the highest macro-F1 on the test images themselves, which no fair rule may look at",
};

/** How the tested weights of some runs were chosen. */
export function selectedBy(specs: readonly RunSpec[]): string {
  const rules = distinct(specs.map(({ training }) => SELECTION[training.selection]));
  return `Weights selected by ${rules.join(" or ")}.`;
}

/** What ± stands for with that many seeds. */
export function overSeeds(seeds: readonly number[]): string {
  return seeds.length > 1
    ? `mean ± standard deviation (ddof 1) over ${seeds.length} seeds`
    : `one seed (${seeds[0]}), so there is no standard deviation to show`;
}

/** How the best values are marked. */
export const MARKED = "Best bold, second underlined.";
