import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "csv-parse/sync";
import { mean } from "../../metrics/mod.ts";
import { buildReport } from "../../report/mod.ts";
import { arrange } from "../../report/analysis/arrange.ts";
import { readStore } from "../../report/folder.ts";
import { findChromium, type Tab, withTab } from "./browser.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, type Fate, METHODS, writeStore } from "./store.ts";

const MOST_BYTES = 15e6;

function fate(dataset: string, method: string, seed: number): Fate {
  if (dataset === "vlcs" && method === "irm") return "failed";
  if (dataset === "pacs" && method === "mldg" && seed === 3) return "diverged";
  return dataset === "domainnet" && seed === 4 && ["fish", "boda"].includes(method)
    ? "missing"
    : "done";
}

/** The generated grid of 660 runs; times are told by `deno task test:report`. */
Deno.test("a whole grid becomes one page that answers a reader's questions", () =>
  inFolder(async (out) => {
    await writeStore(out, {
      datasets: DATASETS,
      methods: METHODS,
      seeds: [0, 1, 2, 3, 4],
      details: true,
      fate,
    });
    const report = await buildReport(out);
    const { runs, planned, failed, diverged } = report;
    assert.deepEqual([runs, planned, failed, diverged], [652, 660, 5, 1]);
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
      await tab.until("location.protocol === 'file:' && document.readyState === 'complete'");
      await answers(tab, out);
      assert.deepEqual(tab.complaints, []);
      assert.deepEqual(tab.requests, []);
    });
  }));

/** What the page says of PACS, beside the tables that programs read. */
async function answers(tab: Tab, out: string): Promise<void> {
  const rows = async (name: string) =>
    parse(await Deno.readTextFile(join(out, "report", "tables", name)), {
      columns: true,
    }) as Record<
      string,
      string
    >[];
  const card = await tab.evaluate<string>(
    `[...document.querySelectorAll(".cards > li")]` +
      `.find((card) => card.querySelector("a").hash === "#data-pacs").innerText`,
  );

  // Which method is best on the worst domain?
  const whole = (await rows("pacs.csv")).filter((row) => row.worst_macro_f1_n === "5");
  const [best] = whole.sort((a, b) =>
    Number(b.worst_macro_f1_mean) - Number(a.worst_macro_f1_mean)
  );
  const score = Number(best!.worst_macro_f1_mean).toFixed(1);
  const name = best!.method!.toUpperCase();
  assert(card.includes(`Highest mean worst-domain macro-F1\n${name} ${score} %`), card);

  // Is the difference to BoDA significant?
  const pair = (await rows("pairs.csv")).find((row) =>
    row.dataset === "pacs" && row.domain === "worst" && row.metric === "macro_f1" &&
    [row.first, row.second].includes("boda") && [row.first, row.second].includes(best!.method)
  )!;
  const answer = await tab.evaluate<string>(`(() => {
    const picker = document.querySelector(".picker");
    const choose = (name, value) => {
      picker.querySelector("[name=" + name + "]").value = value;
      picker.dispatchEvent(new Event("change"));
    };
    choose("dataset", "PACS-MLT");
    choose("figure", "worst-domain macro-F1");
    choose("method", ${JSON.stringify(name)});
    choose("other", "BODA");
    return picker.querySelector("output").textContent;
  })()`);
  const turned = pair.first !== best!.method;
  const head = pair.verdict === "not told apart"
    ? "Not told apart"
    : (pair.verdict === "better") !== turned
    ? "Yes, better"
    : "No, worse";
  assert.equal(pair.verdict === "not told apart", Number(pair.p_holm) >= 0.05);
  const points = Math.abs(Number(pair.difference)).toFixed(1);
  assert(answer.startsWith(`${head}: +${points}`), answer);

  // Which class is hardest in which domain?
  const pacs = arrange(await readStore(out)).find((dataset) => dataset.name === "pacs")!;
  const { runs: seeds } = pacs.methods.find((method) => method.name === best!.method)!;
  const cells = pacs.data!.domains.flatMap((domain, d) =>
    pacs.data!.classes.map((name, c) => ({
      where: `${name} in ${domain}`,
      f1: mean(seeds.map((run) => run!.digest!.classF1[d]![c]!))!,
    }))
  );
  const [hardest] = cells.sort((a, b) => a.f1 - b.f1);
  assert(card.includes(`Hardest for it: ${hardest!.where} (F1 ${hardest!.f1.toFixed(2)})`), card);
}
