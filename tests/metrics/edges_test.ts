/** Ties, thresholds and what is not there, by numbers that are seen at a glance. */
import assert from "node:assert/strict";
import macroAuroc from "../../metrics/macro_auroc.ts";
import { best, format, heading, isBetter, PERCENT, worst } from "../../metrics/metric.ts";
import {
  calibrationOf,
  countsOf,
  defineMetric,
  evaluationOf,
  measure,
  METRICS,
  pooledCounts,
  summarize,
} from "../../metrics/mod.ts";
import { pooledCalibration, pooledProbabilities } from "../../metrics/predictions.ts";
import { ruleOf, worth } from "../../metrics/selection.ts";
import { shotGroup } from "../../metrics/shots.ts";
import { mean } from "../../metrics/sums.ts";

const metric = (name: string) => METRICS.find((metric) => metric.name === name)!;

/** Of every metric: what its values lie between, which way is better, and whether it is a headline. */
const TABLE: Readonly<Record<string, readonly [number, number, "max" | "min", boolean]>> = {
  accuracy: [0, 1, "max", true],
  macro_f1: [0, 1, "max", true],
  balanced_accuracy: [0, 1, "max", false],
  worst_class_recall: [0, 1, "max", false],
  geometric_mean: [0, 1, "max", false],
  macro_auroc: [0, 1, "max", false],
  ece: [0, 1, "min", false],
  nll: [0, 23 * Math.LN2, "min", false],
  brier: [0, 2, "min", false],
  many: [0, 1, "max", false],
  medium: [0, 1, "max", false],
  few: [0, 1, "max", false],
  zero: [0, 1, "max", false],
};

Deno.test("what every metric lies between, which way is better and what stands in first tables", () => {
  const found = METRICS.map(({ name, range, better, headline }) => [
    name,
    [...range, better, headline === true],
  ]);
  assert.deepEqual(Object.fromEntries(found), TABLE);
});

Deno.test("a rule that is not known is answered by those that are, other metrics by name alone", () => {
  const others = METRICS.filter(({ name }) => name !== "macro_f1")
    .map(({ name }) => name.replaceAll("_", "-"));
  assert.throws(() => ruleOf("best"), (error: Error) => {
    const listed = "validation-macro-f1, validation-worst-macro-f1, oracle-test-macro-f1, last, " +
      `and the first three with another metric: ${others.join(", ")}`;
    assert.ok(error.message.endsWith(listed), error.message);
    return true;
  });
});

Deno.test("of equal values neither is better; the best and the worst are by the metric", () => {
  const [most, least] = [{ better: "max" }, { better: "min" }] as const;
  const compared = ([[1, 2], [2, 1], [1, 1]] as const)
    .map(([a, b]) => [isBetter(most, a, b), isBetter(least, a, b)]);
  assert.deepEqual(compared, [[false, true], [true, false], [false, false]]);
  assert.deepEqual([best(most, [3, 1, 2]), best(least, [3, 1, 2])], [3, 1]);
  assert.deepEqual([worst(most, [3, 1, 2]), worst(least, [3, 1, 2])], [1, 3]);
  assert.equal(format({ scale: PERCENT }, 0.71349), "71.3");
  assert.equal(heading({ title: "macro-F1" }), "Macro-F1");
  assert.deepEqual([mean([]), mean([1, 2])], [null, 1.5]);
});

Deno.test("a class is of the group that its number of training images is in, edges included", () => {
  const groups = [0, 1, 20, 21, 100, 101].map((count) => shotGroup(count, { many: 100, few: 20 }));
  assert.deepEqual(groups, ["zero", "few", "few", "medium", "medium", "many"]);
});

Deno.test("the groups' recalls are of their classes alone, and pooled over all cells", () => {
  const shots = { many: 100, few: 20 };
  const domains = [
    { counts: countsOf([[3, 1], [1, 1]], { train: [200, 5], shots }) }, // recalls 0.75, 0.5
    { counts: countsOf([[1, 3], [0, 0]], { train: [200, 5], shots }) }, // 0.25, none
    { counts: countsOf([[2, 2], [0, 4]], { train: [50, 200], shots }) }, // 0.5, 1
  ];
  const figures = (name: string) => measure(metric(name), domains);
  assert.deepEqual(figures("many"), { domains: [0.75, 0.25, 1], pooled: 2 / 3 });
  assert.deepEqual(figures("medium"), { domains: [null, null, 0.5], pooled: 0.5 });
  assert.deepEqual(figures("few"), { domains: [0.5, null, null], pooled: 0.5 });
  assert.deepEqual(figures("zero"), { domains: [null, null, null], pooled: null });
  const many = metric("many");
  const { average } = summarize(many, { domains: [1, 0], pooled: 0.25 });
  assert.equal(average, 0.25, "the pooled figure stands for the average");
  assert.equal(summarize(metric("accuracy"), { domains: [1, 0], pooled: 0.25 }).average, 0.5);
});

Deno.test("what a metric of one's own gives that is no number is no value", () => {
  const mine = (value: number) =>
    defineMetric(
      {
        ...{ name: "mine", title: "mine", description: "Mine.", better: "max", scale: PERCENT },
        ...{ range: [0, 1], needs: "counts", undefinedWhen: "never" },
        compute: () => value,
      } as const,
    );
  const one = [{ counts: countsOf([[1]]) }];
  for (const value of [NaN, Infinity, -Infinity]) {
    assert.deepEqual(measure(mine(value), one), { domains: [null], pooled: null });
  }
  assert.deepEqual(measure(mine(0), one), { domains: [0], pooled: 0 });
  assert.equal(measure(mine(0), []), null, "there is no domain");
});

Deno.test("the area under the curve counts a tie as half, and each class against the others", () => {
  const of = (values: number[], labels: number[], classes: number) =>
    macroAuroc.compute({ labels, classes, values: Float64Array.from(values) });
  // Class 1's probabilities: 0.5, 0.5 of the others; 0.5, 0.75 of its own: (½ + ½ + 1 + 1) / 4.
  const rows = [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5], [0.25, 0.75]];
  assert.equal(of(rows.flat(), [0, 0, 1, 1], 2), 0.75);
  assert.equal(of(rows.flat(), [0, 0, 0, 0], 2), null, "one class alone has no others");
  // A class without images is left out of the mean.
  const three = rows.map((row) => [...row, 0]);
  assert.equal(of(three.flat(), [0, 0, 1, 1], 3), 0.75);
});

Deno.test("bins of confidence: sure and right, sure and wrong, and a network that has diverged", () => {
  const bins = calibrationOf({
    labels: [0, 1, 2],
    predicted: [0, 0, 2],
    confidence: [0.75, 0.5, NaN],
  });
  const filled = bins.flatMap((bin, b) => bin.images > 0 ? [[b, bin]] : []);
  assert.deepEqual(filled, [
    [0, { images: 1, correct: 1, confidence: 0 }],
    [7, { images: 1, correct: 0, confidence: 0.5 }],
    [11, { images: 1, correct: 1, confidence: 0.75 }],
  ]);
  assert.equal(bins.length, 15);
  const pooled = pooledCalibration([bins, bins]);
  assert.deepEqual(pooled[11], { images: 2, correct: 2, confidence: 1.5 });
});

Deno.test("counts and probabilities of domains are joined in order", () => {
  const shots = { many: 4, few: 2 };
  const counts = pooledCounts([
    countsOf([[1, 2], [0, 4]], { train: [7, 1], shots }),
    countsOf([[1, 0], [1, 0]], { train: [0, 3], shots }),
  ]);
  const { confusion, ...sums } = counts;
  assert.deepEqual(confusion, [[2, 2], [1, 4]]);
  assert.deepEqual(sums, {
    images: [4, 5],
    predicted: [3, 6],
    correct: [2, 4],
    train: [7, 4],
    shots,
  });
  const part = (values: Float32Array | Float64Array, labels: number[]) => ({
    labels,
    classes: 2,
    values,
  });
  const single = part(Float32Array.of(0, 1), [1]);
  const double = part(Float64Array.of(0.1, 0.9, 1, 0), [1, 0]);
  assert.deepEqual(pooledProbabilities([single, double]), {
    labels: [1, 1, 0],
    classes: 2,
    values: Float64Array.of(0, 1, 0.1, 0.9, 1, 0),
  });
  assert.deepEqual(pooledProbabilities([single]).values, Float32Array.of(0, 1));
});

Deno.test("by a rule, what has no value is worth least, also of a figure that is best when small", () => {
  const accuracy = ruleOf("validation-accuracy")!, error = ruleOf("validation-ece")!;
  assert.equal(worth(accuracy, { domains: [0.5], pooled: 0.5 }), 0.5);
  assert.equal(worth(error, { domains: [0.5], pooled: 0.5 }), -0.5);
  for (const rule of [accuracy, error]) {
    assert.equal(worth(rule, null), -Number.MAX_VALUE);
    assert.equal(worth(rule, { domains: [null], pooled: null }), -Number.MAX_VALUE);
  }
});

Deno.test("F1 of a class that is neither there nor predicted is left out, one that is never right is 0", () => {
  const { domains } = measure(metric("macro_f1"), [
    evaluationOf({ labels: [0, 0, 1], predicted: [0, 1, 0], confidence: [1, 1, 1] }, 3),
  ])!;
  assert.deepEqual(domains, [0.25], "class 0: 2 · 1 / (2 + 2); class 1: 0; class 2: none");
});
