/** Contradictions of a record, each where it stands: all but one thing of a sound record as it was. */
import assert from "node:assert/strict";
import { Folder } from "../../bench/records/folder.ts";
import { datasetText, leftOut, onAllDomains, wholeDataset } from "../../bench/records/left_out.ts";
import type { RunRecord } from "../../bench/records/record.ts";
import { recordProblems, specProblems } from "../../bench/records/record_sense.ts";
import { inFolder } from "../report/folder.ts";
import { DATASETS, writeStore } from "../report/store.ts";

/** A record that may be changed in any way, as one that was read from a file. */
type Open = ReturnType<typeof JSON.parse>;

let sound: RunRecord | undefined;

/** A record of two domains, ten classes of 20 test images and 500 steps. */
async function record(): Promise<RunRecord> {
  const datasets = DATASETS.slice(0, 1);
  if (sound === undefined) {
    await inFolder(async (out) => {
      const { runs: [run] } = await writeStore(out, { datasets, methods: ["erm"], seeds: [0] });
      sound = (await new Folder(out).record(run!.id))!;
    });
  }
  return structuredClone(sound!);
}

/** The problems after a change, as `PATH: PROBLEM`. */
async function after(change: (record: Open) => void): Promise<string[]> {
  const changed = await record();
  change(changed);
  return [...recordProblems(changed), ...specProblems(changed.spec)]
    .map(({ path, problem }) => `${path.join(".")}: ${problem}`);
}

const BIN = { images: 2, correct: 1, confidence: 1.5 };
const each = "a figure of each domain is needed";
const eachUnseen = "a figure of each unseen domain is needed";

const CASES: readonly (readonly [string, (record: Open) => void, ...string[]])[] = [
  ["nothing", () => {}],
  [
    "names",
    ({ data }) => data.domains[1] = data.domains[0],
    "data.domains: two domains have one name",
  ],
  [
    "a seen domain is unseen too",
    ({ data, spec, curve, result }) => {
      spec.dataset.leaveOut = [data.domains[0]];
      for (const place of [...curve, result]) place.unseen = {};
      data.unseen = { domains: [data.domains[0]], counts: structuredClone(data.counts) };
      for (const split of Object.keys(data.counts)) data.unseen.counts[split].pop();
    },
    "data.domains: two domains have one name",
  ],
  [
    "left out",
    ({ spec }) => spec.dataset.leaveOut = ["USPS"],
    "data.unseen: the domains that its specification leaves out are needed",
  ],
  [
    "a count of a domain",
    ({ data }) => data.counts.train.pop(),
    "data.counts.train: a count of each domain and class is needed",
  ],
  [
    "a count of a class",
    ({ data }) => data.counts.validation[1].push(1),
    "data.counts.validation: a count of each domain and class is needed",
    "result.validation.1: 11 × 11 counts are needed",
  ],
  ["the last step", ({ curve }) => curve.at(-1).step = 500],
  [
    "a step too far",
    ({ curve }) => curve.at(-1).step = 501,
    "curve.9.step: step 501 of 500 comes after 450",
  ],
  [
    "a step twice",
    ({ curve }) => curve[1].step = curve[0].step,
    "curve.1.step: step 50 of 500 comes after 50",
  ],
  ["the first step is 0", ({ curve }) => curve[0].step = 0],
  ["of a curve", ({ curve }) => curve[2].validation.accuracy.pop(), `curve.2: ${each}`],
  ["of a tested curve", ({ curve }) => curve[2].test = { nll: [1] }, `curve.2: ${each}`],
  [
    "unseen figures without such domains",
    ({ curve }) => curve[0].unseen = { test: { nll: [] } },
    `curve.0.unseen: ${eachUnseen}`,
  ],
  [
    "diverged too late",
    (record) => Object.assign(record, { outcome: { status: "diverged", step: 501 } }),
    "outcome.step: there are 500 steps",
  ],
  [
    "diverged at the last step",
    (record) => Object.assign(record, { outcome: { status: "diverged", step: 500 } }),
  ],
  [
    "a domain that is called as an average",
    ({ data }) => data.domains[1] = "Worst",
    `data.domains: "Worst" is what figures over domains are called`,
  ],
  ["done without a result", (record) => record.result = null, "result: a run that is done has one"],
  [
    "diverged without a result",
    (record) => Object.assign(record, { result: null, outcome: { status: "diverged", step: 1 } }),
  ],
  [
    "a tested step too far",
    ({ result }) => result.step = 501,
    "result.step: a step of 500 is needed",
  ],
  ["no tested step", ({ result }) => result.step = null, "result.step: a step of 500 is needed"],
  ["no test", ({ result }) => result.test = [], "result.test: counts of each domain are needed"],
  [
    "a class too few",
    ({ result }) => result.test[0].pop(),
    "result.test.0: 10 × 10 counts are needed",
  ],
  [
    "a row too long",
    ({ result }) => result.test[1][3].push(0),
    "result.test.1: 10 × 10 counts are needed",
  ],
  [
    "an image too many",
    ({ result }) => result.test[1][4][0] += 1,
    "result.test.1.4: it counts 21 images, and there are 20",
  ],
  [
    "an image of the first class too few",
    ({ result }) => result.test[1][0][0] -= 1,
    "result.test.1.0: it counts 19 images, and there are 20",
  ],
  [
    "an image too few",
    ({ result }) => result.test[1][4][4] -= 1,
    "result.test.1.4: it counts 19 images, and there are 20",
  ],
  [
    "a score",
    ({ result }) => result.scores = { test: { nll: { domains: [1], pooled: 1 } } },
    `result.scores.test.nll: ${each}`,
  ],
  [
    "unseen scores",
    ({ result }) => result.unseen = { test: { nll: [] } },
    `result.unseen: ${eachUnseen}`,
  ],
  ["bins", ({ result }) => result.calibration = [[BIN], [BIN]]],
  [
    "bins of a domain",
    ({ result }) => result.calibration = [[BIN]],
    "result.calibration: bins of each domain are needed",
  ],
  ["all are sure", ({ result }) => result.calibration = [[BIN], [{ ...BIN, confidence: 2 }]]],
  [
    "surer than sure",
    ({ result }) => result.calibration = [[BIN], [{ ...BIN, confidence: 2.1 }]],
    "result.calibration.1: it counts more than the 200 images that there are",
  ],
  [
    "more right than images",
    ({ result }) => result.calibration = [[{ ...BIN, correct: 3 }], [BIN]],
    "result.calibration.0: it counts more than the 200 images that there are",
  ],
  ["all images", ({ result }) => result.calibration = [[BIN], [{ ...BIN, images: 200 }]]],
  [
    "more than all images",
    ({ result }) => result.calibration = [[BIN], [BIN, { ...BIN, images: 199 }]],
    "result.calibration.1: it counts more than the 200 images that there are",
  ],
  [
    "no image side",
    ({ spec }) => spec.dataset.imageSize = 0,
    "dataset.imageSize: it must be at least 1",
  ],
  ["a batch of one", ({ spec }) => spec.training.batch = 1],
  [
    "no width",
    ({ spec }) => spec.training.network.width = 0,
    "training.network.width: it must be above 0",
  ],
  [
    "no rule",
    ({ spec }) => spec.training.selection = "best",
    'training.selection: a rule is needed, such as validation-macro-f1, and not "best"',
  ],
  [
    "elsewhere without a program",
    ({ spec }) => spec.engine.backend = "elsewhere",
    "engine.backend: it must be native or wasm",
  ],
];

for (const [what, change, ...problems] of CASES) {
  Deno.test(`what contradicts itself is told: ${what}`, async () => {
    assert.deepEqual(await after(change), problems);
  });
}

Deno.test("a program's run and an imported one need not have what is not known", async () => {
  const program = await after(({ spec, result, curve }) => {
    Object.assign(spec, { command: ["mine"] });
    spec.engine.backend = "elsewhere";
    Object.assign(result, { step: null, test: [], validation: [] });
    curve.at(-1).step = 9000;
  });
  assert.deepEqual(program, []);
  const native = await after(({ spec }) => Object.assign(spec, { command: ["mine"] }));
  assert.deepEqual(native, ["engine.backend: of a program it must be elsewhere"]);
  const imported = await after(({ spec }) => {
    Object.assign(spec, { imported: {} });
    Object.assign(spec.training, { batch: 0, steps: 0 });
  });
  assert.deepEqual(imported, []);
  const second = await after(({ spec, curve, result }) => {
    spec.stage1 = structuredClone(spec);
    spec.training.steps = 0;
    curve.splice(0);
    result.step = 0;
  });
  assert.deepEqual(second, [], "a second stage may have no steps of its own");
  const first = await after(({ spec, curve, result }) => {
    spec.training.steps = 0;
    curve.splice(0);
    result.step = 0;
  });
  assert.deepEqual(first, ["training.steps: it must be at least 1"]);
});

Deno.test("unseen domains have their counts and a figure each", async () => {
  const unseen = (figures: number[]) => ({ spec, data, curve, result }: Open) => {
    spec.dataset.leaveOut = ["USPS"];
    const counts = Array(10).fill(3);
    data.unseen = {
      domains: ["USPS"],
      counts: { train: [counts], validation: [counts], test: [counts] },
    };
    for (const point of curve) point.unseen = { test: { nll: [1] } };
    curve[0].unseen = { test: { nll: figures } };
    result.unseen = { test: { nll: figures } };
  };
  assert.deepEqual(await after(unseen([1])), []);
  assert.deepEqual(await after(unseen([1, 2])), [
    `curve.0.unseen: ${eachUnseen}`,
    `result.unseen: ${eachUnseen}`,
  ]);
});

Deno.test("a run on all domains is the same but for those that it leaves out, in both stages", async () => {
  const { spec } = await record();
  const without = { ...spec, dataset: { ...spec.dataset, leaveOut: ["MNIST-M", "SVHN"] } };
  assert.deepEqual(onAllDomains({ ...without, stage1: without }), { ...spec, stage1: spec });
  assert.deepEqual(wholeDataset(without), spec.dataset);
  assert.deepEqual([leftOut(spec), leftOut(without)], [[], ["MNIST-M", "SVHN"]]);
  assert.equal(datasetText(spec), "digits");
  assert.equal(datasetText(without), "digits without MNIST-M and SVHN");
});
