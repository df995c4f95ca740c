/** How runs become rows: by hand, case by case. */
import assert from "node:assert/strict";
import accuracy from "../../metrics/accuracy.ts";
import {
  arrange,
  completeMethods,
  type DatasetResults,
  distinguishingSuffixes,
  estimate,
  family,
  hasLearned,
  type MethodResults,
  missingSeedsNote,
  scores,
  tableOf,
  tableTitle,
} from "../../report/analysis/arrange.ts";
import { curve, scoresOf, studies, toldApart } from "../../report/analysis/studies.ts";
import { scoreKey } from "../../report/digest.ts";
import type { Run, Store } from "../../report/folder.ts";

type State = Run["state"];
const DONE = { status: "done" } as State;
const MISSING = { status: "missing" } as State;
const FAILED = { status: "failed" } as State;
const diverged = (step: number) => ({ status: "diverged", step }) as State;

/** What a test says of a run; the rest is the same everywhere. */
interface Given {
  readonly name?: string;
  readonly method?: string;
  readonly seed?: number;
  readonly state?: State;
  readonly dataset?: string;
  readonly apart?: string | null;
  readonly network?: object;
  readonly steps?: number;
  readonly stage1?: Run["spec"] | null;
  readonly title?: string;
  readonly family?: string;
  readonly learned?: boolean;
  readonly digest?: object | null;
  readonly study?: object;
}

function run(given: Given = {}): Run {
  const { name = "erm", seed = 0, state = DONE, stage1 = null } = given;
  return {
    ...{ id: `${name}${seed}`, name, state, study: given.study ?? null },
    apart: given.apart ?? null,
    spec: {
      dataset: { name: given.dataset ?? "own" },
      method: { name: given.method ?? name, hyperparameters: {} },
      stage1,
      seed,
      training: { network: given.network ?? { name: "cnn", width: 1 }, steps: given.steps ?? 10 },
    },
    digest: given.digest === null || (given.digest === undefined && state !== DONE) ? null : {
      method: { title: given.title ?? name.toUpperCase(), family: given.family ?? "baseline" },
      data: { title: "Own", domains: ["a", "b"] },
      learned: { learned: given.learned ?? true },
      scores: new Map([[scoreKey("average", "accuracy"), 0.5 + seed / 10]]),
      validation: new Map([[scoreKey("average", "accuracy"), 0.25]]),
      ...given.digest,
    },
  } as unknown as Run;
}

const storeOf = (...runs: Run[]) => ({ runs, unseen: [] }) as unknown as Store;
const labels = (...runs: Run[]) =>
  arrange(storeOf(...runs)).map(({ methods }) => methods.map(({ label }) => label));
const method = (...runs: (Run | null)[]) => ({ runs, about: null }) as unknown as MethodResults;

Deno.test("a row has a run for every seed of its data set, in their order", () => {
  const [dataset, other] = arrange(storeOf(
    run({ seed: 2 }),
    run({ seed: 10 }),
    run({ seed: 1 }),
    run({ name: "irm", seed: 10 }),
    run({ dataset: "second", seed: 7 }),
  ));
  assert.deepEqual(dataset!.seeds, [1, 2, 10]);
  const [erm, irm] = dataset!.methods;
  assert.deepEqual(erm!.runs.map((found) => found!.spec.seed), [1, 2, 10]);
  assert.deepEqual(irm!.runs.map((found) => found?.spec.seed ?? null), [null, null, 10]);
  assert.deepEqual(scores(irm!, "average/accuracy"), [null, null, 1.5]);
  assert.deepEqual([other!.name, other!.seeds, other!.apart], ["second", [7], false]);
});

Deno.test("what is not finished has no score, and tells nothing of learning", () => {
  const late = run({ state: diverged(3), digest: {} });
  assert.deepEqual(scores(method(run(), null, late), "average/accuracy"), [0.5, null, null]);
  assert.deepEqual(scores(method(run()), "worst/accuracy"), [null]);
  assert.equal(hasLearned(method()), true);
  assert.equal(hasLearned(method(null, run({ state: FAILED }))), true);
  const bad = run({ learned: false });
  assert.equal(hasLearned(method(run(), bad)), false, "a half is not most");
  assert.equal(hasLearned(method(run(), bad, run())), true);
  assert.equal(hasLearned(method(bad)), false);
});

Deno.test("means and deviations are those of the seeds that have a value", () => {
  assert.equal(estimate([null]), null);
  assert.equal(estimate([]), null);
  assert.deepEqual(estimate([null, 0.5]), { mean: 0.5, sd: null, n: 1 });
  assert.deepEqual(estimate([1, null, 3]), { mean: 2, sd: Math.SQRT2, n: 2 });
});

Deno.test("methods may be put in order that have every seed that any has", () => {
  const names = (...methods: readonly (readonly State[])[]) => {
    const rows = methods.map((states, i) => ({
      label: "abc"[i],
      runs: states.map((state) => run({ state })),
    }));
    const dataset = { methods: rows, seeds: [0, 1] } as unknown as DatasetResults;
    return completeMethods(dataset).map(({ label }) => label);
  };
  assert.deepEqual(names([DONE, DONE], [DONE, MISSING]), ["a"]);
  assert.deepEqual(names([DONE, MISSING], [DONE, FAILED], [MISSING, MISSING]), ["a", "b"]);
  assert.deepEqual(names([DONE, MISSING], [MISSING, DONE]), []);
  assert.deepEqual(names([MISSING, MISSING]), []);
});

Deno.test("seeds that lack a result are named by what became of them", () => {
  const note = (...runs: (Run | null)[]) =>
    missingSeedsNote({ seeds: [3, 4, 5, 6] }, method(...runs));
  assert.equal(note(run(), run()), null);
  assert.equal(note(run(), null), "seed 4 not planned");
  assert.equal(note(null, null), "seeds 3, 4 not planned");
  assert.equal(
    note(run({ state: FAILED }), run(), run({ state: FAILED, seed: 5 }), null),
    "seeds 3, 5 failed (runs erm0, erm5); seed 6 not planned",
  );
  assert.equal(
    note(run({ state: MISSING }), run({ state: diverged(7) })),
    "seed 3 not run yet (run erm0); seed 4 diverged at step 7 (run erm0)",
  );
});

Deno.test("a family is the method's, or what became of its runs", () => {
  const of = (...states: State[]) => family(method(...states.map((state) => run({ state }))));
  assert.equal(of(MISSING, FAILED), "failed");
  assert.equal(of(MISSING, diverged(1)), "not run yet");
  assert.equal(family({ ...method(), about: { family: "mine" } } as MethodResults), "mine");
});

Deno.test("tables are named by data set and by what they are told apart by", () => {
  const plain = run(), apart = run({ apart: "preset Paper, 28 px" });
  assert.equal(tableOf(plain), "own");
  assert.equal(tableOf(apart), "own-preset-paper-28-px");
  assert.equal(tableTitle(plain, null), "own");
  assert.equal(tableTitle(plain, { title: "Own" }), "Own");
  assert.equal(tableTitle(apart, undefined), "own (preset Paper, 28 px)");
  const [one, two] = arrange(storeOf(plain, apart));
  assert.deepEqual([one!.apart, two!.apart], [false, true]);
  assert.equal(two!.title, "Own (preset Paper, 28 px)");
});

Deno.test("rows of one name say what tells them apart, and nothing where nothing does", () => {
  assert.deepEqual(labels(run(), run({ seed: 1 })), [["erm"]]);
  assert.deepEqual(labels(run(), run({ steps: 20 })), [["erm (steps=10)", "erm (steps=20)"]]);
  assert.deepEqual(distinguishingSuffixes([run().spec]), [""]);
  const staged = run({ stage1: run({ seed: 3 }).spec }).spec;
  const [, suffix] = distinguishingSuffixes([run().spec, staged]);
  assert.match(suffix!, /steps=10/);
  const seeds = [run({ stage1: run().spec }), run({ stage1: run({ seed: 1 }).spec, seed: 1 })];
  assert.deepEqual(labels(...seeds), [["erm"]], "of a first stage the seed tells nothing either");
});

Deno.test("titles that two methods share have the name behind them", () => {
  const titles = (...runs: Run[]) => arrange(storeOf(...runs))[0]!.methods.map((m) => m.title);
  assert.deepEqual(titles(run(), run({ name: "irm" })), ["ERM", "IRM"]);
  assert.deepEqual(titles(run({ title: "T" }), run({ name: "irm", title: "T" })), [
    "T [erm]",
    "T [irm]",
  ]);
  assert.deepEqual(titles(run({ title: "irm" }), run({ name: "irm", title: "irm" })), [
    "irm [erm]",
    "irm",
  ]);
  assert.deepEqual(titles(run({ state: MISSING })), ["erm"]);
});

Deno.test("networks are named where there are several, widths where they differ", () => {
  const on = (name: string, width = 1) => run({ network: { name, width } });
  assert.deepEqual(labels(on("cnn"), on("mlp")), [["erm × cnn", "erm × mlp"]]);
  assert.deepEqual(labels(on("cnn", 0.5), on("mlp", 0.5)), [["erm × cnn", "erm × mlp"]]);
  assert.deepEqual(labels(on("cnn", 0.5), on("mlp")), [["erm × cnn:0.5", "erm × mlp"]]);
  assert.deepEqual(labels(on("cnn", 0.5), on("cnn"), on("mlp")), [
    ["erm × cnn (width=0.5)", "erm × cnn (width=1)", "erm × mlp"],
  ]);
  const frozen = run({ network: { name: "head", width: 1, frozen: { name: "resnet" } } });
  assert.deepEqual(labels(on("cnn"), frozen), [["erm × cnn", "erm × resnet"]]);
});

Deno.test("families stay together, and second stages stand behind their first", () => {
  const spec = (name: string) => run({ name }).spec;
  const boda = { name: "boda", family: "ours" };
  assert.deepEqual(
    labels(
      run({ name: "erm+crt", method: "crt", stage1: spec("erm") }),
      run({ name: "a", family: "other" }),
      run({ name: "boda+crt", method: "crt", stage1: spec("boda"), family: "ours" }),
      run(),
      run(boda),
    ),
    [["a", "erm", "erm+crt", "boda", "boda+crt"]],
  );
  assert.deepEqual(
    labels(run({ name: "crt", stage1: spec("erm") }), run()),
    [["crt", "erm"]],
    "a method that has its first stage by itself stands for itself",
  );
});

Deno.test("studies are told apart by method and by network where they must be", () => {
  const of = (method: string, network: string, dataset = "own", study = "ablation") => ({
    method: { name: method, title: method.toUpperCase() },
    network: { name: network, title: network.toUpperCase() },
    dataset: { name: dataset, title: dataset },
    study: { name: study },
  });
  const told = (...results: ReturnType<typeof of>[]) =>
    toldApart(results as unknown as Parameters<typeof toldApart>[0])
      .map(({ file, subject }) => `${file}: ${subject}`);
  assert.deepEqual(told(of("brl", "cnn")), ["own-ablation: BRL"]);
  assert.deepEqual(told(of("brl", "cnn"), of("irm", "cnn"), of("brl", "cnn", "other")), [
    "own-ablation-brl: BRL",
    "own-ablation-irm: IRM",
    "other-ablation: BRL",
  ]);
  assert.deepEqual(told(of("brl", "cnn"), of("brl", "mlp"), of("brl", "cnn", "own", "more")), [
    "own-ablation-cnn: BRL × CNN",
    "own-ablation-mlp: BRL × MLP",
    "own-more: BRL",
  ]);
});

Deno.test("a study that nobody defines is what its runs say", () => {
  const study = (levels: object) => ({ name: "mine", method: "brl", levels });
  const [found, ...none] = studies(
    storeOf(
      run(),
      run({ name: "x", study: study({ p: 1 }), state: MISSING }),
      run({ name: "x", study: study({ p: 1 }), seed: 1, title: "BRL" }),
      run({ name: "y", study: study({ q: 2 }) }),
    ),
    [],
    accuracy,
  );
  assert.deepEqual(none, []);
  assert.deepEqual(found!.method, { name: "brl", title: "BRL" });
  assert.deepEqual(found!.network, { name: "cnn", title: "cnn" });
  assert.deepEqual(found!.settings.map(({ name, levels, runs }) => [name, levels, runs.length]), [
    ["x", { p: 1 }, 2],
    ["y", { q: 2 }, 1],
  ]);
  assert.deepEqual(found!.study.factors, [
    { name: "p", title: "p" },
    { name: "q", title: "q" },
  ]);
});

Deno.test("figures of settings are those of their split, and curves go by step", () => {
  const late = run({ state: MISSING, digest: {} });
  const of = (split: "test" | "validation", domain: "average" | "worst") =>
    scoresOf([run(), run({ seed: 1 }), late, run({ digest: null })], accuracy, { split, domain });
  assert.deepEqual(of("test", "average"), [0.5, 0.6, null, null]);
  assert.deepEqual(of("validation", "average"), [0.25, 0.25, null, null]);
  assert.deepEqual(of("test", "worst"), [null, null, null, null]);
  const point = (step: number, loss: number | null, score?: number) => ({
    step,
    loss,
    scores: new Map(score === undefined ? [] : [["accuracy", score]]),
  });
  const curved = (...points: object[]) => run({ digest: { curve: points } });
  assert.deepEqual(
    curve([
      curved(point(10, 2, 0.1), point(100, 1, 0.2)),
      curved(point(9, 3), point(10, null, 0.3)),
      { ...curved(point(5, 5, 5)), state: MISSING },
    ], accuracy),
    [
      { step: 9, losses: [3], scores: [null] },
      { step: 10, losses: [2, null], scores: [0.1, 0.3] },
      { step: 100, losses: [1], scores: [0.2] },
    ],
  );
});
