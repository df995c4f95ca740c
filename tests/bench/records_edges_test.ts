/** Records and plans at the edges of what is asked of them: by hand, without any training. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { z } from "zod";
import { readSystemFile } from "../../base/system_files.ts";
import { builtin } from "../../bench/catalogue.ts";
import { checkedPlan, conforming, readJson } from "../../bench/records/door.ts";
import { Folder, StoreError } from "../../bench/records/folder.ts";
import { plannedOf, specOf } from "../../bench/records/format1.ts";
import { openFolders } from "../../bench/records/joined_folder.ts";
import { lastGain } from "../../bench/records/learning.ts";
import { recordOf, type TrainedRun } from "../../bench/records/run_record.ts";
import { fileSealHolds, sealedFile } from "../../bench/records/seal.ts";
import { Store } from "../../bench/records/store.ts";
import { flag } from "../../methods/hyperparameter.ts";
import { inFolder } from "../report/folder.ts";
import { DATASETS, writeStore } from "../report/store.ts";

const NONE = { methods: [], datasets: [] };
const GRID = { datasets: DATASETS.slice(0, 1), methods: ["erm", "irm"], seeds: [0] };

Deno.test("a plan is an object of a known format with a list of runs", async () => {
  const others: readonly unknown[] = [
    ...[null, 2, "plan", [], [{ format: 2, runs: [] }], {}, { format: 2 }, { runs: [] }],
    ...[0, -1, 1.5, "2", null, true].map((format) => ({ format, runs: [] })),
    ...[null, {}, "runs", 0].flatMap((runs) => [{ format: 1, runs }, { format: 2, runs }]),
  ];
  for (const written of others) {
    await assert.rejects(
      checkedPlan(written, NONE),
      { name: "Unusable", message: "it is not a plan of format 1 or 2" },
      JSON.stringify(written),
    );
  }
  for (const format of [1, 2]) {
    assert.deepEqual((await checkedPlan({ format, runs: [] }, NONE)).manifest.runs, []);
  }
  await assert.rejects(checkedPlan({ format: 3, runs: [] }, NONE), { name: "Foreign" });
});

Deno.test("a run is planned once among the methods, and in as many places of studies as it has", () =>
  inFolder(async (out) => {
    const { runs: [run], ...manifest } = await writeStore(out, GRID);
    const study = (value: number) => ({ name: "s", method: "erm", levels: { value } });
    const of = async (...more: object[]) => {
      const runs = more.map((own) => ({ ...run, ...own }));
      const found = await checkedPlan({ ...manifest, runs, format: 2 }, NONE);
      return [found.manifest.runs.length, found.refused.map(({ why }) => why)];
    };
    assert.deepEqual(await of({}), [1, []]);
    assert.deepEqual(await of({}, {}), [1, ["it is there twice"]]);
    assert.deepEqual(await of({ study: study(1) }, { study: study(2) }, {}), [3, []]);
  }));

Deno.test("what a schema says against a value is said whole, small, and not without end", () => {
  const said = (message: string, value: unknown, schema = z.strictObject({ a: z.any() })) => {
    let found = "";
    const checked = schema.refine(() => false, { path: ["a", "b"], message });
    assert.throws(() => conforming(checked, value), (error: Error) => {
      found = error.message;
      return error.name === "Unusable";
    });
    return found;
  };
  assert.equal(said("Too many of them", { a: 1 }), "a.b: too many of them");
  assert.equal(said("X".repeat(400), { a: 1 }), `a.b: x${"X".repeat(299)}`);
  const long = z.string().refine(() => false, { path: ["k".repeat(300)], message: "No" });
  assert.throws(() => conforming(long, ""), { message: `${"k".repeat(200)}: no` });
  assert.throws(() => conforming(z.number({ error: "Bad" }), "x"), { message: "bad" });
  const value = { a: 1, more: 2 };
  assert.equal(conforming(z.object({ a: z.number() }), value), value, "the value itself");
});

Deno.test("where no run has left anything there are no runs; what cannot be read is no emptiness", () =>
  inFolder(async (out) => {
    const folder = new Folder(join(out, "none"));
    assert.deepEqual(await folder.ids(), []);
    await Deno.mkdir(join(out, "none", "runs", "b"), { recursive: true });
    await Deno.mkdir(join(out, "none", "runs", "a"));
    await Deno.mkdir(join(out, "none", "runs", ".hidden"));
    await Deno.writeTextFile(join(out, "none", "runs", "file"), "");
    assert.deepEqual(await folder.ids(), ["a", "b"]);
    await Deno.mkdir(join(out, "file"));
    await Deno.writeTextFile(join(out, "file", "runs"), "");
    assert.deepEqual(await new Folder(join(out, "file")).ids(), []);
    assert.equal(await readJson(join(out, "file", "runs", "record.json")), null);
    await Deno.mkdir(join(out, "loop"));
    await Deno.symlink("runs", join(out, "loop", "runs"));
    await assert.rejects(new Folder(join(out, "loop")).ids());
  }));

Deno.test("a file's checksum is its own, at whatever place it stands", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const sums = (file: Uint8Array) => /[0-9a-f]{64}/.exec(new TextDecoder().decode(file))![0];
  for (const make of [(sum: string) => `${sum} first`, (sum: string) => `then ${sum}`]) {
    const file = sealedFile((sum) => bytes(make(sum)));
    const sum = sums(file);
    assert.equal(fileSealHolds(file, sum), true);
    assert.equal(fileSealHolds(file, undefined), false);
    assert.equal(fileSealHolds(file, sum.slice(1)), false);
    assert.equal(fileSealHolds(file, "0".repeat(64)), false, "it does not stand there");
    file[file.length - 1]! ^= 1;
    assert.equal(fileSealHolds(file, sums(file)), false);
  }
});

Deno.test("a run is taken over once, and not from under another process", () =>
  inFolder((out) =>
    inFolder(async (other) => {
      const { runs: [erm, irm] } = await writeStore(other, GRID);
      const [from, to] = [new Folder(other), new Store(out)];
      {
        using claim = await to.claim(erm!.id);
        assert.ok(claim !== null);
        await to.importRun(erm!.id, from);
        assert.equal(await to.hasRecord(erm!.id), false, "another process has it");
      }
      await to.importRun(erm!.id, from);
      const first = await to.record(erm!.id);
      assert.equal(first!.id, erm!.id);
      await Deno.writeTextFile(from.pathOf(erm!.id, "note.txt"), "later");
      await to.importRun(erm!.id, from);
      await assert.rejects(Deno.stat(to.pathOf(erm!.id, "note.txt")), Deno.errors.NotFound);
      await Deno.writeTextFile(to.pathOf(irm!.id, "record.json"), "{}").catch(() => {});
      await to.importRun(irm!.id, from, irm!.id);
      assert.equal((await to.record(irm!.id))!.name, "irm");
    })
  ));

Deno.test("records are indented by one, with each list of numbers on a line", () =>
  inFolder(async (out) => {
    const { runs: [run] } = await writeStore(out, GRID);
    const store = new Store(out);
    await store.finish((await store.record(run!.id))!, { predictions: null });
    const text = await Deno.readTextFile(store.pathOf(run!.id, "record.json"));
    assert.match(text, /^\{\n "id": "[0-9a-f]{16}",\n/);
    assert.match(text, /\n {4}\[\d+(,\d+){9}\],\n/);
    assert.ok(text.endsWith("}\n"));
    assert.equal((await store.record(run!.id))!.id, run!.id);
  }));

Deno.test("a run without any record is in the first of several folders", () =>
  inFolder((one) =>
    inFolder(async (two) => {
      const { runs: [run] } = await writeStore(one, GRID);
      await writeStore(two, GRID);
      for (const folder of [one, two]) {
        await Deno.remove(join(folder, "runs", run!.id, "record.json"));
      }
      const joined = await openFolders([one, two], NONE);
      assert.equal(joined.pathOf(run!.id, "f"), new Folder(one).pathOf(run!.id, "f"));
      await Deno.writeTextFile(new Folder(two).pathOf(run!.id, "record.json"), "spoilt");
      const spoilt = await openFolders([one, two], NONE);
      assert.equal(spoilt.pathOf(run!.id, "f"), new Folder(two).pathOf(run!.id, "f"));
      await assert.rejects(spoilt.record(run!.id), StoreError);
    })
  ));

Deno.test("runs that several folders have finished otherwise are named, three of them", () =>
  inFolder((one) =>
    inFolder(async (two) => {
      const grid = { ...GRID, methods: ["erm", "irm", "coral", "mmd"] };
      const { runs } = await writeStore(one, grid);
      await writeStore(two, grid);
      const notes = async () =>
        (await (await openFolders([one, two], NONE)).plan())!.notes.slice(2);
      assert.deepEqual(await notes(), []);
      const ids = runs.map(({ id }) => id).sort();
      for (const [i, id] of ids.entries()) {
        const path = new Folder(two).pathOf(id, "record.json");
        const record = JSON.parse(await Deno.readTextFile(path));
        record.curve[0].terms.loss += 1;
        await Deno.writeTextFile(path, JSON.stringify(record));
        const [note, ...none] = await notes();
        assert.deepEqual(none, []);
        const [, count, named] = /^(\d runs? ha(?:s|ve)) other results .* \((.*)\): those/.exec(
          note!,
        )!;
        assert.equal(count, i === 0 ? "1 run has" : `${i + 1} runs have`);
        const shown = named!.split(", ");
        assert.equal(shown.length, i + 1);
        assert.ok(shown.slice(0, 3).every((id) => ids.slice(0, i + 1).includes(id)));
        if (i === 3) assert.equal(shown[3], "…");
      }
    })
  ));

Deno.test("a planned run of format 1 has a study and a trial where it had", () => {
  const spec = {
    ...{ format: 1, dataset: { name: "x", settings: {} }, stage1: null, training: { steps: 50 } },
    ...{ method: { name: "m", hyperparameters: {} }, engine: { backend: "native" } },
  };
  const of = (more: object) => {
    const given = { id: "i", name: "n", spec, ...more } as unknown as Parameters<
      typeof plannedOf
    >[0];
    const { spec: { engine: { execution }, format }, ...rest } = plannedOf(given, NONE);
    assert.deepEqual([execution, format], ["graph", 2]);
    return rest;
  };
  assert.deepEqual(of({}), { id: "i", name: "n" });
  assert.deepEqual(of({ hparamsSeed: 0, study: { kind: "convergence" } }), {
    ...{ id: "i", name: "n", trial: 0 },
    study: { name: "convergence", method: "m", levels: {} },
  });
});

Deno.test("a gain of a point exactly is a rise, and one of less is none", () => {
  const rise = (gain: number) =>
    lastGain(
      {
        spec: { training: { steps: 10 } },
        curve: [9, 10].map((step, i) => ({
          step,
          terms: {},
          validation: { macro_f1: [i * gain] },
        })),
      } as unknown as Parameters<typeof lastGain>[0],
    );
  assert.deepEqual(rise(0.01), { gain: 0.01, rising: true });
  assert.deepEqual(rise(0.0099), { gain: 0.0099, rising: false });
});

Deno.test("only what held a method to the reference's code was renamed", () => {
  const hyperparameters = { reference: 1, other: 2, soft: 1 };
  const named = (types: Readonly<Record<string, object>>) =>
    specOf(
      {
        format: 1,
        dataset: { name: "x", settings: {} },
        method: { name: "m", hyperparameters },
        stage1: null,
        training: { steps: 1 },
        engine: { backend: "native" },
      } as unknown as Parameters<typeof specOf>[0],
      { methods: [{ name: "m", hyperparameters: types }], datasets: [] },
    ).method.hyperparameters;
  const type = flag({ default: false, description: "" });
  assert.deepEqual(named({}), hyperparameters);
  assert.deepEqual(named({ soft: type }), { ...hyperparameters, soft: true });
  assert.deepEqual(named({ mdlt: type }), { mdlt: true, other: 2, soft: 1 });
  const own = named({ mdlt: type, reference: type });
  assert.deepEqual(own, { reference: true, other: 2, soft: 1 });
});

Deno.test({
  name: "a record says the largest memory that its process ever had",
  ignore: Deno.build.os !== "linux",
  async fn() {
    new Uint8Array(2 ** 28).fill(1).buffer.transfer(0); // given back at once
    const largest = async () =>
      1024 * Number(/VmHWM:\s*(\d+)/.exec((await readSystemFile("/proc/self/status"))!)![1]);
    const before = await largest();
    const catalogue = builtin();
    const method = { name: "erm", version: 1, hyperparameters: {} };
    const run = {
      ...{ id: "id", catalogue, unseen: [], startedAt: new Date(0), environment: {} },
      spec: { method, stage1: null },
      definition: catalogue.datasets[0]!,
      dataset: { domains: [], classes: ["a"], fingerprint: "f" },
      result: { outcome: { status: "done" }, curve: [], result: null, seconds: {} },
      sources: { method: null, network: null },
    } as unknown as TrainedRun;
    const { timing, data, name } = await recordOf(run);
    const [found, after] = [timing.peakMemory, await largest()];
    assert.ok(before <= found! && found! <= after, `${before} ≤ ${found} ≤ ${after}`);
    assert.ok(found! > Deno.memoryUsage().rss);
    assert.equal(timing.startedAt, "1970-01-01T00:00:00.000Z");
    assert.equal("unseen" in data, false);
    assert.equal(name, "erm");
  },
});
