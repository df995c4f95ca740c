/**
 * What captions of several tables say.
 *
 * @module
 */
import { describeRule } from "../../metrics/selection.ts";
import type { RunSpec } from "../../bench/records/record.ts";
import { distinct } from "./format.ts";

/** How the tested weights of some runs were chosen. */
export function selectedBy(specs: readonly RunSpec[]): string {
  const rules = distinct(specs.map(({ training }) => describeRule(training.selection)));
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
