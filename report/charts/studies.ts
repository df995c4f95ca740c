/**
 * Charts of the proposed method's studies.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import type { Study } from "../../bench/records/record.ts";
import { estimate } from "../analysis/arrange.ts";
import { curve, f1, isKind, type StudyResults } from "../analysis/studies.ts";
import { percent } from "../tables/format.ts";
import { type Chart, CONFIG, PALETTE, SCHEMA, short } from "./chart.ts";

/** The chart of a study on a data set; null for one that a table says better. */
export function studyChart(results: StudyResults): Chart | null {
  if (isKind(results, "parameter")) return parametersChart(results);
  if (isKind(results, "convergence")) return convergenceChart(results);
  return null;
}

const GREEK: Readonly<Record<string, string>> = { alpha: "α", beta: "β", gamma: "γ" };

/** Test macro-F1 over the values of each parameter. */
function parametersChart(results: StudyResults<Extract<Study, { kind: "parameter" }>>): Chart {
  const rows = results.settings.flatMap(({ study, runs }) => {
    return (["average", "worst"] as const).flatMap((domain) => {
      const known = estimate(f1(runs, { split: "test", domain }));
      return known === null ? [] : [{
        parameter: GREEK[study.parameter] ?? study.parameter,
        value: study.value,
        domain,
        f1: short(percent(known.mean)),
        low: short(percent(known.mean - (known.sd ?? 0))),
        high: short(percent(known.mean + (known.sd ?? 0))),
      }];
    });
  });
  const description = `Test macro-F1 of BRL (reconstruction) on ${results.title} over ten values ` +
    "of each of its weights, the others at their defaults: mean over seeds, average over domains " +
    "solid and worst domain dashed with the band between them, bars of one standard deviation.";
  const domains = ["average", "worst"];
  const legend = { title: "Domains", orient: "top", symbolType: "stroke", symbolStrokeWidth: 3 };
  const colour = {
    field: "domain",
    type: "nominal",
    scale: { domain: domains, range: PALETTE.slice(0, 2) },
    legend,
  };
  const x = {
    field: "value",
    type: "quantitative",
    scale: { type: "log" },
    axis: {
      format: ".0e",
      values: [1e-7, 1e-5, 1e-3, 0.1, 10, 1e3],
      labelFlush: false,
      grid: false,
    },
    title: null,
  };
  return {
    name: `${results.dataset}-parameters`,
    title: `Weights of the parts on ${results.title}`,
    description,
    spec: {
      $schema: SCHEMA,
      description,
      config: CONFIG,
      data: { values: rows },
      facet: {
        column: {
          field: "parameter",
          title: null,
          header: { labelColor: "currentColor", labelFontSize: 14, labelPadding: 4 },
        },
      },
      spec: {
        width: 230,
        height: 220,
        encoding: { x, color: colour },
        layer: [
          {
            mark: { type: "area", fillOpacity: 0.15, aria: false },
            encoding: {
              y: { aggregate: "min", field: "f1", type: "quantitative" },
              y2: { aggregate: "max", field: "f1" },
              color: { value: PALETTE[0] },
            },
          },
          {
            mark: { type: "line", strokeWidth: 2, aria: false },
            encoding: {
              y: {
                field: "f1",
                type: "quantitative",
                title: "Test macro-F1 (%)",
                scale: { zero: false },
              },
              strokeDash: { ...colour, scale: { domain: domains, range: [[1, 0], [5, 4]] } },
            },
          },
          {
            mark: { type: "rule", strokeWidth: 1.5, strokeOpacity: 0.5, aria: false },
            encoding: { y: { field: "low", type: "quantitative" }, y2: { field: "high" } },
          },
          {
            mark: { type: "point", filled: true, size: 34, opacity: 1, aria: false },
            encoding: {
              y: { field: "f1", type: "quantitative" },
              tooltip: [
                { field: "parameter" },
                { field: "value", format: ".0e" },
                { field: "domain" },
                { field: "f1", format: ".1f", title: "macro-F1 (%)" },
              ],
            },
          },
        ],
      },
    } as unknown as TopLevelSpec,
  };
}

/** Training loss and validation macro-F1 over the updates. */
function convergenceChart(results: StudyResults): Chart {
  const mean = (values: readonly (number | null)[]) => {
    const known = estimate(values);
    return known && short(percent(known.mean));
  };
  const rows = results.settings.flatMap(({ runs }) =>
    curve(runs).map(({ step, losses, f1 }) => ({
      step,
      loss: estimate(losses)?.mean ?? null,
      f1: mean(f1),
    }))
  );
  const description = `Training loss and validation macro-F1 of BRL (reconstruction) on ` +
    `${results.title} over the updates, mean over seeds.`;
  const panel = (field: string, title: string, color: string) => ({
    width: 320,
    height: 200,
    mark: {
      type: "line",
      strokeWidth: 2,
      point: { size: 20, color },
      color,
      aria: false,
      invalid: "filter",
    },
    encoding: {
      x: { field: "step", type: "quantitative", title: "Updates" },
      y: { field, type: "quantitative", title, scale: { zero: false } },
      tooltip: [{ field: "step", title: "updates" }, { field, format: ".4~g", title }],
    },
  });
  return {
    name: `${results.dataset}-convergence`,
    title: `Convergence on ${results.title}`,
    description,
    spec: {
      $schema: SCHEMA,
      description,
      config: CONFIG,
      data: { values: rows },
      hconcat: [
        panel("loss", "Training loss", PALETTE[1]),
        panel("f1", "Validation macro-F1 (%)", PALETTE[0]),
      ],
    } as unknown as TopLevelSpec,
  };
}
