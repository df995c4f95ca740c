/** Keyboard and screen reader: axe-core finds nothing in the page, light and dark, wide and narrow. */
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
// For this test alone: no dependency of the package.
// deno-lint-ignore no-import-prefix
import axe from "npm:axe-core@4.14.1";
import { buildReport } from "../../report/mod.ts";
import { findChromium, withTab } from "./browser.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, STUDIES, writeStore } from "./store.ts";

const chromium = findChromium();

/** A rule that the page breaks, and where. */
interface Violation {
  readonly id: string;
  readonly nodes: readonly {
    readonly target: readonly string[];
    readonly failureSummary: string;
  }[];
}

Deno.test({
  name: `axe-core finds no violation${chromium ? "" : " (skipped: no Chromium on the PATH)"}`,
  ignore: chromium === null,
  fn: () =>
    inFolder(async (out) => {
      await writeStore(out, {
        details: true,
        datasets: DATASETS.slice(0, 2),
        methods: ["erm", "irm", "coral", "mmd", "focal", "crt", "boda", "boda+crt"],
        seeds: [0, 1, 2],
        studies: STUDIES,
        fate: (_, method, seed) => method === "irm" && seed === 1 ? "failed" : "done",
      });
      const { path } = await buildReport(out);
      await withTab(chromium!, async (tab) => {
        await tab.send("Page.setBypassCSP", { enabled: true });
        for (const width of [1280, 390]) {
          const size = { width, height: 900, deviceScaleFactor: 1, mobile: width < 500 };
          await tab.send("Emulation.setDeviceMetricsOverride", size);
          for (const value of ["light", "dark"]) {
            const features = [{ name: "prefers-color-scheme", value }];
            await tab.send("Emulation.setEmulatedMedia", { features });
            await tab.send("Page.navigate", { url: pathToFileURL(path).href });
            await tab.until("location.protocol === 'file:' && document.readyState === 'complete'");
            await tab.until(`(() => {
              for (const details of document.querySelectorAll("details")) details.open = true;
              const waiting = document.querySelectorAll("figure:not([data-state=live])");
              waiting[0]?.scrollIntoView();
              return waiting.length === 0;
            })()`);
            await tab.evaluate(`${axe.source}; 0`);
            const found = await tab.evaluate<Violation[]>(
              "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations" +
                ".map(({ id, nodes }) => ({ id, nodes: nodes.slice(0, 3)" +
                ".map(({ target, failureSummary }) => ({ target, failureSummary })) })))",
            );
            assert.deepEqual(found, [], `${width} pixels, ${value}`);
            const wide = await tab.evaluate("document.documentElement.scrollWidth");
            assert.equal(wide, width, "nothing is cut at the side");
          }
        }
      });
    }),
});
