/** What a reader takes from a page that was mailed alone. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildReport } from "../../report/mod.ts";
import { findChromium, type Tab, withTab } from "./browser.ts";
import { inFolder } from "./folder.ts";
import { SMALL, writeStore } from "./store.ts";

const chromium = findChromium();

/** Clicks a button and waits for its file. */
async function taken(tab: Tab, folder: string, button: string, name: string): Promise<Uint8Array> {
  await tab.evaluate(`document.querySelector(${JSON.stringify(button)}).click()`);
  const end = Date.now() + 20_000;
  for (;;) {
    const bytes = await Deno.readFile(join(folder, name)).catch(() => null);
    if (bytes !== null && bytes.length > 0) return bytes;
    if (Date.now() > end) throw new Error(`${name} was not handed out`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test({
  name: `a page mailed alone hands out every file${chromium ? "" : " (skipped: no Chromium)"}`,
  ignore: chromium === null,
  fn: () =>
    inFolder(async (out) => {
      await writeStore(out, SMALL);
      const { path } = await buildReport(out);
      const [alone, got] = [join(out, "alone"), join(out, "got")];
      await Deno.mkdir(alone);
      await Deno.mkdir(got);
      await Deno.copyFile(path, join(alone, "index.html"));
      const beside = (name: string) => Deno.readTextFile(join(out, "report", name));
      await withTab(chromium!, async (tab) => {
        await tab.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: got });
        await tab.send("Page.navigate", { url: pathToFileURL(join(alone, "index.html")).href });
        await tab.until("location.protocol === 'file:' && document.readyState === 'complete'");
        const dead = await tab.evaluate<string[]>(
          "[...document.links].map((a) => a.getAttribute('href'))" +
            ".filter((href) => !/^(#|https:)/.test(href) || " +
            "(href[0] === '#' && !document.getElementById(href.slice(1))))",
        );
        assert.deepEqual(dead, [], "no link leads nowhere");
        for (const kind of ["csv", "md", "tex"]) {
          const button = `#table-digits [data-file="digits.${kind}"]`;
          const bytes = await taken(tab, got, button, `digits.${kind}`);
          assert.equal(text(bytes), await beside(`tables/digits.${kind}`));
        }
        const figure = "#chart-digits-confusion";
        await tab.evaluate(`document.querySelector("${figure}").scrollIntoView()`);
        await tab.until(`document.querySelector("${figure}").dataset.state === "live"`);
        const csv = text(
          await taken(tab, got, `${figure} [data-file=csv]`, "digits-confusion.csv"),
        );
        assert.equal(csv, await beside("charts/digits-confusion.csv"));
        assert.match(csv, /^method,domain,class,share,predicted\n/);

        // What is chosen is what is said, and what is handed out.
        await tab.evaluate(`(() => {
          const select = document.querySelector("${figure} select");
          select.value = "IRM";
          select.dispatchEvent(new Event("input"));
          select.dispatchEvent(new Event("change"));
        })()`);
        const said = `document.querySelector("${figure} .said").textContent`;
        await tab.until(`${said}.startsWith("Shown: IRM, all domains.")`);
        const svg = text(
          await taken(
            tab,
            got,
            `${figure} [data-file=svg]`,
            "digits-confusion-irm-all-domains.svg",
          ),
        );
        assert.match(svg, />IRM, all domains</);
        assert.match(svg, /aria-label="[^"]*Shown: IRM, all domains\./);
        assert.doesNotMatch(svg, /currentColor/);
        const pdf = await taken(
          tab,
          got,
          `${figure} [data-file=pdf]`,
          "digits-confusion-irm-all-domains.pdf",
        );
        assert.equal(text(pdf.slice(0, 8)), "%PDF-1.4");
        const png = await taken(
          tab,
          got,
          `${figure} [data-file=png]`,
          "digits-confusion-irm-all-domains.png",
        );
        assert.deepEqual([...png.subarray(1, 4)], [..."PNG"].map((c) => c.charCodeAt(0)));
        assert.deepEqual(tab.complaints, []);
        assert.deepEqual(tab.requests, []);
      });
    }),
});
