import assert from "node:assert/strict";
import { builtin } from "../../bench/catalogue.ts";
import { plan, type Request } from "../../bench/plan/plan.ts";
import { drawnAnew, imagesOf } from "../../bench/records/data_seed.ts";

function specs(request: Partial<Request>) {
  return plan({
    datasets: ["digits-synth-2"],
    methods: ["erm"],
    seeds: [0, 3],
    preset: "smoke",
    settings: [],
    selection: "validation-macro-f1",
    threads: 1,
    backend: "native",
    ...request,
  }, builtin()).map(({ spec }) => spec);
}

Deno.test("drawn images follow the seed of the run by default, fixed splits stay fixed", () => {
  assert.deepEqual(specs({}).map(imagesOf), [
    "digits-synth-2 for seed 0",
    "digits-synth-2 for seed 3",
  ]);
  assert.deepEqual(specs({ datasets: ["digits", "pacs"] }).map(drawnAnew), [
    ...[false, false],
    ...[false, false],
  ]);
});

Deno.test("a seed has the same images for all methods, in both stages", () => {
  const methods = ["erm", "irm", "boda+crt"];
  const found = specs({ methods, dataSeed: "run" }).flatMap((spec) =>
    [spec, ...(spec.stage1 ? [spec.stage1] : [])].map((own) =>
      JSON.stringify([
        own.seed,
        own.dataset,
      ])
    )
  );
  assert.equal(new Set(found).size, 2); // the two seeds
});

Deno.test("--data-seed holds for all drawn sets, --set goes before it", () => {
  const seedsOf = (request: Partial<Request>) =>
    specs(request).map(({ dataset: { settings } }) => settings["seed"]);
  assert.deepEqual(seedsOf({ dataSeed: 7 }), [7, 7]);
  assert.deepEqual(seedsOf({ datasets: ["digits"], dataSeed: "run" }), ["run", "run"]);
  assert.deepEqual(
    seedsOf({ datasets: ["digits", "pacs"], dataSeed: 2, settings: [["digits.seed", "1"]] }),
    [1, 1, undefined, undefined],
  );
  assert.deepEqual(seedsOf({ settings: [["digits-synth-2.seed", "0"]] }), [0, 0]);
});

Deno.test("--data-seed is refused where no data set is drawn", () => {
  assert.throws(() => specs({ datasets: ["pacs"], dataSeed: "run" }), {
    message: /^Cannot use --data-seed run: no data set of this plan \(pacs\) is drawn by a seed/,
  });
});

Deno.test("all leaves out a data set whose place another has taken", () => {
  const names = new Set(specs({ datasets: ["all"] }).map(({ dataset }) => dataset.name));
  assert.ok(names.has("digits-synth-2") && !names.has("digits-synth"));
});
