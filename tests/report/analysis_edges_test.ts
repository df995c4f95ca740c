/** Analyses of a few made-up runs, whose figures are seen at a glance. */
import assert from "node:assert/strict";
import { encodeArrays } from "../../base/safetensors_format.ts";
import type { Folder } from "../../bench/records/folder.ts";
import { METRICS, PRIMARY } from "../../metrics/mod.ts";
import type { DatasetResults, MethodResults } from "../../report/analysis/arrange.ts";
import { figuresOf, withinT } from "../../report/analysis/behaviours.ts";
import { byChance, calibration, joined } from "../../report/analysis/calibration.ts";
import { againstControlAcross } from "../../report/analysis/control_across.ts";
import { effectOf, imageEffects } from "../../report/analysis/images.ts";
import { ownValues, rounded, stages } from "../../report/analysis/papers.ts";
import { secondsOf } from "../../report/analysis/seconds.ts";
import { anovas, besideBest, marginOf, pairwise } from "../../report/analysis/significance.ts";
import { curve, scoresOf, studies } from "../../report/analysis/studies.ts";
import {
  bestFirst,
  chooseMetrics,
  oriented,
  sameFigure,
  testedFigures,
} from "../../report/analysis/tested.ts";
import type { Run, Store } from "../../report/folder.ts";

const named = (name: string) => METRICS.find((metric) => metric.name === name)!;
const [accuracy, ece, nll] = ["accuracy", "ece", "nll"].map(named);
const FIGURE = { domain: "average", metric: accuracy! } as const;
const JUDGED = { alpha: 0.05, margin: null };

/** A method whose runs have these values of every figure, by seed; null where a run has failed. */
function method(name: string, values: readonly (number | null)[], learned = true): MethodResults {
  const runs = values.map((value, seed) => ({
    id: `${name}${seed}`,
    spec: { seed },
    state: { status: value === null ? "failed" : "done" },
    digest: value === null ? null : {
      learned: { learned },
      data: { fingerprint: "same" },
      scores: new Map(
        ["average", "worst"].flatMap((domain) =>
          ["accuracy", "ece", "nll"].map((metric) => [`${domain}/${metric}`, value] as const)
        ),
      ),
    },
  }));
  const about = { title: name.toUpperCase(), family: "baseline", source: "" };
  return {
    label: name,
    title: name.toUpperCase(),
    name,
    network: null,
    about,
    runs,
  } as unknown as MethodResults;
}

const dataset = (...methods: MethodResults[]): DatasetResults =>
  ({
    name: "own",
    title: "Own",
    seeds: methods[0]?.runs.map((_, seed) => seed) ?? [],
    methods,
    data: null,
  }) as unknown as DatasetResults;

Deno.test("pairs are of the methods with a value; of one method there is none", () => {
  const pairs = (...methods: MethodResults[]) => pairwise(dataset(...methods), [FIGURE], JUDGED);
  assert.deepEqual(pairs(method("a", [null, null])), []);
  const [one, ...none] = pairs(method("a", [0.5, 0.6]), method("b", [null, null]));
  assert.deepEqual(none, []);
  assert.deepEqual([one!.methods.map(({ name }) => name), one!.pairs], [["a"], []]);
  const [three] = pairs(method("a", [0.5, 0.6]), method("b", [0.1, null]), method("c", [0.1, 0.3]));
  const shown = three!.pairs.map(({ first, second, seeds, difference }) => [
    first.name + second.name,
    seeds,
    Number(difference.toFixed(6)),
  ]);
  assert.deepEqual(shown, [["ab", 1, 0.4], ["ac", 2, 0.35], ["bc", 1, 0]]);
  assert.deepEqual(three!.pairs.map(({ effect }) => effect !== null), [false, true, false]);
  // Without a shared seed the difference is that of the means.
  const [apart] = pairs(method("a", [0.5, null]), method("b", [null, 0.25]));
  assert.deepEqual([apart!.pairs[0]!.difference, apart!.pairs[0]!.seeds], [0.25, 0]);
});

Deno.test("the best beside each other method, whichever stands first in the table", () => {
  const methods = [
    method("low", [0.1, 0.25, 0.2, 0.15]),
    method("best", [0.5, 0.75, 0.65, 0.5]),
    method("lacks", [0.9, 0.9, 0.9, null]),
    method("high", [0.4, 0.7, 0.5, 0.6]),
  ];
  const [pairs] = pairwise(dataset(...methods), [FIGURE], JUDGED);
  const found = besideBest(pairs!)!;
  assert.equal(found.best.name, "best");
  assert.deepEqual(found.complete.map(({ name }) => name), ["low", "best", "high"]);
  assert.deepEqual(found.others.map(({ method }) => method.name), ["lacks", "high", "low"]);
  const [lacks, high, low] = found.others;
  const pair = (first: string, second: string) =>
    pairs!.pairs.find((pair) => pair.first.name === first && pair.second.name === second)!;
  for (
    const [rival, own, sign] of [[high, pair("best", "high"), 1], [
      low,
      pair("low", "best"),
      -1,
    ]] as const
  ) {
    assert.equal(rival!.difference, sign * own.difference);
    assert.equal(rival!.effect, sign * own.effect!);
    assert.equal(rival!.hedges, sign * own.hedges!);
    const [from, to] = own.compared.together!;
    assert.deepEqual(rival!.ends, sign > 0 ? [from, to] : [-to, -from]);
    assert.equal(rival!.p, own.compared.p);
    assert.equal(rival!.why, null);
  }
  assert.equal(low!.verdict, "better", "the pair says that low is worse");
  assert.equal(pair("low", "best").compared.verdict, "worse");
  assert.ok(lacks!.difference < 0 && lacks!.mean > found.mean);
  const [errors] = pairwise(dataset(...methods), [{ domain: "worst", metric: ece! }], JUDGED);
  const least = besideBest(errors!)!;
  assert.equal(least.best.name, "low");
  assert.deepEqual(least.others.map(({ method }) => method.name), ["high", "best", "lacks"]);
  const [failed] = pairwise(
    dataset(method("a", [1, null]), method("b", [null, 1])),
    [FIGURE],
    JUDGED,
  );
  assert.equal(besideBest(failed!), null);
});

Deno.test("a margin in points is of metrics in percent alone", () => {
  assert.equal(marginOf({ metric: accuracy! }, 2), 0.02);
  assert.equal(marginOf({ metric: accuracy! }, null), null);
  assert.equal(marginOf({ metric: nll! }, 2), null);
});

Deno.test("tests of all methods leave out what has not learned, and what lacks a seed where it must", () => {
  const [oneWay, blocked] = anovas(
    dataset(
      method("a", [1, 2, 4]),
      method("b", [3, null, 5]),
      method("c", [null, null, null]),
      method("idle", [9, 9, 1], false),
      method("d", [2, 5, 4]),
    ),
    [FIGURE],
  );
  assert.deepEqual([oneWay!.test, blocked!.test], ["one-way", "blocked"]);
  assert.deepEqual([oneWay!.leftOut, blocked!.leftOut], [["C"], ["B", "C"]]);
  assert.deepEqual([oneWay!.notLearned, blocked!.notLearned], [["IDLE"], ["IDLE"]]);
  assert.ok(oneWay!.result.computable && oneWay!.result.df1 === 2 && oneWay!.result.df2 === 5);
  assert.ok(blocked!.result.computable && blocked!.result.df1 === 1 && blocked!.result.df2 === 2);
});

Deno.test("metrics by their place in a report; figures, and which way is better", () => {
  const usual = chooseMetrics(METRICS);
  assert.deepEqual(usual.tested.map(({ name }) => name), ["accuracy", "macro_f1"]);
  assert.equal(usual.primary, PRIMARY);
  assert.ok(usual.grouped.every(({ group }) => group !== undefined) && usual.grouped.length === 4);
  assert.ok(usual.others.includes(ece!) && !usual.others.includes(PRIMARY));
  assert.equal(usual.others.length + usual.grouped.length + 2, METRICS.length);
  const own = chooseMetrics(METRICS, ["nll", "ece"]);
  assert.deepEqual([own.primary, own.tested], [nll, [nll, ece]]);
  assert.equal(chooseMetrics([]).primary, PRIMARY);
  const figures = testedFigures([accuracy!, nll!]);
  assert.deepEqual(figures.map(({ domain, metric }) => `${domain} ${metric.name}`), [
    ...["average accuracy", "average nll", "worst accuracy", "worst nll"],
  ]);
  const same = figures.map((figure) => sameFigure(figure, figures[1]!));
  assert.deepEqual(same, [false, true, false, false]);
  assert.deepEqual([oriented(accuracy!, [1, 2]), oriented(nll!, [1, 2])], [[1, 2], [-1, -2]]);
  assert.deepEqual([1, 3, 2].sort(bestFirst(accuracy!)), [3, 2, 1]);
  assert.deepEqual([1, 3, 2].sort(bestFirst(nll!)), [1, 2, 3]);
});

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
  const of = (control: string, metric = accuracy!, set = own) =>
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
  assert.deepEqual(await of("erm", ece!), [], "counts do not give it");
  assert.deepEqual(await of("none"), []);
  assert.deepEqual(await of("x"), [], "it has no predictions");
  const alone = { ...own, methods: methods.slice(0, 1) } as DatasetResults;
  assert.deepEqual(await of("erm", accuracy, alone), []);
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
  // Of eleven others the nearest ten: the twelfth image is far off and of another domain.
  const many = file([
    ...Array.from({ length: 11 }, (_, i) => [i / 10, 0, 0] as const),
    [1000, 1, 0],
  ]);
  const [[, share]] = [...await shares(many)] as [[number, number]];
  assert.ok(Math.abs(share - 100 * 1 / 12) < 1e-9, `${share}`);
  assert.equal((await shares(null)).size, 0);
  assert.equal((await shares(file([[0, 0, 0], [1, 0, 1]]))).size, 0, "no image has a neighbour");
  assert.deepEqual([...(await shares(few, [null, 0.5])).keys()], [1], "of finished runs");
  assert.equal((await shares(encodeArrays({}, {}))).size, 0);
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

Deno.test("over data sets differences are averaged seed by seed, over what all have", () => {
  const on = (name: string, ...methods: MethodResults[]) =>
    ({ ...dataset(...methods), name }) as DatasetResults;
  const one = on(
    "one",
    method("erm", [0.1, 0.2, 0.3]),
    method("irm", [0.2, 0.4, null]),
    method("x", [1, 1, 1]),
  );
  const two = on("two", method("erm", [0.5, 0.5, 0.5]), method("irm", [0.5, 0.75, 0.5]));
  const of = (...sets: DatasetResults[]) => againstControlAcross(sets, FIGURE, "erm", JUDGED);
  assert.equal(of(one), null);
  assert.equal(of(), null);
  const found = of(one, two)!;
  assert.equal(found.dataset, null);
  assert.deepEqual(found.rows.map(({ method }) => method.name), ["irm"]);
  assert.ok(Math.abs(found.rows[0]!.difference! - ((0.1 + 0) / 2 + (0.2 + 0.25) / 2) / 2) < 1e-12);
  const fewer = { ...two, seeds: [1, 2] } as DatasetResults;
  const shifted = of(one, fewer)!; // the second's seeds 1 and 2 are its first two runs
  assert.ok(Math.abs(shifted.rows[0]!.difference! - (0.2 + 0) / 2) < 1e-12);
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
  const found = studies(store, [], accuracy!, [{ name: "cnn", title: "CNN" }]);
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
  assert.deepEqual(studies({ runs: [store.runs[0]!] } as unknown as Store, [], accuracy!), []);
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
    scoresOf([...runs, { digest: null, state: { status: "done" } } as Run], accuracy!, {
      split,
      domain,
    });
  assert.deepEqual(of("test", "worst"), [0.5, null, 0.25, null]);
  assert.deepEqual(of("validation", "worst"), [0.25, null, 0.125, null]);
  assert.deepEqual(of("test", "average"), [null, null, null, null]);
  assert.deepEqual(curve(runs, accuracy!), [
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
