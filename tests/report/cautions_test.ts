import assert from "node:assert/strict";
import { join } from "node:path";
import { runId } from "../../bench/records/run_id.ts";
import type { RunRecord } from "../../bench/records/record.ts";
import { cautions } from "../../report/analysis/cautions.ts";
import { arrange } from "../../report/analysis/arrange.ts";
import { readStore } from "../../report/folder.ts";
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
      data: { ...record.data, fingerprint: "other" },
      environment: { ...record.environment, cpu: "another" },
    };
    await Deno.writeTextFile(path, JSON.stringify(other));
    const plain = record.data.fingerprint.slice(0, 8);
    assert.deepEqual(await found(out), [
      "Images called digits were not the same for all runs, which therefore stand in tables of " +
      `their own: other (1 run), ${plain} (3 runs).`,
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
