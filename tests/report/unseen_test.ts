import assert from "node:assert/strict";
import { UNSEEN_RULES } from "../../bench/plan/unseen.ts";
import type { CurveFigures, RunSpec } from "../../bench/records/record.ts";
import { METRICS } from "../../metrics/mod.ts";
import { listing } from "../../report/analysis/listing.ts";
import type { ReportContext } from "../../report/context.ts";
import { arrange, scores } from "../../report/analysis/arrange.ts";
import { SEEN, unseenStore } from "../../report/analysis/unseen.ts";
import type { Digest } from "../../report/digest.ts";
import type { Run, Store } from "../../report/folder.ts";
import { toCsv } from "../../report/tables/formats/csv.ts";
import { unseenTable } from "../../report/tables/unseen.ts";

const figures = (...accuracy: number[]): CurveFigures => ({ accuracy });
const accuracy = METRICS.filter(({ name }) => name === "accuracy");

/** A run that leaves out domains, with test accuracies in the first of them at two checkpoints. */
function runOf(
  seed: number,
  leaveOut: string[],
  { validation, test }: { validation: [number, number]; test: [number, number] } | {
    validation: [number[], number[]];
    test: [number, number];
  },
  done = true,
): Run {
  const point = (i: 0 | 1) => ({
    step: i,
    validation: figures(...[validation[i]].flat()),
    test: figures(...leaveOut.map(() => test[i])),
  });
  const spec = {
    dataset: { name: "own", imageSize: 28, settings: {}, leaveOut },
    method: { name: "erm", version: 1, hyperparameters: {} },
    stage1: null,
    seed,
    training: { network: { name: "cnn", width: 1 }, selection: "validation-accuracy" },
  } as unknown as RunSpec;
  const seen = ["a", "b", "c"].filter((domain) => !leaveOut.includes(domain));
  const digest = {
    data: { title: "Own", domains: seen, classes: ["x"], shots: { many: 1, few: 1 } },
    method: { title: "ERM", family: "baseline", source: "" },
    scores: new Map([["average/accuracy", 0.9]]),
    unseen: {
      domains: leaveOut,
      counts: { train: [[5]], validation: [[1]], test: [[1]] },
      curve: [point(0), point(1)],
      tested: point(1),
      averaged: false,
    },
    selectedStep: 1,
    learned: { learned: true },
    lastGain: { gain: null, rising: false },
  } as unknown as Digest;
  return {
    ...{ id: `${seed}${leaveOut.join("")}`, name: "erm", spec, selectedBy: "", apart: null },
    ...{ study: null, seconds: null },
    state: done ? { status: "done" } : { status: "missing" },
    digest: done ? digest : null,
  };
}

/** Of each domain and seed; the pairs are of seed 0 alone, and seed 1 lacks a domain. */
const store = {
  runs: [],
  unseen: [
    runOf(0, ["a"], { validation: [0.8, 0.2], test: [0.5, 0.4] }),
    runOf(0, ["b"], { validation: [0.1, 0.2], test: [0.7, 0.6] }),
    runOf(0, ["c"], { validation: [0.3, 0.3], test: [0.3, 0.2] }),
    runOf(1, ["a"], { validation: [0.8, 0.2], test: [0.5, 0.4] }),
    runOf(1, ["b"], { validation: [0.1, 0.2], test: [0.7, 0.6] }),
    runOf(1, ["c"], { validation: [0.3, 0.3], test: [0.3, 0.2] }, false),
    runOf(0, ["a", "b"], { validation: [[0.9, 0.1], [0.2, 0.8]], test: [0, 0] }),
    runOf(0, ["a", "c"], { validation: [[0.9, 0.1], [0.2, 0.8]], test: [0, 0] }),
    runOf(0, ["b", "c"], { validation: [[0.9, 0.1], [0.2, 0.8]], test: [0, 0] }),
  ],
} as unknown as Store;

Deno.test("runs that leave out a domain become one run a seed, by each rule", () => {
  const found = UNSEEN_RULES.map((rule) => {
    const [dataset, ...none] = arrange(unseenStore(store, rule, accuracy));
    assert.deepEqual(none, []);
    assert.deepEqual(dataset!.data!.domains, ["a", "b", "c"]);
    const [erm] = dataset!.methods;
    const of = (key: string) =>
      scores(erm!, `${key}/accuracy`).map((value) => value && Number(value.toFixed(6)));
    return [dataset!.name, ...["a", "b", "c", "average", "worst"].map(of)];
  });
  assert.deepEqual(found, [
    // The tested checkpoint is the second one.
    ["own-unseen-training-domain-validation", [0.4, null], [0.6, null], [0.2, null], [0.4, null], [
      0.2,
      null,
    ]],
    // By the domain itself: the first, the second, of equals the first.
    ["own-unseen-oracle", [0.5, null], [0.6, null], [0.3, null], [0.466667, null], [0.3, null]],
    // a is unseen: b at {a, b} and c at {a, c} are 0.1, then 0.8. b: a 0.9, 0.2 and c 0.1, 0.8 give
    // 0.5 twice. c: a and b 0.9, then 0.2.
    ["own-unseen-leave-one-domain-out-cross-validation", [0.4, null], [0.7, null], [0.3, null], [
      0.466667,
      null,
    ], [0.3, null]],
  ]);
});

Deno.test("the worst of unseen domains is the one with the worst figure", () => {
  const least = METRICS.filter(({ name }) => name === "accuracy")
    .map((metric) => ({ ...metric, better: "min" as const }));
  const [dataset] = arrange(unseenStore(store, UNSEEN_RULES[0]!, least));
  assert.deepEqual(scores(dataset!.methods[0]!, "worst/accuracy"), [0.6, null]);
});

Deno.test("beside unseen domains stands the average in those that were trained on, once", () => {
  const [training, oracle] = UNSEEN_RULES.map((rule) => {
    const [dataset] = arrange(unseenStore(store, rule, accuracy));
    return toCsv(unseenTable({ rule, dataset: dataset! }, "Own", accuracy)).split("\n")[0]!;
  });
  assert.match(training!, /accuracy_a_mean.*accuracy_average_mean.*accuracy_trained_on_mean/);
  assert.doesNotMatch(oracle!, /trained_on/);
  assert.equal(SEEN, "trained on");
});

Deno.test("figures of unseen domains are listed by each rule, and by the domain's name", () => {
  const contextOf = (rules: readonly (typeof UNSEEN_RULES)[number][]): ReportContext =>
    ({
      datasets: () => rules.flatMap((rule) => arrange(unseenStore(store, rule, accuracy))),
      unseen: () => [],
      metrics: { tested: accuracy },
      catalogue: { metrics: METRICS },
    }) as unknown as ReportContext;
  const ctx = {
    ...contextOf([]),
    unseen: () => UNSEEN_RULES.map((rule) => ({ rule, ctx: contextOf([rule]) })),
  } as unknown as ReportContext;
  const means = (wanted: Parameters<typeof listing>[1]) =>
    listing(ctx, wanted).map(({ domain, estimate }) => [domain, Number(estimate.mean.toFixed(6))]);
  assert.deepEqual(means({ domains: ["average", "a"] }), [
    ["average", 0.4],
    ["a", 0.4],
    ["average", 0.466667],
    ["a", 0.5],
    ["average", 0.466667],
    ["a", 0.4],
  ]);
  assert.deepEqual(means({ datasets: ["own-unseen-oracle"] }), [["average", 0.466667], [
    "worst",
    0.3,
  ]]);
});

Deno.test("what is not done, or has no figures of the domain, gives none", () => {
  const only = runOf(3, ["b"], { validation: [0.1, 0.2], test: [0.7, 0.6] });
  const merged = (run: Run) =>
    unseenStore({ runs: [], unseen: [run] } as unknown as Store, UNSEEN_RULES[0]!, accuracy)
      .runs[0]!;
  assert.equal(merged(only).digest!.scores.get("worst/accuracy"), 0.6);
  const broken = merged({ ...only, state: { status: "diverged", step: 1 } } as Run);
  assert.deepEqual([broken.state.status, broken.digest!.scores.size], ["diverged", 0]);
  const { unseen: _, ...digest } = only.digest!;
  const without = merged({ ...only, digest: digest as Digest });
  assert.deepEqual([without.state.status, without.digest!.scores.size], ["missing", 0]);
});

Deno.test("one run that leaves out a domain is a result of its own", () => {
  const only = runOf(3, ["b"], { validation: [0.1, 0.2], test: [0.7, 0.6] });
  const [dataset, ...none] = arrange(
    unseenStore({ runs: [], unseen: [only] } as unknown as Store, UNSEEN_RULES[0]!, accuracy),
  );
  assert.deepEqual(none, []);
  assert.deepEqual([dataset!.data!.domains, dataset!.seeds], [["b"], [3]]);
  assert.deepEqual(scores(dataset!.methods[0]!, "worst/accuracy"), [0.6]);
});
