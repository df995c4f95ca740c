/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * The results on each data set: a section each.
 *
 * @module
 */
import type { DatasetResults } from "../analysis/arrange.ts";
import { sameFigure } from "../analysis/tested.ts";
import { forestChart } from "../charts/forest.ts";
import { datasetCharts } from "../charts/mod.ts";
import type { ReportContext } from "../context.ts";
import { Charts } from "../page/chart_view.tsx";
import { Folded, TableView } from "../page/table_view.tsx";
import { defineSection, type Section } from "../section.ts";
import { controlTable, type ControlTerms } from "../tables/control.ts";
import { costsTable } from "../tables/costs.ts";
import { domainsTable } from "../tables/domains.ts";
import { otherMetricsTable, resultsTable } from "../tables/results.ts";
import { comparisonsTable } from "../tables/tests.ts";

export default defineSection({
  name: "dataset",
  title: "Results by data set",
  build: async (ctx) => {
    const sections: Section[] = [];
    for (const dataset of ctx.datasets()) sections.push(await sectionOf(dataset, ctx));
    return sections;
  },
});

/** How differences to the control are judged; null without a control. */
export function controlTerms(ctx: ReportContext): ControlTerms | null {
  const control = ctx.control();
  return control && { title: control.title, ...ctx.judgement };
}

async function sectionOf(dataset: DatasetResults, ctx: ReportContext): Promise<Section> {
  const { name, title } = dataset;
  const terms = controlTerms(ctx);
  const controlled = ctx.controlled().filter((figure) => figure.dataset === dataset);
  const headline = controlled.find((figure) => sameFigure(figure, ctx.headline));
  const primaryFigure = terms && headline ? { terms, controlled: headline } : null;
  const results = resultsTable(dataset, ctx.metrics, ctx.store, primaryFigure, ctx.catalogue);
  const { primary, tested, others } = ctx.metrics;
  const metrics = otherMetricsTable(dataset, others);
  const byDomain = [primary, ...tested.filter((metric) => metric !== primary)];
  const domains = domainsTable(dataset, byDomain);
  const costs = costsTable(dataset);
  const compared = ctx.comparisons().filter((comparison) => comparison.dataset === dataset);
  const comparisons = comparisonsTable(`${name}-comparisons`, compared, ctx.alpha);
  const beside = terms && controlled.length > 0
    ? controlTable(`${name}-control`, controlled, terms)
    : null;
  // The chart of the only data set stands at the beginning of the page.
  const forest = primaryFigure && ctx.datasets().length > 1
    ? [forestChart(primaryFigure.controlled, primaryFigure.terms)]
    : [];
  const charts = [
    ...forest,
    ...datasetCharts(dataset, primary, ctx.control()?.name ?? null, await ctx.embeddings()),
  ];
  return {
    id: `data-${name}`,
    title,
    tables: [results, ...(metrics ? [metrics] : []), domains, costs],
    charts,
    view: (
      <>
        <TableView table={results} />
        {metrics && <Folded table={metrics} title="Other metrics" />}
        <Folded table={domains} title="By domain" />
        {beside && <Folded table={beside} files={false} />}
        <Folded table={comparisons} title="Every method beside the highest mean" files={false} />
        <Folded table={costs} title="Cost and calibration" />
        <Charts charts={charts} />
      </>
    ),
  };
}
