import assert from "node:assert/strict";
import { join } from "node:path";
import { UsageError } from "../../base/errors.ts";
import { readPlan } from "../../bench/records/folder.ts";
import { openReport } from "../../report/context.ts";
import { keepResults } from "../../report/kept/keep.ts";
import { allKept, readKept } from "../../report/kept/kept.ts";
import { boardText, clock, commandOf, keptPage } from "../../report/kept/page.ts";
import { withoutMachine } from "../../report/kept/paths.ts";
import { builtin } from "../../bench/catalogue.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, STUDIES, writeStore } from "./store.ts";

Deno.test("kept results have plan, figures and tables, and are read again", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out"), kept = join(folder, "results", "small");
    await writeStore(out, {
      datasets: DATASETS.slice(1, 2),
      methods: ["erm", "boda", "irm"],
      seeds: [0, 1, 2],
    });
    const ctx = await openReport(out);
    await keepResults(ctx, kept, "Three methods.");
    const sizes = await keepResults(ctx, kept, "Three methods, again.", ["bench", "--out", "/a/b"]); // in place of the first
    for (const name of ["kept.json", "manifest.json", "figures.csv", "README.md"]) {
      assert.ok(sizes.has(name), name);
    }
    for (const path of sizes.keys()) {
      assert.match(path, /\.(json|csv|md)$/);
      const text = await Deno.readTextFile(join(kept, path));
      assert.ok(!text.includes(folder), `${path} names a folder of the machine`);
    }
    const about = await readKept(kept);
    assert.deepEqual(about.command, ["bench", "--out", "b"]);
    assert.deepEqual([about.methods, about.seeds, about.runs], [3, 3, { planned: 9, done: 9 }]);
    assert.equal(about.leaderboards.length, 1);
    assert.deepEqual((await allKept(join(folder, "results"))).map(({ name }) => name), ["small"]);

    const plan = await readPlan(join(kept, "manifest.json"), builtin());
    assert.deepEqual(plan.refused, []);
    assert.deepEqual(
      plan.manifest.runs.map(({ id }) => id),
      ctx.store.manifest.runs.map(({ id }) => id),
    );
    const csv = await Deno.readTextFile(join(kept, "figures.csv"));
    assert.match(csv, /^protocol,dataset,metric,domain,method,value_mean,value_sd,value_n,/);
    assert.match(csv, /^all domains,[^,]+,macro_f1,worst,boda,\d+(\.\d{1,6})?,[\d.]+,3,/m);
    const page = await Deno.readTextFile(join(kept, "README.md"));
    assert.match(page, /^# small\n\nThree methods, again\./);
    assert.match(page, /9 of 9 runs: 3 methods, at most 3 seeds/);
    const row = about.leaderboards[0]!.rows[0]!;
    assert.ok(page.includes(row[1]!), "the leaderboard's first figure");
  }));

Deno.test("of studies alone, what is kept counts the studied method and its seeds", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out"), kept = join(folder, "kept");
    const seeds = [0, 1, 2];
    await writeStore(out, { datasets: DATASETS.slice(0, 1), methods: [], seeds, studies: STUDIES });
    await keepResults(await openReport(out), kept, "Studies.");
    const { methods, seeds: most } = await readKept(kept);
    assert.deepEqual([methods, most], [new Set(STUDIES.map(({ method }) => method)).size, 3]);
  }));

Deno.test("what is no kept folder is neither overwritten nor read", () =>
  inFolder(async (out) => {
    await writeStore(out, { datasets: DATASETS.slice(1, 2), methods: ["erm"], seeds: [0] });
    const ctx = await openReport(out);
    await assert.rejects(keepResults(ctx, out, "Note."), /it is there and holds no kept results/);
    await Deno.writeTextFile(join(out, "kept.json"), '{"format": 9}');
    await assert.rejects(readKept(out), UsageError);
    await assert.rejects(readKept(join(out, "runs")), /Cannot use .*kept\.json/);
  }));

Deno.test("texts are kept without folders of a machine", () => {
  const cases = [
    ["/home/me/data/pacs", "pacs"],
    ["--out=/srv/out", "--out=out"],
    ["Cannot read /home/me/a b.jpg: No such file", "Cannot read a b.jpg: No such file"],
    ["C:\\Users\\me\\x.csv", "x.csv"],
    ["https://example.org/a/b", "https://example.org/a/b"],
    ["results/quick, and/or, 1/2, art / photo", "results/quick, and/or, 1/2, art / photo"],
  ];
  for (const [given, kept] of cases) assert.equal(withoutMachine(given!), kept);
});

Deno.test("commands, clocks and leaderboards read well", () => {
  assert.equal(
    commandOf({ command: ["bench", "--set", "a.b=1", "--note", "two words"] }),
    "deno task bench --set a.b=1 --note 'two words'",
  );
  const kept = {
    ...{ format: 1 as const, note: "N.", command: ["bench"], date: "2026-01-01T00:00:00.000Z" },
    ...{ revisions: [], machines: [], runs: { planned: 1, done: 1 }, methods: 1, seeds: 1 },
    ...{ seconds: { runs: 1, span: 1 }, leaderboards: [] },
  };
  assert.match(keptPage("n", kept), /bench --from docs\/results\/n\/manifest\.json/);
  assert.match(keptPage("n", kept, false), /The plan is too large to be kept with them\.\n$/);
  assert.deepEqual([40, 720, 3720].map(clock), ["40 s", "12 min", "1 h 2 min"]);
  const board = { title: "T", caption: "", columns: ["a", "b", "c"], rows: [["x|y", "1", "2"]] };
  assert.equal(boardText(board, 2), "**T**\n\n| a | b |\n| :-- | --: |\n| x\\|y | 1 |");
});
