/** Predictions that were made elsewhere become a record with every figure. */
import assert from "node:assert/strict";
import { figures } from "../../bench/records/figures.ts";
import { type ForeignRun, recordFromPredictions } from "../../bench/import/record.ts";
import { recounted } from "../../bench/records/predictions.ts";
import { runId } from "../../bench/records/run_id.ts";

const RUN: ForeignRun = {
  name: "mine",
  spec: {
    format: 2,
    dataset: { name: "pets", imageSize: 0, settings: {} },
    method: { name: "mine", version: 1, hyperparameters: {} },
    stage1: null,
    seed: 3,
    training: {
      network: { name: "unknown", width: 1 },
      ...{ steps: 0, batch: 0, checkpointEvery: 0, learningRate: 0, weightDecay: 0 },
      selection: "last",
    },
    engine: { backend: "elsewhere", threads: 0, execution: "eager" },
    imported: { from: "predictions" },
  },
  data: {
    title: "Pets",
    domains: ["indoors", "outdoors"],
    classes: ["cat", "dog"],
    counts: { train: [[9, 1], [0, 9]], validation: [[0, 0], [0, 0]], test: [[2, 1], [1, 1]] },
    shots: { many: 5, few: 2 },
    fingerprint: "f",
  },
  method: { title: "Mine (imported)", family: "imported", source: "somebody" },
  origin: {
    kind: "imported",
    from: "predictions",
    files: [{ name: "a.csv", sha256: "0" }],
    split: "unchecked",
  },
  test: [
    { labels: [0, 0, 1], predicted: [0, 1, 1] },
    { labels: [0, 1], predicted: [0, 0] },
  ],
};

/** A test figure of a run. */
function figure(run: ForeignRun, metric: string, domain: string): number | undefined {
  return figures(recordFromPredictions(run).record).find((row) =>
    row.split === "test" && row.metric === metric && row.domain === domain
  )?.value;
}

Deno.test("classes alone give all that can be counted, and the record says what they do not", () => {
  const { record } = recordFromPredictions(RUN);
  assert.equal(record.id, runId(RUN.spec));
  assert.equal(figure(RUN, "accuracy", "indoors"), 2 / 3);
  assert.equal(figure(RUN, "accuracy", "worst"), 1 / 2);
  assert.equal(figure(RUN, "macro_f1", "indoors"), 2 / 3);
  assert.equal(figure(RUN, "few", "average"), 1); // the dog indoors alone
  assert.equal(figure(RUN, "zero", "average"), 1); // the cat outdoors alone
  assert.equal(figure(RUN, "ece", "average"), undefined);
  assert.equal(figure(RUN, "nll", "average"), undefined);
  assert.deepEqual(new Set(figures(record).map(({ split }) => split)), new Set(["test"]));
  assert.match(record.origin!.lacks!, /no figures of probabilities or calibration: .*validation/);
});

Deno.test("probabilities give the figures of probabilities and calibration, in full precision", () => {
  const probabilities = [
    Float64Array.from([0.9, 0.1, 0.3, 0.7, 0.2, 0.8]),
    Float64Array.from([0.6, 0.4, 0.6, 0.4]),
  ];
  const confidence = [[0.9, 0.7, 0.8], [0.6, 0.6]];
  const test = RUN.test.map((domain, d) => ({
    ...domain,
    confidence: confidence[d]!,
    probabilities: probabilities[d]!,
  }));
  const run = { ...RUN, test, validation: test };
  const nll = -(Math.log(0.9) + Math.log(0.3) + Math.log(0.8)) / 3;
  assert.equal(figure(run, "nll", "indoors"), nll);
  assert.ok(Math.abs(figure(run, "brier", "indoors")! - (0.02 + 0.98 + 0.08) / 3) < 1e-15);
  assert.ok(figure(run, "ece", "pooled")! > 0);
  const { record, predictions } = recordFromPredictions(run);
  assert.equal(record.origin!.lacks, undefined);
  assert.ok(
    figures(record).some(({ split, metric }) => split === "validation" && metric === "nll"),
  );
  assert.deepEqual(recounted(record, record.result!, predictions), record);
});

Deno.test("without the images to train on, nothing is said by their number", () => {
  const run = { ...RUN, trainingUnknown: true };
  for (const group of ["many", "medium", "few", "zero"]) {
    assert.equal(figure(run, group, "average"), undefined);
    assert.equal(figure(run, group, "indoors"), undefined);
  }
  assert.equal(figure(run, "balanced_accuracy", "indoors"), 3 / 4);
  assert.match(recordFromPredictions(run).record.origin!.lacks!, /number of training images/);
});
