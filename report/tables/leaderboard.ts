/**
 * The last words of a run on the terminal: who is ahead, and how sure that is.
 *
 * @module
 */
import { type DatasetResults, type MethodResults, scores } from "../analysis/arrange.ts";
import type { Controlled } from "../analysis/control.ts";
import type { Comparison } from "../analysis/significance.ts";
import type { Verdict } from "../analysis/statistics/family.ts";
import { sameFigure, type Tested } from "../analysis/tested.ts";
import { scoreKey } from "../digest.ts";
import type { ReportContext } from "../context.ts";
import { controlCells, controlColumns } from "./control.ts";
import { estimates, METHOD, text } from "./columns.ts";
import { nameOf, scaledEstimate } from "./format.ts";
import type { Row, Table } from "./table.ts";

/** Methods that a terminal shows. */
const SHOWN = 10;

/** How the method with the highest mean stands to another, said of the other. */
const OF_THE_OTHER: Readonly<Record<Verdict, string>> = {
  "better": "worse",
  "worse": "better",
  "equivalent within the margin": "equivalent within the margin",
  "not told apart": "not told apart",
  "not tested": "not tested",
};

/**
 * The best methods of every data set by the headline metric, averaged over domains: beside the
 * control, and beside the highest mean; unseen domains by the usual rule.
 */
export function leaderboards(ctx: ReportContext): Table[] {
  const average: Tested = { domain: "average", metric: ctx.headline.metric };
  const worst: Tested = { domain: "worst", metric: ctx.headline.metric };
  const of = <T extends Tested & { readonly dataset: DatasetResults | null }>(
    all: readonly T[],
    dataset: DatasetResults,
  ) => all.find((figure) => figure.dataset === dataset && sameFigure(figure, average));
  const unseen = ctx.unseen().slice(0, 1).flatMap(({ ctx }) => leaderboards(ctx));
  const own = ctx.datasets().flatMap((dataset) => {
    const comparison = of(ctx.comparisons(), dataset);
    if (comparison === undefined) return [];
    const controlled = of(ctx.controlled(), dataset);
    return [leaderboard(dataset, [average, worst], comparison, controlled, ctx.control())];
  });
  return [...own, ...unseen];
}

function leaderboard(
  dataset: DatasetResults,
  figures: readonly [average: Tested, worst: Tested],
  comparison: Comparison,
  controlled: Controlled | undefined,
  control: { readonly title: string } | null,
): Table {
  const [average] = figures;
  const ranked = [comparison.best, ...comparison.others.map(({ method }) => method)];
  const left = ranked.length - SHOWN;
  const isControl = (method: MethodResults) =>
    controlled?.rows.some((row) => row.control === method) === true;
  const first = ranked.slice(0, SHOWN);
  const shown = first.some(isControl)
    ? first
    : [...first.slice(0, SHOWN - 1), ranked.find(isControl) ?? first.at(-1)!].slice(
      0,
      first.length,
    );
  const rowOf = (method: MethodResults): Row => {
    const rival = comparison.others.find((other) => other.method === method);
    const row = controlled?.rows.find((row) => row.method === method);
    return {
      cells: [
        nameOf(method),
        ...figures.map(({ domain, metric }) =>
          scaledEstimate(metric, scores(method, scoreKey(domain, metric.name)))
        ),
        ...(controlled === undefined ? [] : controlCells(row, isControl(method), average.metric)),
        rival === undefined ? "highest" : OF_THE_OTHER[rival.verdict],
      ],
    };
  };
  return {
    name: `${dataset.name}-leaderboard`,
    title: `${dataset.title}: test ${average.metric.title}`,
    caption: left <= 0 ? "" : `And ${left} more in the report.`,
    columns: [
      METHOD,
      ...figures.map(({ domain, metric }) =>
        estimates(metric, { key: domain, title: domain === "worst" ? "Worst domain" : "Average" })
      ),
      ...(controlled === undefined || control === null
        ? []
        : controlColumns(average, control.title).map((column, i) => ({
          ...column,
          columnGroup: "",
          title: i === 0 ? `− ${control.title}` : `beside ${control.title}`,
        }))),
      text("highest", "beside the highest"),
    ],
    groups: [{ title: null, rows: shown.map(rowOf) }],
  };
}
