import assert from "node:assert/strict";
import { join } from "node:path";
import { cpuUsage } from "node:process";
import { pathToFileURL } from "node:url";
import { buildReport } from "../../report/mod.ts";
import { findChromium, withTab } from "./browser.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, type Fate, METHODS, writeStore } from "./store.ts";

const MOST_BYTES = 15e6;

/** About three times what it takes, t-SNE included: wall time says nothing while other tests run. */
const MOST_CPU_SECONDS = 60;

function fate(dataset: string, method: string, seed: number): Fate {
  if (dataset === "vlcs" && method === "irm") return "failed";
  if (dataset === "pacs" && method === "mldg" && seed === 3) return "diverged";
  return dataset === "domainnet" && seed === 4 && ["fish", "boda"].includes(method)
    ? "missing"
    : "done";
}

Deno.test("a whole grid of 660 runs becomes one page that opens at once", () =>
  inFolder(async (out) => {
    await writeStore(out, {
      datasets: DATASETS,
      methods: METHODS,
      seeds: [0, 1, 2, 3, 4],
      details: true,
      fate,
    });
    const before = cpuSeconds();
    const report = await buildReport(out);
    const seconds = cpuSeconds() - before;
    assert.deepEqual([report.runs, report.planned, report.failed, report.diverged], [
      652,
      660,
      5,
      1,
    ]);
    assert(seconds < MOST_CPU_SECONDS, `it took ${seconds.toFixed(1)} s of CPU`);
    const { size } = await Deno.stat(report.path);
    assert(size < MOST_BYTES, `the page has ${size} bytes`);
    const page = await Deno.readTextFile(report.path);
    assert.match(page, /<b>652 of 660 runs<\/b>/);
    for (const table of report.files.filter((file) => /\.(csv|md|tex)$/.test(file))) {
      assert.doesNotMatch(await Deno.readTextFile(table), /NaN|undefined|Infinity/, table);
    }
    assert((await Deno.stat(join(out, "report", "charts", "critical-difference.png"))).size > 0);

    const chromium = findChromium();
    if (chromium === null) return;
    await withTab(chromium, async (tab) => {
      await tab.send("Page.navigate", { url: pathToFileURL(report.path).href });
      await tab.until("performance.getEntriesByName('first-contentful-paint').length === 1");
      const paint = await tab.evaluate<number>(
        "performance.getEntriesByName('first-contentful-paint')[0].startTime",
      );
      assert(paint < 2000, `the first paint came after ${paint.toFixed(0)} ms`);
      assert.deepEqual(tab.complaints, []);
      assert.deepEqual(tab.requests, []);
    });
  }));

/** Seconds of CPU that this process has used. */
function cpuSeconds(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1e6;
}
