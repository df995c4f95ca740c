/** Keyboard and screen reader: axe-core finds nothing in any kind of page, light and dark, wide and narrow. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
// For tests alone: no dependency of the package.
// deno-lint-ignore no-import-prefix
import axe from "npm:axe-core@4.14.1";
import { projectPath } from "../../base/paths.ts";
import { findChromium, withTab } from "../report/browser.ts";

const chromium = findChromium();

/** A rule that a page breaks, and where. */
interface Violation {
  readonly id: string;
  readonly nodes: readonly {
    readonly target: readonly string[];
    readonly failureSummary: string;
  }[];
}

/** A page of every kind: those without a folder that have most to show, and one of each folder. */
function kinds(paths: readonly string[]): string[] {
  const folders = Map.groupBy(
    paths.filter((path) => path.includes("/") && path.endsWith(".html")),
    (path) => path.replace(/\/[^/]+$/, "").replace(/^results\/[^/]+/, "results/*"),
  );
  // The last of a folder is seldom its index.
  return ["index.html", "search.html", ...[...folders.values()].map((own) => own.at(-1)!)];
}

Deno.test({
  name: `axe-core finds no violation${chromium ? "" : " (skipped: no Chromium on the PATH)"}`,
  ignore: chromium === null,
  fn: async () => {
    const out = await Deno.makeTempDir();
    try {
      const { success, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["task", "docs", out],
        cwd: projectPath(""),
      }).output();
      assert.ok(success, new TextDecoder().decode(stderr));
      const pages = kinds((await readdir(out, { recursive: true })).sort());
      assert.ok(pages.length >= 8, pages.join());
      const wrong: string[] = [];
      await withTab(chromium!, async (tab) => {
        await tab.send("Page.setBypassCSP", { enabled: true });
        for (const path of pages) {
          const url = pathToFileURL(join(out, path)).href;
          await tab.send("Page.navigate", { url });
          await tab.until(
            `location.href === ${JSON.stringify(url)} && document.readyState === 'complete'`,
          );
          await tab.evaluate(`for (const part of document.querySelectorAll("details")) {
            part.open = true;
          }
          const field = document.querySelector("#words");
          if (field) { field.value = "domain"; field.dispatchEvent(new Event("input")); }`);
          await tab.evaluate(`${axe.source}; 0`);
          for (const width of [1280, 390]) {
            const size = { width, height: 900, deviceScaleFactor: 1, mobile: width < 500 };
            await tab.send("Emulation.setDeviceMetricsOverride", size);
            for (const value of ["light", "dark"]) {
              const features = [{ name: "prefers-color-scheme", value }];
              await tab.send("Emulation.setEmulatedMedia", { features });
              const found = await tab.evaluate<Violation[]>(
                "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => " +
                  "violations.map(({ id, nodes }) => ({ id, nodes: nodes.slice(0, 3)" +
                  ".map(({ target, failureSummary }) => ({ target, failureSummary })) })))",
              );
              wrong.push(
                ...found.map((violation) =>
                  `${path}, ${width} pixels, ${value}: ${JSON.stringify(violation)}`
                ),
              );
              const wide = await tab.evaluate("document.documentElement.scrollWidth");
              assert.equal(wide, width, `${path}: nothing is cut at the side`);
              const ground = await tab.evaluate<string>(
                "getComputedStyle(document.body).backgroundColor",
              );
              assert.equal(ground, value === "light" ? "rgb(255, 255, 255)" : "rgb(20, 24, 28)");
            }
          }
        }
      });
      assert.deepEqual(wrong, []);
    } finally {
      await Deno.remove(out, { recursive: true });
    }
  },
});
