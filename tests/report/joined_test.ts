import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { openFolders } from "../../bench/records/joined_folder.ts";
import type { Manifest } from "../../bench/records/record.ts";
import { runId } from "../../bench/records/run_id.ts";
import { buildReport } from "../../report/mod.ts";
import { openReport } from "../../report/context.ts";
import { cautions } from "../../report/analysis/cautions.ts";
import { targetOf } from "../../cli/options/folders.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, type FakeGrid, writeStore } from "./store.ts";

const grid = (methods: string[], more: Partial<FakeGrid> = {}): FakeGrid => ({
  datasets: DATASETS.slice(0, 2),
  methods,
  seeds: [0, 1, 2],
  details: true,
  ...more,
});

/** Every file below a folder with when it was changed. */
async function stateOf(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) found.push(...await stateOf(path));
    else found.push(`${path} ${(await Deno.stat(path)).mtime?.getTime()}`);
  }
  return found.sort();
}

/** Changes a folder's plan. */
async function replan(folder: string, change: (manifest: Record<string, unknown>) => object) {
  const path = join(folder, "manifest.json");
  const manifest = JSON.parse(await Deno.readTextFile(path));
  await Deno.writeTextFile(path, JSON.stringify({ ...manifest, ...change(manifest) }));
}

Deno.test("two folders of one data set are one table, and neither is written into", () =>
  inFolder(async (root) => {
    const [a, b, whole, into] = ["a", "b", "whole", "into"].map((name) => join(root, name));
    await writeStore(a!, grid(["erm", "irm"]));
    await writeStore(b!, grid(["erm", "boda"]));
    await writeStore(whole!, grid(["erm", "irm", "boda"]));
    const before = [...await stateOf(a!), ...await stateOf(b!)];
    const report = await buildReport(into!, { from: [a!, b!] });
    assert.equal(report.planned, 18, "the runs of erm are in both folders and count once");
    assert.equal(report.runs, 18);
    assert.deepEqual([...await stateOf(a!), ...await stateOf(b!)], before);
    await buildReport(whole!);
    const table = (out: string, name: string) =>
      Deno.readTextFile(join(out, "report/tables", name));
    for (const name of ["digits.csv", "vlcs-domains.csv", "anova.csv"]) {
      assert.equal(await table(into!, name), await table(whole!, name), name);
    }
    const page = await Deno.readTextFile(join(into!, "report/index.html"));
    assert.match(page, /Read from 2 folders/);
    assert.match(page, /6 runs are planned in several folders and counted once/);
  }));

Deno.test("a run keeps every place that it has in studies", () =>
  inFolder(async (root) => {
    const [methods, studied] = [join(root, "methods"), join(root, "studied")];
    const one = { datasets: DATASETS.slice(0, 1), seeds: [0] };
    await writeStore(methods, grid(["erm"], one));
    await writeStore(studied, grid(["erm"], one));
    await replan(studied, ({ runs }) => ({
      runs: ["alpha", "beta"].map((parameter) => ({
        ...(runs as Manifest["runs"])[0],
        name: `erm: ${parameter}=1`,
        study: { name: "parameters", method: "erm", levels: { parameter, value: 1 } },
      })),
    }));
    const { runs } =
      (await (await openFolders([methods, studied], { methods: [], datasets: [] })).manifest())!;
    assert.deepEqual(runs.map(({ name }) => name), ["erm", "erm: alpha=1", "erm: beta=1"]);
    assert.equal(new Set(runs.map(({ id }) => id)).size, 1);
  }));

Deno.test("a run that one folder planned and another finished is finished", () =>
  inFolder(async (root) => {
    const [a, b] = [join(root, "a"), join(root, "b")];
    await writeStore(a, grid(["erm"], { fate: (_, __, seed) => seed === 2 ? "missing" : "done" }));
    await writeStore(b, grid(["erm"], { fate: (_, __, seed) => seed === 2 ? "done" : "failed" }));
    for (const from of [[a, b], [b, a]]) {
      const { store } = await openReport(a, { from });
      assert.deepEqual([...new Set(store.runs.map(({ state }) => state.status))], ["done"]);
    }
  }));

Deno.test("a run with other results in one folder than in another is told; a spoilt record is none", () =>
  inFolder(async (root) => {
    const [a, b] = [join(root, "a"), join(root, "b")];
    const { runs } = await writeStore(a, grid(["erm", "irm"]));
    await writeStore(b, grid(["erm", "irm"]));
    const notes = async (from: string[]) => (await openReport(a, { from })).store.notes.join("\n");
    assert.doesNotMatch(await notes([a, b]), /other results/);
    const { id } = runs[0]!;
    const path = join(b, "runs", id, "record.json");
    const record = JSON.parse(await Deno.readTextFile(path));
    const later = { ...record.timing, startedAt: "2026-02-03T04:05:06.000Z", seconds: 7 };
    await Deno.writeTextFile(path, JSON.stringify({ ...record, timing: later }));
    assert.doesNotMatch(await notes([a, b]), /other results/, "run twice, with the same results");
    const row = record.result.test[0].find((row: number[]) => row[0]! > 0 && row[1]! > 0) ??
      record.result.test[0][0];
    [row[0], row[1]] = [row[1], row[0]];
    await Deno.writeTextFile(path, JSON.stringify(record));
    for (const from of [[a, b], [b, a]]) {
      assert.match(
        await notes(from),
        new RegExp(`1 run has other results in .* \\(${id}\\): those`),
      );
    }
    await Deno.writeTextFile(path, "{");
    for (const from of [[a, b], [b, a]]) {
      const { store } = await openReport(a, { from });
      assert.doesNotMatch(store.notes.join(), /other results/);
      assert.equal(store.runs.find((run) => run.id === id)!.state.status, "done");
    }
  }));

for (
  const [what, change] of [
    ["preset quick", () => ({ preset: "quick" })],
    ["data 0123abcd", () => ({ data: { digits: "0123abcd".repeat(8) } })],
  ] as const
) {
  Deno.test(`runs whose folders differ are in tables of their own: ${what}`, () =>
    inFolder(async (root) => {
      const [a, b, into] = ["a", "b", "into"].map((name) => join(root, name));
      const one = { datasets: DATASETS.slice(0, 1) };
      await writeStore(a!, grid(["erm", "irm"], one));
      await replan(a!, () => ({ data: { digits: "f".repeat(64) } }));
      await writeStore(b!, grid(["boda", "crt"], one));
      await replan(b!, change);
      await buildReport(into!, { from: [a!, b!] });
      const ctx = await openReport(into!, { from: [a!, b!] });
      assert.deepEqual(ctx.datasets().map(({ methods }) => methods.map(({ name }) => name)), [
        ["erm", "irm"],
        ["boda", "crt"],
      ]);
      assert(ctx.datasets()[1]!.title.includes(`(${what})`), ctx.datasets()[1]!.title);
      const said = cautions(ctx.store, ctx.datasets()).join("\n");
      assert(said.includes("Runs on digits are in tables of their own"), said);
      assert(said.includes(`has ${what}`), said);
      const csv = await Deno.readTextFile(join(into!, "results.csv"));
      const rows = parse(csv, { columns: true }) as Record<string, string>[];
      const names = Object.groupBy(rows, (row) => row["dataset"]!);
      assert.equal(Object.keys(names).length, 2, "no two presets share a name in results.csv");
    }));
}

Deno.test("a sweep's drawn batches do not tell folders apart", () =>
  inFolder(async (root) => {
    const [a, b] = [join(root, "a"), join(root, "b")];
    await writeStore(a, grid(["erm"]));
    await writeStore(b, grid(["irm"]));
    for (const [i, folder] of [a, b].entries()) {
      await replan(folder, (manifest) => ({
        runs: (manifest["runs"] as Manifest["runs"]).map((run) => {
          const training = { ...run.spec.training, batch: 8 * (i + 1) };
          const spec = { ...run.spec, training };
          return { ...run, id: runId(spec), trial: i, spec };
        }),
      }));
    }
    const plan = await (await openFolders([a, b], { methods: [], datasets: [] })).plan();
    assert.equal(plan!.apart.size, 0);
    assert.equal(plan!.manifest.runs.length, 12);
  }));

Deno.test("what is made of several folders goes beside the first, and over no bench's output", () =>
  inFolder(async (root) => {
    const [a, b] = [join(root, "a"), join(root, "b")];
    await writeStore(a, grid(["erm"]));
    await writeStore(b, grid(["irm"]));
    assert.equal(await targetOf([a], undefined), a);
    assert.equal(await targetOf([a, b], undefined), join(root, "a+b"));
    assert.equal(await targetOf([a, b], join(root, "c")), join(root, "c"));
    await assert.rejects(
      targetOf([a, b], b),
      /^UsageError: Cannot write into .*output folder of a bench/,
    );
    await assert.rejects(targetOf([a], b), /give a new folder with --into/);
  }));
