/**
 * The works that the methods of a report come from.
 *
 * @module
 */
import type { DatasetResults } from "../analysis/arrange.ts";
import { type Definitions, stages } from "../analysis/papers.ts";
import { METHOD, text } from "./columns.ts";
import type { Table } from "./table.ts";

/** A method with the work that it comes from: authors, year, title. */
interface Cited {
  readonly name: string;
  readonly title: string;
  readonly citation: string;
}

/** The suite's own and the benchmark's, which every report cites. */
const ALWAYS = [
  "@software{mdlt-bench,",
  "  author = {{The MDLT bench authors}},",
  "  title = {MDLT bench: a benchmark suite for multi-domain long-tailed image recognition}",
  "}",
  "",
  "@inproceedings{yang2022mdlt,",
  "  author = {Yang, Yuzhe and Wang, Hao and Katabi, Dina},",
  "  title = {On Multi-Domain Long-Tailed Recognition, Imbalanced Domain Generalization and Beyond},",
  "  booktitle = {European Conference on Computer Vision (ECCV)},",
  "  year = {2022}",
  "}",
].join("\n");

/** The methods of a report's runs, with earlier stages, each once and in the tables' order. */
export function citedMethods(
  datasets: readonly DatasetResults[],
  { methods }: Definitions,
): Cited[] {
  const names = new Set(
    datasets.flatMap((dataset) =>
      dataset.methods.flatMap(({ spec }) => stages(spec).map(({ method }) => method.name))
    ),
  );
  return [...names].flatMap((name) => methods.find((method) => method.name === name) ?? []);
}

/** What every method's source is. */
export function citationsTable(cited: readonly Cited[]): Table {
  return {
    name: "citations",
    title: "Where the methods come from",
    caption: "The work that each method follows; departures from it stand in docs/methods.md.",
    columns: [METHOD, text("citation", "Work")],
    groups: [{
      title: null,
      rows: cited.map(({ name, title, citation }) => ({ cells: [{ name, title }, citation] })),
    }],
  };
}

/** The works as BibTeX: what a citation says, and no more. */
export function bibtex(cited: readonly Cited[]): string {
  return `${[ALWAYS, ...cited.map(entry)].join("\n\n")}\n`;
}

function entry({ name, citation }: Cited): string {
  const key = name.replaceAll(/[^A-Za-z0-9-]/g, "");
  const [, authors, year, title] = /^(.+?),? (\d{4}),? (.+)$/s.exec(citation) ?? [];
  if (authors === undefined) return `@misc{${key},\n  title = {${escaped(citation)}}\n}`;
  const named = authors.replace(/ et al\.?$/, " and others");
  const fields = [["author", named], ["title", `{${escaped(title!)}}`], ["year", year!]];
  return `@misc{${key},\n${
    fields.map(([field, value]) => `  ${field} = {${value}}`).join(",\n")
  }\n}`;
}

/** Words of which BibTeX would make commands. */
function escaped(words: string): string {
  return words.replaceAll(/[&%$#_]/g, "\\$&");
}
