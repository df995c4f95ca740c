import assert from "node:assert/strict";
import { type Curve, didLearn, lastGain, stillRising } from "../../bench/records/learning.ts";
import type { RunSpec } from "../../bench/records/record.ts";

/** A record whose validation macro-F1 takes these values, a checkpoint every so many steps. */
function record(
  values: readonly number[],
  { every = 10, selected = values.length - 1, stage1 = false } = {},
) {
  const spec = {
    training: { steps: every * values.length },
    stage1: stage1 ? {} : null,
  } as unknown as RunSpec;
  const curve = values.map((value, i) => ({
    step: every * (i + 1),
    terms: {},
    validation: { macro_f1: [value + 0.1, value - 0.1] },
  }));
  const counts = [[30, 30, 30, 30], [30, 30, 30, 30]];
  return {
    spec,
    outcome: { status: "done" },
    curve,
    result: { step: every * (selected + 1), validation: [], test: [] },
    data: {
      classes: ["a", "b", "c", "d"],
      counts: { train: counts, validation: counts, test: counts },
    },
  } as unknown as Curve;
}

Deno.test("a run that is better than at its first checkpoint has learned", () => {
  assert.deepEqual(didLearn(record([0.1, 0.5, 0.9])), { learned: true });
});

Deno.test("a run whose first checkpoint was selected has not learned", () => {
  const found = didLearn(record([0.5, 0.4, 0.3], { selected: 0 }));
  assert.deepEqual(found, { learned: false, reason: "the first checkpoint was selected" });
});

Deno.test("a run that is no better than at its first checkpoint has not learned", () => {
  const found = didLearn(record([0.5, 0.4, 0.5])); // selected last by its rule
  assert.deepEqual(found, { learned: false, reason: "no better than at the first checkpoint" });
});

Deno.test("one checkpoint is held against guessing alone", () => {
  assert.deepEqual(didLearn(record([0.9])), { learned: true });
  assert.equal(didLearn(record([0.25])).learned, false);
});

Deno.test("a run that is no better than guessing has not learned", () => {
  assert.equal(didLearn(record([0.1, 0.2, 0.26])).learned, false);
  assert.equal(didLearn(record([0.1, 0.2, 0.4])).learned, true);
  // Four classes, 240 images: 0.25 + 3 · √(0.25 · 0.75 / 240) = 0.3339.
  assert.equal(didLearn(record([0.1, 0.2, 0.3338])).learned, false);
  assert.equal(didLearn(record([0.1, 0.2, 0.3340])).learned, true);
});

Deno.test("of one image in a hundred classes luck alone gives a lot", () => {
  const few = record([0.01, 0.02, 0.3]);
  const data = {
    ...few.data,
    classes: Array.from({ length: 100 }, (_, c) => `c${c}`),
    counts: { ...few.data.counts, validation: [[1], [0]] },
  };
  // 0.01 + 3 · √(0.01 · 0.99 / 1) = 0.3085.
  assert.equal(didLearn({ ...few, data }).learned, false);
  assert.equal(didLearn({ ...record([0.01, 0.02, 0.31]), data }).learned, true);
});

Deno.test("a second stage begins with a trained network", () => {
  assert.equal(didLearn(record([0.8, 0.7], { selected: 0, stage1: true })).learned, true);
  assert.equal(didLearn(record([0.2, 0.1], { selected: 0, stage1: true })).learned, false);
});

Deno.test("what is not known of a checkpoint or of the images speaks against no run", () => {
  const low = record([0.1, 0.1, 0.11]);
  const [first, ...rest] = low.curve;
  const lossAlone = [first!, ...rest.map((point) => ({ ...point, validation: {} }))];
  assert.deepEqual(didLearn({ ...low, curve: lossAlone }), { learned: true });
  const counts = { ...low.data.counts, validation: [[0, 0, 0, 0], [0, 0, 0, 0]] };
  assert.deepEqual(didLearn({ ...low, data: { ...low.data, counts } }), { learned: true });
  assert.deepEqual(didLearn({ ...low, curve: [] }), { learned: true });
  const elsewhere = { ...low, result: { ...low.result!, step: 17 } };
  assert.deepEqual(didLearn(elsewhere), { learned: true }, "no checkpoint of the tested step");
});

Deno.test("a curve without the usual figure is judged by the first one that it has", () => {
  const other = record([0.1, 0.5, 0.9]);
  const curve = other.curve.map(({ validation, ...point }) => ({
    ...point,
    validation: { accuracy: validation["macro_f1"]!, nll: [9, 9] },
  }));
  assert.deepEqual(didLearn({ ...other, curve }), { learned: true });
  const known = other.curve.map((point) => ({
    ...point,
    validation: { accuracy: [0.5, 0.5], ...point.validation },
  }));
  assert.deepEqual(didLearn({ ...other, curve: known }), { learned: true });
  const half = other.curve.map((point) => ({ ...point, validation: { macro_f1: [0.6, null] } }));
  assert.deepEqual(didLearn({ ...other, curve: half }), {
    learned: false,
    reason: "no better than at the first checkpoint",
  });
});

Deno.test("a run without a result has not learned", () => {
  const found = didLearn({ ...record([0.1, 0.9]), outcome: { status: "diverged", step: 7 } });
  assert.deepEqual(found, { learned: false, reason: "it has no result" });
});

Deno.test("what the last tenth gained is the best of all beside the best before it", () => {
  const flat = [0.1, 0.3, 0.5, 0.7, 0.9, 0.8, 0.9, 0.9, 0.9];
  assert.equal(lastGain(record([...flat, 0.905])).gain!.toFixed(3), "0.005");
  assert.equal(stillRising(record([...flat, 0.905])), false);
  assert.equal(stillRising(record([...flat, 0.911])), true);
  assert.deepEqual(lastGain(record([...flat, 0.2])), { gain: 0, rising: false });
});

Deno.test("between checkpoints further apart than a tenth, gains count in proportion", () => {
  const { gain, rising } = lastGain(record([0.1, 0.8, 0.84])); // 4 points in a third
  assert.equal(gain!.toFixed(4), "0.0120");
  assert.equal(rising, true);
});

Deno.test("one checkpoint does not tell whether a run still rose", () => {
  assert.deepEqual(lastGain(record([0.5])), { gain: null, rising: false });
});
