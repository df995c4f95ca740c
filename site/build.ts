/**
 * `deno task docs`: the documentation as a static site that works from a folder, without a network.
 *
 * @module
 */
import { join, resolve } from "node:path";
import MiniSearch from "minisearch";
import { writeAtomically } from "../base/files.ts";
import { browserScript } from "../base/page.ts";
import { projectPath } from "../base/paths.ts";
import { print } from "../base/terminal.ts";
import { pathOf, sourceFiles, type SourcePage, sourcePages } from "./pages.ts";
import { layOut, type Navigation, type RenderedPage, renderPage, siteStyle } from "./render.ts";

/** Headings of the navigation in their order, by folder; of what lies in none or another, the guides. */
const HEADINGS: Readonly<Record<string, string>> = {
  tutorials: "Tutorials",
  "": "Guides",
  results: "Results",
  methods: "Methods",
  datasets: "Data sets",
  networks: "Networks",
  metrics: "Metrics",
  api: "Library",
};

/** Every file of the site, by its path. */
export async function buildSite(): Promise<Map<string, string>> {
  const [pages, given] = await Promise.all([sourcePages(), sourceFiles()]);
  const navigation = navigationOf(pages);
  const paths = new Set([...pages.map(({ path }) => path), ...given.map(pathOf), "search.html"]);
  const rendered = await Promise.all(pages.map((page) => renderPage(page, navigation, paths)));
  const files = new Map(rendered.map(({ path, html }) => [path, html]));
  files.set("search.html", await searchPage(rendered, navigation));
  for (const source of given) {
    files.set(pathOf(source), await Deno.readTextFile(projectPath(source)));
  }
  return files;
}

function navigationOf(pages: readonly SourcePage[]): Navigation {
  const shown = pages.filter(({ parent }) => parent === undefined);
  const groups = Object.values(HEADINGS).map((heading) =>
    [heading, shown.filter(({ path }) => headingOf(path) === heading)] as const
  );
  return Object.fromEntries(groups.filter(([, own]) => own.length > 0));
}

function headingOf(path: string): string {
  return HEADINGS[path.includes("/") ? path.split("/")[0]! : ""] ?? HEADINGS[""]!;
}

async function searchPage(
  pages: readonly RenderedPage[],
  navigation: Navigation,
): Promise<string> {
  const options = { fields: ["title", "text"], storeFields: ["title", "heading"] };
  const search = new MiniSearch({
    ...options,
    // Nobody looks for the figures of a table.
    processTerm: (term: string) => /\p{L}/u.test(term) ? term.toLowerCase() : null,
  });
  search.addAll(pages.flatMap(({ path, title, text, topics }) => {
    const heading = headingOf(path);
    return [
      { id: path, heading, title, text },
      ...topics.map(({ anchor, ...topic }) => ({ id: `${path}#${anchor}`, heading, ...topic })),
    ];
  }));
  const data = JSON.stringify({ index: JSON.stringify(search), options }).replaceAll(
    "<",
    "\\u003c",
  );
  const client = await import("./search_client.ts", { with: { type: "text" } })
    .then((text) => text.default as unknown as string);
  const library = await Deno.readTextFile(
    new URL("../umd/index.js", import.meta.resolve("minisearch")),
  );
  const script = `${library.replace(/\/\/# sourceMappingURL=.*/, "")}\n` +
    browserScript(client).replaceAll(/\bMiniSearch\b/g, "globalThis.MiniSearch");
  const body = `<h1>Search</h1>
<p><label>Words <input id="words" type="search" autocomplete="off"></label></p>
<p id="told" role="status"></p><ol id="found"></ol>
<script id="index" type="application/json">${data}</script>`;
  return layOut({
    path: "search.html",
    title: "Search",
    body,
    style: await siteStyle(),
    navigation,
    scripts: [script],
  });
}

if (import.meta.main) {
  const out = resolve(Deno.args[0] ?? projectPath(".tmp/site"));
  const files = await buildSite();
  for (const [path, html] of files) await writeAtomically(join(out, path), html, false);
  print(`${files.size} files: ${join(out, "index.html")}`);
}
