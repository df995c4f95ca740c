/**
 * What better figures cost in time.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import { isBetter, type Metric } from "../../metrics/mod.ts";
import { type DatasetResults, estimate, type MethodResults, scores } from "../analysis/arrange.ts";
import { secondsOf } from "../analysis/seconds.ts";
import { scoreKey } from "../digest.ts";
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
  /** On which side its name stands; null where there is no room for it. */
  readonly side: "left" | "right" | null;
}

const HEIGHT = 280;

/** Places on the axis, in seconds. */
const TIMES = [0.01, 0.1, 1, 2, 3, 5, 7, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200]
  .concat([18000, 36000, 72000, 180000, 360000]);

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
    title: "Wall time of a run (logarithmic)",
    // Room for the names on the left, where no method of the front has another beside it.
    scale: {
      type: "log" as const,
      nice: false,
      domain: reach(low, high),
    },
    axis: {
      values: TIMES.filter((time) => time >= low / 1.5 && time <= high * 1.05),
      labelExpr: "datum.value < 60 ? datum.value + ' s' : datum.value < 3600 ? " +
        "datum.value / 60 + ' min' : datum.value / 3600 + ' h'",
      labelOverlap: true,
    },
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
    height: HEIGHT,
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
      ...(["left", "right"] as const).map((side) => ({
        transform: [{ filter: `datum.side === "${side}"` }],
        mark: {
          type: "text" as const,
          align: side === "left" ? "right" as const : "left" as const,
          dx: side === "left" ? -9 : 9,
          fontSize: 12,
          color: "currentColor",
          aria: false,
        },
        encoding: { x, y, text: { field: "method" }, tooltip },
      })),
    ],
  });
}

/** The ends of the time axis, with room for names on both sides. */
function reach(low: number, high: number): [number, number] {
  const room = Math.max(1.1, high / low) ** 0.35;
  return [low / room, high * room];
}

/** Few methods are all named; of many those on the front: as far as names hide no dot and no name. */
function named(rows: readonly Omit<CostScore, "side">[]): CostScore[] {
  if (rows.length === 0) return [];
  const times = rows.map((row) => row.seconds), values = rows.map((row) => row.score);
  const [from, to] = reach(Math.min(...times), Math.max(...times));
  const [worst, best] = [Math.min(...values), Math.max(...values)];
  const across = (seconds: number) => WIDTH * Math.log(seconds / from) / Math.log(to / from);
  const down = (score: number) => HEIGHT * (best - score) / (1.12 * (best - worst) || 1);
  const taken = rows.map((row) => {
    const [x, y] = [across(row.seconds), down(row.score)];
    return { left: x - 4, right: x + 4, top: y - 4, bottom: y + 4 };
  });
  return rows.map((row) => {
    const [x, y] = [across(row.seconds), down(row.score)];
    const length = 7 * row.method.length;
    const side = rows.length > 8 && !row.front
      ? null
      : (["left", "right"] as const).find((side) => {
        const left = side === "left" ? x - 9 - length : x + 9;
        const box = { left, right: left + length, top: y - 7, bottom: y + 7 };
        const free = box.left > 0 && box.right < WIDTH + 30 &&
          taken.every((other) =>
            other.right < box.left || other.left > box.right || other.bottom < box.top ||
            other.top > box.bottom
          );
        if (free) taken.push(box);
        return free;
      }) ?? null;
    return { ...row, side };
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
