/**
 * The report: tables, statistics, charts and one page, from what runs left on disk.
 *
 * Nothing is trained and nothing is printed. The same folder always gives the same files.
 *
 * @module
 */
import { join } from "node:path";
import type { Manifest } from "../bench/records/record.ts";
import { STUDIES } from "../methods/mod.ts";
import { across, winsTiesLosses } from "./analysis/across.ts";
import { behaviours } from "./analysis/behaviours.ts";
import { cautions } from "./analysis/cautions.ts";
import { acrossCharts } from "./charts/across.ts";
import type { Chart } from "./charts/chart.ts";
import { datasetCharts } from "./charts/mod.ts";
import { studyChart } from "./charts/studies.ts";
import { canDrawText, toPng, toSvg } from "./charts/render.ts";
import { type Change, changes, changesTable } from "./analysis/compare.ts";
import { embeddings } from "./analysis/embedding.ts";
import { writeAtomically } from "../base/files.ts";
import { type DrawnChart, renderPage } from "./page/page.tsx";
import { arrange, type DatasetResults, groupBy, withoutSeed } from "./analysis/arrange.ts";
import { resultsCsv } from "./tables/results_csv.ts";
import { besideBest, pairwise, TESTED, type Tested } from "./analysis/significance.ts";
import { readManifest, readStore } from "./folder.ts";
import { studies } from "./analysis/studies.ts";
import { changesSentence, findings, overallSentence } from "./analysis/summary.ts";
import { behavioursTable } from "./tables/behaviours.ts";
import { costsTable } from "./tables/costs.ts";
import { datasetsTable } from "./tables/datasets.ts";
import { domainsTable } from "./tables/domains.ts";
import { overviewTable, ranksTable } from "./tables/overview.ts";
import { resultsTable } from "./tables/results.ts";
import {
  brokenTable,
  hyperparametersTable,
  provenanceTable,
  unfinishedTable,
} from "./tables/runs.ts";
import { studyTable } from "./tables/studies.ts";
import { type Table, toCsv, toLatex, toMarkdown } from "./tables/table.ts";
import { anovaTable, comparisonsTable, pairsTable } from "./tables/tests.ts";

/** The figure that everything is said of first. */
const HEADLINE: Tested = { domain: "worst", metric: "macro_f1" };

function isHeadline({ domain, metric }: Tested): boolean {
  return domain === HEADLINE.domain && metric === HEADLINE.metric;
}

/** What may be chosen about a report. */
export interface ReportOptions {
  /** Name of the method that every other should beat; `erm` by default. */
  readonly reference?: string;
  /** Level of significance of the summary; 0.05 by default. */
  readonly alpha?: number;
  /** An older output folder, to say what has changed since. */
  readonly baseline?: string;
}

/** What a report was made of, and where it lies. */
export interface Report {
  /** The page. */
  readonly path: string;
  /** Runs with a result. */
  readonly runs: number;
  /** Runs that the manifest plans. */
  readonly planned: number;
  /** Runs that ended in an error. */
  readonly failed: number;
  /** Runs whose loss was no longer finite. */
  readonly diverged: number;
  /** Every file that was written. */
  readonly files: readonly string[];
}

/**
 * Rebuilds `<out>/results.csv` and `<out>/report/` from the manifest, records and failures in
 * `out`.
 *
 * Works at any time, also while runs are going on: what is not there yet is shown as missing.
 *
 * @param out The folder that a benchmark wrote.
 * @throws When there is no plan in `out`, or in the baseline, that can be read.
 */
export async function buildReport(out: string, options: ReportOptions = {}): Promise<Report> {
  const { reference = "erm", alpha = 0.05, baseline } = options;
  const manifest = await readManifest(out);
  const embedded = embeddings(out, candidates(manifest)); // workers begin
  embedded.catch(() => {}); // thrown where it is awaited
  const store = await readStore(out, manifest);
  const arranged = arrange({ ...store, runs: store.runs.filter(({ study }) => study === null) });
  const changed: Change[] | null = baseline === undefined
    ? null
    : changes(arrange(await readStore(baseline)), arranged, alpha);
  const folder = join(out, "report");
  const files: string[] = [];
  const write = async (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    await writeAtomically(path, content, false);
    files.push(path);
  };
  // Renamed from within: in `out` itself a harness sweeps temporary files away.
  await writeAtomically(join(folder, "results.csv"), resultsCsv(store));
  await Deno.rename(join(folder, "results.csv"), join(out, "results.csv"));
  files.push(join(out, "results.csv"));
  const words = await canDrawText();
  const pictures: Promise<void>[] = []; // drawn by other threads while this one goes on
  const draw = async (chart: Chart): Promise<DrawnChart> => {
    const svg = await toSvg(chart.spec);
    await write(`charts/${chart.name}.vl.json`, JSON.stringify(chart.spec, null, 1) + "\n");
    await write(`charts/${chart.name}.svg`, svg + "\n");
    if (words) {
      pictures.push(toPng(svg).then((png) => write(`charts/${chart.name}.png`, png)));
    }
    return { ...chart, svg, hasPng: words };
  };

  const datasets = [];
  for (const dataset of arranged) {
    const pairs = pairwise(dataset, alpha);
    const compared = pairs.flatMap((figure) => besideBest(figure) ?? []);
    datasets.push({
      dataset,
      results: resultsTable(dataset, store),
      domains: domainsTable(dataset),
      compared,
      comparisons: comparisonsTable(`${dataset.name}-comparisons`, compared, alpha),
      costs: costsTable(dataset),
      pairs,
    });
  }
  const headline = across(arranged, HEADLINE, reference, alpha);
  const others = TESTED.filter((tested) => !isHeadline(tested))
    .map((tested) => across(arranged, tested, null, alpha));
  const rival = headline.methods.find(({ name }) => name === reference)?.title ?? reference;
  const pairs = datasets.flatMap((dataset) => dataset.pairs);
  const wins = winsTiesLosses(pairs.filter(isHeadline), alpha);
  const overviews = [headline, ...others].map(overviewTable);
  const ranks = ranksTable(headline, wins, rival, alpha);
  const acrossDrawn: DrawnChart[] = [];
  for (const chart of acrossCharts(headline, rival, alpha)) acrossDrawn.push(await draw(chart));
  const points = await embedded;
  const charts = new Map<DatasetResults, DrawnChart[]>();
  for (const dataset of arranged) {
    const drawn: DrawnChart[] = [];
    for (const chart of datasetCharts(dataset, reference, points)) drawn.push(await draw(chart));
    charts.set(dataset, drawn);
  }
  const studied: { table: Table; chart: DrawnChart | null }[] = [];
  const studyResults = studies(store, STUDIES);
  for (const results of studyResults) {
    const chart = studyChart(results);
    studied.push({ table: studyTable(results), chart: chart && await draw(chart) });
  }
  for (const results of await behaviours(out, arranged, studyResults, STUDIES)) {
    studied.push({ table: behavioursTable(results), chart: null });
  }
  const data = datasetsTable(arranged);
  const anova = anovaTable(arranged);
  const hyperparameters = hyperparametersTable(arranged);
  const provenance = provenanceTable(store);
  const changesShown = changed && changesTable(changed);
  const tables = [
    data,
    ...datasets.flatMap(({ results, domains, costs }) => [results, domains, costs]),
    ...overviews,
    ranks,
    anova,
    comparisonsTable("comparisons", datasets.flatMap(({ compared }) => compared), alpha),
    hyperparameters,
    provenance,
    unfinishedTable(store),
    ...studied.map(({ table }) => table),
    ...(changesShown ? [changesShown] : []),
  ];
  for (const table of tables) {
    await write(`tables/${table.name}.csv`, toCsv(table));
    await write(`tables/${table.name}.md`, toMarkdown(table));
    await write(`tables/${table.name}.tex`, toLatex(table));
  }
  await write("tables/pairs.csv", toCsv(pairsTable(pairs)));

  const page = await renderPage({
    store,
    findings: datasets.flatMap(({ compared }) => findings(compared, reference, alpha)),
    alpha,
    overall: overallSentence(headline, alpha),
    cautions: cautions(store, arranged),
    changed: changed && changesSentence(changed),
    changes: changesShown,
    data,
    overviews,
    ranks,
    acrossCharts: acrossDrawn,
    datasets: datasets.map((dataset) => ({
      ...dataset,
      charts: charts.get(dataset.dataset)!,
    })),
    studies: studied,
    pairs,
    anova,
    broken: brokenTable(store),
    hyperparameters,
    provenance,
  });
  await Promise.all(pictures);
  await write("index.html", page); // last: what it links to is there

  const count = (status: string) => store.runs.filter((run) => run.state.status === status).length;
  return {
    path: join(folder, "index.html"),
    runs: count("done"),
    planned: store.runs.length,
    failed: count("failed"),
    diverged: count("diverged"),
    files: files.sort(), // some are written by other threads, in any order
  };
}

/** The runs of every method on every data set: one of each is pictured. */
function candidates({ runs }: Manifest): string[][] {
  const methods = runs.filter(({ study }) => study === undefined);
  return [...groupBy(methods, ({ name, spec }) => JSON.stringify([name, withoutSeed(spec)]))]
    .map(([, runs]) => runs.map(({ id }) => id));
}
