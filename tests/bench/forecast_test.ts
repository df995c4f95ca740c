/** What a dry run tells: how long runs take, in what memory, and which of them are finished. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { builtin } from "../../bench/catalogue.ts";
import { forecast } from "../../bench/execute/forecast.ts";
import { costOf, preparing } from "../../bench/plan/cost.ts";
import { estimate } from "../../bench/plan/estimate.ts";
import type { RunRecord, RunSpec } from "../../bench/records/record.ts";
import type { SplitCounts } from "../../datasets/dataset.ts";
import { plan } from "../helpers/plan.ts";
import { DATASETS, writeStore } from "../report/store.ts";

const CATALOGUE = builtin();
const SPEC: RunSpec = plan({
  ...{ datasets: ["digits-synth"], methods: ["erm"], seeds: [0], preset: "quick", settings: [] },
  ...{ selection: "validation-macro-f1", backend: "native", threads: 1 },
})[0]!.spec;
const { training } = SPEC;
const method = (name: string): RunSpec => ({ ...SPEC, method: { ...SPEC.method, name } });

/** A run that took so many seconds. */
function took(seconds: number, spec: RunSpec = SPEC): RunRecord {
  const timing = {
    trainingSeconds: seconds,
    evaluationSeconds: 2,
    dataSeconds: 0,
    peakMemory: 6e8,
  };
  return { spec, outcome: { status: "done" }, curve: [1, 2, 3], timing } as unknown as RunRecord;
}

const secondsBy = (earlier: readonly RunRecord[], spec = SPEC) =>
  estimate(spec, earlier, CATALOGUE).seconds;

Deno.test("a run that stood still for an hour does not count beside others", () => {
  const usual = [took(4), took(5), took(6)];
  const expected = secondsBy(usual);
  assert.ok(expected > 5 && expected < 20);
  assert.equal(secondsBy([took(3600), ...usual]), expected);
  // Of two the shorter one; of one that stands alone, what other methods make likely.
  assert.ok(secondsBy([took(3600), took(5)]) < 20);
  const others = [5, 5, 6].map((seconds) => took(seconds, method("focal")));
  assert.ok(secondsBy([took(3600), ...others]) < 40);
});

Deno.test("records of the same method go before those of others, which are scaled by cost", () => {
  const found = estimate(SPEC, [took(50, method("mldg")), took(5)], CATALOGUE);
  assert.equal(found.source, "same method");
  assert.ok(found.seconds < 20);
  const other = estimate(method("mldg"), [took(5)], CATALOGUE);
  assert.equal(other.source, "other method");
  assert.ok(other.seconds > secondsBy([took(5)]));
  assert.equal(estimate(SPEC, [], CATALOGUE).source, "table");
});

Deno.test("without records time and memory go by the network's work, images and domains", () => {
  const cost = (network: string, imageSize: number, width = 1, counts?: SplitCounts) =>
    costOf(
      {
        ...SPEC,
        dataset: { ...SPEC.dataset, imageSize },
        training: { ...training, network: { name: network, width } },
      },
      CATALOGUE,
      counts,
    );
  const [small, wide, deep] = [cost("cnn", 28, 0.125), cost("cnn", 28), cost("resnet50", 224)];
  assert.ok(wide.seconds > 8 * small.seconds && deep.seconds > 10 * wide.seconds);
  assert.ok(small.memory < 6e8 && deep.memory > 2 * small.memory);
  const split = [[500], [500], [500], [500]];
  const four = { train: split, validation: split, test: split };
  assert.ok(cost("cnn", 28, 1, four).seconds > 1.5 * wide.seconds);
  const wasm = { ...SPEC, engine: { ...SPEC.engine, backend: "wasm" as const } };
  assert.ok(costOf(wasm, CATALOGUE).seconds > costOf(SPEC, CATALOGUE).seconds);
});

Deno.test("features of a frozen network are computed once, before its runs", () => {
  const network = { name: "head", width: 1, frozen: { name: "mobilenet", weights: "" } };
  const spec = {
    ...SPEC,
    dataset: { ...SPEC.dataset, imageSize: 224 },
    training: { ...training, network },
  };
  const images = [[2000], [2000]];
  const counts = { train: images, validation: images, test: images };
  const seconds = preparing(spec, CATALOGUE, counts, true);
  assert.ok(seconds > 60 && seconds < 600, String(seconds));
  const quarter = preparing(spec, CATALOGUE, counts, true, 2e5);
  assert.ok(quarter < seconds / 2 && quarter > 10);
  assert.ok(costOf(spec, CATALOGUE, counts).seconds < 60);
  assert.equal(preparing(SPEC, CATALOGUE, counts, false), 0);
});

Deno.test("a run whose record no longer counts is not finished", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const out = join(folder, "out");
    const manifest = await writeStore(out, {
      datasets: DATASETS.slice(0, 1),
      methods: ["erm", "irm"],
      seeds: [0],
    });
    const paths = { dataDir: undefined, splitsDir: undefined, cacheDir: folder };
    const told = async (options = {}) => {
      const request = { out, catalogue: CATALOGUE, paths, width: 1, ...options };
      const { runs, open } = await forecast(manifest.runs, request);
      return [runs.map(({ finished }) => finished), open.runs];
    };
    assert.deepEqual(await told(), [[true, true], 0]);
    assert.deepEqual(await told({ redo: ["irm"] }), [[true, false], 1]);
    for (const { id } of manifest.runs) {
      const path = join(out, "runs", id, "record.json");
      const record = JSON.parse(await Deno.readTextFile(path));
      const sources = { method: "0".repeat(64), network: null };
      await Deno.writeTextFile(path, JSON.stringify({ ...record, sources }));
    }
    assert.deepEqual(await told(), [[false, false], 2]);
    assert.deepEqual(await told({ keepOld: true }), [[true, true], 0]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
