/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * The results on each data set: a section each.
 *
 * @module
 */
import type { DatasetResults } from "../analysis/arrange.ts";
import { datasetCharts } from "../charts/mod.ts";
import type { ReportContext } from "../context.ts";
import { Charts } from "../page/chart_view.tsx";
import { Folded, TableView } from "../page/table_view.tsx";
import { defineSection, type Section } from "../section.ts";
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

async function sectionOf(dataset: DatasetResults, ctx: ReportContext): Promise<Section> {
  const { name, title } = dataset;
  const results = resultsTable(dataset, ctx.metrics, ctx.store);
  const { primary, tested, others } = ctx.metrics;
  const metrics = otherMetricsTable(dataset, others);
  const byDomain = [primary, ...tested.filter((metric) => metric !== primary)];
  const domains = domainsTable(dataset, byDomain);
  const costs = costsTable(dataset);
  const compared = ctx.comparisons().filter((comparison) => comparison.dataset === dataset);
  const comparisons = comparisonsTable(`${name}-comparisons`, compared, ctx.alpha);
  const baseline = ctx.baseline()?.name ?? null;
  const charts = datasetCharts(dataset, primary, baseline, await ctx.embeddings());
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
        <Folded table={comparisons} title="Every method beside the best" files={false} />
        <Folded table={costs} title="Cost and calibration" />
        <Charts charts={charts} />
      </>
    ),
  };
}
