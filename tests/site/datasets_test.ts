/** The pages of data sets: counts where they are known without files, and none that are made up. */
import assert from "node:assert/strict";
import { DATASETS, defaultSettings, type SplitName } from "../../datasets/mod.ts";
import { datasetPage } from "../../site/datasets.ts";

/** The numbers of a line of a table. */
function numbersOf(markdown: string, first: string, heading: string): number[] {
  const table = markdown.slice(markdown.indexOf(heading));
  const line = table.split("\n").find((line) => line.startsWith(`| ${first} |`))!;
  return line.split("|").slice(2, -1).map((cell) => Number(cell.trim().replaceAll(",", "")));
}

Deno.test("known counts are those of the definition, others are the paper's", async () => {
  let known = 0;
  for (const set of DATASETS) {
    const { markdown, drawings } = await datasetPage(set);
    const { name, domains, classes, published, shots } = set;
    assert.ok(markdown.includes(`**${domains.length} domains:**`), name);
    assert.ok(markdown.includes(`${classes.length} classes`), name);
    const nowhere = { dataDir: undefined, splitsDir: undefined, cacheDir: "" };
    const counts = await set.counts({ ...nowhere, settings: defaultSettings(set) });
    if (counts === undefined) {
      assert.deepEqual(drawings, [], name);
      if (published === undefined) assert.doesNotMatch(markdown, /\| Train \|/, name);
      else {
        const { images, train, validation, test } = published;
        const line = [images, train, validation, test].map((n) => n.toLocaleString("en"));
        assert.ok(markdown.includes(`| ${line.join(" | ")} |`), name);
      }
      continue;
    }
    known++;
    assert.equal(drawings!.length, 1, name);
    for (const [d, domain] of domains.entries()) {
      const row: readonly number[] = counts.train[d]!;
      const sum = (split: SplitName): number => counts[split][d]!.reduce((a, b) => a + b, 0);
      assert.deepEqual(numbersOf(markdown, domain, "| Domain | Train"), [
        ...[sum("train"), sum("validation"), sum("test")],
        row.filter((n) => n > shots.many).length,
        row.filter((n) => n > shots.few && n <= shots.many).length,
        row.filter((n) => n > 0 && n <= shots.few).length,
        row.filter((n) => n === 0).length,
      ], `${name}, ${domain}`);
      assert.deepEqual(numbersOf(markdown, domain, `| Domain | ${classes[0]} |`), row, name);
    }
  }
  assert.ok(known >= 2);
});

Deno.test("what a preset takes is counted at its settings", async () => {
  for (const set of DATASETS) {
    const { markdown } = await datasetPage(set);
    if (!markdown.includes("| Preset |")) continue;
    for (const preset of Object.keys(set.presets!)) {
      const [, , test] = numbersOf(markdown, `\`${preset}\``, "| Preset |");
      const each = defaultSettings(set, preset).test as number;
      assert.equal(test, each * set.classes.length * set.domains.length, `${set.name}, ${preset}`);
    }
  }
});
