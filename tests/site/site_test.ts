/** The documentation's site: whole, without dead links, and without a network. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { DATASETS } from "../../datasets/mod.ts";
import { METHODS, TWO_STAGE } from "../../methods/mod.ts";
import { buildSite } from "../../site/build.ts";
import { findChromium, withTab } from "../report/browser.ts";

const chromium = findChromium();
const files = await buildSite();

Deno.test("every link and anchor of the site leads somewhere", () => {
  const dead: string[] = [];
  let looked = 0;
  for (const [path, html] of files) {
    for (const [, href] of html.matchAll(/<a [^>]*?href="([^"]+)"/g)) {
      if (/^https:/.test(href!)) continue;
      looked++;
      const [file, anchor] = href!.split("#") as [string, string | undefined];
      const target = files.get(file === "" ? path : join(dirname(path), file));
      const there = target !== undefined && (!anchor || target.includes(`id="${anchor}"`));
      if (!there) dead.push(`${path}: ${href}`);
    }
  }
  assert.ok(looked > 1000, `only ${looked} links`);
  assert.deepEqual(dead, []);
});

Deno.test("every definition has a page, and every page a policy and nothing from elsewhere", () => {
  for (const { name } of METHODS) assert.ok(files.has(`methods/${name}.html`), name);
  for (const { name } of DATASETS) assert.ok(files.has(`datasets/${name}.html`), name);
  for (const [path, html] of files) {
    if (path.endsWith(".csv")) continue;
    assert.match(
      html,
      /<meta http-equiv="Content-Security-Policy" content="default-src 'none';/,
      path,
    );
    assert.doesNotMatch(
      html,
      /content="[^"]*unsafe-|<link[^>]+href="https?:|\s(?:src|srcset)="(?!data:)/,
      path,
    );
  }
});

Deno.test("a method's page shows what it minimises, one of two stages what both do, none with a style", () => {
  const noted = (tex: string) =>
    `>${
      tex.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
        "'",
        "&#x27;",
      )
    }</annotation>`;
  for (const name of [...METHODS.map(({ name }) => name), ...TWO_STAGE]) {
    const html = files.get(`methods/${name}.html`)!;
    for (const part of name.split("+")) {
      const { formulas = [] } = METHODS.find(({ name }) => name === part)!.objective ?? {};
      for (const tex of formulas) assert.ok(html.includes(noted(tex)), `${name}: ${tex}`);
    }
    assert.doesNotMatch(html.replace(/<style>[\s\S]*?<\/style>/, ""), / style=|```|\$`/, name);
  }
});

Deno.test({
  name: `the search finds pages from a folder, and pages fit${
    chromium ? "" : " (skipped: no Chromium)"
  }`,
  ignore: chromium === null,
  fn: async () => {
    const out = await Deno.makeTempDir();
    try {
      for (const [path, html] of files) {
        await Deno.mkdir(dirname(join(out, path)), { recursive: true });
        await Deno.writeTextFile(join(out, path), html);
      }
      await withTab(chromium!, async (tab) => {
        const open = async (path: string) => {
          await tab.send("Page.navigate", { url: pathToFileURL(join(out, path)).href });
          await tab.until(
            `location.pathname.endsWith(${
              JSON.stringify(path)
            }) && document.readyState === "complete"`,
          );
        };
        await open("search.html");
        const found = async (words: string) => {
          await tab.evaluate(`document.querySelector("#words").value = ${JSON.stringify(words)};
            document.querySelector("#words").dispatchEvent(new Event("input"))`);
          return await tab.evaluate<string[]>(
            `[...document.querySelectorAll("#found a")].map((a) => a.getAttribute("href"))`,
          );
        };
        const links = await found("invariant risk");
        assert.ok(links.slice(0, 3).includes("methods/irm.html"), links.join());
        assert.equal((await found("defineMetric"))[0], "api/metrics.html#definemetric");
        const kept = await found("pacs-mobilenet");
        assert.ok(kept.some((link) => link.startsWith("results/")), kept.join());
        // What stands in the charts of a page is not what the page is about.
        const named = (await found("mislas")).filter((link) => link.startsWith("methods/"));
        assert.equal(named[0], "methods/mislas.html");
        assert.ok(named.length < METHODS.length / 2, named.join());
        for (const width of [1280, 390]) {
          await tab.send("Emulation.setDeviceMetricsOverride", {
            ...{ width, height: 800, deviceScaleFactor: 1, mobile: width < 500 },
          });
          for (const path of ["index.html", "methods/irm.html", "methods/ndcl.html", "cli.html"]) {
            await open(path);
            assert.ok(
              await tab.evaluate<number>("document.documentElement.scrollWidth") <= width,
              path,
            );
          }
        }
        assert.deepEqual(tab.complaints, []);
      });
    } finally {
      await Deno.remove(out, { recursive: true });
    }
  },
});
