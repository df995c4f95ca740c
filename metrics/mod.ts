/**
 * The metrics, in the order of `results.csv`, and how figures follow from predictions.
 *
 * @module
 */
import accuracy from "./accuracy.ts";
import balancedAccuracy from "./balanced_accuracy.ts";
import brier from "./brier.ts";
import ece from "./ece.ts";
import geometricMean from "./geometric_mean.ts";
import macroAuroc from "./macro_auroc.ts";
import macroF1 from "./macro_f1.ts";
import type { Metric } from "./metric.ts";
import nll from "./nll.ts";
import shots from "./shots.ts";
import worstClassRecall from "./worst_class_recall.ts";

/** Every metric that comes with the suite. */
export const METRICS: readonly Metric[] = [
  accuracy,
  macroF1,
  balancedAccuracy,
  ece,
  ...shots,
  worstClassRecall,
  geometricMean,
  brier,
  nll,
  macroAuroc,
];

/** What methods are compared and checkpoints selected by, where nothing else is asked for. */
export const PRIMARY: Metric = macroF1;

export * from "./counts.ts";
export * from "./measure.ts";
export * from "./metric.ts";
export * from "./predictions.ts";
export { SHOT_GROUPS, type ShotGroup, shotGroup } from "./shots.ts";
export { known, mean } from "./sums.ts";
