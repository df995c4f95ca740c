/**
 * What captions of several tables say.
 *
 * @module
 */
import { drawnAnew } from "../../bench/records/data_seed.ts";
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

/** What the spread over the seeds of some runs speaks for: their images, drawn anew or not; empty for one seed. */
export function spreadSpeaksFor(runs: readonly (Pick<Run, "spec"> | null)[]): string {
  const specs = runs.flatMap((run) => run?.spec ?? []);
  if (new Set(specs.map(({ seed }) => seed)).size < 2) return "";
  const anew = distinct(specs.map(drawnAnew));
  const both = "± speaks for training anew on these very images";
  if (anew.length > 1) return `${both}, and where every seed draws its own, for other images too.`;
  return anew[0]
    ? "Every seed draws images of its own, the same for all methods: ± speaks for other such images " +
      "and for training anew."
    : `${both}, which are the same for all seeds.`;
}

/** How the values that lead their column are marked. */
export const MARKED = "Bold: the highest value of a column (of errors, the lowest); underlined: " +
  "the next. Marks are no test.";
