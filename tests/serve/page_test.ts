/** The live page in a browser. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { buildReport } from "../../report/mod.ts";
import { findChromium, type Tab, withTab } from "../report/browser.ts";
import { writeStore } from "../report/store.ts";
import { GRID, halfway, tell, withServer } from "./folder.ts";

const chromium = findChromium();
const skipped = chromium === null ? " (skipped: no Chromium on the PATH)" : "";

interface Shown {
  readonly out: string;
  readonly address: string;
  readonly tab: Tab;
}

/** Opens the live page of a grid; it asks for nothing but what its own server has. */
function browserTest(name: string, work: (shown: Shown) => Promise<void>, grid = GRID): void {
  Deno.test({
    name: name + skipped,
    ignore: chromium === null,
    fn: () =>
      withServer(({ out, address }) =>
        withTab(chromium!, async (tab) => {
          await tell(out, "erm", 1, halfway());
          await tab.send("Page.navigate", { url: address });
          await tab.until("document.querySelectorAll('#tables td span').length > 0");
          await work({ out, address, tab });
          assert.deepEqual(tab.complaints, [], "the console is empty");
          const foreign = tab.requests.filter((url) => !url.startsWith(address));
          assert.deepEqual(foreign, [], "nothing is asked of another address");
        }), grid),
  });
}

const text = (selector: string) => `document.querySelector(${JSON.stringify(selector)}).innerText`;
const cells = "[...document.querySelectorAll('#tables td')].map((td) => td.innerText)";

browserTest(
  "it shows every run, its failures and its curves, and goes on doing so",
  async (shown) => {
    const { out, tab } = shown;
    await tab.until("document.querySelectorAll('#chart polyline').length > 1");
    const [done, running, waiting, ...irm] = await tab.evaluate<string[]>(cells);
    assert.match(done!, /^\d\d\.\d$/);
    assert.deepEqual([running, waiting, ...irm], ["▸ 50 %", "·", "✕", "∞", "·"]);
    assert.match(
      await tab.evaluate(text("#summary")),
      /^1 of 6 runs done, 2 waiting, 1 running, .*left$/,
    );
    assert.match(
      await tab.evaluate(text("#working tbody")),
      /erm, seed 1\s+250 of 500\s+0\.500\s+62\.5/,
    );
    assert.match(
      await tab.evaluate(text("#failures")),
      /Cannot read the image.*<\/script><b>it ends/,
    );
    await tell(out, "erm", 1, halfway({ step: 400 }));
    await tab.until(`${cells}[1] === "▸ 80 %"`);
    const other = `document.querySelector("#measure").value = "loss";
    document.querySelector("#measure").dispatchEvent(new Event("change"));
    ${text("#curves figcaption")}`;
    assert.match(await tab.evaluate(other), /^The training loss/);
  },
);

browserTest("words out of the folder are text and nothing else", async ({ out, tab }) => {
  const preset = "<img src=x onerror=document.title='run'>";
  const path = join(out, "manifest.json");
  const plan = JSON.parse(await Deno.readTextFile(path));
  await Deno.writeTextFile(path, JSON.stringify({ ...plan, preset }));
  await tab.until(`${text("#about")}.includes("<img src=x")`);
  assert.equal(await tab.evaluate("document.querySelectorAll('img').length"), 0);
});

browserTest(
  "it becomes the report when all runs have ended, under its server's policy",
  async (shown) => {
    const { out, address, tab } = shown;
    await writeStore(out, { ...GRID, fate: () => "done" });
    await tab.until(`${text("#report")}.includes("deno task report --out ")`);
    await buildReport(out);
    await tab.until(
      `location.pathname === "/report/index.html" && document.readyState === "complete"`,
    );
    await tab.until(`(() => {
    const waiting = document.querySelectorAll("figure:not([data-state=live])");
    waiting[0]?.scrollIntoView();
    return waiting.length === 0;
  })()`);
    // Whoever opens it after that is not led away.
    await tab.send("Page.navigate", { url: address });
    await tab.until(`${text("#report")} === "All runs have ended: the report"`);
    assert.equal(await tab.evaluate("location.pathname"), "/");
  },
);

for (const width of [1280, 390]) {
  browserTest(
    `it fits into ${width} pixels, and its texts can be told from the ground`,
    async (shown) => {
      const { tab } = shown;
      await tab.send("Emulation.setDeviceMetricsOverride", {
        ...{ width, height: 800, deviceScaleFactor: 1, mobile: width < 500 },
      });
      for (const scheme of ["light", "dark"]) {
        await tab.send("Emulation.setEmulatedMedia", {
          features: [{ name: "prefers-color-scheme", value: scheme }],
        });
        await tab.until(`document.documentElement.scrollWidth <= ${width}`);
        const contrasts = await tab.evaluate<number[]>(`(() => {
        const light = (colour) => {
          const [r, g, b] = colour.match(/[\\d.]+/g).map((part) => part / 255)
            .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const ground = light(getComputedStyle(document.body).backgroundColor);
        return [...document.querySelectorAll("p, th, td, li, td span, h1, h2, h3")].map((element) => {
          const ink = light(getComputedStyle(element).color);
          return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
        });
      })()`);
        assert.ok(Math.min(...contrasts) >= 4.5, `${scheme}: ${Math.min(...contrasts)}`);
      }
    },
  );
}
