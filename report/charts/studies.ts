/**
 * The chart of a study.
 *
 * @module
 */
import { estimate } from "../analysis/arrange.ts";
import { curve, scoresOf, type StudyResults } from "../analysis/studies.ts";
import { meanInterval } from "../analysis/statistics/aggregates.ts";
import { axisTitle, scaledEstimate } from "../tables/format.ts";
import type { Metric } from "../../metrics/mod.ts";
import { type Chart, PALETTE, short, specOf } from "./chart.ts";

/** The chart of a study on a data set; null for one that a table says better. */
export function studyChart(results: StudyResults): Chart | null {
  const { study } = results;
  if (study.rows === "checkpoints") return curveChart(results);
  return study.chart === undefined ? null : levelsChart(results, study.chart);
}

/** Parameters that the field writes as Greek letters. */
const GREEK: Readonly<Record<string, string>> = {
  alpha: "α",
  beta: "β",
  gamma: "γ",
  kappa: "κ",
  lambda: "λ",
  mu: "μ",
  tau: "τ",
};

/** The factors along the axis and from panel to panel. */
type Axes = NonNullable<StudyResults["study"]["chart"]>;

const DOMAINS = ["average", "worst"] as const;

/** Test figures over the levels of one factor, a panel for each level of another. */
function levelsChart(results: StudyResults, axes: Axes): Chart {
  const { file, study, metric, dataset, subject } = results;
  const rows = levelRows(results, axes);
  const log = study.factors.find(({ name }) => name === axes.x)?.scale === "log";
  const description =
    `Test ${metric.title} of ${subject} on ${dataset.title}, ${study.title}: mean ` +
    "over seeds, average over domains solid and worst domain dashed, in bands of the 95 % t interval " +
    "of each mean. The values of a parameter are tested together in the table.";
  const x = {
    field: "value",
    type: "quantitative" as const,
    ...(log && { scale: { type: "log" as const } }),
    axis: {
      ...(log && { format: ".0e", values: powersOfTen(rows.map(({ value }) => value)) }),
      labelFlush: false,
      grid: false,
    },
    title: null,
  };
  const header = { labelColor: "currentColor", labelFontSize: 14, labelPadding: 4 };
  return {
    name: file,
    title: `${subject}, ${study.title} on ${dataset.title}`,
    description,
    spec: specOf(description, {
      data: { values: rows },
      facet: { column: { field: "panel", title: null, header } },
      spec: {
        width: 230,
        height: 220,
        encoding: { x, color: COLOUR },
        layer: levelLayers(metric, [
          { field: "panel", title: axes.panels },
          { field: "value", title: axes.x, ...(log && { format: ".0e" }) },
        ]),
      },
    }),
  };
}

/** A row for each setting and kind of domain. */
function levelRows({ metric, settings }: StudyResults, { x, panels }: Axes) {
  return settings.flatMap(({ levels, runs }) => {
    const panel = String(levels[panels]);
    return DOMAINS.flatMap((domain) => {
      const values = scoresOf(runs, metric, { split: "test", domain });
      const known = scaledEstimate(metric, values);
      return known === null ? [] : [{
        panel: GREEK[panel] ?? panel,
        value: Number(levels[x]),
        domain,
        score: short(known.mean),
        ...bandOf(metric, values),
      }];
    });
  });
}

/** The 95 % t interval of a mean, as the metric is shown; none with one seed. */
function bandOf({ scale: { factor } }: Metric, values: readonly (number | null)[]) {
  const interval = meanInterval([values.filter((value) => value !== null)]);
  if (!interval.computable) return { low: null, high: null };
  return { low: short(factor * interval.low), high: short(factor * interval.high) };
}

const COLOUR = {
  field: "domain",
  type: "nominal" as const,
  scale: { domain: DOMAINS, range: PALETTE.slice(0, 2) },
  legend: { title: "Domains", orient: "top" as const, symbolType: "stroke", symbolStrokeWidth: 3 },
};

/** The bands of average and worst domain, their lines and points. */
function levelLayers(metric: Metric, tooltip: readonly object[]) {
  const score = { field: "score", type: "quantitative" as const };
  const format = `.${metric.scale.decimals}f`;
  return [
    {
      transform: [{ filter: "datum.low !== null" }],
      mark: { type: "area" as const, fillOpacity: 0.18, aria: false },
      encoding: {
        y: { field: "low", type: "quantitative" as const },
        y2: { field: "high" },
      },
    },
    {
      mark: { type: "line" as const, strokeWidth: 2, aria: false },
      encoding: {
        y: { ...score, title: axisTitle(`Test ${metric.title}`, metric), scale: { zero: false } },
        strokeDash: { ...COLOUR, scale: { domain: DOMAINS, range: [[1, 0], [5, 4]] } },
      },
    },
    {
      mark: { type: "point" as const, filled: true, size: 34, opacity: 1, aria: false },
      encoding: {
        y: score,
        tooltip: [
          ...tooltip,
          { field: "domain" },
          { field: "score", format, title: axisTitle(metric.title, metric) },
        ],
      },
    },
  ];
}

/** Every power of ten between the least and the largest value; every other one of many. */
function powersOfTen(values: readonly number[]): number[] {
  const low = Math.ceil(Math.log10(Math.min(...values)));
  const high = Math.floor(Math.log10(Math.max(...values)));
  const every = high - low > 4 ? 2 : 1;
  const count = Math.floor((high - low) / every) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => Number(`1e${low + every * i}`));
}

/** Training loss and validation figures over the steps. */
function curveChart({ file, study, metric, dataset, subject, settings }: StudyResults): Chart {
  const mean = (values: readonly (number | null)[]) => {
    const known = scaledEstimate(metric, values);
    return known && short(known.mean);
  };
  const rows = settings.flatMap(({ name, runs }) =>
    curve(runs, metric).map(({ step, losses, scores }) => ({
      ...(settings.length > 1 && { setting: name }),
      step,
      loss: estimate(losses)?.mean ?? null,
      score: mean(scores),
    }))
  );
  const description = `Training loss and validation ${metric.title} of ${subject} on ` +
    `${dataset.title} over the steps, mean over seeds.`;
  const panel = (field: string, title: string, color: string) => ({
    width: 320,
    height: 200,
    mark: {
      type: "line" as const,
      strokeWidth: 2,
      point: { size: 20, color },
      color,
      aria: false,
      invalid: "filter" as const,
    },
    encoding: {
      x: { field: "step", type: "quantitative" as const, title: "Updates" },
      y: { field, type: "quantitative" as const, title, scale: { zero: false } },
      ...(settings.length > 1 &&
        { color: { field: "setting", type: "nominal" as const, title: null } }),
      tooltip: [{ field: "step", title: "steps" }, { field, format: ".4~g", title }],
    },
  });
  return {
    name: file,
    title: `${subject}, ${study.title} on ${dataset.title}`,
    description,
    spec: specOf(description, {
      data: { values: rows },
      hconcat: [
        panel("loss", "Training loss", PALETTE[1]),
        panel("score", axisTitle(`Validation ${metric.title}`, metric), PALETTE[0]),
      ],
    }),
  };
}
