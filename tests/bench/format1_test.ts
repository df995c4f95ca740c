/** Output folders of format 1, made at revision c36cae9, are read and repeated. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { builtin } from "../../bench/catalogue.ts";
import { Folder } from "../../bench/records/folder.ts";
import { buildReport } from "../../report/mod.ts";
import { BACKEND, cli as start, withFolder } from "./crash.ts";

/** What a command has said, and its exit code. */
async function cli(...args: string[]): Promise<{ code: number; text: string }> {
  const { code, out, err } = await start(...args);
  return { code, text: out + err };
}

/** A copy of a folder of the fixtures. */
async function copyOf(name: string, folder: string): Promise<string> {
  const from = fileURLToPath(new URL(`fixtures/format1/${name}`, import.meta.url));
  const to = join(folder, name);
  await copy(from, to);
  return to;
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copy(join(from, name), join(to, name));
    else await Deno.copyFile(join(from, name), join(to, name));
  }
}

Deno.test("numbers of format 1 become names; a method that is not known keeps them", async () => {
  const folder = fileURLToPath(new URL("fixtures/format1/names", import.meta.url));
  const manifest = await new Folder(folder, builtin()).manifest();
  const [brl, mtl] = manifest!.runs;
  const { distance, invariance, bce, alpha } = brl!.spec.method.hyperparameters;
  assert.deepEqual([distance, invariance, bce, alpha], ["coral", "variance", true, 0.001]);
  assert.deepEqual(mtl!.spec.method.hyperparameters, { ema: 0.99, mdlt: true });
  assert.equal(brl!.spec.engine.execution, "eager");
  const plain = await new Folder(folder).record(brl!.id);
  assert.equal(plain!.spec.method.hyperparameters["distance"], 1);
  assert.deepEqual(Object.keys(plain!.curve[0]!.validation), ["accuracy", "macro_f1"]);
});

Deno.test("a report of format 1 has the figures that it had", () =>
  withFolder(async (folder) => {
    const out = await copyOf("names", folder);
    const rows = async () => (await Deno.readTextFile(join(out, "results.csv"))).trim().split("\n");
    const before = await rows();
    const report = await buildReport(out);
    assert.deepEqual([report.runs, report.planned], [3, 3]);
    const [header, ...after] = (await rows()).map((row) => row.split(","));
    const columns = before[0]!.split(",").map((column) => header!.indexOf(column));
    const old = after.map((row) => columns.map((i) => row[i]).join(","));
    const known = new Set(before);
    assert.deepEqual(old.filter((row) => known.has(row)), before.slice(1));
  }));

Deno.test("no plan is written into a folder of format 1", () =>
  withFolder(async (folder) => {
    const out = await copyOf("names", folder);
    const { code, text } = await cli("bench", "--out", out, "--methods", "erm", "--seeds", "1");
    assert.equal(code, 1);
    assert.match(text, /Cannot write a plan into .* an earlier version/);
  }));

Deno.test("a sweep of format 1 is selected from, its finished runs taken over", () =>
  withFolder(async (folder) => {
    const out = await copyOf("sweep", folder);
    const { code, text } = await cli("select", "--out", out, "--protocol", "per-seed");
    assert.equal(code, 0, text);
    assert.match(text, /irm seed 0: setting/);
    const selected = new Folder(join(out, "selected-per-seed"), builtin());
    const [run] = (await selected.manifest())!.runs;
    const record = await selected.record(run!.id);
    assert.equal(record!.spec.format, 2);
    const { runs } = (await new Folder(out, builtin()).manifest("sweep.json"))!;
    const original = runs.find(({ trial }) => trial === run!.trial)!;
    assert.notEqual(run!.id, original.id);
    assert.deepEqual(record!.timing, (await new Folder(out).record(original.id))!.timing);
  }));

Deno.test({
  name: "the runs of a manifest of format 1 are repeated to the same numbers",
  ignore: BACKEND !== "native", // as they were then
  fn: () =>
    withFolder(async (folder) => {
      const from = await copyOf("names", folder);
      const path = join(from, "manifest.json");
      const manifest = JSON.parse(await Deno.readTextFile(path));
      manifest.runs = manifest.runs.slice(1, 3); // the first is of a method whose version has moved
      await Deno.writeTextFile(path, JSON.stringify(manifest));
      const { code, text } = await cli("bench", "--from", from, "--out", join(folder, "again"));
      assert.equal(code, 0, text);
      assert.match(text, /mtl seed 0: identical/);
      assert.match(text, /2 identical/);
      manifest.runs[0].spec.seed = 7;
      await Deno.writeTextFile(path, JSON.stringify(manifest));
      const altered = await cli("bench", "--from", from, "--out", join(folder, "again"));
      assert.equal(altered.code, 2);
      assert.match(altered.text, /has another specification than its id says/);
    }),
});
