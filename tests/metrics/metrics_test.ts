import assert from "node:assert/strict";
import { score } from "../../bench/plan/selection.ts";
import { figures } from "../../bench/records/figures.ts";
import type { RunRecord } from "../../bench/records/record.ts";
import accuracy from "../../metrics/accuracy.ts";
import balancedAccuracy from "../../metrics/balanced_accuracy.ts";
import ece from "../../metrics/ece.ts";
import macroF1 from "../../metrics/macro_f1.ts";
import {
  calibrationOf,
  type Confusion,
  confusionOf,
  countsOf,
  defineMetric,
  type Evaluation,
  evaluationOf,
  measure,
  METRICS,
  PERCENT,
  pooledCounts,
  type Predictions,
  recalls,
  whyUndefined,
} from "../../metrics/mod.ts";
import { DEFAULT_RULE, describeRule, ruleOf, selectionRules } from "../../metrics/selection.ts";

interface Case extends Omit<Predictions, "probabilities"> {
  readonly classes: number;
  /** `[images, classes]`, row by row. */
  readonly probabilities: readonly number[];
  readonly accuracy: number;
  readonly balanced_accuracy: number;
  readonly macro_f1: number;
  readonly ece: number;
  readonly worst_class_recall: number;
  readonly geometric_mean: number;
  readonly brier: number;
  readonly nll: number;
  /** Null where the images are of one class. */
  readonly macro_auroc: number | null;
}

const cases: Case[] = JSON.parse(
  await Deno.readTextFile(new URL("figures/metrics.json", import.meta.url)),
);

function near(found: number | null, expected: number, what: string, tolerance = 1e-12): void {
  assert.ok(
    found !== null && Math.abs(found - expected) < tolerance,
    `${what}: ${found}, ${expected}`,
  );
}

Deno.test("accuracy, balanced accuracy, macro-F1 and calibration are scikit-learn's and NumPy's", () => {
  for (const predictions of cases) {
    const counts = countsOf(confusionOf(predictions, predictions.classes));
    near(accuracy.compute(counts), predictions.accuracy, "accuracy");
    near(balancedAccuracy.compute(counts), predictions.balanced_accuracy, "balanced accuracy");
    near(macroF1.compute(counts), predictions.macro_f1, "macro-F1");
    near(ece.compute(calibrationOf(predictions)), predictions.ece, "calibration error");
  }
});

Deno.test("every metric with a figure of scikit-learn's or NumPy's agrees with it", () => {
  const names = ["worst_class_recall", "geometric_mean", "brier", "nll", "macro_auroc"] as const;
  for (const example of cases) {
    const probabilities = Float32Array.from(example.probabilities);
    const domain = evaluationOf({ ...example, probabilities }, example.classes);
    for (const name of names) {
      const metric = METRICS.find((metric) => metric.name === name)!;
      const { domains, pooled } = measure(metric, [domain])!;
      assert.equal(pooled, domains[0]);
      if (example[name] === null) assert.equal(pooled, null, name);
      else near(pooled, example[name], name, 1e-9);
    }
  }
});

Deno.test("pooled is the figure of all images together, as if they were of one domain", () => {
  const some = cases.slice(0, 2).map((example) => ({ ...example, classes: 10 }));
  const parts = some.map((example, d) => {
    const rows = example.labels.map((_, i) =>
      Array.from({ length: 10 }, (_, c) => ((i + 3 * c + d) % 7) / 7)
    );
    return { ...example, probabilities: Float32Array.from(rows.flat()) };
  });
  const joined = {
    labels: parts.flatMap(({ labels }) => labels),
    predicted: parts.flatMap(({ predicted }) => predicted),
    confidence: parts.flatMap(({ confidence }) => confidence),
    probabilities: Float32Array.from(parts.flatMap(({ probabilities }) => [...probabilities])),
  };
  for (const metric of METRICS.filter(({ average }) => average !== "pooled")) {
    const { pooled } = measure(metric, parts.map((part) => evaluationOf(part, 10)))!;
    near(pooled, measure(metric, [evaluationOf(joined, 10)])!.pooled!, metric.name);
  }
});

Deno.test("predictions that are sure and wrong are at the bad end of every metric's range", () => {
  const wrong = {
    labels: [0, 1],
    predicted: [1, 0],
    confidence: [1, 1],
    probabilities: Float32Array.of(0, 1, 1, 0),
  };
  const shots = { many: 100, few: 20 };
  const domains = [150, 50, 5, 0].map((images) =>
    evaluationOf(wrong, 2, { train: [images, images], shots })
  );
  for (const metric of METRICS) {
    const values = measure(metric, domains)!.domains.filter((value) => value !== null);
    assert.ok(values.length > 0, metric.name);
    const end = metric.range[metric.better === "max" ? 0 : 1];
    values.forEach((value) => near(value, end, metric.name));
  }
});

Deno.test("the pooled confusion matrix is the sum of the domains'", () => {
  const [a, b] = [countsOf([[1, 2], [3, 4]]), countsOf([[10, 20], [30, 40]])];
  assert.deepEqual(pooledCounts([a, b]).confusion, [[11, 22], [33, 44]]);
});

Deno.test("a metric whose input is not known says that it was not recorded", () => {
  const nll = METRICS.find(({ name }) => name === "nll")!;
  const measured = measure(nll, [{ counts: countsOf([[1, 0], [0, 1]]) }]);
  assert.equal(measured, null);
  assert.equal(whyUndefined(nll, measured), "not recorded by this version");
});

Deno.test("without images there is no figure", () => {
  const nothing: Predictions = { labels: [], predicted: [], confidence: [] };
  assert.equal(balancedAccuracy.compute(countsOf(confusionOf(nothing, 3))), null);
  assert.equal(ece.compute(calibrationOf(nothing)), null);
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

  // Without recorded probabilities there are no rows of theirs; with them, as they were recorded.
  assert.ok(!figures(record).some(({ metric }) => metric === "nll"));
  const scores = { test: { nll: { domains: [0.5, null], pooled: 0.7 } } };
  const scored = { ...record, result: { ...record.result!, scores } };
  assert.deepEqual(
    figures(scored).filter(({ metric }) => metric === "nll").map((f) => [f.domain, f.value]),
    [["a", 0.5], ["average", 0.5], ["worst", 0.5], ["pooled", 0.7]],
  );
});

Deno.test("a metric of one's own has rows and selects like any other, and changes no other rule", () => {
  const mine = defineMetric({
    name: "class_recall",
    title: "recall of class 0",
    description: "Recall of the first class.",
    better: "max",
    scale: PERCENT,
    range: [0, 1],
    needs: "counts",
    undefinedWhen: "there are no images",
    compute: (counts) => recalls(counts)[0]!,
  });
  const metrics = [...METRICS, mine];
  const candidate = { step: 1, validation: [{ counts: countsOf([[3, 1], [0, 4]]) }], test: null };
  near(score(ruleOf("validation-class-recall", metrics), candidate), 0.75, "its rule");
  assert.equal(describeRule("validation-class-recall"), "validation-class-recall");
  const ambiguous = ruleOf("validation-worst-class-recall", metrics);
  assert.equal(ambiguous!.metric, ruleOf("validation-worst-class-recall")!.metric);
});

Deno.test("captions say what a rule looks at", () => {
  for (
    const [rule, sentence] of [
      ["last", "the last update"],
      ["validation-accuracy", "the highest accuracy on validation images, averaged over domains"],
      ["validation-worst-f1", "the highest macro-F1 on validation images of the worst domain"],
      [
        "validation-nll",
        "the lowest negative log-likelihood on validation images, averaged over domains",
      ],
      [
        "oracle-test-macro-f1",
        "an oracle: the highest macro-F1 on the test images themselves, which no fair rule may look at",
      ],
    ] as const
  ) assert.equal(describeRule(rule), sentence);
});

Deno.test("every selection rule looks at what its name says", () => {
  const share = (right: number): Evaluation => {
    const confusion: Confusion = [[right, 10 - right], [10 - right, right]];
    const bin = { images: 20, correct: 2 * right, confidence: 19 };
    return { counts: countsOf(confusion), confidence: [bin] };
  };
  const candidate = {
    step: 7,
    validation: [share(9), share(5)],
    test: [share(6), share(8)],
  };
  const worth = (rule: string, of = candidate) => score(ruleOf(rule), of);
  near(worth("validation-macro-f1"), 0.7, "macro-F1");
  near(worth("validation-accuracy"), 0.7, "accuracy");
  near(worth("validation-worst-f1"), 0.5, "worst");
  near(worth("validation-worst-macro-f1"), 0.5, "worst");
  near(worth("validation-balanced-accuracy"), 0.7, "balanced accuracy");
  near(worth("last"), 7, "last");
  near(worth("oracle-test-macro-f1"), 0.7, "oracle");
  const other = { ...candidate, test: [share(10), share(10)] };
  near(worth("oracle-test-macro-f1", other), 1, "oracle");
  near(worth("validation-macro-f1", other), 0.7, "macro-F1");
  // Of a figure that is better when it is smaller, the least is worth most.
  near(worth("validation-ece"), -(0.05 + 0.45) / 2, "calibration error");
  near(worth("validation-worst-ece"), -0.45, "worst calibration error");
});

Deno.test("the usual rule stands first; an unknown one is a sentence with the nearest", () => {
  assert.equal(selectionRules()[0], DEFAULT_RULE);
  assert.equal(DEFAULT_RULE, "validation-macro-f1");
  assert.throws(
    () => ruleOf("validation-acuracy"),
    /did you mean "validation-accuracy"\? known are/,
  );
});
