/**
 * `deno task docs`: the documentation as a static site that works from a folder, without a network.
 *
 * @module
 */
import { dirname, join, resolve } from "node:path";
import MiniSearch from "minisearch";
import { writeAtomically } from "../base/files.ts";
import { browserScript } from "../base/page.ts";
import { projectPath } from "../base/paths.ts";
import { print } from "../base/terminal.ts";
import { type SourcePage, sourcePages } from "./pages.ts";
import { layOut, type Navigation, type RenderedPage, renderPage, siteStyle } from "./render.ts";

const HEADINGS: Readonly<Record<string, string>> = {
  methods: "Methods",
  datasets: "Data sets",
  networks: "Networks",
  metrics: "Metrics",
};

/** Every file of the site, by its path. */
export async function buildSite(): Promise<Map<string, string>> {
  const pages = await sourcePages();
  const navigation = navigationOf(pages);
  const paths = new Set([...pages.map(({ path }) => path), "search.html"]);
  const rendered = await Promise.all(pages.map((page) => renderPage(page, navigation, paths)));
  const files = new Map(rendered.map(({ path, html }) => [path, html]));
  files.set("search.html", await searchPage(rendered, navigation));
  return files;
}

function navigationOf(pages: readonly SourcePage[]): Navigation {
  const all: Record<string, SourcePage[]> = {};
  for (const page of pages) {
    const folder = dirname(page.path);
    (all[HEADINGS[folder] ?? "Guides"] ??= []).push(page);
  }
  return all;
}

async function searchPage(
  pages: readonly RenderedPage[],
  navigation: Navigation,
): Promise<string> {
  const options = { fields: ["title", "text"], storeFields: ["title"] };
  const search = new MiniSearch(options);
  search.addAll(pages.map(({ path, title, text }) => ({ id: path, title, text })));
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
  print(`${files.size} pages: ${join(out, "index.html")}`);
}
