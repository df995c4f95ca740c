/**
 * Which charts a report has.
 *
 * @module
 */
import type { Metric } from "../../metrics/mod.ts";
import type { Across } from "../analysis/across.ts";
import type { Points } from "../analysis/embedding.ts";
import type { DatasetResults } from "../analysis/arrange.ts";
import { type Chart, fromBest } from "./chart.ts";
import { classHeatmapChart } from "./class_f1.ts";
import { confusionChart } from "./confusion.ts";
import { costChart } from "./cost.ts";
import { criticalDifferenceChart } from "./critical_difference.ts";
import { curvesChart } from "./curves.ts";
import { distributionCharts } from "./distribution.ts";
import { embeddingChart } from "./embedding.ts";
import { improvementChart } from "./improvement.ts";
import { reliabilityChart } from "./reliability.ts";
import { violinsChart } from "./violins.ts";

/**
 * All charts of a data set; none while it has no result.
 *
 * @param metric What methods are ordered and shown by.
 * @param control Name of the method that the others are compared with; null without one.
 * @param embeddings Points of test features by run id.
 */
export function datasetCharts(
  dataset: DatasetResults,
  metric: Metric,
  control: string | null,
  embeddings: ReadonlyMap<string, Points>,
): Chart[] {
  const ordered = fromBest(dataset, metric);
  if (ordered.length === 0) return [];
  return [
    violinsChart(dataset, metric, ordered),
    classHeatmapChart(dataset, ordered),
    confusionChart(dataset, ordered),
    ...distributionCharts(dataset),
    curvesChart(dataset, metric, ordered, control),
    embeddingChart(dataset, ordered, embeddings),
    reliabilityChart(dataset, ordered),
    costChart(dataset, metric, ordered),
  ].filter((chart) => chart !== null);
}

/**
 * The charts over all data sets.
 *
 * @param control Title of the control; null without one.
 * @param alpha Level of the critical difference.
 */
export function acrossCharts(across: Across, control: string | null, alpha: number): Chart[] {
  return [
    criticalDifferenceChart(across, alpha),
    improvementChart(across, control),
  ].filter((chart) => chart !== null);
}
