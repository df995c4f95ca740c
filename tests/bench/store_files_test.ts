/** What a store keeps beside records, takes over, sets aside and sweeps, without any training. */
import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { isFile } from "../../base/files.ts";
import { Folder, StoreError } from "../../bench/records/folder.ts";
import type { RunRecord, RunSpec } from "../../bench/records/record.ts";
import { runId } from "../../bench/records/run_id.ts";
import { writeEvents } from "../../bench/records/tensorboard.ts";
import { Store } from "../../bench/records/store.ts";
import type { RunState } from "../../bench/train/trainer.ts";
import { useBackend } from "../../testing/backend.ts";
import { inFolder } from "../report/folder.ts";
import { DATASETS, writeStore } from "../report/store.ts";

await useBackend();

const GRID = { datasets: DATASETS.slice(0, 1), methods: ["erm", "irm"], seeds: [0] };

/** A folder with two finished runs. */
function inStore(work: (store: Store, records: [RunRecord, RunRecord]) => Promise<void>) {
  return inFolder(async (out) => {
    const { runs } = await writeStore(out, GRID);
    const store = new Store(out);
    const records = await Promise.all(runs.map(async ({ id }) => (await store.record(id))!));
    await work(store, records as [RunRecord, RunRecord]);
  });
}

const namesIn = async (folder: string) =>
  (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();

const STATE = {
  numbers: { step: 17 },
  progress: { step: 17 },
  tensors: { w: tf.tensor1d([1, 2.5]) },
} as unknown as RunState;

Deno.test("a state is read back by the same numerics alone, and not when it is spoilt", () =>
  inStore(async (store, [{ id }]) => {
    assert.equal(await store.state(id, "here"), null);
    await store.saveState(id, STATE, "here");
    const read = (await store.state(id, "here"))!;
    assert.deepEqual({ ...read, tensors: [...read.tensors["w"]!.dataSync()] }, {
      numbers: { step: 17 },
      progress: { step: 17 },
      tensors: [1, 2.5],
    });
    assert.equal(await store.state(id, "elsewhere"), null);
    const path = store.pathOf(id, "resume.safetensors");
    const bytes = await Deno.readFile(path);
    bytes[bytes.length - 1]! ^= 1;
    await Deno.writeFile(path, bytes);
    assert.equal(await store.state(id, "here"), null);
    await Deno.writeTextFile(path, "no safetensors");
    assert.equal(await store.state(id, "here"), null);
  }));

Deno.test("a finished run has its files with their checksums, and nothing of the way there", () =>
  inStore(async (store, [record]) => {
    const { id } = record;
    const left = ["failure.json", "progress.json", "resume.safetensors"];
    const leave = async () => {
      for (const name of left) await Deno.writeTextFile(store.pathOf(id, name), "{}");
    };
    await leave();
    const sample = { features: tf.tensor2d([[1, 2], [3, 4]]), domains: [0, 1], labels: [5, 6] };
    await store.finish(record, {
      weights: { w: tf.tensor1d([0.5, 4]) },
      predictions: [0, 1].map(() => ({ labels: [0], predicted: [0], confidence: [1] })),
      sample,
    });
    const files = ["features.safetensors", "predictions.csv", "weights.safetensors"];
    assert.deepEqual(
      await namesIn(store.pathOf(id, "")),
      [...files, "lock", "record.json"]
        .filter((name) => name !== "lock").sort(),
    );
    const { files: sums } = (await store.record(id))!;
    assert.deepEqual(Object.keys(sums!).sort(), files);
    for (const name of files) assert.ok((await store.file(id, name)).length > 0);
    assert.deepEqual([...(await store.weights(id))["w"]!.dataSync()], [0.5, 4]);
    const { test } = (await store.recount(id))!.result!;
    assert.deepEqual(test.map((counts) => [counts[0]![0], counts.flat().length]), [
      [1, 100],
      [1, 100],
    ]);
    assert.deepEqual(test.map((counts) => counts.flat().filter((count) => count > 0)), [[1], [1]]);
    await leave();
    await store.tidy(id);
    assert.deepEqual(
      (await namesIn(store.pathOf(id, ""))).filter((name) => left.includes(name)),
      [],
    );
    await Deno.writeTextFile(store.pathOf(id, "weights.safetensors"), "another");
    await assert.rejects(store.weights(id), StoreError);
    assert.equal(await store.soundFile(id, "weights.safetensors"), null);
    assert.equal(await store.soundFile(id, "none.csv"), null);
  }));

Deno.test("where the record cannot be written the state stays, so that the run is not lost", () =>
  inStore(async (store, [record]) => {
    const { id } = record;
    await Deno.remove(store.pathOf(id, "record.json"));
    await Deno.mkdir(store.pathOf(id, "record.json")); // nothing can be renamed to it
    await store.saveState(id, STATE, "here");
    await assert.rejects(store.finish(record, { predictions: null }));
    assert.deepEqual((await store.state(id, "here"))!.numbers, { step: 17 });
    await Deno.remove(store.pathOf(id, "record.json"), { recursive: true });
    await store.finish(record, { predictions: null });
    assert.equal(await store.state(id, "here"), null);
    assert.ok(await isFile(store.pathOf(id, "record.json")));
  }));

Deno.test("a run is taken over with its files under its new id, and once", () =>
  inStore((store, [record]) =>
    inFolder(async (out) => {
      await store.finish(record, {
        predictions: [0, 1].map(() => ({ labels: [0], predicted: [0] })),
      });
      await Deno.writeTextFile(store.pathOf(record.id, "lock"), "another's");
      await Deno.mkdir(store.pathOf(record.id, "events"));
      const there = new Store(out);
      await there.importRun("new", store, record.id);
      assert.deepEqual((await namesIn(there.pathOf("new", ""))).filter((name) => name !== "lock"), [
        "predictions.csv",
        "record.json",
      ]);
      const text = await Deno.readTextFile(there.pathOf("new", "record.json"));
      assert.equal(JSON.parse(text).id, "new");
      assert.equal(await Deno.readTextFile(there.pathOf("new", "lock")), "", "it has its own");
      await Deno.writeTextFile(there.pathOf("none", "record.json"), "").catch(() => {});
      await there.importRun("none", store, "missing");
      assert.ok(!await there.hasRecord("none"), "there is nothing to take over");
    })
  ));

Deno.test("a run that is set aside lies in former/ with all of its files, and counts no more", () =>
  inStore(async (store, [record, other]) => {
    const { id } = record;
    await Deno.writeTextFile(store.pathOf(id, "note.txt"), "mine");
    {
      using claim = await store.claim(id);
      assert.ok(claim !== null);
      assert.equal(await store.setAside(id), false, "another process has it");
    }
    assert.ok(await store.hasRecord(id));
    assert.equal(await store.setAside(id), true);
    assert.equal(await store.record(id), null);
    const [former] = await namesIn(join(store.folder, "former"));
    assert.ok(former!.startsWith(`${id}-2`));
    assert.deepEqual(await namesIn(join(store.folder, "former", former!)), [
      "note.txt",
      "record.json",
    ]);
    assert.equal(await store.setAside(id), true, "there is nothing left");
    assert.equal((await namesIn(join(store.folder, "former"))).length, 1);
    assert.ok(await store.hasRecord(other.id));
  }));

Deno.test("a run without a test has no predictions, and nothing that could be counted anew", () =>
  inStore(async (store, [record, other]) => {
    const write = (changed: object) =>
      Deno.writeTextFile(store.pathOf(record.id, "record.json"), JSON.stringify(changed));
    await write({ ...record, result: null, outcome: { status: "diverged", step: 400 } });
    assert.notEqual(await store.record(record.id), null);
    assert.equal(await store.predictions(record.id), null);
    assert.equal(await store.recount(record.id), null);
    assert.equal(await store.predictions("none"), null);
    assert.equal(await store.recount("none"), null);
    const spec: RunSpec = { ...record.spec, imported: { from: "predictions" } };
    const id = runId(spec);
    await Deno.mkdir(store.pathOf(id, ""));
    const figuresAlone = { ...record, id, spec, result: { ...record.result, test: [] }, curve: [] };
    await Deno.writeTextFile(store.pathOf(id, "record.json"), JSON.stringify(figuresAlone));
    assert.deepEqual((await store.record(id))!.result!.test, []);
    assert.equal(await store.predictions(id), null);
    assert.equal(await store.recount(id), null);
    await assert.rejects(store.predictions(other.id), /predictions\.csv: it is not there/);
  }));

Deno.test("what is spoilt is refused with its path, the reason and the remedy", () =>
  inStore(async (store, [{ id }]) => {
    const refused = async (path: string, read: () => Promise<unknown>, remedy: RegExp) => {
      await Deno.writeTextFile(path, '{"id": 5}');
      await assert.rejects(read(), (error) => {
        assert.ok(error instanceof StoreError, String(error));
        assert.ok(error.message.startsWith(`Cannot use ${path}: `), error.message);
        assert.match(error.message, remedy);
        return true;
      });
    };
    await refused(store.pathOf(id, "record.json"), () => store.record(id), /; /);
    await refused(store.pathOf(id, "failure.json"), () => store.failure(id), /; remove it$/);
    await refused(
      join(store.folder, "manifest.json"),
      () => store.manifest(),
      /; remove it to have/,
    );
  }));

Deno.test("a failure is written where there is no record, and only there", () =>
  inStore(async (store, [{ id, name, spec }]) => {
    const failure = { id, name, spec, error: "No memory is left.", at: "2026-01-02T04:00:00.000Z" };
    await store.fail(failure);
    assert.ok(!await isFile(store.pathOf(id, "failure.json")), "it is finished");
    await Deno.remove(store.pathOf(id, "record.json"));
    {
      using claim = await store.claim(id);
      assert.ok(claim !== null);
      await store.fail(failure);
      assert.equal(await store.failure(id), null, "another process is about to finish it");
    }
    await store.fail(failure);
    assert.equal((await store.failure(id))!.error, failure.error);
    assert.deepEqual((await new Folder(store.folder).ids()).includes(id), true);
  }));

Deno.test({
  name: "TensorBoard's file has every term and figure that is known, domain by domain",
  ignore: Deno.env.get("MDLT_TEST_BACKEND") === "wasm",
  fn: () =>
    inStore(async (store, [{ id, data, curve: [first] }]) => {
      const curve = [{
        ...first!,
        step: 3,
        terms: { loss: 0.5 },
        validation: { accuracy: [0.25, null] },
        test: { macro_f1: [0.75, 0.125] },
      }];
      const folder = store.events(id);
      await Deno.mkdir(folder);
      await Deno.writeTextFile(join(folder, "of an earlier attempt"), "");
      await writeEvents(folder, { curve, data } as unknown as RunRecord);
      const [file, ...others] = await namesIn(folder);
      assert.deepEqual(others, []);
      const bytes = await Deno.readFile(join(folder, file!));
      const [one, two] = data.domains;
      const found = [...scalarsOf(bytes)].map(({ step, tag, value }) => [step, tag, value]);
      assert.deepEqual(found, [
        [3, "train/loss", 0.5],
        [3, `validation/accuracy/${one}`, 0.25],
        [3, `test/macro_f1/${one}`, 0.75],
        [3, `test/macro_f1/${two}`, 0.125],
      ]);
    }),
});

/** The scalars of an event file, as TFRecord frames its events: `time, step, summary(tag, value)`. */
function* scalarsOf(bytes: Uint8Array): Iterable<{ step: number; tag: string; value: number }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = 0; at < bytes.length;) {
    const [from, length] = [at + 12, Number(view.getBigUint64(at, true))]; // after its checksum
    at = from + length + 4;
    const text = new TextDecoder("latin1").decode(bytes.subarray(from, from + length));
    const tag = /(?:train|validation|test)\/[\w/.-]+/.exec(text);
    if (tag === null) continue;
    const value = view.getFloat32(from + tag.index + tag[0].length + 1, true);
    yield { step: bytes[from + 10]!, tag: tag[0], value };
  }
}
