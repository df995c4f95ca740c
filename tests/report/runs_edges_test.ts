/** What is read from runs one by one: predictions, features, curves, settings. */
import assert from "node:assert/strict";
import { encodeArrays } from "../../base/safetensors_format.ts";
import type { Folder } from "../../bench/records/folder.ts";
import { METRICS, PRIMARY } from "../../metrics/mod.ts";

import type { DatasetResults, MethodResults } from "../../report/analysis/arrange.ts";
import { figuresOf, withinT } from "../../report/analysis/behaviours.ts";
import { byChance, calibration, joined } from "../../report/analysis/calibration.ts";

import { effectOf, imageEffects } from "../../report/analysis/images.ts";
import { ownValues, rounded, stages } from "../../report/analysis/papers.ts";
import { secondsOf } from "../../report/analysis/seconds.ts";

import { curve, scoresOf, studies } from "../../report/analysis/studies.ts";

import type { Run, Store } from "../../report/folder.ts";
import { accuracy, dataset, ece, method } from "./made_up.ts";

Deno.test("effects of images and of seeds, and which of them limits", () => {
  const drawn = (sizes: readonly number[], seeds: number) =>
    sizes.map((size, i) => ({ values: new Array<number>(seeds).fill(size), seed: i }));
  // Of one seed the images alone: 0.25 ± 1.96 · sd(0.1, 0.3) = 0.1414.
  const one = effectOf([0.25], drawn([0.1, 0.3], 1), 0.05)!;
  assert.deepEqual([one.seeds, one.bySeeds, one.limit], [1, null, "images (one seed)"]);
  assert.ok(Math.abs(one.byImages - Math.SQRT2 / 10) < 1e-12);
  assert.ok(Math.abs(one.interval[1] - 0.25 - 1.959964 * one.byImages) < 1e-6);
  assert.ok(Math.abs(one.interval[0] + one.interval[1] - 0.5) < 1e-12);
  // Two seeds 1 and 3: mean 2, standard error 1; images move both alike.
  const of = (byImages: number) => {
    const half = byImages / Math.SQRT2; // two draws so far from their mean
    return effectOf([1, 3], drawn([2 - half, 2 + half], 2), 0.05)!;
  };
  assert.deepEqual([of(0.5).limit, of(1).limit, of(2).limit], ["seeds", "both", "images"]);
  assert.deepEqual([of(0.7).limit, of(1.4).limit, of(1.6).limit], ["both", "both", "images"]);
  const { difference, bySeeds, interval } = of(0.001);
  assert.deepEqual([difference, bySeeds], [2, 1]);
  assert.ok(Math.abs(interval[1] - 2 - 12.7062) < 1e-3, `${interval}`);
  assert.ok(Math.abs(interval[0] + interval[1] - 4) < 1e-9);
  const { interval: wide } = of(10);
  assert.ok(Math.abs(wide[1] - 2 - Math.hypot(12.7062, 19.59964)) < 1e-2, `${wide}`);
});

/** A folder whose runs predict so; `labels` of two domains with three images each. */
const LABELS = [[0, 0, 1], [1, 1, 0]];
const predicting = (predictions: Readonly<Record<string, number[][] | null>>) =>
  ({
    predictions: (id: string) => {
      const predicted = predictions[id];
      return predicted === null || predicted === undefined
        ? Promise.reject(new Error("there is none"))
        : Promise.resolve(predicted.map((own, d) => ({ labels: LABELS[d]!, predicted: own })));
    },
  }) as unknown as Folder;

Deno.test("images are drawn where all runs share them, and there is a control", async () => {
  const right = LABELS, first = [[0, 0, 0], [0, 0, 0]], second = [[1, 1, 1], [1, 1, 1]];
  const data = {
    classes: ["x", "y"],
    counts: { test: [[2, 1], [1, 2]], train: [[5, 5], [5, 5]] },
    shots: { many: 4, few: 2 },
  };
  const methods = [method("erm", [0.5, 0.5]), method("irm", [0.5, 0.5]), method("x", [0.5, null])];
  const own = { ...dataset(...methods), data } as unknown as DatasetResults;
  const folder = predicting({ erm0: first, erm1: second, irm0: right, irm1: right, x0: null });
  const of = (control: string, metric = accuracy, set = own) =>
    imageEffects(folder, set, metric, control, 0.05);
  const [average, worst, ...none] = await of("erm");
  assert.deepEqual(none, []);
  assert.deepEqual([average!.domain, worst!.domain], ["average", "worst"]);
  assert.deepEqual([average!.images, average!.resamples], [6, 400]);
  assert.deepEqual(average!.rows.map(({ method, control }) => method.name + control.name), [
    "irmerm",
  ]);
  // Right everywhere, beside (2/3 + 1/3) / 2 and a worst domain of 1/3, on both seeds.
  assert.ok(Math.abs(average!.rows[0]!.difference - 0.5) < 1e-12);
  assert.ok(Math.abs(worst!.rows[0]!.difference - 2 / 3) < 1e-12);
  assert.equal(average!.rows[0]!.byImages, 0, "as many of each class are drawn as there are");
  assert.deepEqual(await of("erm", ece), [], "counts do not give it");
  assert.deepEqual(await of("none"), []);
  const many = METRICS.find(({ name }) => name === "many")!; // both classes, pooled over domains
  assert.ok(Math.abs((await of("erm", many))[0]!.rows[0]!.difference - 0.5) < 1e-12);
  assert.deepEqual(await of("x"), [], "it has no predictions");
  const alone = { ...own, methods: methods.slice(0, 1) } as DatasetResults;
  assert.deepEqual(await of("erm", accuracy, alone), []);
  const counted = (images: number) =>
    of("erm", accuracy, {
      ...own,
      data: { ...data, counts: { ...data.counts, test: [[images]] } },
    } as unknown as DatasetResults);
  assert.equal((await counted(800_000)).length, 2, "four million predictions of five runs");
  assert.deepEqual(await counted(800_001), []);
  // Of another run's images nothing is known: other labels, other domains, fewer images.
  for (const labels of [[[0, 0, 1], [1, 1, 1]], [[0, 0, 1]], [[0, 0, 1], [1, 1]]]) {
    const others = {
      predictions: (id: string) =>
        id.startsWith("x")
          ? Promise.resolve(labels.map((own) => ({ labels: own, predicted: own })))
          : folder.predictions(id),
    } as unknown as Folder;
    const [shown] = await imageEffects(others, own, accuracy, "erm", 0.05);
    assert.deepEqual(shown!.rows.map(({ method }) => method.name), ["irm"]);
  }
  const half = predicting({
    ...{ erm0: [[1, 1, 0], [0, 0, 1]], erm1: [[1, 1, 0], [0, 0, 1]] },
    ...{ irm0: [[0, 1, 1], [1, 0, 0]], irm1: [[0, 1, 1], [1, 0, 0]] },
  });
  // In each domain (1 + X) / 3 with X of two images of which one is right: deviation √½ / 3.
  const [drawn] = await imageEffects(half, own, accuracy, "erm", 0.05);
  assert.ok(Math.abs(drawn!.rows[0]!.byImages - 1 / 6) < 0.02, `${drawn!.rows[0]!.byImages}`);
  const [byClass] = await of("erm", PRIMARY);
  assert.ok(byClass!.rows[0]!.difference > 0.5);
});

Deno.test("means within Student's t, of two values or more", () => {
  assert.deepEqual([withinT([]), withinT([1])], [null, null]);
  const { mean, low, high } = withinT([1, 3])!;
  assert.equal(mean, 2);
  assert.ok(Math.abs(high - 2 - 12.7062) < 1e-3 && Math.abs(low + high - 4) < 1e-9);
  const tenth = withinT([1, 3], 0.1)!;
  assert.ok(Math.abs(tenth.high - 2 - 6.31375) < 1e-4);
});

Deno.test("foreign neighbours are the nearest ten of an image's own class", async () => {
  const file = (rows: readonly (readonly [at: number, domain: number, label: number])[]) =>
    encodeArrays({
      features: {
        shape: [rows.length, 2],
        values: Float32Array.from(rows.flatMap(([x]) => [x, 0])),
      },
      domain: { shape: [rows.length], values: Float32Array.from(rows, ([, domain]) => domain) },
      label: { shape: [rows.length], values: Float32Array.from(rows, ([, , label]) => label) },
    }, {});
  const shares = async (bytes: Uint8Array | null, values: (number | null)[] = [0.5]) =>
    await figuresOf(
      { soundFile: () => Promise.resolve(bytes) },
      [method("a", values), method("b", [0.5])],
      [],
    ).overlap("a");
  // Class 0: two of domain 0 and one of domain 1; the image of class 1 has no neighbour.
  const few = file([[0, 0, 0], [1, 0, 0], [3, 1, 0], [2, 1, 1]]);
  const [[seed, own]] = [...await shares(few)] as [[number, number]];
  assert.equal(seed, 0);
  assert.ok(Math.abs(own - 100 * (0.5 + 0.5 + 1) / 3) < 1e-9);
  // Of eleven others the nearest ten: the first image is far off and of another domain.
  const many = file([
    [1000, 1, 0],
    ...Array.from({ length: 11 }, (_, i) => [i / 10, 0, 0] as const),
  ]);
  const [[, share]] = [...await shares(many)] as [[number, number]];
  assert.ok(Math.abs(share - 100 * 1 / 12) < 1e-9, `${share}`);
  assert.equal((await shares(null)).size, 0);
  assert.equal((await shares(file([[0, 0, 0], [1, 0, 1]]))).size, 0, "no image has a neighbour");
  assert.deepEqual([...(await shares(few, [null, 0.5])).keys()], [1], "of finished runs");
  const one = { shape: [2], values: Float32Array.of(0, 0) };
  const whole = {
    features: { shape: [2, 1], values: Float32Array.of(0, 1) },
    domain: one,
    label: one,
  };
  assert.equal((await shares(encodeArrays(whole, {}))).size, 1);
  for (const key of ["features", "domain", "label"] as const) {
    const { [key]: _, ...rest } = whole;
    assert.equal((await shares(encodeArrays(rest, {}))).size, 0, `without ${key}`);
  }
});

Deno.test("figures of behaviours are in percent, and a run that diverged has none", () => {
  const run = (seed: number, status: string, score: number | null) => ({
    spec: { seed },
    state: { status },
    digest: score === null ? null : {
      scores: new Map([["average/macro_f1", score]]),
      curve: [
        { step: 5, loss: 2, scores: new Map([["macro_f1", 0.5]]) },
        { step: 9, loss: null, scores: new Map([["macro_f1", 0.25]]) },
      ],
    },
  });
  const settings = [
    { levels: { a: 1 }, runs: [run(0, "done", 0.5), run(3, "diverged", null)] },
    { levels: { a: 2 }, runs: [run(0, "missing", null)] },
  ];
  const figures = figuresOf(
    { soundFile: () => Promise.resolve(null) },
    [],
    [{ study: { name: "s" }, settings }] as unknown as Parameters<typeof figuresOf>[2],
  );
  assert.deepEqual(figures.settings("s"), [{ levels: { a: 1 }, f1: new Map([[0, 50], [3, 0]]) }]);
  assert.deepEqual(figures.curves("s"), [[{ step: 5, loss: 2, f1: 50 }]]);
  assert.deepEqual([figures.settings("other"), figures.curves("other")], [[], []]);
});

Deno.test("bins are added up; by chance alone each bin misses its mean", () => {
  const bin = (images: number, confidence: number, correct: number) => ({
    images,
    confidence,
    correct,
  });
  const empty = bin(0, 0, 0);
  assert.deepEqual(joined([[bin(1, 0.5, 1), empty], [bin(3, 2, 1), bin(1, 0.9, 0)]]), [
    bin(4, 2.5, 2),
    bin(1, 0.9, 0),
  ]);
  assert.equal(byChance([empty, empty]), null);
  // One image with confidence ½ misses by ½; two of 0.75: |X − 1.5| is 1.5, 0.5, 0.5.
  assert.ok(Math.abs(byChance([bin(1, 0.5, 0)])! - 0.5) < 1e-12);
  const two = (1.5 * 0.0625 + 0.5 * 0.375 + 0.5 * 0.5625) / 3;
  assert.ok(Math.abs(byChance([bin(2, 1.5, 2), empty, bin(1, 1, 1)])! - two) < 1e-12);
  assert.equal(byChance([bin(1, 1 + 1e-9, 1)]), 0, "no confidence is above one");
  const kept = (...domains: ReturnType<typeof bin>[][]) => ({
    state: { status: "done" },
    digest: { calibration: domains },
  });
  const of = (...runs: object[]) => calibration({ runs } as unknown as MethodResults);
  const found = of(kept([bin(4, 3, 2)], [bin(2, 1, 2)]), { state: { status: "failed" } }, null!)!;
  assert.ok(Math.abs(found.error.mean - (0.25 + 0.5) / 2) < 1e-12);
  assert.ok(Math.abs(found.excess.mean - (0.25 - 0.5) / 2) < 1e-12);
  assert.deepEqual(found.errors.map((error) => error!.mean), [0.25, 0.5]);
  assert.deepEqual(found.byDomain, [[bin(4, 3, 2)], [bin(2, 1, 2)]]);
  assert.equal(of({ state: { status: "done" }, digest: { calibration: null } }), null);
});

Deno.test("studies are found by data set, network, name and method; a run alone is a setting", () => {
  const run = (name: string, seed: number, study: object | null, digest: object | null = null) => ({
    ...{ name, study, digest, apart: null },
    state: { status: digest === null ? "missing" : "done" },
    spec: { seed, dataset: { name: "own" }, training: { network: { name: "cnn" } } },
  });
  const tag = (name: string, value: number) => ({ name, method: "brl", levels: { value } });
  const digest = { data: { title: "Own set" }, method: { title: "BRL" } };
  const store = {
    runs: [
      run("erm", 0, null, digest),
      run("brl: a", 0, tag("mine", 1)),
      run("brl: a", 1, tag("mine", 1), digest),
      run("brl: b", 0, tag("mine", 2)),
      run("brl: c", 0, tag("alone", 3)),
    ],
  } as unknown as Store;
  const found = studies(store, [], accuracy, [{ name: "cnn", title: "CNN" }]);
  assert.deepEqual(
    found.map(({ study, settings }) => [
      study.name,
      settings.map(({ name, levels, runs }) => [
        name,
        levels,
        runs.map(({ spec }) => spec.seed),
      ]),
    ]),
    [
      ["mine", [["brl: a", { value: 1 }, [0, 1]], ["brl: b", { value: 2 }, [0]]]],
      ["alone", [["brl: c", { value: 3 }, [0]]]],
    ],
  );
  const [mine, alone] = found;
  assert.deepEqual([mine!.dataset.title, mine!.method.title, mine!.network.title], [
    ...["Own set", "BRL", "CNN"],
  ]);
  assert.deepEqual([alone!.dataset.title, alone!.method.title], ["own", "brl"]);
  assert.deepEqual(mine!.study.factors, [{ name: "value", title: "value" }]);
  assert.deepEqual(studies({ runs: [store.runs[0]!] } as unknown as Store, [], accuracy), []);
});

Deno.test("scores of finished runs by split, and a curve over its seeds, in order of steps", () => {
  const run = (status: string, value: number) => ({
    state: { status },
    digest: {
      scores: new Map([["worst/accuracy", value]]),
      validation: new Map([["worst/accuracy", value / 2]]),
      curve: [
        { step: 20, loss: value, scores: new Map([["accuracy", 2 * value]]) },
        { step: 10, loss: null, scores: new Map() },
      ],
    },
  });
  const runs = [run("done", 0.5), run("diverged", 0.75), run("done", 0.25)] as unknown as Run[];
  const of = (split: "test" | "validation", domain: "worst" | "average") =>
    scoresOf([...runs, { digest: null, state: { status: "done" } } as Run], accuracy, {
      split,
      domain,
    });
  assert.deepEqual(of("test", "worst"), [0.5, null, 0.25, null]);
  assert.deepEqual(of("validation", "worst"), [0.25, null, 0.125, null]);
  assert.deepEqual(of("test", "average"), [null, null, null, null]);
  assert.deepEqual(curve(runs, accuracy), [
    { step: 10, losses: [null, null], scores: [null, null] },
    { step: 20, losses: [0.5, 0.25], scores: [1, 0.5] },
  ]);
});

Deno.test("seconds are of warm runs where there are any", () => {
  const run = (seconds: number | null, runsBefore?: number) =>
    ({ state: { status: "done" }, seconds, digest: { timing: { runsBefore } } }) as unknown as Run;
  const mean = (...runs: Run[]) => secondsOf({ runs })?.mean ?? null;
  assert.equal(mean(run(10, 0), run(2, 1), run(4, 2)), 3);
  assert.equal(mean(run(10, 0), run(20, 0)), 15);
  assert.equal(mean(run(10, 0), run(null, 1)), 10);
  assert.equal(mean(run(6), run(10, 0)), 6, "an earlier record does not say");
  assert.equal(mean(run(null, 1)), null);
});

Deno.test("values that are not the papers' are told once, of every stage", () => {
  const hyperparameters = {
    weight: { default: 1 },
    rate: { default: { inherit: "learningRate" } },
  };
  const definitions = {
    methods: [{ name: "a", title: "A", hyperparameters }],
    datasets: [{ name: "own", images: "digits" }],
  } as unknown as Parameters<typeof ownValues>[1];
  const spec = (name: string, values: object, stage1: object | null = null) => ({
    method: { name, hyperparameters: values },
    stage1,
    dataset: { name: "own" },
    training: { learningRate: 0.01, network: {} },
  });
  const of = (...specs: object[]) =>
    ownValues(
      { methods: specs.map((spec) => ({ spec })) } as unknown as DatasetResults,
      definitions,
    )
      .map(({ method, key, value, paper }) => [method, key, value, paper]);
  assert.deepEqual(of(spec("a", { weight: 1, rate: 0.01 }), spec("b", { weight: 7 })), []);
  const own = spec("a", { weight: 2, rate: 0.5, more: 3 });
  const expected = [["A", "weight", 2, "1"], ["A", "rate", 0.5, "the learning rate"]];
  assert.deepEqual(of(own, own), expected);
  assert.deepEqual(of(spec("b", {}, own)), expected);
  const all = stages(spec("c", {}, spec("b", {}, own)) as unknown as Parameters<typeof stages>[0]);
  assert.deepEqual(all.map(({ method }) => method.name), ["a", "b", "c"]);
  assert.deepEqual([rounded(0.123456), rounded("mmd"), rounded(true)], ["0.1235", "mmd", "true"]);
});
