/** Which runs of a folder's earlier plan stay beside those of a new one: condition by condition. */
import assert from "node:assert/strict";
import { runId } from "../../bench/records/run_id.ts";
import type { Manifest, RunSpec } from "../../bench/records/record.ts";
import { Store } from "../../bench/records/store.ts";
import { inFolder } from "../report/folder.ts";
import { DATASETS, writeStore } from "../report/store.ts";

type Planned = Manifest["runs"][number];
type Change = (spec: RunSpec) => RunSpec;

const training = (change: Partial<RunSpec["training"]>): Change => (spec) => ({
  ...spec,
  training: { ...spec.training, ...change },
});
const dataset = (change: Partial<RunSpec["dataset"]>): Change => (spec) => ({
  ...spec,
  dataset: { ...spec.dataset, ...change },
});
const engine = (change: Partial<RunSpec["engine"]>): Change => (spec) => ({
  ...spec,
  engine: { ...spec.engine, ...change },
});
const command: Change = (spec) => ({
  ...engine({ backend: "elsewhere" })(spec),
  command: { line: "python train.py", sha256: "0".repeat(64) },
});
const imported: Change = (spec) => ({
  ...engine({ threads: 9 })(training({ steps: 1 })(spec)),
  imported: { from: "predictions" },
});
/** Behind a first stage, as the other runs are trained, a second one of so many steps. */
const second = (steps: number): Change => (spec) => training({ steps })({ ...spec, stage1: spec });

/** What is changed of the earlier run and of the new one, and whether the earlier one stays. */
const CASES: readonly (readonly [what: string, stays: boolean, Change, Change])[] = [
  ["nothing", true, (spec) => spec, (spec) => spec],
  ["another seed", true, (spec) => ({ ...spec, seed: 1 }), (spec) => spec],
  ["steps", false, (spec) => spec, training({ steps: 501 })],
  ["batch", false, (spec) => spec, training({ batch: 65 })],
  ["selection", false, (spec) => spec, training({ selection: "last" })],
  ["network", false, (spec) => spec, training({ network: { name: "cnn", width: 1 } })],
  ["width", false, (spec) => spec, training({ network: { name: "digits-cnn", width: 0.5 } })],
  ["size of images", false, (spec) => spec, dataset({ imageSize: 33 })],
  ["settings of the data", false, (spec) => spec, dataset({ settings: { head: 1 } })],
  ["threads", false, (spec) => spec, engine({ threads: 3 })],
  ["execution", false, (spec) => spec, engine({ execution: "eager" })],
  ["a rate of learning", true, (spec) => spec, training({ learningRate: 0.5 })],
  ["another data set", true, dataset({ name: "vlcs" }), training({ steps: 501 })],
  ["a domain left out", true, (spec) => spec, dataset({ leaveOut: ["SVHN"] })],
  ["the program's engine", true, (spec) => spec, command],
  ["a program's engine", true, command, (spec) => spec],
  ["a program of other steps", false, (spec) => spec, (s) => training({ steps: 7 })(command(s))],
  ["an import", true, imported, (spec) => spec],
  ["an import beside it", true, (spec) => spec, imported],
  ["a second stage without steps", true, second(0), (spec) => spec],
  ["a second stage of as many steps", true, second(500), (spec) => spec],
  ["a second stage of other steps", false, second(7), (spec) => spec],
];

/** Whether the run of an earlier plan stays when another is planned. */
async function stays(...plans: readonly [Partial<Planned>, Partial<Planned>]): Promise<boolean> {
  let found: string[] = [];
  const ids = plans.map(({ spec }) => runId(spec!));
  await inFolder(async (out) => {
    const store = new Store(out);
    for (const run of plans) {
      const about = { format: 2, createdAt: "", command: [], preset: "smoke", environment: {} };
      const whole = { ...run, id: runId(run.spec!) };
      await store.writeManifest({ ...about, runs: [whole] } as unknown as Manifest);
    }
    const { manifest, refused } = (await store.plan())!;
    assert.deepEqual(refused, []);
    found = manifest.runs.map(({ id }) => id);
  });
  assert.equal(found.at(-1), ids[1]);
  assert.equal(found[0], found.length === 2 ? ids[0] : ids[1]);
  return found.length === 2;
}

/** A specification to change. */
async function sound(): Promise<RunSpec> {
  let spec: RunSpec | undefined;
  await inFolder(async (out) => {
    const grid = { datasets: DATASETS.slice(0, 1), methods: ["erm"], seeds: [0] };
    spec = (await writeStore(out, grid)).runs[0]!.spec;
  });
  return spec!;
}

for (const [what, kept, before, after] of CASES) {
  Deno.test(`${what}: the earlier run ${kept ? "stays" : "leaves the plan"}`, async () => {
    const spec = await sound();
    const other = { ...spec, method: { ...spec.method, name: "irm" } };
    assert.equal(
      await stays({ name: "erm", spec: before(spec) }, { name: "irm", spec: after(other) }),
      kept,
    );
  });
}

Deno.test("a run takes the place of the one in its cell, and a search draws batches", async () => {
  const [spec, name] = [await sound(), "erm"];
  assert.equal(
    await stays({ name, spec }, { name, spec: training({ learningRate: 1 })(spec) }),
    false,
  );
  const drawn = training({ batch: 65 })(spec);
  assert.equal(await stays({ name, spec, trial: 0 }, { name, spec: drawn, trial: 1 }), true);
  assert.equal(await stays({ name, spec, trial: 0 }, { name, spec: drawn, trial: 0 }), false);
});
