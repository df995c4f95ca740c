/**
 * Average ranks over all data sets, with their critical difference.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import type { Across } from "../analysis/across.ts";
import { canSeparate, indistinguishable } from "../analysis/statistics/ranks.ts";
import { figureTitle } from "../tables/format.ts";
import { type Chart, PALETTE, specOf } from "./chart.ts";

/** A method's place on the rank axis. */
export interface RankedMethod {
  readonly method: string;
  readonly rank: number;
}

/**
 * Critical-difference diagram (Demšar 2006): bars join methods whose ranks cannot be told apart.
 *
 * @param ranked From the best rank to the last.
 */
export function criticalDifferenceSpec(
  ranked: readonly RankedMethod[],
  criticalDifference: number,
  description: string,
): TopLevelSpec {
  const count = ranked.length;
  const { labels, bars, depth } = layout(ranked, criticalDifference);
  const x = (field: string) => ({
    field,
    type: "quantitative" as const,
    scale: { domain: [1, count], nice: false },
    axis: {
      orient: "top" as const,
      title: "Average rank (1 is best)",
      grid: false,
      values: Array.from({ length: count }, (_, i) => i + 1),
      format: "d",
      labelOverlap: true,
    },
  });
  const y = (field: string) => ({
    field,
    type: "quantitative" as const,
    scale: { domain: [depth + 1.4, 0], nice: false },
    axis: null,
  });
  const line = { type: "rule" as const, color: "currentColor", aria: false };
  const text = (leftward: boolean) => ({
    transform: [{ filter: `datum.leftward === ${leftward}` }],
    mark: {
      type: "text" as const,
      align: leftward ? "right" as const : "left" as const,
      dx: leftward ? -4 : 4,
      fontSize: 12,
      color: "currentColor",
      aria: false,
    },
    encoding: { x: x("end"), y: y("level"), text: { field: "text" } },
  });
  const size = { from: 1, to: Math.min(count, 1 + criticalDifference), level: depth + 1.2 };
  return specOf(description, {
    width: 300,
    height: 18 * (depth + 1.4),
    datasets: { labels, bars, size: [size] },
    data: { name: "labels" },
    layer: [
      { mark: line, encoding: { x: x("rank"), y: y("axis"), y2: { field: "level" } } },
      { mark: line, encoding: { x: x("rank"), x2: { field: "end" }, y: y("level") } },
      text(true),
      text(false),
      {
        data: { name: "bars" },
        mark: { ...line, strokeWidth: 5, color: PALETTE[1], strokeCap: "round" },
        encoding: { x: x("from"), x2: { field: "to" }, y: y("level") },
      },
      {
        data: { name: "size" },
        mark: { ...line, strokeWidth: 2 },
        encoding: { x: x("from"), x2: { field: "to" }, y: y("level") },
      },
      {
        data: { name: "size" },
        mark: {
          type: "text",
          align: "left",
          baseline: "bottom",
          dy: -3,
          fontSize: 12,
          text: `CD = ${criticalDifference.toFixed(2)}` +
            (1 + criticalDifference > count ? ", longer than the axis" : ""),
          color: "currentColor",
          aria: false,
        },
        encoding: { x: x("from"), y: y("level") },
      },
    ],
  });
}

/** Where names, lines and bars stand: better half to the left, best on top; last on top right. */
function layout(ranked: readonly RankedMethod[], criticalDifference: number) {
  const count = ranked.length;
  const groups = indistinguishable(ranked.map(({ rank }) => rank), criticalDifference);
  const left = Math.ceil(count / 2);
  const below = 1.2 + 0.6 * groups.length;
  const labels = ranked.map(({ method, rank }, i) => {
    const leftward = i < left;
    return {
      method,
      rank,
      axis: 0,
      end: leftward ? 1 - 0.02 * count : count + 0.02 * count,
      level: below + (leftward ? i : count - 1 - i),
      text: leftward ? `${method}  ${rank.toFixed(2)}` : `${rank.toFixed(2)}  ${method}`,
      leftward,
    };
  });
  const bars = groups.map(([first, last], i) => ({
    from: ranked[first]!.rank - 0.006 * count,
    to: ranked[last]!.rank + 0.006 * count,
    level: 0.7 + 0.6 * i,
  }));
  const depth = Math.max(...labels.map(({ level }) => level)) + 0.5;
  return { labels, bars, depth };
}

/**
 * The chart of a figure; null where it could not show a difference: Friedman's test cannot be
 * computed, or the critical difference is no shorter than the axis.
 *
 * @param alpha Level of the critical difference.
 */
export function criticalDifferenceChart(across: Across, alpha: number): Chart | null {
  const { friedman, datasets } = across;
  if (!friedman.computable || !canSeparate(friedman, datasets.length)) return null;
  const ranked = across.methods
    .flatMap(({ title, overall }) => overall ? [{ method: title, rank: overall.rank }] : [])
    .sort((a, b) => a.rank - b.rank);
  const { criticalDifference } = friedman;
  const description = `Average rank of ${ranked.length} methods over ${datasets.length} data ` +
    `sets by test ${figureTitle(across)}; ${ranked[0]!.method} has the lowest, ` +
    `${ranked[0]!.rank.toFixed(2)}. Bars join methods whose ranks differ by less than the ` +
    `critical difference ${criticalDifference.toFixed(2)} (Nemenyi, α = ${alpha}). ` +
    (criticalDifference > (ranked.length - 1) / 2
      ? `So few data sets can hardly separate ${ranked.length} methods: the diagram shows an ` +
        "order, and is no proof that methods under one bar are alike."
      : "Methods under one bar have not been shown to be alike.");
  return {
    name: "critical-difference",
    title: "Ranks over data sets",
    description,
    spec: criticalDifferenceSpec(ranked, criticalDifference, description),
  };
}
