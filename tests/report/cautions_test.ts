import assert from "node:assert/strict";
import { join } from "node:path";
import { runId } from "../../bench/records/run_id.ts";
import type { RunRecord } from "../../bench/records/record.ts";
import { cautions } from "../../report/analysis/cautions.ts";
import { arrange, type DatasetResults } from "../../report/analysis/arrange.ts";
import { readStore, type Run, type Store } from "../../report/folder.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, writeStore } from "./store.ts";

async function found(out: string): Promise<string[]> {
  const store = await readStore(out);
  return cautions(store, arrange(store));
}

Deno.test("runs that were not made alike are pointed out, and nothing else", () =>
  inFolder(async (out) => {
    const { runs, ...manifest } = await writeStore(out, {
      datasets: DATASETS.slice(0, 1),
      methods: ["erm", "boda"],
      seeds: [0, 1],
    });
    assert.deepEqual(await found(out), []);

    const path = join(out, "runs", runs[0]!.id, "record.json");
    const record: RunRecord = JSON.parse(await Deno.readTextFile(path));
    const other: RunRecord = {
      ...record,
      data: { ...record.data, fingerprint: "0123abcd0123abcd" },
      environment: { ...record.environment, cpu: "another" },
    };
    await Deno.writeTextFile(path, JSON.stringify(other));
    const plain = record.data.fingerprint.slice(0, 8);
    assert.deepEqual(await found(out), [
      "Images called digits were not the same for all runs, which therefore stand in tables of " +
      `their own: 0123abcd (1 run), ${plain} (3 runs).`,
      "Runs were made in different places, by number of runs: cpu (another: 1, made up: 3).",
    ]);

    await Deno.writeTextFile(path, JSON.stringify(record));
    const planned = await Promise.all(
      runs.slice(0, 3).map(async (run) => {
        if (run.name !== "boda") return run;
        const spec = { ...run.spec, training: { ...run.spec.training, batch: 9 } };
        const smaller = { ...run, id: runId(spec), spec };
        const folder = (id: string) => join(out, "runs", id);
        await Deno.rename(folder(run.id), folder(smaller.id));
        const path = join(folder(smaller.id), "record.json");
        const record: RunRecord = JSON.parse(await Deno.readTextFile(path));
        const own = { ...record, id: smaller.id, spec };
        await Deno.writeTextFile(path, JSON.stringify(own));
        return smaller;
      }),
    );
    await Deno.writeTextFile(
      join(out, "manifest.json"),
      JSON.stringify({ ...manifest, runs: planned }),
    );
    assert.deepEqual(await found(out), [
      "Methods were not trained alike on Digits-MLT: batch (64: ERM; 9: BODA).",
      "No figure here contains the runs of this folder that its plan does not name (1).",
    ]);
  }));

/** A finished run as far as cautions look at it. */
function run(change: {
  readonly dataset?: string;
  readonly seed?: number;
  readonly fingerprint?: string;
  readonly environment?: object;
  readonly done?: boolean;
  readonly imported?: boolean;
}): Run {
  const { dataset = "own", seed = 0, fingerprint = "f", environment = {}, done = true } = change;
  return {
    name: "erm",
    apart: null,
    spec: { dataset: { name: dataset }, seed, ...(change.imported && { imported: {} }) },
    state: { status: done ? "done" : "missing" },
    digest: { environment, data: { fingerprint }, method: { title: "ERM" } },
  } as unknown as Run;
}

/** What is said of runs, of rows trained so, and of runs that were kept. */
function said(
  runs: readonly Run[],
  rows: readonly { training: object; imported?: boolean; network?: object | null }[] = [],
  kept: readonly { name: string; kept?: string }[] = [],
  unplanned = 0,
): string[] {
  const store = { runs, unseen: [], notes: [], manifest: { runs: kept }, unplanned };
  const methods = rows.map(({ training, imported, network = null }, i) => ({
    title: "ABC"[i],
    network,
    spec: { training, ...(imported && { imported: {} }) },
  }));
  return cautions(store as unknown as Store, [
    { title: "Own", methods } as unknown as DatasetResults,
  ]);
}

Deno.test("places are compared where they are known, of what was made here and is finished", () => {
  const at = (environment: object, change = {}) => run({ environment, ...change });
  assert.deepEqual(said([]), []);
  assert.deepEqual(said([at({ cpu: "a" }), at({ cpu: "a" })]), []);
  assert.deepEqual(said([at({ cpu: "a" }), at({})]), [
    "Runs were made in different places, by number of runs: cpu (a: 1, unknown: 1).",
  ]);
  assert.deepEqual(said([at({ cpu: "a" }), at({ cpu: "b" }, { done: false })]), []);
  const both = said([at({ cpu: "a", os: 1 }), at({ cpu: "b", os: 2 }), at({ cpu: "b", os: 1 })]);
  assert.match(both[0]!, /: cpu \(a: 1, b: 2\); os \(1: 2, 2: 1\)\.$/);
});

Deno.test("other images are told by data set and seed", () => {
  const runs = [
    run({}),
    run({ seed: 1, fingerprint: "g" }),
    run({ dataset: "b", fingerprint: "h" }),
  ];
  assert.deepEqual(said(runs), []);
  assert.deepEqual(said([...runs, run({ seed: 1, fingerprint: "i" })]), [
    "Methods saw different data on own with seed 1, so its runs are no pairs: run them again on " +
    "one copy of the data.",
  ]);
});

Deno.test("settings that rows do not share are told, but for networks that tell them apart", () => {
  const training = { steps: 1, batch: 2, selection: "last", network: { name: "cnn" } };
  const other = { ...training, network: { name: "mlp" } };
  assert.deepEqual(said([], [{ training }, { training }]), []);
  assert.deepEqual(said([], [{ training }, { training: { ...training, steps: 3 } }]), [
    "Methods were not trained alike on Own: steps (1: A; 3: B).",
  ]);
  assert.match(said([], [{ training }, { training: other }])[0]!, /network .*cnn.*: A; .*mlp.*: B/);
  const network = { name: "cnn" };
  assert.deepEqual(said([], [{ training, network }, { training: other }]), []);
  assert.deepEqual(said([], [{ training }, { training: other, imported: true }]), []);
});

Deno.test("what was kept and what no plan names is counted", () => {
  const why = "its sources have changed";
  assert.deepEqual(
    said([], [], [{ name: "a", kept: why }, { name: "b" }, { name: "c", kept: "x" }, {
      name: "a",
      kept: why,
    }]),
    [
      `Figures of an earlier state (a; 2 runs), kept although ${why}.`,
      "Figures of an earlier state (c; 1 run), kept although x.",
    ],
  );
  assert.match(said([], [], [], 1)[0]!, /its plan does not name \(1\)\.$/);
});
