import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { buildReport } from "../../report/mod.ts";
import { findChromium, type Tab, withTab } from "./browser.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, type FakeGrid, STUDIES, writeStore } from "./store.ts";

const chromium = findChromium();
const skipped = chromium === null ? " (skipped: no Chromium on the PATH)" : "";

/** A page with finished, failed, diverged and missing runs. */
const MIXED: FakeGrid = {
  details: true,
  datasets: DATASETS.slice(0, 2),
  methods: ["erm", "irm", "coral", "mmd", "focal", "crt", "boda", "boda+crt"],
  seeds: [0, 1, 2],
  fate: (dataset, method, seed) => {
    if (dataset === "digits" && method === "irm") return "failed";
    if (dataset === "vlcs" && method === "irm") return "diverged";
    return dataset === "vlcs" && seed === 2 && method === "boda" ? "missing" : "done";
  },
};

/** Opens the report of a grid in a browser; there must be no complaint and no request. */
function withPage(work: (tab: Tab) => Promise<void>, grid = MIXED): Promise<void> {
  return inFolder(async (out) => {
    await writeStore(out, grid);
    const { path } = await buildReport(out);
    await withTab(chromium!, async (tab) => {
      await tab.send("Page.navigate", { url: pathToFileURL(path).href });
      await tab.until("location.protocol === 'file:' && document.readyState === 'complete'");
      await work(tab);
      assert.deepEqual(tab.complaints, [], "the console is empty");
      assert.deepEqual(tab.requests, [], "nothing is asked of a network");
    });
  });
}

/** Scrolls to every chart until all are live. */
function enliven(tab: Tab): Promise<void> {
  return tab.until(`(() => {
    const waiting = document.querySelectorAll("figure:not([data-state=live])");
    waiting[0]?.scrollIntoView();
    return waiting.length === 0;
  })()`);
}

/** Tests in a browser: one at a time, as each takes a few processes. */
function browserTest(name: string, work: (tab: Tab) => Promise<void>, grid?: FakeGrid) {
  Deno.test({ name: name + skipped, ignore: chromium === null, fn: () => withPage(work, grid) });
}

for (
  const [what, grid] of Object.entries<FakeGrid>({
    "one seed": { ...MIXED, seeds: [4], fate: () => "done" },
    "one method": { ...MIXED, methods: ["erm"], fate: () => "done" },
    "two seeds and studies": { ...MIXED, seeds: [0, 1], studies: STUDIES },
    "diverged runs alone": { ...MIXED, fate: () => "diverged" },
    "no run yet": { ...MIXED, fate: () => "missing" },
    "few runs yet": { ...MIXED, fate: (_, method) => method === "erm" ? "done" : "missing" },
  })
) {
  browserTest(`a grid with ${what} makes a quiet page`, async (tab) => {
    await enliven(tab);
    const text = await tab.evaluate<string>("document.body.innerText");
    assert.doesNotMatch(text, /NaN|undefined|Infinity|null/);
  }, { ...grid, datasets: DATASETS.slice(0, 1) });
}

browserTest("a chart by itself has its words beside it on a wide page, else below", async (tab) => {
  for (const [width, beside] of [[1280, true], [900, false], [390, false]] as const) {
    const size = { width, height: 900, deviceScaleFactor: 1, mobile: false };
    await tab.send("Emulation.setDeviceMetricsOverride", size);
    const [drawn, words, page] = await tab.evaluate<[DOMRect, DOMRect, number]>(`(() => {
      const figure = document.querySelector("#chart-digits-control");
      const drawn = [...figure.querySelectorAll(".drawn, .live")].find((e) => e.offsetWidth > 0);
      const [chart, words] = [drawn, figure.querySelector("figcaption")]
        .map((element) => element.getBoundingClientRect().toJSON());
      return [chart, words, document.documentElement.scrollWidth];
    })()`);
    assert.equal(words.left >= drawn.right, beside, `at ${width}`);
    if (beside) assert.ok(words.right > 0.9 * width, "the page is used up to its right edge");
    assert.ok(page <= width, "nothing is scrolled sideways");
  }
}, { datasets: DATASETS.slice(0, 1), methods: ["erm", "irm"], seeds: [0, 1, 2] });

const methods = (table: string) =>
  `[...document.querySelectorAll("#table-${table} tbody tr:not(.group)")]` +
  `.filter((row) => !row.hidden).map((row) => row.cells[0].firstChild.textContent)`;

browserTest("every chart comes to life when it is scrolled to", async (tab) => {
  const figures = 2 * 9 + 2; // nine a data set; over both, differences and chances
  assert.equal(await tab.evaluate("document.querySelectorAll('figure').length"), figures);
  assert.equal(
    await tab.evaluate("document.querySelectorAll('figure .drawn svg').length"),
    figures,
  );
  assert.equal(await tab.evaluate("document.querySelectorAll('figure[data-state]').length"), 0);
  const policy = await tab.evaluate<string>(
    "document.querySelector('meta[http-equiv=Content-Security-Policy]').content",
  );
  assert.doesNotMatch(policy, /unsafe/);
  assert.equal(await tab.evaluate("document.querySelectorAll('[style]:not(svg *)').length"), 0);
  // What data might bring does not run.
  const ran = await tab.evaluate<boolean>(`new Promise((resolve) => {
    addEventListener("securitypolicyviolation", () => resolve(Boolean(globalThis.hostile)));
    const script = document.createElement("script");
    script.textContent = "globalThis.hostile = true";
    document.body.append(script);
  })`);
  assert.equal(ran, false);
  tab.complaints.length = 0;
  await enliven(tab);
  assert.equal(
    await tab.evaluate("document.querySelectorAll('figure .live svg.marks').length"),
    figures,
  );

  const menus = "document.querySelectorAll('.vega-actions').length";
  assert.equal(await tab.evaluate(menus), 0, "no menu covers a heading: buttons hand out files");
  const title = "document.querySelector('#chart-digits-class-f1 .live .role-title').textContent";
  const shown = await tab.evaluate<string>(title);
  await tab.evaluate(`(() => {
    const select = document.querySelector("#chart-digits-class-f1 select");
    select.value = [...select.options].map((o) => o.value).find((v) => v !== ${
    JSON.stringify(shown)
  });
    select.dispatchEvent(new Event("input"));
    select.dispatchEvent(new Event("change"));
  })()`);
  await tab.until(`${title} !== ${JSON.stringify(shown)}`);
});

browserTest("tables are sorted by click and by key, and filtered", async (tab) => {
  const before = await tab.evaluate<string[]>(methods("vlcs"));
  assert.equal(before.length, 8);
  const button = `document.querySelectorAll("#table-vlcs th[aria-sort] button")[2]`;
  const values = `[...document.querySelectorAll("#table-vlcs tbody tr:not(.group)")]` +
    `.map((row) => row.cells[2].dataset.value)`;
  const order = `document.querySelectorAll("#table-vlcs th[aria-sort]")[2].ariaSort`;

  await tab.evaluate(`${button}.click()`);
  assert.equal(await tab.evaluate(order), "descending");
  const sorted = await tab.evaluate<(string | null)[]>(values);
  assert.equal(sorted.at(-1), null, "missing figures come last");
  const numbers = sorted.slice(0, -1).map(Number);
  assert.deepEqual(numbers, [...numbers].sort((a, b) => b - a));

  await tab.evaluate(`${button}.focus()`);
  const enter = { key: "Enter", code: "Enter", text: "\r", windowsVirtualKeyCode: 13 };
  for (const expected of ["ascending", "none"]) {
    await tab.send("Input.dispatchKeyEvent", { type: "keyDown", ...enter });
    await tab.send("Input.dispatchKeyEvent", { type: "keyUp", ...enter });
    assert.equal(await tab.evaluate(order), expected);
  }
  assert.deepEqual(await tab.evaluate(methods("vlcs")), before);

  await tab.evaluate(`(() => {
    const input = document.querySelector("#table-vlcs .filter input");
    input.value = "boda";
    input.dispatchEvent(new Event("input"));
  })()`);
  assert.deepEqual(await tab.evaluate(methods("vlcs")), ["BODA", "BODA+CRT"]);
});

browserTest("any two methods are compared, either way round", async (tab) => {
  const ask = (method: string, other: string, figure: string, dataset: string) =>
    tab.evaluate<string>(`(() => {
      const picker = document.querySelector(".picker");
      const choose = (name, value) => {
        picker.querySelector("[name=" + name + "]").value = value;
        picker.dispatchEvent(new Event("change"));
      };
      choose("dataset", ${JSON.stringify(dataset)});
      choose("figure", ${JSON.stringify(figure)});
      choose("method", ${JSON.stringify(method)});
      choose("other", ${JSON.stringify(other)});
      return picker.querySelector("output").textContent;
    })()`);
  const figure = "worst-domain macro-F1";
  const there = await ask("BODA", "ERM", figure, "Digits-MLT");
  const back = await ask("ERM", "BODA", figure, "Digits-MLT");
  const points = (text: string) => /: ([+−])([\d.]+) points/.exec(text)!.slice(1);
  assert.notEqual(points(there)[0], points(back)[0]);
  assert.match(there, /^(Yes, better|No, worse|Not told apart): /);
  assert.equal(points(there)[1], points(back)[1]);
  assert.match(
    there,
    /Interval [+−][\d.]+ to [+−][\d.]+ points, p (=|<) [\d.]+, over 3 seeds; Cohen's d = [\d.]+\./,
  );
  assert.match(await ask("BODA", "ERM", figure, "VLCS-MLT"), /over 2 seeds/);
  assert.match(await ask("ERM", "ERM", figure, "VLCS-MLT"), /two different methods/);
});

browserTest("the theme follows the system until it is chosen", async (tab) => {
  const ground = "getComputedStyle(document.body).backgroundColor";
  const set = (value: string) =>
    tab.send("Emulation.setEmulatedMedia", {
      features: [{ name: "prefers-color-scheme", value }],
    });
  await set("light");
  const light = await tab.evaluate<string>(ground);
  await set("dark");
  const dark = await tab.evaluate<string>(ground);
  assert.notEqual(light, dark);
  await tab.evaluate("document.querySelector('nav button').click()");
  assert.equal(await tab.evaluate(ground), light);
});

browserTest("a phone scrolls tables, never the page, sideways", async (tab) => {
  const metrics = { width: 360, height: 740, deviceScaleFactor: 1, mobile: true };
  await tab.send("Emulation.setDeviceMetricsOverride", metrics);
  assert.equal(await tab.evaluate("document.documentElement.scrollWidth"), 360);
});

browserTest("paper shows the drawn charts in black on white", async (tab) => {
  await enliven(tab);
  await tab.evaluate("document.documentElement.dataset.theme = 'dark'");
  await tab.send("Emulation.setEmulatedMedia", { media: "print" });
  const display = (what: string) =>
    tab.evaluate(`getComputedStyle(document.querySelector("figure ${what}")).display`);
  assert.equal(await display(".drawn"), "block");
  assert.equal(await display(".live"), "none");
  assert.equal(await tab.evaluate("getComputedStyle(document.body).color"), "rgb(0, 0, 0)");
});

browserTest("headings step down by one, links lead somewhere, ids are single", async (tab) => {
  const levels = await tab.evaluate<number[]>(
    "[...document.querySelectorAll('h1,h2,h3,h4')].map((heading) => Number(heading.tagName[1]))",
  );
  assert.equal(levels[0], 1);
  assert.equal(levels.filter((level) => level === 1).length, 1);
  levels.forEach((level, i) => assert(i === 0 || level <= levels[i - 1]! + 1));
  const lost = await tab.evaluate(
    "[...document.querySelectorAll('a[href^=\"#\"]')].map((a) => a.getAttribute('href'))" +
      ".filter((href) => !document.getElementById(href.slice(1)))",
  );
  assert.deepEqual(lost, []);
  const twice = await tab.evaluate(
    "[...document.querySelectorAll('[id]')].map((e) => e.id)" +
      ".filter((id, i, all) => all.indexOf(id) !== i)",
  );
  assert.deepEqual(twice, []);
  const unnamed = await tab.evaluate(
    "[...document.querySelectorAll('.drawn svg')].filter((svg) => " +
      "svg.getAttribute('role') !== 'img' || !svg.getAttribute('aria-label')).length",
  );
  assert.equal(unnamed, 0);
  const text = await tab.evaluate<string>("document.body.innerText");
  assert(text.includes("</script><b>it ends early</b>"), "data cannot become markup");
  assert(text.includes("41 of 48 runs have a result; 3 failed, 3 diverged, 1 not run yet"));
});
