/**
 * Tables of every method beside the control.
 *
 * @module
 */
import type { Controlled, Sensitivity } from "../analysis/control.ts";
import type { Compared } from "../analysis/statistics/family.ts";
import { USUAL_POWER } from "../analysis/statistics/power.ts";
import type { Tested } from "../analysis/tested.ts";
import type { Metric } from "../../metrics/mod.ts";
import { DATASET, DOMAIN, METHOD, METRIC, P_HOLM, text } from "./columns.ts";
import { datasetName, figureTitle, metricName, nameOf, pointsOf, showP, signed } from "./format.ts";
import { type Cell, type Column, type Group, intervalCell, type Row, type Table } from "./table.ts";

/** How differences to the control are judged, for readers. */
export interface ControlTerms {
  /** The control's title. */
  readonly title: string;
  /** Chance of any false finding in a family. */
  readonly alpha: number;
  /** In points; null where nobody gave one. */
  readonly margin: number | null;
}

/** Every method beside the control, by tested figure. */
export function controlTable(
  name: string,
  all: readonly Controlled[],
  terms: ControlTerms,
): Table {
  const { title, alpha } = terms;
  const share = Math.round(100 * (1 - alpha));
  return {
    name,
    title: `Every method beside ${title}`,
    caption: `Differences method − ${title} of test figures ${pointsOf(all)}, means over the ` +
      `seeds that both have. In brackets: ${share} % t intervals of each difference alone, and ` +
      `wider ones that hold together for all methods of a figure (Bonferroni). p: two-sided ` +
      `moderated paired t test, Holm-corrected over the methods of a figure. ` +
      verdictTerms(terms),
    columns: [
      DATASET,
      DOMAIN,
      METRIC,
      text("control", "Control"),
      METHOD,
      { key: "difference", title: "Difference", kind: "interval", digits: 1 },
      { key: "together", title: "All together", kind: "interval", digits: 1 },
      { key: "seeds", title: "Seeds", kind: "number" },
      { key: "t", title: "t", kind: "number", digits: 2 },
      { key: "df", title: "df", kind: "number", digits: 1 },
      P_HOLM,
      ...(terms.margin === null
        ? []
        : [{ key: "p_equivalence", title: "p (margin)", kind: "number", show: showP } as const]),
      text("verdict", "Verdict"),
    ],
    groups: all.map((controlled) => groupOf(controlled, terms)),
    notesInCsv: true,
  };
}

function groupOf(controlled: Controlled, { margin }: ControlTerms): Group {
  const { dataset, domain, metric, rows, seen } = controlled;
  const { factor } = metric.scale;
  const where = dataset ?? { name: "all", title: "All data sets" };
  return {
    title: `${where.title}: ${figureTitle(controlled)}` +
      (seen === null ? "" : ` (${sensitivityWords(seen, metric)})`),
    rows: rows.map((row): Row => {
      const { method, control, difference, test, interval, together, p, equivalence } = row;
      return {
        cells: [
          datasetName(where),
          domain,
          metricName(metric),
          nameOf(control),
          nameOf(method),
          intervalCell(difference, interval, factor),
          together && intervalCell(difference, together, factor),
          test.computable ? test.seeds : null,
          test.computable ? test.statistic : null,
          test.computable ? test.df : null,
          p,
          ...(margin === null ? [] : [equivalence]),
          row.verdict,
        ],
        ...(test.computable ? {} : { note: `not tested: ${test.why}` }),
      };
    }),
  };
}

/** The columns that a table of results gets for one figure beside the control. */
export function controlColumns(
  { domain, metric }: Tested,
  title: string,
): Column[] {
  const columnGroup = `${domain === "worst" ? "Worst" : "Average"} ${metric.title} − ${title}`;
  const key = `${domain}_${metric.name}`;
  return [
    {
      ...{ key: `difference_${key}`, title: "difference", columnGroup },
      ...{ kind: "interval", digits: metric.scale.decimals },
    },
    { key: `verdict_${key}`, title: "verdict", columnGroup, kind: "text" },
  ];
}

/** The cells of {@linkcode controlColumns}; a control is told as such. */
export function controlCells(
  row: Compared | undefined,
  isControl: boolean,
  { scale: { factor } }: Metric,
): Cell[] {
  if (isControl) return [null, "control"];
  if (row === undefined || row.difference === null) return [null, null];
  return [intervalCell(row.difference, row.interval, factor), row.verdict];
}

/** What the verdicts mean, in sentences. */
export function verdictTerms({ alpha, margin }: ControlTerms): string {
  return `Better, worse: p < ${alpha}. ` +
    (margin === null
      ? ""
      : `Equivalent within the margin: neither, and smaller than ${margin} points either way ` +
        `(two one-sided t tests, Holm-corrected, p < ${alpha}). `) +
    "Not told apart: the runs leave it open, which does not make the methods alike.";
}

/** What a family could have found, in the midst of a sentence. */
export function sensitivityWords({ least, design }: Sensitivity, metric: Metric): string {
  const words = signed(metric, least).slice(1);
  return `a difference of ${words} is found in ${100 * USUAL_POWER} % of cases with ` +
    `${design.seeds} seeds`;
}
