/**
 * Kept results in the site: beside the text of each, its charts and an index of its tables; on the
 * page of a method, how it did; on that of a data set, where there are results.
 *
 * @module
 */
import { escapeMarkdown } from "../escape.ts";
import type { SourcePage } from "../pages.ts";
import { drawingsAt, drawn, markdownTable } from "../parts.ts";
import { comparisonSpec, figureText } from "./chart.ts";
import { type Comparison, METRIC, readResults, type Results } from "./figures.ts";
import { KEPT_FOLDER } from "../../report/kept/kept.ts";

/** Pages of the site with what kept results add to them, and the pages that these need beside. */
export async function withResults(pages: readonly SourcePage[]): Promise<SourcePage[]> {
  const all = await readResults();
  const tables = all.map((results) => tablesPage(results, pages));
  const told = await Promise.all(pages.map(async (page): Promise<SourcePage> => {
    const [folder, file = ""] = page.path.split("/");
    const name = file.replace(/\.html$/, "");
    if (folder === "methods") return await withFigures(page, name, all);
    if (folder === "datasets") return withLinks(page, name, all, pages);
    const results = all.find(({ name }) => page.source === `${KEPT_FOLDER}/${name}/README.md`);
    if (results !== undefined) return await withCharts(page, results);
    const above = all.find(({ name }) => page.source?.startsWith(`${KEPT_FOLDER}/${name}/`));
    return above === undefined ? page : below(page, above);
  }));
  return [...told, ...tables];
}

/** A page that belongs to kept results and leads back to them. */
function below(page: SourcePage, { name }: Results): SourcePage {
  return {
    ...page,
    title: `${page.title} (${name})`,
    parent: `results/${name.toLowerCase()}/index.html`,
    markdown: `[${name}](../README.md) › [Tables](../tables)\n\n${page.markdown}`,
  };
}

/** The tables of kept results, by their titles. */
function tablesPage({ name }: Results, pages: readonly SourcePage[]): SourcePage {
  const folder = `${KEPT_FOLDER}/${name}/tables`;
  const links = pages.filter(({ source }) => source?.startsWith(`${folder}/`))
    .map(({ title, source }) => `- [${escapeMarkdown(title)}](${source!.split("/").at(-1)})`);
  return {
    path: `results/${name.toLowerCase()}/tables/index.html`,
    parent: `results/${name.toLowerCase()}/index.html`,
    title: `Tables of ${name}`,
    source: `${folder}/README.md`,
    markdown: `[${name}](../README.md)\n\n# Tables of ${name}\n\n${links.join("\n")}`,
  };
}

async function withCharts(page: SourcePage, { comparisons }: Results): Promise<SourcePage> {
  if (comparisons.length === 0) return page;
  const charts = await Promise.all(
    comparisons.map((comparison) => drawn(comparisonSpec(comparison))),
  );
  const parts = comparisons.map((comparison, i) =>
    `### ${headingOf(comparison)}\n\n${drawingsAt([i])}`
  );
  return {
    ...page,
    markdown: [page.markdown, "## Charts", ...parts].join("\n\n"),
    drawings: charts,
  };
}

async function withFigures(
  page: SourcePage,
  name: string,
  all: readonly Results[],
): Promise<SourcePage> {
  const found = all.flatMap(({ comparisons }) =>
    comparisons.flatMap((comparison) => {
      const entrant = comparison.entrants.find((entrant) => entrant.name === name);
      return entrant === undefined ? [] : [{ comparison, entrant }];
    })
  );
  if (found.length === 0) return page;
  const rows = found.map(({ comparison, entrant: { average, worst, place } }) => {
    const among = comparison.entrants.filter(({ place }) => place !== null).length;
    return [
      `[${comparison.results}](../results/${comparison.results.toLowerCase()}/index.html)`,
      datasetLink(comparison),
      comparison.protocol,
      figureText(average),
      figureText(worst),
      String(average.n),
      place === null ? "–" : `${place} of ${among}`,
    ];
  });
  const charts = await Promise.all(
    found.map(({ comparison, entrant }) => drawn(comparisonSpec(comparison, entrant))),
  );
  return {
    ...page,
    markdown: [
      page.markdown,
      "## How it did",
      `Test ${METRIC.title}, mean ± standard deviation over seeds, and the place by the average ` +
      "among the methods that lack no seed, which is no test of significance: the tables of the " +
      "results say who is told apart.",
      markdownTable(
        ["Results", "Data set", "Protocol"],
        ["Average", "Worst domain", "Seeds", "Place"],
        rows,
      ),
      drawingsAt(charts.keys()),
    ].join("\n\n"),
    drawings: charts,
  };
}

function withLinks(
  page: SourcePage,
  name: string,
  all: readonly Results[],
  pages: readonly SourcePage[],
): SourcePage {
  const links = all.filter(({ comparisons }) => comparisons.some(({ dataset }) => dataset === name))
    .map((results) => {
      const folder = `../results/${results.name.toLowerCase()}`;
      const counted = pages.some(({ source }) =>
        source === `${KEPT_FOLDER}/${results.name}/tables/datasets.md`
      );
      return `- [${results.name}](${folder}/index.html): ${escapeMarkdown(results.kept.note)}` +
        (counted ? ` [Images by domain](${folder}/tables/datasets.html) of these runs.` : "");
    });
  return links.length === 0
    ? page
    : { ...page, markdown: [page.markdown, "## Kept results", links.join("\n")].join("\n\n") };
}

function headingOf({ title, protocol }: Comparison): string {
  return escapeMarkdown(`${title}, ${protocol}`);
}

function datasetLink({ title, dataset }: Comparison): string {
  const text = escapeMarkdown(title);
  return dataset === null ? text : `[${text}](../datasets/${dataset}.html)`;
}
