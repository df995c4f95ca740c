/**
 * What a grid of comparisons can see: from the records of a folder, or from an assumed spread.
 *
 * @module
 */
import { join } from "node:path";
import { isFile } from "../base/files.ts";
import type { Catalogue } from "../bench/catalogue.ts";
import type { PlannedRun } from "../bench/plan/plan.ts";
import { openReport } from "../report/context.ts";
import { sameFigure } from "../report/analysis/tested.ts";
import { detectable, expectedPriorDf, USUAL_POWER } from "../report/analysis/statistics/power.ts";
import { figureTitle } from "../report/tables/format.ts";
import type { JudgementOptions } from "./options/judgement.ts";

/** How much differences to the control spread over seeds, and where that is known from. */
export interface Spread {
  /** Standard deviation of a paired difference, in points. */
  readonly points: number;
  /** In the midst of a sentence. */
  readonly source: string;
  /** Comparisons of the folder; null where the spread is assumed. */
  readonly comparisons: number | null;
}

/** Taken where there are no records: what short runs of one small data set showed. */
export const ASSUMED_SPREAD = 5;

/** Level of significance of what is planned. */
export const ALPHA = 0.05;

/** The spread that the records of a folder show; null where they show none. */
export async function spreadOf(
  out: string,
  catalogue: Catalogue,
  options: JudgementOptions & { readonly metrics?: readonly string[] } = {},
): Promise<Spread | null> {
  if (!await isFile(join(out, "manifest.json"))) return null;
  const ctx = await openReport(out, { ...options, catalogue });
  const controlled = ctx.controlled().filter((figure) => sameFigure(figure, ctx.headline));
  const [first] = controlled.flatMap(({ seen, size, dataset }) =>
    seen === null ? [] : [{ seen, size, dataset }]
  );
  if (first === undefined) return null;
  const { factor } = ctx.headline.metric.scale;
  return {
    points: factor * first.seen.design.spread,
    source: `as in the runs of this folder, for differences to ${ctx.control()!.title} on ` +
      `${figureTitle(ctx.headline)} of ${first.dataset!.title}`,
    comparisons: first.size,
  };
}

/** The least difference, in points, that so many seeds and comparisons find. */
export function leastDifference(
  { points }: Pick<Spread, "points">,
  seeds: number,
  comparisons: number,
  power = USUAL_POWER,
): number | null {
  const priorDf = expectedPriorDf(comparisons, seeds);
  return detectable({ spread: points, seeds, comparisons, alpha: ALPHA, priorDf }, power);
}

/** What a plan will be able to see: on the data set with the most methods. */
export interface PlannedSensitivity {
  readonly seeds: number;
  readonly comparisons: number;
  readonly spread: Spread;
  /** In points. */
  readonly least: number;
}

/** What a plan will be able to see; null where it compares nothing over seeds. */
export async function plannedSensitivity(
  runs: readonly PlannedRun[],
  out: string,
  catalogue: Catalogue,
): Promise<PlannedSensitivity | null> {
  const compared = runs.filter((run) => run.study === undefined);
  const datasets = Map.groupBy(compared, ({ spec }) => spec.dataset.name);
  const sizes = [...datasets.values()].map((own) => ({
    comparisons: new Set(own.map(({ name }) => name)).size - 1,
    seeds: new Set(own.map(({ spec }) => spec.seed)).size,
  }));
  const [largest] = sizes.sort((a, b) => b.comparisons - a.comparisons);
  if (largest === undefined || largest.comparisons < 1 || largest.seeds < 2) return null;
  const spread = await spreadOf(out, catalogue).catch(() => null) ?? {
    points: ASSUMED_SPREAD,
    source: "assumed",
    comparisons: null,
  };
  const least = leastDifference(spread, largest.seeds, largest.comparisons);
  return least === null ? null : { ...largest, spread, least };
}

/** That in a sentence. */
export function sensitivitySentence(
  { seeds, comparisons, spread, least }: PlannedSensitivity,
): string {
  const methods = comparisons === 1 ? "one method" : `${comparisons} methods`;
  return `With ${seeds} seeds, of ${methods} beside a control, one that differs by ` +
    `${least.toFixed(1)} points is found in ${100 * USUAL_POWER} % of cases (spread of a ` +
    `difference ${spread.points.toFixed(1)} points, ${spread.source})`;
}
