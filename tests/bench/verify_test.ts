/** A folder is what was written, or what is not is named with what must go; `checksums_test.ts` trains. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { encodeArrays } from "../../base/safetensors_format.ts";
import { Folder } from "../../bench/records/folder.ts";
import { type KeptPredictions, recounted } from "../../bench/records/predictions.ts";
import type { RunRecord } from "../../bench/records/record.ts";
import { sealed, sealedFile } from "../../bench/records/seal.ts";
import { Store } from "../../bench/records/store.ts";
import { verify } from "../../bench/records/verify.ts";
import { alteredFiles } from "../../report/files.ts";
import { readStore } from "../../report/folder.ts";
import { inFolder } from "../report/folder.ts";
import { cli } from "./crash.ts";
import { DATASETS, writeStore } from "../report/store.ts";

const GRID = { datasets: DATASETS.slice(0, 1), methods: ["erm", "irm"], seeds: [0] };

/** Three images of each domain. */
const PREDICTIONS: readonly KeptPredictions[] = [0, 1].map((d) => ({
  labels: [0, 1, 2],
  predicted: [0, 1, 2 + d],
  confidence: [0.5, 0.75, 0.875],
}));

/** A record of a data set that has these test images. */
function predicted(record: RunRecord, predictions = PREDICTIONS): RunRecord {
  const { data } = record;
  const test = data.domains.map(() => data.classes.map((_, c) => c < 3 ? 1 : 0));
  const small = { ...record, data: { ...data, counts: { ...data.counts, test } } };
  return recounted(small, small.result!, predictions);
}

const ALL = [
  ...["record.json", "failure.json", "resume.safetensors", "weights.safetensors"],
  ...["predictions.csv", "features.safetensors", "tsne.json"],
];

/** A folder whose plan has two runs, of which one is done and has its checksums. */
function inWritten(
  work: (out: string, record: RunRecord) => Promise<void>,
): Promise<void> {
  return inFolder(async (out) => {
    const fate = (_: string, method: string) => method === "erm" ? "done" : "missing";
    const { runs: [run] } = await writeStore(out, { ...GRID, fate });
    const store = new Store(out);
    const plain = (await store.record(run!.id))!;
    const record = predicted(plain);
    await store.finish(record, { predictions: PREDICTIONS });
    assert.deepEqual(await findings(out), []);
    await work(out, record);
  });
}

/** What is found, each as `FILE: WHY`, with what must go where that is not all of the run. */
async function findings(out: string): Promise<string[]> {
  const { findings } = await verify(new Folder(out));
  return findings.map(({ id, file, why, remove }) => {
    assert.equal(file.startsWith("runs/"), id !== null);
    const names = remove.map((path) => path.split("/").at(-1)!);
    const all = names.length === ALL.length && ALL.every((name) => names.includes(name));
    return `${file.split("/").at(-1)}: ${why}${all ? "" : ` [${names.join()}]`}`;
  });
}

Deno.test("a sound folder has no findings; its runs are counted, those without checksums apart", () =>
  inFolder(async (out) => {
    const { runs } = await writeStore(out, { ...GRID, methods: ["erm", "irm", "boda"] });
    const store = new Store(out);
    const plain = (await store.record(runs[0]!.id))!;
    const record = predicted(plain);
    await store.finish(record, { predictions: PREDICTIONS });
    for (const { id } of runs.slice(1)) {
      const { confidence: _, ...rest } = PREDICTIONS[0]!;
      const without = [rest, rest];
      const other = (await store.record(id))!;
      const counted = predicted(other, without);
      await store.finish(counted, { predictions: without });
      const path = join(out, "runs", id, "record.json");
      const { sha256: _sha, files: _files, ...old } = JSON.parse(await Deno.readTextFile(path));
      await Deno.writeTextFile(path, JSON.stringify(old));
    }
    const told: string[] = [];
    const found = await verify(store, (done, total) => told.push(`${done} of ${total}`));
    assert.deepEqual(found, { runs: 3, unsealed: 2, believed: 0, missing: 0, findings: [] });
    assert.deepEqual(told, ["1 of 3", "2 of 3", "3 of 3"]);
  }));

Deno.test("a file beside a record is told by its checksum; what is not there as well", () =>
  inWritten(async (out, { id }) => {
    const path = join(out, "runs", id, "predictions.csv");
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, text.replace("0.5", "0.6"));
    const told = await findings(out);
    assert.deepEqual(told, [
      "predictions.csv: it is not what was written (its SHA-256 is another)",
    ]);
    await Deno.remove(path);
    assert.deepEqual(
      await findings(out),
      ["predictions.csv: it is not there"],
    );
  }));

Deno.test("a record without a checksum that nothing can confirm is counted as believed", () =>
  inFolder(async (out) => {
    const { runs } = await writeStore(out, { ...GRID, methods: ["erm"] });
    const path = join(out, "runs", runs[0]!.id, "record.json");
    const { sha256: _sha, files: _files, ...old } = JSON.parse(await Deno.readTextFile(path));
    const outcome = { status: "diverged", step: 1, term: "loss" };
    await Deno.writeTextFile(path, JSON.stringify({ ...old, outcome, result: null }));
    const { unsealed, believed, findings } = await verify(new Store(out));
    assert.deepEqual([unsealed, believed, findings], [1, 1, []]);
    assert.match(
      (await cli("check", out)).out,
      /1 without checksums or predictions, taken as they are$/m,
    );
  }));

Deno.test("without checksums, counts and confidence are counted again", () =>
  inWritten(async (out, { id }) => {
    const folder = join(out, "runs", id);
    const path = join(folder, "record.json");
    const { sha256: _sha, files: _files, ...old } = JSON.parse(await Deno.readTextFile(path));
    await Deno.writeTextFile(path, JSON.stringify(old));
    const csv = await Deno.readTextFile(join(folder, "predictions.csv"));
    const after = async (from: string, to: string) => {
      await Deno.writeTextFile(join(folder, "predictions.csv"), csv.replace(from, to));
      return await findings(out);
    };
    assert.deepEqual(await after("0.5", "0.5"), []);
    const { calibration: _, ...result } = old.result;
    await Deno.writeTextFile(path, JSON.stringify({ ...old, result }));
    assert.deepEqual(await after("0.5", "0.5"), [], "an older record has no confidence");
    await Deno.writeTextFile(path, JSON.stringify(old));
    assert.deepEqual(await after("0.5", "0.5000000001"), [], "as far as numbers are written");
    assert.deepEqual(await after("0.5", "0.5000000015"), [
      "predictions.csv: its confidence and those of record.json differ",
    ], "1e-9 for each image of a bin");
    assert.deepEqual(await after("0.5", "0.51"), [
      "predictions.csv: its confidence and those of record.json differ",
    ]);
    assert.deepEqual(await after("2,2,2,", "2,2,1,"), [
      "predictions.csv: its counts and those of record.json differ",
    ]);
    await Deno.writeTextFile(join(folder, "predictions.csv"), csv);
    await Deno.writeTextFile(join(folder, "weights.safetensors"), "none");
    const weights = await findings(out);
    assert.equal(weights.length, 1);
  }));

Deno.test("a bin's confidence may be off by as much as its images' digits", () =>
  inFolder(async (out) => {
    const { runs: [run] } = await writeStore(out, { ...GRID, methods: ["erm"] });
    const store = new Store(out);
    const predictions = PREDICTIONS.map((own) => ({ ...own, confidence: [0.5, 0.5, 0.875] }));
    const record = predicted((await store.record(run!.id))!, predictions);
    await store.finish(record, { predictions });
    const [path, csv] = ["record.json", "predictions.csv"].map((name) =>
      store.pathOf(run!.id, name)
    );
    const { sha256: _sha, files: _files, ...old } = JSON.parse(await Deno.readTextFile(path!));
    await Deno.writeTextFile(path!, JSON.stringify(old));
    const text = await Deno.readTextFile(csv!);
    const off = async (confidence: string) => {
      await Deno.writeTextFile(csv!, text.replace("0.5", confidence));
      return (await findings(out)).length;
    };
    assert.deepEqual([await off("0.5000000015"), await off("0.5000000025")], [0, 1]);
  }));

Deno.test("records, failures and states that cannot be used are told, each with what must go", () =>
  inWritten(async (out, record) => {
    const folder = join(out, "runs", record.id);
    await Deno.writeTextFile(join(folder, "failure.json"), "{");
    const state = sealedFile((sha256) =>
      encodeArrays({ x: { shape: [1], values: Float32Array.of(1) } }, { sha256 })
    );
    await Deno.writeFile(join(folder, "resume.safetensors"), state);
    const own = () => findings(out);
    assert.match((await own()).join("; "), /^failure\.json: [^;]* \[failure\.json\]$/);
    await Deno.remove(join(folder, "failure.json"));
    assert.deepEqual(await own(), []);
    state[state.length - 1]! ^= 1;
    await Deno.writeFile(join(folder, "resume.safetensors"), state);
    assert.deepEqual(await own(), [
      "resume.safetensors: it is not what was written; the run starts from its beginning " +
      "[resume.safetensors]",
    ]);
    await Deno.remove(join(folder, "resume.safetensors"));
    const text = JSON.stringify(sealed(record)).replace('"title":"ERM"', '"title":"ERN"');
    await Deno.writeTextFile(join(folder, "record.json"), text);
    const told = await own();
    assert.equal(told.length, 1);
    assert.match(told[0]!, /^record\.json: it is not what was written[^[]*$/, "all of it must go");
  }));

Deno.test("a plan that cannot be used, and runs of one, are the folder's own findings", () =>
  inWritten(async (out) => {
    const path = join(out, "manifest.json");
    const manifest = JSON.parse(await Deno.readTextFile(path));
    manifest.runs[1].spec.seed = "one";
    await Deno.writeTextFile(path, JSON.stringify(manifest));
    const runs = await findings(out);
    assert.equal(runs.length, 1);
    assert.match(runs[0]!, new RegExp(`^manifest\\.json: run ${manifest.runs[1].id}: .* \\[\\]$`));
    await Deno.writeTextFile(path, "{");
    const whole = await findings(out);
    assert.equal(whole.length, 1);
    assert.doesNotMatch(whole[0]!, /run /);
  }));

Deno.test("what an edit of a plan would decide unseen is noticed: preset, study, order, a run less", () =>
  inWritten(async (out) => {
    const path = join(out, "manifest.json");
    const plan = sealed(JSON.parse(await Deno.readTextFile(path)));
    await Deno.writeTextFile(path, JSON.stringify(plan));
    assert.deepEqual(await findings(out), []);
    const levels = { name: "convergence", method: "erm", levels: { steps: 3 } };
    const edits = [
      { ...plan, preset: "paper" },
      { ...plan, data: { digits: "0" } },
      { ...plan, runs: plan.runs.slice(1) },
      { ...plan, runs: plan.runs.toReversed() },
      { ...plan, runs: plan.runs.map((run: object) => ({ ...run, study: levels })) },
      { ...plan, runs: plan.runs.map((run: object) => ({ ...run, kept: "it was so" })) },
    ];
    for (const edited of edits) {
      await Deno.writeTextFile(path, JSON.stringify(edited));
      assert.deepEqual(await findings(out), [
        "manifest.json: it is not what was written (its sha256 is another; without that line it " +
        "is taken as it is) []",
      ]);
      await assert.rejects(
        readStore(out),
        /^DataError: Cannot report on [^\n]*not what was written/,
      );
      const { sha256: _, ...plain } = edited;
      await Deno.writeTextFile(path, JSON.stringify(plain));
      assert.deepEqual(await findings(out), []);
    }
  }));

Deno.test("what a newer version wrote is told as that, and --mend has nothing to remove", () =>
  inWritten(async (out, record) => {
    const path = join(out, "runs", record.id, "record.json");
    const { spec } = record;
    const newer = { ...spec, augmentation: "heavy" };
    const written = [
      { ...record, spec: { ...spec, format: 3 } },
      sealed({ ...record, spec: { ...spec, format: 3 } }),
      sealed({ ...record, spec: newer }),
      sealed({ ...record, outcome: { status: "early" } }),
    ];
    for (const one of written) {
      await Deno.writeTextFile(path, JSON.stringify(one));
      const told = await findings(out);
      assert.equal(told.length, 1);
      assert.match(told[0]!, /^record\.json: [^\n]*a newer version of this program [^\n]* \[\]$/);
    }
    const { sha256: _, ...unsealed } = sealed({ ...record, spec: newer });
    await Deno.writeTextFile(path, JSON.stringify(unsealed));
    assert.doesNotMatch((await findings(out))[0]!, /newer/, "it may as well be spoilt");
    const plan = join(out, "manifest.json");
    const { format: __, ...rest } = JSON.parse(await Deno.readTextFile(plan));
    await Deno.writeTextFile(plan, JSON.stringify({ format: 3, ...rest }));
    assert.match(
      (await findings(out))[0]!,
      /^manifest\.json: it is not a plan of .* but of 3: a newer/,
    );
    await assert.rejects(
      readStore(out),
      (error: Error) => !/run the benchmark/.test(error.message),
    );
  }));

Deno.test("a part of a folder is told as one", () =>
  inWritten(async (out, { id }) => {
    const missing = async () => (await verify(new Folder(out))).missing;
    assert.equal(await missing(), 1);
    await Deno.remove(join(out, "runs", id), { recursive: true });
    assert.equal(await missing(), 2);
    await Deno.mkdir(join(out, "runs", id));
    assert.equal(await missing(), 2, "an empty folder is no run");
    await Deno.remove(join(out, "manifest.json"));
    assert.match((await findings(out)).join(), /^manifest\.json: it is not there, [^\n]* \[\]$/);
  }));

Deno.test({
  name: "no pipe in a folder is waited for",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inWritten(async (out, { id }) => {
      const places = ["resume.safetensors", "failure.json", "predictions.csv"];
      for (const name of places) {
        const path = join(out, "runs", id, name);
        await Deno.rename(path, `${path}.was`).catch(() => {});
        await new Deno.Command("mkfifo", { args: [path] }).output();
        assert.match((await findings(out)).join(), new RegExp(`^${name}: it is a named pipe`));
        await Deno.remove(path);
        await Deno.rename(`${path}.was`, path).catch(() => {});
      }
      await Deno.mkdir(join(out, "report"));
      await new Deno.Command("mkfifo", { args: [join(out, "report/SHA256SUMS")] }).output();
      assert.deepEqual(await alteredFiles(out), ["SHA256SUMS"]);
      const other = (await new Folder(out).manifest())!.runs[1]!.id;
      const state = join(out, "runs", other, "resume.safetensors");
      await Deno.mkdir(join(out, "runs", other), { recursive: true });
      await new Deno.Command("mkfifo", { args: [state] }).output();
      assert.equal(await new Store(out).state(other, "any"), null);
    }),
});
