/**
 * How likely each method is to beat the control, over all data sets.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import type { Across } from "../analysis/across.ts";
import { figureTitle } from "../tables/format.ts";
import { type Chart, GUIDE, PALETTE, short, specOf } from "./chart.ts";

/** A method's chance to beat the control. */
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
  control: string,
  description: string,
): TopLevelSpec {
  const y = {
    field: "method",
    type: "nominal" as const,
    sort: rows.map(({ method }) => method),
    title: null,
    axis: { grid: true },
  };
  const x = (field: string) => ({
    field,
    type: "quantitative" as const,
    scale: { domain: [0, 1] },
    title: `P(a run beats one of ${control})`,
  });
  return specOf(description, {
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
  });
}

/**
 * The chart of a figure; null where no method has a chance to beat the control that can be told.
 *
 * @param control Title of the control; null without one.
 */
export function improvementChart(across: Across, control: string | null): Chart | null {
  const chances = across.methods.flatMap(({ title, overall }): ChanceToBeat[] => {
    if (!overall?.improvement) return [];
    const { probability, interval } = overall.improvement;
    return [{
      method: title,
      probability: short(probability),
      low: short(interval.computable ? interval.low : probability),
      high: short(interval.computable ? interval.high : probability),
    }];
  }).sort((a, b) => b.probability - a.probability);
  if (control === null || chances.length === 0) return null;
  const sets = across.datasets.length;
  const description = `Chance that a run of a method beats a run of ${control} on test ` +
    `${figureTitle(across)}, averaged over ${sets === 1 ? "one data set" : `${sets} data sets`}, ` +
    "with a 95 % interval of each alone (Newcombe 2006). No test: which methods are better than " +
    `${control} is said by the differences to it.`;
  return {
    name: "improvement",
    title: `Chance to beat ${control}`,
    description,
    spec: improvementSpec(chances, control, description),
  };
}
