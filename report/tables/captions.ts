/**
 * What captions of several tables say.
 *
 * @module
 */
import type { Run } from "../folder.ts";
import { distinct } from "./format.ts";

/** How the tested weights of some runs were chosen. */
export function selectedBy(runs: readonly (Pick<Run, "selectedBy"> | null)[]): string {
  const rules = distinct(runs.flatMap((run) => run?.selectedBy ?? []));
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
