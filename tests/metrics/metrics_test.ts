import assert from "node:assert/strict";
import {
  calibrationOf,
  confusionOf,
  type Predictions,
  score,
} from "../../bench/train/evaluation.ts";
import {
  accuracy,
  balancedAccuracy,
  calibrationError,
  figures,
  macroF1,
} from "../../metrics/mod.ts";
import type { Confusion, RunRecord } from "../../bench/records/record.ts";

interface Case extends Predictions {
  readonly classes: number;
  readonly accuracy: number;
  readonly balanced_accuracy: number;
  readonly macro_f1: number;
  readonly ece: number;
}

const cases: Case[] = JSON.parse(
  await Deno.readTextFile(new URL("figures/metrics.json", import.meta.url)),
);

function near(found: number | null, expected: number, what: string): void {
  assert.ok(found !== null && Math.abs(found - expected) < 1e-12, `${what}: ${found}, ${expected}`);
}

Deno.test("accuracy, balanced accuracy, macro-F1 and calibration are scikit-learn's and NumPy's", () => {
  for (const predictions of cases) {
    const confusion = confusionOf(predictions, predictions.classes);
    near(accuracy(confusion), predictions.accuracy, "accuracy");
    near(balancedAccuracy(confusion), predictions.balanced_accuracy, "balanced accuracy");
    near(macroF1(confusion), predictions.macro_f1, "macro-F1");
    near(calibrationError(calibrationOf(predictions)), predictions.ece, "calibration error");
  }
});

Deno.test("without images there is no figure", () => {
  const nothing: Predictions = { labels: [], predicted: [], confidence: [] };
  assert.equal(balancedAccuracy(confusionOf(nothing, 3)), null);
  assert.equal(calibrationError(calibrationOf(nothing)), null);
});

Deno.test("a confidence on an edge belongs to the bin below; 0 and what rounds above 1 have one", () => {
  const confidence = [1 / 15, 2 / 15, 1, 0, 1.0000001];
  const bins = calibrationOf({
    labels: [0, 0, 0, 0, 0],
    predicted: [0, 0, 0, 0, 0],
    confidence,
  });
  assert.deepEqual(
    bins.flatMap(({ images }, i) => (images > 0 ? [[i, images]] : [])),
    [[0, 2], [1, 1], [14, 2]],
  );
});

Deno.test("the worst domain has the least of each figure, but the largest calibration error", () => {
  const two = cases.slice(1, 3).map((c) => ({ ...c, classes: 10 }));
  const test = two.map((c) => confusionOf(c, 10));
  const record = {
    spec: { dataset: { name: "data" }, seed: 0 },
    name: "erm",
    outcome: { status: "done" },
    data: {
      domains: ["a", "b"],
      counts: { train: [Array(10).fill(50), Array(10).fill(50)] },
      shots: { many: 100, few: 20 },
    },
    result: { step: 1, validation: [], test, calibration: two.map(calibrationOf) },
  } as unknown as RunRecord;
  const value = (domain: string, metric: string) =>
    figures(record).find((f) => f.domain === domain && f.metric === metric)!.value;
  for (const metric of ["accuracy", "macro_f1", "balanced_accuracy"]) {
    assert.equal(value("worst", metric), Math.min(value("a", metric), value("b", metric)));
  }
  assert.equal(value("worst", "ece"), Math.max(value("a", "ece"), value("b", "ece")));
  assert.equal(value("average", "ece"), (value("a", "ece") + value("b", "ece")) / 2);
});

Deno.test("every selection rule looks at what its name says", () => {
  const share = (right: number): Confusion => [[right, 10 - right], [10 - right, right]];
  const candidate = {
    step: 7,
    validation: [share(9), share(5)],
    test: [share(6), share(8)],
  };
  near(score("validation-macro-f1", candidate), 0.7, "macro-F1");
  near(score("validation-accuracy", candidate), 0.7, "accuracy");
  near(score("validation-worst-f1", candidate), 0.5, "worst");
  near(score("last", candidate), 7, "last");
  near(score("oracle-test-macro-f1", candidate), 0.7, "oracle");
  const other = { ...candidate, test: [share(10), share(10)] };
  near(score("oracle-test-macro-f1", other), 1, "oracle");
  near(score("validation-macro-f1", other), 0.7, "macro-F1");
});
