/**
 * The site's pages as Markdown: those of `docs/`, and one for each definition.
 *
 * @module
 */
import { basename } from "node:path";
import { projectPath } from "../base/paths.ts";
import type { Setting } from "../base/setting.ts";
import { DATASETS } from "../datasets/mod.ts";
import type { DatasetDefinition } from "../datasets/dataset.ts";
import type { Definition } from "../base/definition.ts";
import { METHODS } from "../methods/mod.ts";
import { METRICS } from "../metrics/mod.ts";
import { NETWORKS } from "../networks/mod.ts";
import { methodSection } from "../cli/reference/methods.ts";

/** A page. */
export interface SourcePage {
  /** Its file, such as `methods/erm.html`. */
  readonly path: string;
  readonly title: string;
  readonly markdown: string;
  /** Where in the repository it is written; undefined for what comes from a definition. */
  readonly source?: string;
}

const GUIDES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"];

/** All pages but the search. */
export async function sourcePages(): Promise<SourcePage[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(projectPath("docs"))) {
    if (name.endsWith(".md")) names.push(`docs/${name}`);
  }
  const written = await Promise.all([...GUIDES, ...names.sort()].map(fromRepository));
  return [...written, ...definitionPages()];
}

/** The file of a page that is written in the repository. */
export function pathOf(source: string): string {
  const name = basename(source, ".md").toLowerCase();
  return source === "README.md" ? "index.html" : `${name}.html`;
}

async function fromRepository(source: string): Promise<SourcePage> {
  const markdown = await Deno.readTextFile(projectPath(source));
  const title = /^# (.+)$/m.exec(markdown)?.[1]?.replaceAll("`", "") ?? basename(source, ".md");
  return { path: pathOf(source), title, markdown, source };
}

function definitionPages(): SourcePage[] {
  const page = (folder: string, { name, title }: Definition, parts: readonly string[]) => ({
    path: `${folder}/${name}.html`,
    title,
    markdown: parts.filter((part) => part !== "").join("\n\n"),
  });
  return [
    ...METHODS.map((method) =>
      page("methods", method, [`# ${method.title}`, ...methodSection(method).slice(1)])
    ),
    ...DATASETS.map((set) => page("datasets", set, datasetParts(set))),
    ...NETWORKS.map((network) =>
      page("networks", network, [`# ${network.title}`, escaped(network.citation)])
    ),
    ...METRICS.map((metric) =>
      page("metrics", metric, [
        `# ${metric.title}`,
        escaped(metric.description),
        `It is undefined when ${escaped(metric.undefinedWhen)}. The ${
          metric.better === "max" ? "highest" : "lowest"
        } is best.`,
        metric.citation === undefined ? "" : escaped(metric.citation),
      ])
    ),
  ];
}

function datasetParts(set: DatasetDefinition): string[] {
  const settings = Object.entries(set.settings).map(([key, { description, default: value }]: [
    string,
    Setting,
  ]) => `- \`${key}\` (${value}): ${escaped(description)}`);
  return [
    `# ${set.title}`,
    escaped(set.description),
    `From: ${escaped(set.origin)}.`,
    `${set.domains.length} domains: ${
      set.domains.map(escaped).join(", ")
    }. ${set.classes.length} ` +
    `classes. A class has many training images above ${set.shots.many}, few below ${set.shots.few}.`,
    settings.length === 0 ? "" : `## Settings\n\n${settings.join("\n")}`,
  ];
}

/** Text in which nothing is markup. */
function escaped(text: string): string {
  return text.replace(/[*_|<[\]]/g, "\\$&");
}
