/**
 * What lies in a folder comes in through one door: what is no plan, record or failure of the run that
 * it says is told in a sentence, hangs nothing, and costs nothing else.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { unreadable } from "../../bench/records/door.ts";
import type { Manifest, RunRecord } from "../../bench/records/record.ts";
import { Folder, StoreError } from "../../bench/records/folder.ts";
import { runId } from "../../bench/records/run_id.ts";
import { jsonSchema, MANIFEST, RUN_RECORD } from "../../bench/records/schema.ts";
import { builtin } from "../../bench/catalogue.ts";
import { forecast } from "../../bench/execute/forecast.ts";
import { readStore } from "../../report/folder.ts";
import { stream } from "../../base/random.ts";
import type { Session } from "../../bench/execute/executor.ts";
import { reportScript } from "../../bench/execute/slurm_script.ts";
import { Store } from "../../bench/records/store.ts";
import { printable } from "../../base/terminal.ts";
import { buildReport } from "../../report/mod.ts";
import { ReportFiles } from "../../report/files.ts";
import { plainText } from "../../report/tables/formats/csv.ts";
import { inFolder } from "../report/folder.ts";
import { DATASETS, writeStore } from "../report/store.ts";

/** Anything in a record, to be changed. */
// deno-lint-ignore no-explicit-any
type Loose = any;

const GRID = {
  datasets: DATASETS.slice(0, 1),
  methods: ["erm", "irm"],
  seeds: [0],
  details: true,
};

/** Changes that make another thing of a record, with the place that the sentence names. */
const SPOILT: readonly (readonly [string, (record: Loose) => void])[] = [
  ["outcome", (record) => delete record.outcome],
  ["data", (record) => delete record.data],
  ["curve", (record) => delete record.curve],
  ["timing", (record) => record.timing = null],
  ["timing.seconds", (record) => record.timing.seconds = "4"],
  ["timing.seconds", (record) => record.timing.seconds = -1],
  ["name", (record) => record.name = { type: "b" }],
  ["data.title", (record) => record.data.title = ["<b>"]],
  ["data.domains", (record) => record.data.domains = ["one", "one"]],
  ["data.classes", (record) => record.data.classes = []],
  ["data.counts.test", (record) => record.data.counts.test[0][0] = -5],
  ["data.counts.test", (record) => record.data.counts.test[0].pop()],
  ["result.test", (record) => record.result.test[0][0][0] = -1],
  ["result.test", (record) => record.result.test[0][0][0] = 0.5],
  ["result.test", (record) => record.result.test[0][0][0] = 1e300],
  ["result.test.0.0", (record) => record.result.test[0][0][0] += 1],
  ["result.test.1", (record) => record.result.test[1].pop()],
  ["result.validation", (record) => record.result.validation.pop()],
  ["result", (record) => record.result = null],
  ["result.step", (record) => record.result.step = 501],
  ["result.calibration.0", (record) => record.result.calibration[0][3].images += 1000],
  ["curve.1.step", (record) => record.curve[1].step = 0],
  ["curve.0.terms.loss", (record) => record.curve[0].terms.loss = null],
  ["curve.0", (record) => record.curve[0].validation.accuracy.pop()],
  ["spec.training.steps", (record) => record.spec.training.steps = -1],
  ["spec.training.steps", (record) => record.spec.training.steps = 2.5],
  ["spec.training.steps", (record) => record.spec.training.steps = "4"],
  ["spec.training.steps", (record) => record.spec.training.steps = 0],
  ["spec.training.selection", (record) => record.spec.training.selection = "constructor"],
  ["spec.training.network.width", (record) => record.spec.training.network.width = 0],
  ["spec.method.hyperparameters.weight", (r) => r.spec.method.hyperparameters.weight = {}],
  ["spec.dataset.name", (record) => record.spec.dataset.name = "../../away"],
  ["spec.dataset.name", (record) => record.spec.dataset.name = ".."],
  ["spec.method.name", (record) => record.spec.method.name = "a/b"],
  ["spec.seed", (record) => record.spec.seed = -1],
  ["spec: unrecognized key", (record) => record.spec.seeds = 2],
  ["another specification", (record) => record.spec.seed = 1],
  ["id is", (record) => record.id = "0123456789abcdef"],
  ["no specification", (record) => record.spec.format = 3],
  ["too large|invalid|cannot", (record) => record.spec.stage1 = nested(20_000)],
];

/** A first stage of a first stage of … */
function nested(depth: number): unknown {
  let spec: unknown = null;
  for (let i = 0; i < depth; i++) spec = { stage1: spec };
  return spec;
}

Deno.test("what is no record of its run is told by its place, and costs no other run", () =>
  inFolder(async (out) => {
    const manifest = await writeStore(out, GRID);
    const [run, other] = manifest.runs as [Manifest["runs"][number], Manifest["runs"][number]];
    const path = join(out, "runs", run.id, "record.json");
    const whole = await Deno.readTextFile(path);
    const folder = new Folder(out);
    assert.equal((await folder.record(run.id))!.id, run.id);
    for (const [where, spoil] of SPOILT) {
      const record = JSON.parse(whole);
      spoil(record);
      await Deno.writeTextFile(path, JSON.stringify(record));
      const error: StoreError = await folder.record(run.id).then(
        () => assert.fail(`${where}: ${spoil}`),
        (error) => error,
      );
      assert.ok(error instanceof StoreError, String(error));
      assert.match(error.message, /^Cannot use [^\n]*record\.json: [^\n]*; remove it/);
      assert.match(error.message, new RegExp(where.replaceAll(".", "\\.")), String(spoil));
      const { runs } = await readStore(out);
      assert.match((runs[0]!.state as { error: string }).error, /^not a record: /);
      assert.equal(runs[1]!.state.status, "done");
    }
    assert.equal((await folder.record(other.id))!.name, other.name);
  }));

Deno.test("nothing that is called record.json is waited for", () =>
  inFolder(async (folder) => {
    const out = join(folder, "mine"), beside = join(folder, "theirs");
    const manifest = await writeStore(out, GRID);
    await writeStore(beside, GRID);
    const [{ id }] = manifest.runs as [Manifest["runs"][number]];
    const path = join(out, "runs", id, "record.json");
    const things: (() => Promise<unknown>)[] = [
      () => new Deno.Command("mkfifo", { args: [path] }).output(),
      () => Deno.mkdir(path),
      () => Deno.symlink("/dev/zero", path),
    ];
    for (const make of Deno.build.os === "windows" ? things.slice(1, 2) : things) {
      await Deno.remove(path, { recursive: true });
      await make();
      await assert.rejects(new Folder(out).record(id), StoreError);
      assert.equal((await readStore(out)).runs[0]!.state.status, "failed");
      const paths = { dataDir: undefined, splitsDir: undefined, cacheDir: folder };
      // Looks at the folders beside it, too.
      await forecast(manifest.runs, { out: beside, catalogue: builtin(), paths, width: 1 });
    }
  }));

Deno.test("runs of a plan that cannot be used are told, and the others are reported", () =>
  inFolder(async (out) => {
    const manifest = await writeStore(out, GRID);
    const [erm, irm] = manifest.runs as [Manifest["runs"][number], Manifest["runs"][number]];
    const spec = (change: object) => ({ ...erm.spec, ...change }) as Manifest["runs"][0]["spec"];
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ ...erm, id: "../../x" }, /16 hexadecimal/],
      [{ ...erm, id: "0123456789abcdef" }, /another specification/],
      [{ ...erm, spec: spec({ seed: 7 }) }, /another specification/],
      ...[{ training: { ...erm.spec.training, steps: -1 } }, { seed: 1.5 }, { stage1: 3 }].map(
        (change) => [{ ...erm, id: runId(spec(change)), spec: spec(change) }, /spec\./] as const,
      ),
      [{ ...erm, trial: "x" }, /trial/],
      [{ ...erm, study: { name: "a/b", method: "erm", levels: {} } }, /study\.name/],
      [irm, /twice/],
      [null as never, /no JSON object/],
    ];
    for (const [run, why] of wrong) {
      const runs = [irm, run];
      await Deno.writeTextFile(join(out, "manifest.json"), JSON.stringify({ ...manifest, runs }));
      const { manifest: read, refused } = (await new Folder(out).plan())!;
      assert.deepEqual(read.runs.map(({ id }) => id), [irm.id]);
      assert.equal(refused.length, 1);
      assert.match(refused[0]!.why, why);
      assert.equal((await readStore(out)).runs.length, 1);
    }
    const { planned, refused, path } = await buildReport(out);
    assert.deepEqual({ planned, refused }, { planned: 2, refused: 1 });
    assert.match(await Deno.readTextFile(path), /1 of 2 runs<\/b> have a result; 1 cannot be used/);
  }));

Deno.test("a file in place of the folder of runs is no run", () =>
  inFolder(async (out) => {
    await writeStore(out, GRID);
    await Deno.remove(join(out, "runs"), { recursive: true });
    await Deno.writeTextFile(join(out, "runs"), "");
    const { runs } = await readStore(out);
    assert.deepEqual(new Set(runs.map(({ state }) => state.status)), new Set(["missing"]));
  }));

Deno.test("a run is called what its specification says", () =>
  inFolder(async (out) => {
    const manifest = await writeStore(out, { ...GRID, methods: ["erm", "irm", "boda+crt"] });
    const [erm, irm, two] = manifest.runs as [Loose, Loose, Loose];
    const runs = [{ ...erm, name: "irm" }, { ...irm, name: "erm" }, { ...two, name: "erm" }];
    await Deno.writeTextFile(join(out, "manifest.json"), JSON.stringify({ ...manifest, runs }));
    const names = (await new Folder(out).manifest())!.runs.map(({ name }) => name);
    assert.deepEqual(names, ["erm", "irm", "boda+crt"]);
    const path = join(out, "runs", erm.id, "record.json");
    const record = JSON.parse(await Deno.readTextFile(path)) as RunRecord;
    await Deno.writeTextFile(path, JSON.stringify({ ...record, name: "the best" }));
    assert.equal((await new Folder(out).record(erm.id))!.name, "erm");
  }));

Deno.test("any change of one value of a record or plan is read whole, or refused in a sentence", () =>
  inFolder(async (out) => {
    const manifest = await writeStore(out, GRID);
    const { id } = manifest.runs[0]!;
    const random = stream(0, "spoilt");
    const odd = [null, -1, 1.5, 1e308, "", "x", "../x", [], {}, true, [null], { a: 1 }];
    for (const file of ["manifest.json", join("runs", id, "record.json")]) {
      const path = join(out, file);
      const whole = await Deno.readTextFile(path);
      for (let i = 0; i < 150; i++) {
        const value = JSON.parse(whole);
        const places: [Loose, string][] = [];
        const walk = (node: Loose) => {
          for (const [key, below] of Object.entries(node)) {
            places.push([node, key]);
            if (typeof below === "object" && below !== null) walk(below);
          }
        };
        walk(value);
        const [node, key] = places[random.integer(places.length)]!;
        node[key] = odd[random.integer(odd.length)];
        await Deno.writeTextFile(path, JSON.stringify(value));
        await readStore(out).catch((error) => assert.match(error.message, /^Cannot [^\n]+$/));
      }
      await Deno.writeTextFile(path, whole);
    }
  }));

Deno.test("nothing is written through a link in a folder of others", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out"), away = join(folder, "away");
    const { runs: [run] } = await writeStore(out, GRID);
    await Deno.mkdir(away);
    await Deno.remove(join(out, "runs", run!.id), { recursive: true });
    await Deno.symlink(away, join(out, "runs", run!.id));
    await assert.rejects(new Store(out).claim(run!.id), /it is a link/);
    await Deno.symlink(away, join(out, "report"));
    await assert.rejects(new ReportFiles(out).results(""), /it is a link/);
    await Deno.remove(join(out, "report"));
    for (const name of ["tables", "charts"]) {
      await Deno.mkdir(join(out, "report"), { recursive: true });
      await Deno.symlink(away, join(out, "report", name));
      await assert.rejects(buildReport(out), /report.(tables|charts): it is a link/);
      await Deno.remove(join(out, "report"), { recursive: true });
    }
    const other = (await new Store(out).manifest())!.runs[1]!;
    for (const name of ["tensorboard", "program"]) {
      await Deno.symlink(away, join(out, "runs", other.id, name));
      await assert.rejects(new Store(out).claim(other.id), new RegExp(`${name}: it is a link`));
      await Deno.remove(join(out, "runs", other.id, name));
    }
    await Deno.symlink(away, join(out, "former"));
    await assert.rejects(new Store(out).setAside(other.id), /former: it is a link/);
    assert.equal((await new Folder(out).record(other.id))!.id, other.id);
    await Deno.rename(join(out, "runs"), join(folder, "runs"));
    await Deno.symlink(join(folder, "runs"), join(out, "runs"));
    await assert.rejects(new Store(out).claim(other.id), /runs: it is a link/);
    assert.equal((await new Folder(out).record(other.id))!.id, other.id, "it may be read");
    assert.deepEqual(await Array.fromAsync(Deno.readDir(away)), []);
  }));

Deno.test("names make no formula of a table, no command of a terminal, no line of a script", () => {
  for (const name of ["=1+1", "+1", "-x", "@SUM(A1)", "\tx", "\r=1"]) {
    assert.equal(plainText(name), `'${name}`);
  }
  assert.equal(plainText("erm"), "erm");
  assert.equal(printable("a\u001b[31mb\u0007\u202e\u009b2J"), "a\ufffd[31mb\ufffd\ufffd\ufffd2J");
  assert.equal(printable("über\t日本\n"), "über\t日本\n");
  const session = {
    out: "/tmp/o",
    paths: { cacheDir: "/tmp/c" },
    catalogue: { plugins: [] },
  } as unknown as Session;
  for (const given of [{ partition: "a\n#SBATCH --wrap=x" }, { memory: '4G"' }]) {
    assert.throws(() => reportScript(session, given), /Cannot write .* into a script for sbatch/);
  }
});

Deno.test("other programs are told what records and plans are", () => {
  for (const schema of [RUN_RECORD, MANIFEST]) {
    const { type, required } = jsonSchema(schema);
    assert.equal(type, "object");
    assert.ok((required?.length ?? 0) > 5);
  }
});

Deno.test("a file that this user may not read is no spoilt one, and other errors are left as they are", () => {
  const refused = unreadable("a/record.json", new Deno.errors.PermissionDenied("os error 13"))!;
  assert.equal(
    refused.message,
    "Cannot use a/record.json: this user may not read it; have its owner allow it",
  );
  assert.deepEqual([refused.why, refused.foreign], ["this user may not read it", true]);
  assert.equal(unreadable("a", new Deno.errors.NotFound()), null);
});
