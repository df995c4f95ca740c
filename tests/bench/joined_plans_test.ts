/** Several plans as one, field by field; `tests/report/joined_test.ts` reads folders. */
import assert from "node:assert/strict";
import { openFolders } from "../../bench/records/joined_folder.ts";
import { joinPlans, type PlannedFolder } from "../../bench/records/joined_plans.ts";
import { Folder } from "../../bench/records/folder.ts";
import { studyOf } from "../../bench/records/format1.ts";
import { predictionsCsv, readPredictions, recounted } from "../../bench/records/predictions.ts";
import type { Manifest, RunRecord } from "../../bench/records/record.ts";
import { inFolder } from "../report/folder.ts";
import { DATASETS, writeStore } from "../report/store.ts";

/** What a test says of a plan; the rest is the same everywhere. */
interface Given {
  readonly runs: readonly (readonly [id: string, dataset: string])[];
  readonly spec?: object;
  readonly training?: object;
  readonly manifest?: object;
  readonly refused?: PlannedFolder["refused"];
}

function folder(
  name: string,
  { runs, spec, training, manifest, refused }: Given,
): PlannedFolder {
  const base = { network: { name: "cnn", width: 1 }, steps: 10, batch: 4, selection: "last" };
  return {
    folder: name,
    manifest: {
      format: 2,
      createdAt: "2026-01-01",
      preset: "quick",
      runs: runs.map(([id, dataset]) => ({
        id,
        name: id,
        spec: {
          dataset: { name: dataset, imageSize: 28, settings: {} },
          stage1: null,
          training: { ...base, ...training },
          ...spec,
        },
      })),
      ...manifest,
    } as unknown as Manifest,
    ...(refused && { refused }),
  };
}

const X: Given = { runs: [["a", "x"]] };

Deno.test("folders that share what they must are one plan; runs in both count once", () => {
  const refused = [{ id: "r", why: "it is spoilt" }] as unknown as
    & PlannedFolder["refused"]
    & object;
  const plan = joinPlans([
    folder("one", { runs: [["a", "x"], ["b", "x"]], manifest: { createdAt: "2026-01-03" } }),
    folder("two", { runs: [["b", "x"], ["c", "y"]], refused }),
  ]);
  assert.deepEqual(plan.manifest.runs.map(({ id }) => id), ["a", "b", "c"]);
  assert.equal(plan.manifest.createdAt, "2026-01-03", "the latest");
  assert.equal(plan.manifest.preset, "quick");
  assert.equal("plugins" in plan.manifest, false);
  assert.deepEqual(plan.refused, refused);
  assert.equal(plan.apart.size, 0);
  assert.deepEqual(plan.notes, [
    "Read from 2 folders: one, two.",
    "1 run is planned in several folders and counted once.",
  ]);
  const twice = joinPlans([folder("one", X), folder("two", X), folder("three", X)]);
  assert.match(twice.notes[1]!, /^2 runs are planned/);
  const once = joinPlans([folder("one", X), folder("two", { runs: [["b", "x"]] })]);
  assert.equal(once.notes.length, 1);
});

Deno.test("plugins, data and a search that all share are the plan's", () => {
  const plugin = { specifier: "p.ts", sha256: "0" };
  const search = { protocol: "random", by: "validation" };
  const of = (manifest: object) => folder("f", { ...X, manifest });
  const { manifest } = joinPlans([
    of({ plugins: [plugin], data: { x: "1" }, search }),
    of({ plugins: [plugin], data: { y: "2" }, search }),
  ]);
  assert.deepEqual(manifest.plugins, [plugin]);
  assert.deepEqual(manifest.data, { x: "1", y: "2" });
  assert.deepEqual(manifest.search, search);
  const alone = joinPlans([of({ plugins: [plugin], data: { x: "1" }, search })]).manifest;
  assert.deepEqual(alone, { ...of({ plugins: [plugin], data: { x: "1" }, search }).manifest });
  const other = joinPlans([of({ search }), of({ search: { ...search, by: "another" } })]);
  assert.equal("search" in other.manifest, false);
  const one = joinPlans([of({}), of({ search })]);
  assert.equal("search" in one.manifest, false);
});

for (
  const [what, one, two, labels] of [
    ["presets", {}, { manifest: { preset: "paper" } }, ["preset quick", "preset paper"]],
    ["steps", {}, { training: { steps: 20 } }, ["steps 10", "steps 20"]],
    [
      "steps of the first stage",
      {},
      { spec: { stage1: { stage1: null, training: { steps: 30 } } } },
      ["steps 10", "steps 30"],
    ],
    ["batches", {}, { training: { batch: 8 } }, ["batch 4", "batch 8"]],
    ["rules", {}, { training: { selection: "best" } }, ["selection last", "selection best"]],
    [
      "images",
      { manifest: { data: { x: "0123456789" } } },
      { manifest: { data: { x: "abcdefghij" } } },
      ["data 01234567", "data abcdefgh"],
    ],
    [
      "images of a seed",
      { manifest: { data: { "x for seed 1": "0123456789", "xy": "1" } } },
      { manifest: { data: { "x for seed 1": "abcdefghij", "xy": "2" } } },
      ["data 01234567", "data abcdefgh"],
    ],
    [
      "sizes",
      {},
      { spec: { dataset: { name: "x", imageSize: 32, settings: {} } } },
      ["images of 28", "images of 32"],
    ],
    [
      "settings",
      { spec: { dataset: { name: "x", imageSize: 28, settings: { head: 1 } } } },
      { spec: { dataset: { name: "x", imageSize: 28, settings: { head: 2 } } } },
      ["head = 1", "head = 2"],
    ],
    [
      "a search, whose batches are drawn",
      { training: { batch: 64 } },
      { manifest: { search: { protocol: "random", by: "validation" } } },
      ["untuned", "tuned random by validation"],
    ],
  ] as const
) {
  Deno.test(`folders that differ are told apart, each run by what its folder has: ${what}`, () => {
    const plan = joinPlans([
      folder("one", { ...X, ...one }),
      folder("two", { runs: [["b", "x"]], ...two }),
    ]);
    assert.deepEqual([...plan.apart], [["a", labels[0]], ["b", labels[1]]]);
    assert.equal(
      plan.notes.at(-1),
      `Runs on x are in tables of their own: one has ${labels[0]}; two has ${labels[1]}.`,
    );
  });
}

Deno.test("of two searches drawn batches tell nothing apart, and an imported run only its images", () => {
  const search = { protocol: "random", by: "validation" };
  const searched = [4, 8].map((batch) =>
    folder(`batch ${batch}`, { ...X, training: { batch }, manifest: { search } })
  );
  assert.equal(joinPlans(searched).apart.size, 0);
  const imported = { runs: [["b", "x"]], spec: { imported: {} } } as const;
  const elsewhere = (manifest: object) =>
    folder("two", {
      ...imported,
      spec: { ...imported.spec, dataset: { name: "x", imageSize: 1, settings: {} } },
      manifest: { preset: "none", ...manifest },
    });
  const here = folder("one", { ...X, manifest: { data: { x: "0123456789" } } });
  assert.equal(joinPlans([here, elsewhere({})]).apart.size, 0);
  assert.equal(joinPlans([here, elsewhere({ data: { x: "0123456789" } })]).apart.size, 0);
  const { apart } = joinPlans([here, elsewhere({ data: { x: "abcdefghij" } })]);
  assert.deepEqual([...apart], [["a", "data 01234567"], ["b", "data abcdefgh"]]);
});

Deno.test("of folders together a run's files are where it is finished, else in the first", () =>
  inFolder((one) =>
    inFolder(async (two) => {
      const datasets = DATASETS.slice(0, 1);
      const { runs } = await writeStore(one, { datasets, methods: ["erm", "irm"], seeds: [0] });
      const [erm, irm] = runs.map(({ id }) => id) as [string, string];
      await writeStore(two, { datasets, methods: ["erm", "irm"], seeds: [0] });
      await Deno.remove(`${one}/runs/${irm}/record.json`);
      const [first, second] = [new Folder(one), new Folder(two)];
      const none = { methods: [], datasets: [] };
      const joined = await openFolders([one, two, one], none);
      const alone = await openFolders([two, two], none);
      assert.equal(alone.pathOf(erm, "f"), second.pathOf(erm, "f"));
      assert.deepEqual(await joined.ids(), [erm, irm].sort());
      assert.equal(joined.pathOf(erm, "f"), first.pathOf(erm, "f"));
      assert.equal(joined.pathOf(irm, "f"), second.pathOf(irm, "f"));
      assert.equal(joined.pathOf("none", "f"), first.pathOf("none", "f"));
      assert.equal(joined.folder, one);
      assert.equal((await joined.manifest())!.runs.length, 2);
      assert.equal(await joined.plan("sweep.json"), null);
    })
  ));

Deno.test("studies of format 1 are what they are called now", () => {
  const of = (study: Parameters<typeof studyOf>[0]) => studyOf(study, "mine");
  assert.deepEqual(of({ kind: "ablation", parts: ["a", "b"] }), {
    name: "ablation",
    levels: { a: true, b: true },
    method: "mine",
  });
  assert.deepEqual(of({ kind: "parameter", parameter: "alpha", value: 0.5 }), {
    name: "parameters",
    levels: { parameter: "alpha", value: 0.5 },
    method: "mine",
  });
  assert.deepEqual(of({ kind: "convergence" }), {
    name: "convergence",
    levels: {},
    method: "mine",
  });
  assert.deepEqual(of({ kind: "variant", part: "bce", variant: "other" }), {
    name: "variants",
    levels: { part: "bce", form: "other" },
    method: "mine",
  });
  const now = { name: "ablation", method: "its own", levels: {} };
  assert.equal(of(now), now);
});

Deno.test("predictions are read as they were written, with confidence where all have it", () => {
  const sure = { labels: [0, 1], predicted: [1, 1], confidence: [0.5, 1] };
  const unsure = { labels: [1], predicted: [0] };
  const csv = predictionsCsv(["a,b", "c"], [sure, unsure]);
  assert.equal(
    csv,
    'domain,image,label,predicted,confidence\n"a,b",0,0,1,0.5\n"a,b",1,1,1,1\nc,0,1,0,\n',
  );
  assert.deepEqual(readPredictions(csv, ["a,b", "c"]), [sure, unsure]);
  const record = { data: { classes: ["x", "y"] } } as unknown as RunRecord;
  const result = { step: 1, validation: [], test: [] } as RunRecord["result"] & object;
  const counted = (predictions: Parameters<typeof recounted>[2]) =>
    recounted(record, result, predictions).result!;
  assert.deepEqual(counted([sure, unsure]).test, [[[0, 1], [0, 1]], [[0, 0], [1, 0]]]);
  assert.equal(counted([sure, unsure]).calibration, undefined, "not of every domain");
  assert.equal(counted([sure, sure]).calibration!.length, 2);
  assert.deepEqual(counted([sure]).calibration![0]![14], { images: 1, correct: 1, confidence: 1 });
});
