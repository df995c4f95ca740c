/**
 * Charts over all data sets: average ranks with their critical difference, and how likely each
 * method is to beat the baseline.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import type { Across } from "../analysis/across.ts";
import { indistinguishable } from "../analysis/statistics/ranks.ts";
import { metricTitle } from "../tables/format.ts";
import { type Chart, CONFIG, GUIDE, PALETTE, SCHEMA, short } from "./chart.ts";

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
  const groups = indistinguishable(ranked.map(({ rank }) => rank), criticalDifference);
  const left = Math.ceil(count / 2);
  const below = 1.2 + 0.6 * groups.length;
  // Better half to the left, best on top; the other half to the right, last on top.
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
  const x = (field: string) => ({
    field,
    type: "quantitative",
    scale: { domain: [1, count], nice: false },
    axis: {
      orient: "top",
      title: "Average rank (1 is best)",
      grid: false,
      values: Array.from({ length: count }, (_, i) => i + 1),
      format: "d",
      labelOverlap: true,
    },
  });
  const y = (field: string) => ({
    field,
    type: "quantitative",
    scale: { domain: [depth + 1.4, 0], nice: false },
    axis: null,
  });
  const line = { type: "rule", color: "currentColor", aria: false };
  const text = (leftward: boolean) => ({
    transform: [{ filter: `datum.leftward === ${leftward}` }],
    mark: {
      type: "text",
      align: leftward ? "right" : "left",
      dx: leftward ? -4 : 4,
      fontSize: 12,
      color: "currentColor",
      aria: false,
    },
    encoding: { x: x("end"), y: y("level"), text: { field: "text" } },
  });
  const size = { from: 1, to: Math.min(count, 1 + criticalDifference), level: depth + 1.2 };
  return {
    $schema: SCHEMA,
    description,
    config: CONFIG,
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
  } as unknown as TopLevelSpec;
}

/** A method's chance to beat the baseline. */
export interface ChanceToBeat {
  readonly method: string;
  readonly probability: number;
  /** Ends of its interval; the probability itself where there is none. */
  readonly low: number;
  readonly high: number;
}

/** One row a method with its interval around ½, where neither is better. */
export function improvementSpec(
  rows: readonly ChanceToBeat[],
  baseline: string,
  description: string,
): TopLevelSpec {
  const y = {
    field: "method",
    type: "nominal",
    sort: rows.map(({ method }) => method),
    title: null,
    axis: { grid: true },
  };
  const x = (field: string) => ({
    field,
    type: "quantitative",
    scale: { domain: [0, 1] },
    title: `P(a run beats one of ${baseline})`,
  });
  return {
    $schema: SCHEMA,
    description,
    config: CONFIG,
    width: 320,
    height: { step: 20 },
    data: { values: [...rows] },
    layer: [
      {
        data: { values: [{ even: 0.5 }] },
        mark: { type: "rule", ...GUIDE },
        encoding: { x: x("even") },
      },
      {
        mark: { type: "rule", strokeWidth: 2, color: PALETTE[0], aria: false },
        encoding: { y, x: x("low"), x2: { field: "high" } },
      },
      {
        mark: { type: "point", filled: true, size: 70, opacity: 1, color: PALETTE[0], aria: false },
        encoding: {
          y,
          x: x("probability"),
          tooltip: ["method", "probability", "low", "high"].map((field) => ({
            field,
            ...(field === "method" ? {} : { format: ".2f" }),
          })),
        },
      },
    ],
  } as unknown as TopLevelSpec;
}

/**
 * The charts over all data sets: ranks where Friedman's test can be computed, chances where the
 * baseline lacks no run.
 *
 * @param baseline Title of the baseline; null without one.
 * @param alpha Level of the critical difference.
 */
export function acrossCharts(across: Across, baseline: string | null, alpha: number): Chart[] {
  const { friedman, datasets } = across;
  const figure = `${across.domain}-domain ${metricTitle(across.metric)}`;
  const charts: Chart[] = [];
  const whole = across.methods.flatMap(({ title, overall }) =>
    overall ? [{ method: title, overall }] : []
  );
  if (friedman.computable) {
    const ranked = whole.map(({ method, overall }) => ({ method, rank: overall.rank }))
      .sort((a, b) => a.rank - b.rank);
    const { criticalDifference } = friedman;
    const description = `Average rank of ${ranked.length} methods over ${datasets.length} data ` +
      `sets by test ${figure}; ${ranked[0]!.method} has the best, ` +
      `${ranked[0]!.rank.toFixed(2)}. Bars join methods whose ranks differ by less than the ` +
      `critical difference ${criticalDifference.toFixed(2)} (Nemenyi, α = ${alpha}). ` +
      (criticalDifference > (ranked.length - 1) / 2
        ? `So few data sets can hardly separate ${ranked.length} methods: the diagram shows an ` +
          "order, and is no proof that methods under one bar are alike."
        : "Methods under one bar have not been shown to be alike.");
    charts.push({
      name: "critical-difference",
      title: "Ranks over data sets",
      description,
      spec: criticalDifferenceSpec(ranked, criticalDifference, description),
    });
  }
  const chances = whole.flatMap(({ method, overall: { improvement } }): ChanceToBeat[] => {
    if (!improvement) return [];
    const { probability, interval } = improvement;
    return [{
      method,
      probability: short(probability),
      low: short(interval.computable ? interval.low : probability),
      high: short(interval.computable ? interval.high : probability),
    }];
  }).sort((a, b) => b.probability - a.probability);
  if (baseline !== null && chances.length > 0) {
    const clear = chances.filter(({ low }) => low > 0.5).map(({ method }) => method);
    const description = `Chance that a run of a method beats a run of ${baseline} on test ` +
      `${figure}, averaged over ${
        datasets.length === 1 ? "one data set" : `${datasets.length} data sets`
      }, ` +
      "with a 95 % stratified bootstrap interval over seeds. The whole interval lies above ½ for " +
      `${
        clear.length === 0
          ? "no method"
          : clear.length <= 6
          ? clear.join(", ")
          : `${clear.length} of ${chances.length} methods`
      }.`;
    charts.push({
      name: "improvement",
      title: `Chance to beat ${baseline}`,
      description,
      spec: improvementSpec(chances, baseline, description),
    });
  }
  return charts;
}
