/**
 * How far a run is while it is at work: `runs/<id>/progress.json`, for whoever looks on.
 *
 * Nothing is read from it to train, and what is finished does without it.
 *
 * @module
 */
import { known, mean, type Metric, METRICS, PRIMARY, worst } from "../../metrics/mod.ts";
import { ruleOf } from "../../metrics/selection.ts";
import type { CurvePoint, SelectionRule } from "./record.ts";

/** A checkpoint as it is looked at: the loss, and the figure by which the run is selected. */
export interface Glimpse {
  /** Updates done. */
  readonly step: number;
  /** Mean since the checkpoint before; null where the method reports none. */
  readonly loss: number | null;
  /** Of {@linkcode Progress.metric} on validation images; null where it is undefined. */
  readonly value: number | null;
}

/** How far a run is. */
export interface Progress {
  /** Updates done. */
  readonly step: number;
  /** Updates in all. */
  readonly steps: number;
  /** The latest that is known: since the last checkpoint, or up to it. */
  readonly loss: number | null;
  /** The name of the metric whose validation figures are shown. */
  readonly metric: string;
  /** The best checkpoint so far; null before the first. */
  readonly best: Glimpse | null;
  /** Checkpoints, in order; of many, some that are evenly spread. */
  readonly curve: readonly Glimpse[];
}

/** How far a run is, and since when: what is written down. */
export interface ProgressFile extends Progress {
  /** When this was written, in ISO 8601. */
  readonly at: string;
  /** Where the process that is at it began, which tells its pace. */
  readonly from: { readonly step: number; readonly at: string };
  /** It was broken off in good order; the same command continues it. */
  readonly stopped?: true;
}

/** More checkpoints than these are not shown. */
const MOST_POINTS = 120;

/** What a rule looks at, on validation images, whatever it looks at itself. */
export function lookedAt(
  rule: SelectionRule,
  metrics: readonly Metric[] = METRICS,
): { readonly metric: Metric; readonly summary: "average" | "worst" } {
  try {
    const found = ruleOf(rule, metrics);
    if (found !== null) return found;
  } catch {
    // A metric of a plugin that is not here.
  }
  return { metric: PRIMARY, summary: "average" };
}

/** Checkpoints as they are looked at. */
export function glimpses(
  curve: readonly CurvePoint[],
  { metric, summary }: ReturnType<typeof lookedAt>,
): Glimpse[] {
  const all = curve.map(({ step, terms, validation }): Glimpse => {
    const values = known(validation[metric.name] ?? []);
    const value = values.length === 0
      ? null
      : summary === "worst"
      ? worst(metric, values)
      : mean(values);
    return { step, loss: terms["loss"] ?? null, value };
  });
  const every = Math.ceil(all.length / MOST_POINTS);
  return all.filter((_, i) => i % every === 0 || i === all.length - 1);
}

/** The best of some checkpoints, the first one on ties; null where none has a figure. */
export function bestOf(points: readonly Glimpse[], metric: Metric): Glimpse | null {
  let best: Glimpse | null = null;
  for (const point of points) {
    if (point.value === null) continue;
    const gain = best === null ? 1 : point.value - best.value!;
    if (metric.better === "max" ? gain > 0 : best === null || gain < 0) best = point;
  }
  return best;
}
