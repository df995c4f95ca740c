/** Kept results in the site: what there is, it shows, whatever their names. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { projectPath } from "../../base/paths.ts";
import { METHODS } from "../../methods/mod.ts";
import { sourceFiles, sourcePages } from "../../site/pages.ts";
import { comparisonSpec } from "../../site/results/chart.ts";
import { KEPT_FOLDER } from "../../report/kept/kept.ts";
import { readResults } from "../../site/results/figures.ts";

const pages = new Map((await sourcePages()).map((page) => [page.path, page]));
const all = await readResults();

Deno.test("the page of a method has the figures of every kept file, and a chart for each", async () => {
  const kept = await Promise.all(all.map(async ({ name }) => {
    const text = await Deno.readTextFile(projectPath(`${KEPT_FOLDER}/${name}/figures.csv`));
    return parse(text, { columns: true }) as Record<string, string>[];
  }));
  const averages = kept.flat().filter((row) =>
    row.metric === "macro_f1" && row.domain === "average"
  );
  assert.ok(averages.length > 100);
  for (const { name } of METHODS) {
    const own = averages.filter(({ method }) => method === name);
    const { markdown, drawings = [] } = pages.get(`methods/${name}.html`)!;
    assert.equal(drawings.length, own.length, name);
    for (const { value_mean, value_sd, place } of own) {
      const spread = value_sd === "" ? "" : ` ± ${Number(value_sd).toFixed(1)}`; // none of one seed
      const shown = `${Number(value_mean).toFixed(1)}${spread} | `;
      assert.ok(markdown.includes(shown), `${name}: ${shown}`);
      const shownPlace = place === "" ? " | – " : ` | ${place} of `;
      assert.ok(markdown.includes(shownPlace), `${name}: place ${place}`);
    }
  }
});

Deno.test("kept results have a page with charts, a page for every table, and their files", async () => {
  const files = await sourceFiles();
  for (const { name, kept, comparisons } of all) {
    const page = pages.get(`results/${name}/index.html`)!;
    assert.ok(page.markdown.includes(kept.note.slice(0, 20)), name);
    assert.equal(page.drawings?.length ?? 0, comparisons.length, name);
    const index = pages.get(`results/${name}/tables/index.html`)!;
    for await (const table of Deno.readDir(projectPath(`${KEPT_FOLDER}/${name}/tables`))) {
      const below = pages.get(`results/${name}/tables/${table.name.replace(/md$/, "html")}`)!;
      assert.equal(below.parent, page.path);
      assert.ok(index.markdown.includes(`(${table.name})`), table.name);
    }
    assert.ok(files.includes(`${KEPT_FOLDER}/${name}/figures.csv`));
  }
});

Deno.test("figures of any folder are read: other methods, other data sets, a single seed", async () => {
  const parent = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(parent, "mine"));
    const about = await Deno.readTextFile(projectPath(`${KEPT_FOLDER}/${all[0]!.name}/kept.json`));
    await Deno.writeTextFile(join(parent, "mine", "kept.json"), about);
    const write = (lines: string[]) =>
      Deno.writeTextFile(
        join(parent, "mine", "figures.csv"),
        ["protocol,dataset,metric,domain,method,value_mean,value_sd,value_n,best,place", ...lines]
          .join("\n"),
      );
    await write([
      "all domains,stones,macro_f1,average,mine,40.5,,1,40.5,2",
      "all domains,stones,macro_f1,average,erm+crt,60.25,1.5,3,62,1",
      "all domains,stones,macro_f1,worst,mine,30,,1,30,2",
      "all domains,stones,accuracy,average,mine,99,,1,99,1",
      "unseen: oracle,pacs-large-unseen-oracle,macro_f1,average,mine,50,,1,50,",
    ]);
    const [results] = await readResults(parent);
    const [stones, unseen] = results!.comparisons;
    assert.deepEqual(stones!.entrants.map(({ title, place }) => [title, place]), [
      ["ERM + cRT", 1],
      ["mine", 2],
    ]);
    assert.deepEqual(stones!.entrants[1]!.average, { mean: 40.5, sd: null, n: 1 });
    assert.deepEqual(stones!.entrants.map(({ worst }) => worst?.mean), [undefined, 30]);
    assert.deepEqual([stones!.title, stones!.dataset], ["stones", null]);
    assert.deepEqual([unseen!.title, unseen!.dataset], ["PACS-MLT (large)", "pacs"]);
    const { description } = comparisonSpec(stones!, stones!.entrants[1]!);
    assert.match(`${description}`, /2 methods on stones, .* mine, 40\.5, is marked\./);
    await write(["all domains,stones,macro_f1,average,mine,high,,1,40.5,2"]);
    await assert.rejects(readResults(parent), /figures\.csv: value_mean of row 2 is not what/);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});
