import { runId } from "../../bench/records/run_id.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { buildReport } from "../../report/mod.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, type FakeGrid, writeStore } from "./store.ts";

const grid: FakeGrid = {
  datasets: DATASETS.slice(0, 3),
  methods: ["erm", "irm", "coral", "crt", "boda", "boda+crt"],
  seeds: [0, 1, 2, 3, 4],
  fate: (dataset, method, seed) => {
    if (dataset === "vlcs" && method === "irm") return "failed";
    if (dataset === "vlcs" && method === "coral" && seed === 3) return "diverged";
    if (dataset === "pacs" && method === "crt" && seed > 2) return "missing";
    return "done";
  },
};

function read(out: string, name: string): Promise<string> {
  return Deno.readTextFile(join(out, "report", name));
}

Deno.test("a report counts finished, failed and diverged runs", () =>
  inFolder(async (out) => {
    await writeStore(out, grid);
    const report = await buildReport(out);
    assert.equal(report.planned, 90);
    assert.equal(report.runs, 82);
    assert.equal(report.failed, 5);
    assert.equal(report.diverged, 1);
    for (const file of report.files) assert((await Deno.stat(file)).size > 0, file);
  }));

Deno.test("anova.csv keeps its contract", () =>
  inFolder(async (out) => {
    await writeStore(out, grid);
    await buildReport(out);
    const text = await read(out, "tables/anova.csv");
    assert.equal(text.split("\n")[0], "dataset,domain,metric,test,statistic,df1,df2,p,note");
    const rows = parse(text, { columns: true }) as Record<string, string>[];
    assert.equal(rows.length, 3 * 2 * 2 * 2);
    for (const row of rows) {
      assert(["average", "worst"].includes(row.domain!));
      assert(["accuracy", "macro_f1"].includes(row.metric!));
      const methods = row.dataset === "digits" ? 6 : row.dataset === "vlcs" ? 5 : 6;
      if (row.test === "one-way") assert.equal(Number(row.df1), methods - 1);
      assert(Number(row.p) >= 0 && Number(row.p) <= 1);
    }
    const blocked = rows.filter((row) => row.test === "blocked").map((row) => [row.df1, row.df2]);
    assert.deepEqual(blocked[0], ["5", "20"]);
    assert.deepEqual(blocked[4], ["3", "12"], "irm and coral lack runs on vlcs");
  }));

Deno.test("one seed shows no spread and computes no test", () =>
  inFolder(async (out) => {
    await writeStore(out, { datasets: DATASETS.slice(0, 1), methods: ["erm", "irm"], seeds: [7] });
    await buildReport(out);
    const text = await read(out, "tables/digits.md");
    assert.doesNotMatch(text, /±/);
    assert.match(text, /one seed \(7\), so there is no standard deviation/);
    const rows = (await read(out, "tables/anova.csv")).trim().split("\n").slice(1);
    for (const row of rows) {
      assert.match(row, /,,,,,"?not computable: (every method has one seed|it takes two seeds)/);
    }
  }));

Deno.test("a table says which runs are missing and marks no method that lacks seeds", () =>
  inFolder(async (out) => {
    const manifest = await writeStore(out, grid);
    await buildReport(out);
    const text = await read(out, "tables/vlcs.md");
    assert.match(text, /\| IRM <sup>1<\/sup> \| missing \| missing/);
    const coral = manifest.runs.find((run) =>
      run.name === "coral" && run.spec.seed === 3 && run.spec.dataset.name === "vlcs"
    )!;
    assert(text.includes(`CORAL: seed 3 diverged at step 137 (run ${coral.id})`));
    const row = text.split("\n").find((line) => line.startsWith("| CORAL"))!;
    assert.doesNotMatch(row, /\*\*|<u>/);
  }));

Deno.test("a grid that has not begun is reported as such", () =>
  inFolder(async (out) => {
    await writeStore(out, { ...grid, fate: () => "missing" });
    const report = await buildReport(out);
    assert.deepEqual([report.runs, report.planned], [0, 90]);
  }));

Deno.test("runs of one name with different settings are kept apart", () =>
  inFolder(async (out) => {
    const manifest = await writeStore(out, { ...grid, datasets: DATASETS.slice(0, 1) });
    const runs = manifest.runs.map((run, i) => {
      if (run.name !== "irm" || i % 2 === 0) return run;
      const method = { ...run.spec.method, hyperparameters: { weight: 9 } };
      const spec = { ...run.spec, method };
      return { ...run, id: runId(spec), spec };
    });
    for (const [i, { id, spec }] of runs.entries()) {
      const former = join(out, "runs", manifest.runs[i]!.id);
      if (id === manifest.runs[i]!.id) continue;
      const record = JSON.parse(await Deno.readTextFile(join(former, "record.json")));
      await Deno.rename(former, join(out, "runs", id));
      const path = join(out, "runs", id, "record.json");
      await Deno.writeTextFile(path, JSON.stringify({ ...record, id, spec }));
    }
    await Deno.writeTextFile(join(out, "manifest.json"), JSON.stringify({ ...manifest, runs }));
    await buildReport(out);
    const text = await read(out, "tables/digits.csv");
    assert.match(text, /^irm \(weight=9\),/m);
    assert.match(text, /^irm \(weight=0\.3\),/m);
  }));

Deno.test("building twice gives the same files", () =>
  inFolder(async (out) => {
    await writeStore(out, grid);
    const first = await buildReport(out);
    const texts = await Promise.all(first.files.map((file) => Deno.readTextFile(file)));
    const second = await buildReport(out);
    assert.deepEqual(second.files, first.files);
    for (const [i, file] of second.files.entries()) {
      assert(texts[i] === await Deno.readTextFile(file), `${file} has changed`);
    }
    for await (const entry of Deno.readDir(join(out, "report", "tables"))) {
      assert.doesNotMatch(entry.name, /\.tmp$/);
    }
  }));

Deno.test("folders that hold no plan are refused in one sentence", () =>
  inFolder(async (out) => {
    const refused = (what: RegExp) =>
      assert.rejects(buildReport(out), (error: Error) => {
        assert.match(error.message, what);
        assert.equal(error.message.split("\n").length, 1);
        return true;
      });
    await refused(/Cannot report on ".*": it holds no manifest\.json/);
    await Deno.writeTextFile(join(out, "manifest.json"), "{");
    await refused(/not a plan of format 1/);
    await Deno.writeTextFile(join(out, "manifest.json"), '{"format":1,"runs":[]}');
    await refused(/plans no runs/);
    await assert.rejects(buildReport(join(out, "nowhere")), /holds no manifest\.json/);
  }));

Deno.test("methods that failed do not stand among those that have not been run", () =>
  inFolder(async (out) => {
    const fate = (_: string, method: string) =>
      method === "irm" ? "failed" : method === "coral" ? "missing" : "done";
    const methods = ["erm", "irm", "coral"];
    await writeStore(out, { datasets: DATASETS.slice(0, 1), methods, seeds: [0, 1], fate });
    await buildReport(out);
    const text = await read(out, "tables/digits.md");
    assert.match(text, /failed[^]*irm[^]*not run yet[^]*coral/i);
  }));

Deno.test("a record that cannot be read is a failed run", () =>
  inFolder(async (out) => {
    const { runs } = await writeStore(out, { ...grid, datasets: DATASETS.slice(0, 1) });
    await Deno.writeTextFile(join(out, "runs", runs[0]!.id, "record.json"), "half a rec");
    const report = await buildReport(out);
    assert.deepEqual([report.runs, report.failed], [29, 1]);
    assert.match(await read(out, "tables/digits.md"), /ERM: seed 0 failed/);
  }));
