/** Analyses of a few made-up runs, whose figures are seen at a glance. */
import assert from "node:assert/strict";

import { METRICS, PRIMARY } from "../../metrics/mod.ts";
import { across, standings } from "../../report/analysis/across.ts";
import type { DatasetResults, MethodResults } from "../../report/analysis/arrange.ts";

import { changes } from "../../report/analysis/compare.ts";
import { againstControlAcross } from "../../report/analysis/control_across.ts";

import { pairsTable } from "../../report/tables/tests.ts";
import { anovas, besideBest, marginOf, pairwise } from "../../report/analysis/significance.ts";

import {
  bestFirst,
  chooseMetrics,
  oriented,
  sameFigure,
  testedFigures,
} from "../../report/analysis/tested.ts";

import { accuracy, dataset, ece, method, nll } from "./made_up.ts";

const FIGURE = { domain: "average", metric: accuracy } as const;
const JUDGED = { alpha: 0.05, margin: null };

Deno.test("pairs are of the methods with a value; of one method there is none", () => {
  const pairs = (...methods: MethodResults[]) => pairwise(dataset(...methods), [FIGURE], JUDGED);
  assert.deepEqual(pairs(method("a", [null, null])), []);
  const [one, ...none] = pairs(method("a", [0.5, 0.6]), method("b", [null, null]));
  assert.deepEqual(none, []);
  assert.deepEqual([one!.methods.map(({ name }) => name), one!.pairs], [["a"], []]);
  const [three] = pairs(method("a", [0.5, 0.6]), method("b", [0.1, null]), method("c", [0.1, 0.3]));
  const shown = three!.pairs.map(({ first, second, seeds, compared: { difference } }) => [
    first.name + second.name,
    seeds,
    Number(difference!.toFixed(6)),
  ]);
  assert.deepEqual(shown, [["ab", 1, 0.4], ["ac", 2, 0.35], ["bc", 1, 0]]);
  assert.deepEqual(three!.pairs.map(({ effect }) => effect !== null), [false, true, false]);
  const [apart] = pairs(method("a", [0.5, null]), method("b", [null, 0.25]));
  assert.deepEqual([apart!.pairs[0]!.compared.difference, apart!.pairs[0]!.seeds], [null, 0]);
  const [row] = pairsTable([apart!]).groups[0]!.rows;
  assert.equal(row!.cells[5], null, "its caption speaks of shared seeds");
  assert.match(row!.note!, /^not tested: /);
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
    assert.equal(rival!.difference, sign * own.compared.difference!);
    assert.equal(rival!.effect, sign * own.effect!);
    assert.equal(rival!.hedges, sign * own.hedges!);
    const [from, to] = own.compared.together!;
    assert.deepEqual(rival!.ends, sign > 0 ? [from, to] : [-to, -from]);
    assert.equal(rival!.p, own.compared.p);
    assert.equal(rival!.why, null);
  }
  assert.equal(low!.verdict, "better", "the pair says that low is worse");
  assert.equal(pair("low", "best").compared.verdict, "worse");
  assert.ok(lacks!.difference! < 0 && lacks!.mean > found.mean);
  const [errors] = pairwise(dataset(...methods), [{ domain: "worst", metric: ece }], JUDGED);
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
  assert.equal(marginOf({ metric: accuracy }, 2), 0.02);
  assert.equal(marginOf({ metric: accuracy }, null), null);
  assert.equal(marginOf({ metric: nll }, 2), null);
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
  assert.ok(usual.others.includes(ece) && !usual.others.includes(PRIMARY));
  assert.equal(usual.others.length + usual.grouped.length + 2, METRICS.length);
  const own = chooseMetrics(METRICS, ["nll", "ece"]);
  assert.deepEqual([own.primary, own.tested], [nll, [nll, ece]]);
  assert.equal(chooseMetrics([]).primary, PRIMARY);
  const figures = testedFigures([accuracy, nll]);
  assert.deepEqual(figures.map(({ domain, metric }) => `${domain} ${metric.name}`), [
    ...["average accuracy", "average nll", "worst accuracy", "worst nll"],
  ]);
  const same = figures.map((figure) => sameFigure(figure, figures[1]!));
  assert.deepEqual(same, [false, true, false, false]);
  assert.deepEqual([oriented(accuracy, [1, 2]), oriented(nll, [1, 2])], [[1, 2], [-1, -2]]);
  assert.deepEqual([1, 3, 2].sort(bestFirst(accuracy)), [3, 2, 1]);
  assert.deepEqual([1, 3, 2].sort(bestFirst(nll)), [1, 2, 3]);
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

/** The same with a specification, which comparisons of folders look at. */
function trained(own: MethodResults, batch = 4, prints: Readonly<Record<number, string>> = {}) {
  const spec = {
    ...{ dataset: { name: "own" }, method: { name: own.name }, stage1: null },
    training: { batch, network: { name: "cnn", width: 1 } },
  };
  const runs = own.runs.map((run, seed) =>
    run && {
      ...run,
      digest: run.digest && { ...run.digest, data: { fingerprint: prints[seed] ?? "same" } },
    }
  );
  return { ...own, spec, runs } as unknown as MethodResults;
}

Deno.test("changes by seed: better, worse, equal, new, gone, and what both sides do not share", () => {
  const old = dataset(
    ...[trained(method("up", [0.1, 0.2, 0.3])), trained(method("same", [0.5, 0.6, 0.7]))],
    ...[trained(method("gone", [0.4, 0.4, 0.4])), trained(method("lost", [0.1, 0.1, 0.1]))],
    trained(method("never", [null, null, null])),
  );
  const now = dataset(
    ...[trained(method("up", [0.31, 0.4, 0.5]), 8), trained(method("same", [0.5, 0.6, 0.7]))],
    ...[trained(method("new", [0.4, 0.5, null])), trained(method("lost", [null, null, null]))],
    trained(method("never", [null, null, null])),
  );
  const { all, joint } = changes([old], [now], [FIGURE], JUDGED);
  assert.deepEqual(
    all.map(({ method, verdict, unlike }) => [method.name, verdict, unlike]),
    [
      ["up", "better", "other settings: (batch=4) before, (batch=8) after"],
      ["same", "unchanged", null],
      ["new", "new", null],
      ["lost", "gone", null],
      ["gone", "gone", null],
    ],
  );
  const [up, same] = all;
  assert.ok(Math.abs(up!.compared!.difference! - 0.61 / 3) < 1e-12);
  assert.deepEqual([up!.before!.n, up!.after!.n, same!.compared], [3, 3, null]);
  assert.deepEqual(joint.map(({ methods, unchanged }) => [methods, unchanged]), [[2, 1]]);
  const { mean, apart } = joint[0]!;
  assert.ok(mean.computable && Math.abs(mean.difference - 0.61 / 6) < 1e-12);
  assert.ok(apart.computable);
  const images = changes(
    [dataset(trained(method("a", [0.1, 0.2])))],
    [dataset(trained(method("a", [0.1, 0.3]), 4, { 1: "other" }))],
    [FIGURE],
    JUDGED,
  );
  assert.equal(images.all[0]!.unlike, "other images, so seeds are no pairs");
  const none = changes(
    [dataset(trained(method("a", [0.1, null])))],
    [dataset(trained(method("a", [null, 0.1])))],
    [FIGURE],
    JUDGED,
  );
  assert.deepEqual([none.all[0]!.verdict, none.joint], ["not tested", []]);
});

Deno.test("over data sets: ranks, means and the chance to beat the control, of methods that lack no run", () => {
  const one = dataset(
    method("erm", [0.5, 0.6]),
    method("irm", [0.7, 0.55]),
    method("x", [0.9, 0.9]),
  );
  const two = dataset(
    method("irm", [0.2, 0.4]),
    method("erm", [0.1, 0.3]),
    method("x", [0.9, null]),
  );
  const found = across([one, two], FIGURE, "erm", 0.05);
  assert.deepEqual(found.methods.map(({ name, overall }) => [name, overall?.rank ?? null]), [
    ...[["erm", 2], ["irm", 1], ["x", null]],
  ]);
  const [erm, irm] = found.methods.map(({ overall }) => overall!);
  assert.equal(erm!.improvement, null);
  assert.ok(Math.abs(erm!.mean - (0.55 + 0.2) / 2) < 1e-12);
  assert.ok(Math.abs(irm!.iqm - (0.4 + 0.55) / 2) < 1e-12);
  // 0.7 beats both, 0.55 one of two; 0.2 and 0.4 beat 0.1, 0.4 beats 0.3 as well.
  assert.equal(irm!.improvement!.probability, (3 / 4 + 3 / 4) / 2);
  assert.ok(irm!.meanInterval.computable && irm!.improvement!.interval.computable);
  const errors = across([one, two], { domain: "worst", metric: nll }, "erm", 0.05);
  assert.deepEqual(errors.methods.map(({ overall }) => overall?.rank ?? null), [1, 2, null]);
  assert.equal(errors.methods[1]!.overall!.improvement!.probability, 1 / 4);
  const without = across([one, two], FIGURE, null, 0.05);
  assert.equal(without.methods[1]!.overall!.improvement, null);
  const lacking = across([one, dataset(method("irm", [0.2, 0.4]))], FIGURE, "erm", 0.05);
  assert.deepEqual(
    lacking.methods.map(({ results, overall }) => [
      results.map((result) => result !== null),
      overall?.rank ?? null,
    ]),
    [[[true, false], null], [[true, true], 1], [[true, false], null]],
  );
  assert.equal(lacking.friedman.computable, false);
});

Deno.test("standings count pairs by their verdict, and places by the level of all data sets", () => {
  const methods = ["a", "b", "c"].map((name) => method(name, [0.5, 0.5]));
  const pair = (first: number, second: number, p: number | null, verdict: string) => ({
    first: methods[first]!,
    second: methods[second]!,
    compared: { p, verdict },
  });
  const figure = (...pairs: object[]) =>
    ({ dataset: dataset(...methods), methods, pairs }) as unknown as Parameters<
      typeof standings
    >[0][0];
  const of = (...figures: ReturnType<typeof figure>[]) =>
    Object.fromEntries(
      [...standings(figures, 0.05)].map(([label, { better, worse, open, range }]) => [
        label,
        [better, worse, open, range],
      ]),
    );
  const one = figure(
    pair(0, 1, 0.01, "better"),
    pair(0, 2, 0.05, "not told apart"),
    pair(1, 2, 0.001, "worse"),
  );
  assert.deepEqual(of(one), {
    a: [1, 0, 1, [1, 2]],
    b: [0, 2, 0, [3, 3]],
    c: [1, 0, 1, [1, 2]],
  });
  // With two data sets a place takes p below 0.025, and a verdict p below 0.05.
  const two = figure(
    pair(0, 1, 0.025, "better"),
    pair(0, 2, null, "not tested"),
    pair(1, 2, 0.024, "better"),
  );
  assert.deepEqual(of(one, two), {
    a: [2, 0, 1, [1, 2.5]],
    b: [1, 3, 0, [2, 2.5]],
    c: [1, 1, 1, [1.5, 2.5]],
  });
});
