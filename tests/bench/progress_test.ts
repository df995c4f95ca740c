/** What of a run that is going on is shown. */
import assert from "node:assert/strict";
import { bestOf, glimpses, lookedAt } from "../../bench/records/progress.ts";
import type { CurvePoint } from "../../bench/records/record.ts";
import { METRICS, PRIMARY } from "../../metrics/mod.ts";

const metric = (name: string) => METRICS.find((metric) => metric.name === name)!;
const accuracy = metric("accuracy"), ece = metric("ece");

const point = (step: number, accuracy: (number | null)[], loss?: number): CurvePoint => ({
  step,
  terms: loss === undefined ? {} : { loss },
  validation: { accuracy, ece: accuracy },
});

Deno.test("a checkpoint is shown by its loss and by what the rule looks at", () => {
  const curve = [point(1, [0.25, 0.75], 2), point(2, [null, 0.5]), point(3, [null, null], 0)];
  const shown = (metric: typeof accuracy, summary: "average" | "worst") =>
    glimpses(curve, { metric, summary }).map(({ value }) => value);
  assert.deepEqual(glimpses(curve, { metric: accuracy, summary: "average" }), [
    { step: 1, loss: 2, value: 0.5 },
    { step: 2, loss: null, value: 0.5 },
    { step: 3, loss: 0, value: null },
  ]);
  assert.deepEqual(shown(accuracy, "worst"), [0.25, 0.5, null]);
  assert.deepEqual(shown(ece, "worst"), [0.75, 0.5, null]);
  assert.deepEqual(shown(metric("nll"), "average"), [null, null, null], "it was not recorded");
});

Deno.test("of many checkpoints a part is shown, the first and the last among them", () => {
  const curve = (length: number) => Array.from({ length }, (_, i) => point(i + 1, [0.5]));
  const steps = (length: number) =>
    glimpses(curve(length), { metric: accuracy, summary: "average" }).map(({ step }) => step);
  assert.equal(steps(120).length, 120);
  assert.deepEqual(steps(121).slice(0, 3), [1, 3, 5]);
  assert.deepEqual(steps(122).slice(-2), [121, 122]);
  assert.equal(steps(122).length, 62);
});

Deno.test("the best checkpoint is the first of those with the best figure", () => {
  const points = [null, 0.5, 0.25, 0.75, 0.75, null, 0.25]
    .map((value, step) => ({ step, loss: null, value }));
  assert.equal(bestOf(points, accuracy)!.step, 3);
  assert.equal(bestOf(points, ece)!.step, 2);
  assert.equal(bestOf(points.slice(0, 1), accuracy), null);
});

Deno.test("what a rule does not look at, or a metric that is not here, is the usual figure", () => {
  const usual = { metric: PRIMARY, summary: "average" } as const;
  assert.deepEqual(lookedAt("last"), usual);
  assert.deepEqual(lookedAt("validation-of-mine"), usual);
  const { metric: found, summary } = lookedAt("validation-worst-accuracy");
  assert.deepEqual([found.name, summary], ["accuracy", "worst"]);
});
