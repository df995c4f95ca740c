/**
 * `deno task test:report`: makes up a grid of 6 data sets × 22 methods × 5 seeds and tells how long
 * its report takes, how large the page is, and when a browser first paints it.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import { pathToFileURL } from "node:url";
import { print } from "../../base/terminal.ts";
import { buildReport } from "../../report/mod.ts";
import { findChromium, withTab } from "../report/browser.ts";
import { DATASETS, METHODS, writeStore } from "../report/store.ts";

const out = await Deno.makeTempDir({ prefix: "report-" });
try {
  const grid = { datasets: DATASETS, methods: METHODS, seeds: [0, 1, 2, 3, 4], details: true };
  await writeStore(out, grid);
  for (const what of ["first report", "second report, t-SNE kept"]) {
    const began = performance.now(), before = cpuUsage();
    const { runs, path } = await buildReport(out);
    const { user, system } = cpuUsage(before);
    const seconds = (performance.now() - began) / 1e3;
    const { size } = await Deno.stat(path);
    print(
      `${what}: ${runs} runs in ${seconds.toFixed(1)} s ` +
        `(${((user + system) / 1e6).toFixed(1)} s of processor time), ${
          (size / 1e6).toFixed(1)
        } MB`,
    );
    const chromium = findChromium();
    if (chromium === null) continue;
    await withTab(chromium, async (tab) => {
      const painted = "performance.getEntriesByName('first-contentful-paint')";
      await tab.send("Page.navigate", { url: pathToFileURL(path).href });
      await tab.until(`location.protocol === 'file:' && ${painted}.length === 1`);
      const paint = await tab.evaluate<number>(`${painted}[0].startTime`);
      print(`first paint after ${paint.toFixed(0)} ms`);
    });
  }
} finally {
  await Deno.remove(out, { recursive: true });
}
