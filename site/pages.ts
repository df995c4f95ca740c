/**
 * The site's pages as Markdown: those of `docs/`, and one for each definition.
 *
 * @module
 */
import { readdir } from "node:fs/promises";
import { basename } from "node:path";
import { projectPath } from "../base/paths.ts";
import { DATASETS } from "../datasets/mod.ts";
import type { Definition } from "../base/definition.ts";
import { METHODS, TWO_STAGE } from "../methods/mod.ts";
import { METRICS } from "../metrics/mod.ts";
import { NETWORKS } from "../networks/mod.ts";
import { apiPages } from "./api/pages.ts";
import { datasetPage } from "./datasets.ts";
import { escapeMarkdown } from "./escape.ts";
import { withResults } from "./results/pages.ts";
import { methodSection, twoStageSection, twoStageTitle } from "../cli/reference/methods.ts";
import { notationSection } from "../cli/reference/objectives.ts";

/** A page. */
export interface SourcePage {
  /** Its file, such as `methods/erm.html`. */
  readonly path: string;
  readonly title: string;
  readonly markdown: string;
  /** What is shown below it and not searched, being on many pages. */
  readonly legend?: string;
  /** Where in the repository it is written; undefined for what comes from a definition. */
  readonly source?: string;
  /** The page that it belongs to, which stands for it in the navigation. */
  readonly parent?: string;
  /** Figures as HTML; a block of code in the language `drawings` says by number where they stand. */
  readonly drawings?: readonly string[];
  /** Parts that the search finds by themselves, in place of the page's words. */
  readonly topics?: readonly Topic[];
}

/** A part of a page, for the search. */
export interface Topic {
  readonly anchor: string;
  readonly title: string;
  /** Its words. */
  readonly text: string;
}

const GUIDES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"];

/** All pages but the search. */
export async function sourcePages(): Promise<SourcePage[]> {
  const names = (await documents()).filter((name) => name.endsWith(".md"));
  const written = await Promise.all([...GUIDES, ...names].map(fromRepository));
  return [...await withResults([...written, ...await definitionPages()]), ...await apiPages()];
}

/** What pages link to and the site hands out as it is: its path in the repository. */
export async function sourceFiles(): Promise<string[]> {
  return (await documents()).filter((name) => /\.csv$/.test(name));
}

/** All files of `docs/`. */
async function documents(): Promise<string[]> {
  const names = await readdir(projectPath("docs"), { recursive: true });
  return names.map((name) => `docs/${name.replaceAll("\\", "/")}`).sort();
}

/** The path in the site of what is written in the repository. */
export function pathOf(source: string): string {
  const path = source.toLowerCase().replace(/^docs\//, "");
  return path.replace(/\.md$/, ".html").replace(/(^|\/)readme\.html$/, "$1index.html");
}

async function fromRepository(source: string): Promise<SourcePage> {
  const markdown = await Deno.readTextFile(projectPath(source));
  const title = /^# (.+)$/m.exec(markdown)?.[1]?.replaceAll("`", "") ?? basename(source, ".md");
  return { path: pathOf(source), title, markdown, source };
}

async function definitionPages(): Promise<SourcePage[]> {
  const page = (
    folder: string,
    { name, title }: Pick<Definition, "name" | "title">,
    parts: readonly string[],
  ) => ({
    path: `${folder}/${name}.html`,
    title,
    markdown: parts.filter((part) => part !== "").join("\n\n"),
  });
  return [
    ...[
      ...METHODS.map((method) => page("methods", method, methodSection(method))),
      ...TWO_STAGE.map((name) =>
        page(
          "methods",
          { name, title: twoStageTitle(name) },
          twoStageSection(name, (method) => `${method}.html`),
        )
      ),
    ].map((made) => ({
      ...made,
      markdown: made.markdown.replace(/^## .*/, `# ${made.title}`),
      legend: notationSection().join("\n\n"),
    })),
    ...await Promise.all(DATASETS.map(datasetPage)),
    ...NETWORKS.map((network) =>
      page("networks", network, [`# ${network.title}`, escapeMarkdown(network.citation)])
    ),
    ...METRICS.map((metric) =>
      page("metrics", metric, [
        `# ${metric.title}`,
        escapeMarkdown(metric.description),
        `It is undefined when ${escapeMarkdown(metric.undefinedWhen)}. The ${
          metric.better === "max" ? "highest" : "lowest"
        } is best.`,
        metric.citation === undefined ? "" : escapeMarkdown(metric.citation),
      ])
    ),
  ];
}
