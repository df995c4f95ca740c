import assert from "node:assert/strict";
import { join } from "node:path";
import { trainLocally } from "../../bench/execute/local.ts";
import { requireWritable } from "../../bench/execute/preflight.ts";
import { writeAtomically } from "../../base/files.ts";
import { StoreError } from "../../bench/records/folder.ts";
import { Store } from "../../bench/records/store.ts";
import type { Manifest } from "../../bench/records/record.ts";
import { resultsCsv } from "../../report/tables/results_csv.ts";
import { readStore } from "../../report/folder.ts";
import { BACKEND, place, planOf, withFolder } from "./crash.ts";
import { plan } from "../helpers/plan.ts";

Deno.test("a claim is one process's until it ends, and sweeps what another left half-written", () =>
  withFolder(async (out) => {
    const store = new Store(out);
    const half = join(out, "runs/run/record.json.1.abc.tmp");
    {
      using claim = await store.claim("run");
      assert.ok(claim !== null);
      assert.equal(await store.claim("run"), null);
      await Deno.writeTextFile(half, "{");
    }
    using again = await store.claim("run");
    assert.ok(again !== null);
    await assert.rejects(Deno.stat(half), Deno.errors.NotFound);
  }));

Deno.test("a file that cannot be written is named, and what was there before stays", () =>
  withFolder(async (folder) => {
    const file = join(folder, "a/file");
    await writeAtomically(file, "first");
    await Deno.mkdir(join(folder, "taken"));
    await assert.rejects(writeAtomically(join(folder, "taken"), "x"), /taken/);
    await assert.rejects(writeAtomically(join(file, "below"), "x"), /file/);
    await writeAtomically(file, "second");
    assert.equal(await Deno.readTextFile(file), "second");
    const left: string[] = [];
    for await (const { name } of Deno.readDir(folder)) left.push(name);
    assert.deepEqual(left.sort(), ["a", "taken"]);
  }));

Deno.test("a plan adds to the folder's: other methods on the same networks stay", () =>
  withFolder(async (out) => {
    const store = new Store(out);
    const write = async (methods: readonly string[], steps: number) => {
      const runs = plan({
        ...{ datasets: ["digits-synth"], methods, seeds: [0], preset: "smoke", settings: [] },
        ...{ selection: "last", backend: BACKEND, threads: 1, steps },
        networks: ["cnn:0.125", "mlp:0.125"],
      });
      const about = { format: 2, createdAt: "", command: [], preset: "smoke", environment: {} };
      await store.writeManifest({ ...about, runs } as unknown as Manifest);
      return (await store.manifest())!.runs
        .map(({ name, spec }) => `${name} ${spec.training.network.name}`);
    };
    const both = (name: string) => [`${name} cnn`, `${name} mlp`];
    assert.deepEqual(await write(["erm"], 60), both("erm"));
    assert.deepEqual(await write(["irm"], 60), [...both("erm"), ...both("irm")]);
    await write(["taunorm"], 60);
    const all = ["erm", "irm", "taunorm"].flatMap(both);
    assert.deepEqual((await write(["irm"], 60)).sort(), all, "one of them has no steps of its own");
    assert.deepEqual(
      await write(["erm"], 61),
      both("erm"),
      "runs of another length leave the plan",
    );
  }));

Deno.test("a run may be a method's and a study's, whichever was planned first", () =>
  withFolder(async (out) => {
    const store = new Store(out);
    const [run] = plan({
      ...{ datasets: ["digits-synth"], methods: ["irm"], seeds: [0], preset: "smoke", steps: 60 },
      ...{ settings: [], selection: "last", backend: BACKEND, threads: 1 },
    });
    const about = { format: 2, createdAt: "", command: [], preset: "smoke", environment: {} };
    const study = { name: "ablation", method: "irm", levels: {} };
    const studied = { ...run, name: "irm: all its parts", study };
    for (const next of [studied, run, studied, run]) {
      await store.writeManifest({ ...about, runs: [next] } as unknown as Manifest);
    }
    const { manifest, refused } = (await store.plan())!;
    assert.deepEqual(manifest.runs.map(({ study }) => study?.name), ["ablation", undefined]);
    assert.deepEqual(refused, []);
  }));

/** Content that no record and no plan has. */
const SPOILT = ["", "{", "[1]", '{"id":"another"}', "\0\0\0\0"];

Deno.test("a spoilt record fails its run in a sentence, is left as it is, and counts nowhere", () =>
  withFolder(async (out) => {
    const runs = planOf("crt");
    const [first, second] = runs;
    const store = new Store(out);
    const manifest = { format: 2, createdAt: "", command: [], preset: "smoke", environment: {} };
    await store.writeManifest({ ...manifest, runs } as Manifest);
    const path = join(out, "runs", first!.id, "record.json");
    await Deno.mkdir(join(path, ".."), { recursive: true });
    for (const content of SPOILT) {
      await Deno.writeTextFile(path, content);
      await assert.rejects(store.record(first!.id), StoreError);
      const outcomes = await trainLocally(runs, place(out));
      const [failed, skipped] = [outcomes.get(first!.id)!, outcomes.get(second!.id)!];
      assert.equal(failed.status, "failed");
      assert.match(
        (failed as { reason: string }).reason,
        /^Cannot use [^\n]*record\.json: .*remove/,
      );
      assert.equal(skipped.status, "skipped");
      assert.equal(await Deno.readTextFile(path), content);
      const results = resultsCsv(await readStore(out));
      assert.equal(results.trim().split("\n").length, 1);
    }
  }));

Deno.test("a spoilt plan is said in a sentence and not written over", () =>
  withFolder(async (out) => {
    const store = new Store(out);
    assert.equal(await store.manifest(), null);
    for (const content of SPOILT) {
      await Deno.writeTextFile(join(out, "manifest.json"), content);
      await assert.rejects(store.manifest(), StoreError);
      await assert.rejects(store.writeManifest({} as Manifest), /Cannot use .*manifest\.json/);
      assert.equal(await Deno.readTextFile(join(out, "manifest.json")), content);
    }
  }));

Deno.test("a bench does not write into a part of another's output folder", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "manifest.json"), "{}");
    for (const inside of ["runs", "runs/0123456789abcdef", "report/tables", "former/x", "slurm"]) {
      await assert.rejects(requireWritable(join(folder, inside)), (error: Error) => {
        assert.match(
          error.message,
          /^Cannot write to --out "[^\n]*" is a part of the output folder/,
        );
        return true;
      });
    }
    await requireWritable(folder);
    await requireWritable(join(folder, "another"));
    await Deno.mkdir(join(folder, "mine/report"), { recursive: true });
    await requireWritable(join(folder, "mine/report"));
    const before = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    assert.deepEqual(before.sort(), ["manifest.json", "mine"]);
  }));
