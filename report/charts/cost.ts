/**
 * What better figures cost in time.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import { isBetter, type Metric } from "../../metrics/mod.ts";
import { type DatasetResults, estimate, type MethodResults, scores } from "../analysis/arrange.ts";
import { secondsOf } from "../analysis/seconds.ts";
import { scoreKey } from "../folder.ts";
import { axisTitle } from "../tables/format.ts";
import { type Chart, PALETTE, short, specOf, WIDTH } from "./chart.ts";

/** A method's place: means over seeds. */
export interface CostScore {
  readonly method: string;
  readonly seconds: number;
  /** Of the worst domain, as the metric is shown. */
  readonly score: number;
  /** Whether no method is both quicker and better. */
  readonly front: boolean;
  /** Whether its name stands beside it. */
  readonly named: boolean;
}

/** A metric of the worst domain over seconds a run; methods that no other beats on both are named. */
export function costSpec(
  metric: Metric,
  rows: readonly CostScore[],
  description: string,
): TopLevelSpec {
  const [least, most] = metric.range.map((end) => metric.scale.factor * end) as [number, number];
  const seconds = rows.map((row) => row.seconds);
  const [low, high] = [Math.min(...seconds), Math.max(...seconds)];
  const scores = rows.map((row) => row.score);
  const [worst, best] = [Math.min(...scores), Math.max(...scores)];
  const room = Math.max(1, 0.06 * (best - worst));
  const x = {
    field: "seconds",
    type: "quantitative" as const,
    title: "Seconds a run (logarithmic)",
    // Room for the names on the left, where no method of the front has another beside it.
    scale: {
      type: "log" as const,
      nice: false,
      domain: [low / Math.max(1.1, high / low) ** 0.4, high * 1.05],
    },
    axis: { tickCount: 6, format: "~s" },
  };
  const y = {
    field: "score",
    type: "quantitative" as const,
    title: axisTitle(`Worst-domain test ${metric.title}`, metric),
    scale: { zero: false, domain: [Math.max(least, worst - room), Math.min(most, best + room)] },
  };
  const tooltip = [
    { field: "method" },
    { field: "seconds", format: ".1f" },
    {
      field: "score",
      format: `.${metric.scale.decimals}f`,
      title: axisTitle(metric.title, metric),
    },
  ];
  const onFront = { test: "datum.front", value: PALETTE[1] };
  return specOf(description, {
    width: WIDTH,
    height: 280,
    data: { values: [...rows] },
    layer: [
      {
        transform: [{ filter: "datum.front" }],
        mark: { type: "line", interpolate: "step-after", color: PALETTE[1], strokeOpacity: 0.6 },
        encoding: { x, y },
      },
      {
        mark: { type: "point", filled: true, size: 60, opacity: 1, fillOpacity: 0.9, aria: false },
        encoding: {
          x,
          y,
          color: { condition: onFront, value: PALETTE[0] },
          shape: { condition: { test: "datum.front", value: "diamond" }, value: "circle" },
          tooltip,
        },
      },
      {
        transform: [{ filter: "datum.named" }],
        mark: {
          type: "text",
          align: "right",
          dx: -9,
          fontSize: 12,
          color: "currentColor",
          aria: false,
        },
        encoding: { x, y, text: { field: "method" }, tooltip },
      },
    ],
  });
}

/** Few methods are all named; of many those on the front, as far as the names do not overlap. */
function named(rows: readonly Omit<CostScore, "named">[]): CostScore[] {
  const values = rows.map((row) => row.score);
  const line = (Math.max(...values) - Math.min(...values)) / 18; // so many lines fit the height
  const taken: number[] = [];
  return rows.map((row) => {
    const wanted = rows.length <= 8 || row.front;
    const named = wanted && taken.every((other) => Math.abs(other - row.score) >= line);
    if (named) taken.push(row.score);
    return { ...row, named };
  });
}

/** The chart of a data set; methods are given from best to last. */
export function costChart(
  dataset: DatasetResults,
  metric: Metric,
  ordered: readonly MethodResults[],
): Chart {
  const known = ordered.flatMap((method) => {
    const value = estimate(scores(method, scoreKey("worst", metric.name)));
    const seconds = secondsOf(method);
    return value && seconds && seconds.mean > 0
      ? [{ method: method.title, seconds: seconds.mean, score: value.mean }]
      : [];
  });
  const rows = named(known.map((row) => ({
    method: row.method,
    seconds: Number(row.seconds.toPrecision(4)),
    score: short(metric.scale.factor * row.score),
    front: !known.some((other) =>
      other !== row && other.seconds <= row.seconds && !isBetter(metric, row.score, other.score) &&
      (other.seconds < row.seconds || isBetter(metric, other.score, row.score))
    ),
  })));
  const front = rows.filter((row) => row.front).sort((a, b) => a.seconds - b.seconds);
  const description =
    `Worst-domain test ${metric.title} on ${dataset.title} over the wall time of a run ` +
    `with its first stage, means over seeds. On the front, where no other method has both less time and a mean ahead: ` +
    `${front.map(({ method, seconds }) => `${method} (${seconds.toFixed(1)} s)`).join(", ")}. ` +
    "Times of runs that shared a machine with others are only roughly comparable.";
  return {
    name: `${dataset.name}-cost`,
    title: `Worst-domain ${metric.title} against cost`,
    description,
    spec: costSpec(metric, rows, description),
  };
}
