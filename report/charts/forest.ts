/**
 * Every method's difference to the control: the first chart of a report.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import type { Controlled } from "../analysis/control.ts";
import type { Verdict } from "../analysis/statistics/family.ts";
import { type ControlTerms, sensitivityWords } from "../tables/control.ts";
import { axisTitle, figureTitle } from "../tables/format.ts";
import { type Chart, GUIDE, NEUTRAL, PALETTE, short, specOf, WIDTH } from "./chart.ts";

/** A method's difference to the control, as the metric is shown. */
export interface Difference {
  readonly method: string;
  readonly difference: number;
  /** Ends of the interval of this difference alone; null without a test. */
  readonly low: number | null;
  readonly high: number | null;
  /** Ends of the interval that holds together with the others. */
  readonly least: number | null;
  readonly most: number | null;
  readonly verdict: Verdict;
}

/** Colour and shape say the verdict alike. */
const MARKS: Readonly<Record<Verdict, { colour: string; shape: string }>> = {
  "better": { colour: PALETTE[2], shape: "triangle-up" },
  "worse": { colour: PALETTE[1], shape: "triangle-down" },
  "equivalent within the margin": { colour: PALETTE[0], shape: "square" },
  "not told apart": { colour: NEUTRAL, shape: "circle" },
  "not tested": { colour: NEUTRAL, shape: "cross" },
};

/**
 * A row a method: the interval of each difference alone thick, the one that holds with all others
 * thin.
 *
 * @param margin As the metric is shown; null without one.
 */
export function forestSpec(
  rows: readonly Difference[],
  axis: string,
  margin: number | null,
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
    title: axis,
    scale: { zero: true, domain: reach(rows), clamp: true },
  });
  const known = (Object.keys(MARKS) as Verdict[]).filter((verdict) =>
    rows.some((row) => row.verdict === verdict)
  );
  const legend = { title: null, orient: "top" as const, columns: 2 };
  const color = {
    field: "verdict",
    type: "nominal" as const,
    scale: { domain: known, range: known.map((verdict) => MARKS[verdict].colour) },
    legend,
  };
  const shape = {
    ...color,
    scale: { domain: known, range: known.map((verdict) => MARKS[verdict].shape) },
  };
  const rule = (low: string, high: string, strokeWidth: number) => ({
    transform: [{ filter: `datum.${low} !== null` }],
    mark: { type: "rule" as const, strokeWidth, aria: false },
    encoding: { y, x: x(low), x2: { field: high }, color },
  });
  const at = margin === null ? [0] : [-margin, 0, margin];
  return specOf(description, {
    width: WIDTH,
    height: { step: 18 },
    data: { values: [...rows] },
    layer: [
      {
        data: { values: at.map((place) => ({ place })) },
        mark: { type: "rule", ...GUIDE },
        encoding: {
          x: x("place"),
          strokeDash: {
            condition: { test: "datum.place === 0", value: [1, 0] },
            value: [4, 3],
          },
        },
      },
      rule("least", "most", 1),
      rule("low", "high", 3),
      {
        mark: { type: "point", filled: true, size: 70, opacity: 1, aria: false },
        encoding: {
          y,
          x: x("difference"),
          color,
          shape,
          tooltip: [
            { field: "method" },
            ...["difference", "low", "high", "least", "most"].map((field) => ({
              field,
              format: "+.1f",
            })),
            { field: "verdict" },
          ],
        },
      },
    ],
  });
}

/** How far the axis goes: all differences with their own intervals; wider ones may leave it. */
function reach(rows: readonly Difference[]): [low: number, high: number] {
  const ends = rows.flatMap(({ difference, low, high }) => [difference, low ?? 0, high ?? 0]);
  const [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  const room = Math.max(1, 0.12 * (high - low));
  return [short(low - room), short(high + room)];
}

/** The chart of one figure. */
export function forestChart(controlled: Controlled, terms: ControlTerms): Chart {
  const { dataset, metric, seen } = controlled;
  const { factor } = metric.scale;
  const shown = (value: number | undefined) => value === undefined ? null : short(factor * value);
  const rows = controlled.rows.flatMap((row): Difference[] =>
    row.difference === null ? [] : [{
      method: row.method.title,
      difference: short(factor * row.difference),
      low: shown(row.interval?.[0]),
      high: shown(row.interval?.[1]),
      least: shown(row.together?.[0]),
      most: shown(row.together?.[1]),
      verdict: row.verdict,
    }]
  ).sort((a, b) => (metric.better === "max" ? 1 : -1) * (b.difference - a.difference));
  const share = Math.round(100 * (1 - terms.alpha));
  const margin = metric.scale.unit === "%" ? terms.margin : null;
  const where = dataset === null ? "averaged over all data sets" : `on ${dataset.title}`;
  const description = `Difference of every method to ${terms.title} in test ` +
    `${figureTitle(controlled)} ${where}. Thick: ${share} % interval of each alone; thin: ` +
    `intervals that hold together, cut off at the edge. Marks say the verdict, ` +
    `Holm-corrected over ${controlled.size} ${controlled.size === 1 ? "method" : "methods"}.` +
    (margin === null ? "" : ` Dashed: the margin of ${margin} points.`) +
    (seen === null ? "" : ` With these runs ${sensitivityWords(seen, metric)}.`);
  const axis = axisTitle(
    `${figureTitle(controlled)}, difference to ${terms.title}`,
    metric,
  ).replace("(%)", "(points)");
  return {
    name: dataset === null ? "control" : `${dataset.name}-control`,
    title: `Difference to ${terms.title}`,
    description,
    spec: forestSpec(rows, axis, margin, description),
  };
}
