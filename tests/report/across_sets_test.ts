/** Methods beside a control over several data sets, time per run, and the choice of figures, by hand. */
import assert from "node:assert/strict";
import { METRICS, PRIMARY } from "../../metrics/mod.ts";
import type { DatasetResults, MethodResults } from "../../report/analysis/arrange.ts";
import { againstControlAcross } from "../../report/analysis/control_across.ts";
import { importCautions, importedFrom, importNotes } from "../../report/analysis/imported.ts";
import { secondsOf } from "../../report/analysis/seconds.ts";
import { standings } from "../../report/analysis/across.ts";
import { marginOf, type Pairwise } from "../../report/analysis/significance.ts";
import {
  bestFirst,
  chooseMetrics,
  oriented,
  sameFigure,
  testedFigures,
} from "../../report/analysis/tested.ts";
import { scoreKey } from "../../report/digest.ts";
import type { Run } from "../../report/folder.ts";

const accuracy = METRICS.find(({ name }) => name === "accuracy")!;
const nll = METRICS.find(({ name }) => name === "nll")!;
const FIGURE = { domain: "average", metric: accuracy } as const;
const JUDGEMENT = { alpha: 0.05, margin: 2 };

/** A data set with the values of each method by seed; null for a run that is missing. */
function dataset(
  name: string,
  seeds: readonly number[],
  values: Readonly<Record<string, readonly (number | null)[]>>,
  learned = true,
): DatasetResults {
  const methods = Object.entries(values).map(([label, row]) => ({
    name: label,
    label,
    runs: row.map((value, i) =>
      value === null ? null : {
        spec: { seed: seeds[i] },
        state: { status: "done" },
        digest: {
          learned: { learned },
          scores: new Map([[scoreKey("average", "accuracy"), value]]),
        },
      }
    ),
  }));
  return { name, seeds, methods } as unknown as DatasetResults;
}

const X = dataset("x", [0, 1, 2], { erm: [0.5, 0.5, 0.25], a: [0.75, 0.5, 0.5], b: [1, 1, 1] });

Deno.test("over several data sets the differences of a seed are averaged, of methods that are in all", () => {
  const y = dataset("y", [2, 1, 0, 7], {
    erm: [0.25, 0.5, 0.5, 0],
    a: [0.25, 0.75, 1, 0],
    c: [1, 1, 1, 1],
  });
  // By seed: x +0.25, 0, +0.25; y (seed 0 stands third) +0.5, +0.25, 0.
  const found = againstControlAcross([X, y], FIGURE, "erm", JUDGEMENT)!;
  assert.equal(found.dataset, null);
  assert.deepEqual(found.rows.map(({ method, control }) => [method.label, control.label]), [
    ["a", "erm"],
  ]);
  assert.equal(found.size, 1);
  const [row] = found.rows;
  assert.equal(row!.difference, (0.375 + 0.125 + 0.125) / 3);
  assert(row!.test.computable);
  assert.equal(row!.test.seeds, 3);
});

Deno.test("a seed that lacks a run anywhere counts nowhere, and one data set is no several", () => {
  const y = dataset("y", [0, 1, 2], { erm: [0, 0, 0], a: [0.5, null, 1] });
  const { rows: [row] } = againstControlAcross([X, y], FIGURE, "erm", JUDGEMENT)!;
  assert.equal(row!.difference, (0.375 + 0.625) / 2);
  assert.equal(againstControlAcross([X], FIGURE, "erm", JUDGEMENT), null);
  assert.equal(againstControlAcross([], FIGURE, "erm", JUDGEMENT), null);
  assert.equal(againstControlAcross([X, y], FIGURE, "none", JUDGEMENT), null);
  const shared = dataset("z", [1, 2, 3], { erm: [0, 0, 0], a: [0.25, 0.5, 1] });
  const { rows: [two] } = againstControlAcross([X, shared], FIGURE, "erm", JUDGEMENT)!;
  assert.equal(two!.difference, (0.125 + 0.375) / 2, "seeds 1 and 2 are of both");
});

Deno.test("a margin in points is a fraction of what is in percent, and says nothing of other figures", () => {
  assert.equal(marginOf({ metric: accuracy }, 2), 0.02);
  assert.equal(marginOf({ metric: accuracy }, null), null);
  assert.equal(marginOf({ metric: nll }, 2), null);
});

/** What the tests of all pairs of a data set say: of the first of two, with their p. */
function pairwise(
  own: DatasetResults,
  said: readonly (readonly [string, string, verdict: string, p: number | null])[],
): Pairwise {
  const named = (name: string) => own.methods.find(({ label }) => label === name)!;
  const pairs = said.map(([first, second, verdict, p]) => ({
    first: named(first),
    second: named(second),
    compared: { p, verdict },
  }));
  return { dataset: own, methods: own.methods, pairs } as unknown as Pairwise;
}

Deno.test("a method stands by its own pairs, and on places that all data sets together leave it", () => {
  const x = pairwise(X, [
    ["erm", "a", "worse", 0.01],
    ["erm", "b", "worse", 0.04],
    ["a", "b", "not told apart", 0.05],
  ]);
  const of = (...figures: Pairwise[]) => Object.fromEntries(standings(figures, 0.05));
  assert.deepEqual(of(x), {
    erm: { better: 0, worse: 2, open: 0, range: [3, 3] },
    a: { better: 1, worse: 0, open: 1, range: [1, 2] },
    b: { better: 1, worse: 0, open: 1, range: [1, 2] },
  });
  const y = dataset("y", [0, 1], { erm: [0, 0.1], a: [0.5, 0.6], b: [1, null] });
  const both = of(
    x,
    pairwise(y, [
      ["a", "erm", "better", 0.025],
      ["a", "b", "worse", 0.001],
      ["b", "erm", "better", null],
    ]),
  );
  // Of two data sets a place takes p < 0.025; b lacks a run of y, and its place is not known.
  assert.deepEqual(both, {
    erm: { better: 0, worse: 3, open: 0, range: [(2 + 1) / 2, (3 + 2) / 2] },
    a: { better: 2, worse: 1, open: 1, range: [1, (2 + 2) / 2] },
    b: { better: 2, worse: 0, open: 1, range: null },
  });
});

const timed = (seconds: number, runsBefore?: number) =>
  ({
    state: { status: "done" },
    seconds,
    digest: { timing: { ...(runsBefore !== undefined && { runsBefore }) } },
  }) as unknown as Run;

Deno.test("the time of a method is that of runs whose process was warm, where there are any", () => {
  const mean = (...runs: (Run | null)[]) =>
    secondsOf({ runs } as Pick<MethodResults, "runs">)?.mean ?? null;
  assert.equal(mean(timed(10, 0), timed(4, 1), timed(6, 2)), 5);
  assert.equal(mean(timed(10, 0), timed(4)), 4, "an older record does not say");
  assert.equal(mean(timed(10, 0), timed(20, 0)), 15);
  assert.equal(mean(null), null);
});

Deno.test("metrics are chosen by name or by their headline; the usual one goes first", () => {
  const names = (metrics: readonly { name: string }[]) => metrics.map(({ name }) => name);
  const usual = chooseMetrics(METRICS);
  assert.equal(usual.primary, PRIMARY);
  assert.deepEqual(names(usual.tested), names(METRICS.filter(({ headline }) => headline)));
  const chosen = chooseMetrics(METRICS, ["nll", "accuracy"]);
  assert.equal(chosen.primary.name, "nll");
  assert.deepEqual(names(chosen.tested), ["nll", "accuracy"]);
  const three = [...names(chosen.tested), ...names(chosen.others), ...names(chosen.grouped)];
  assert.deepEqual(three.sort(), names(METRICS).sort(), "each stands in one place");
  assert(chosen.grouped.every(({ group }) => group !== undefined) && chosen.grouped.length > 0);
  assert.equal(chooseMetrics(METRICS, ["nll", PRIMARY.name]).primary, PRIMARY);
  assert.throws(() => chooseMetrics(METRICS, ["acuracy"]), /accuracy/);
});

Deno.test("figures are those of the average and of the worst domain", () => {
  const figures = testedFigures([accuracy, nll]);
  assert.deepEqual(figures.map(({ domain, metric }) => `${domain} ${metric.name}`), [
    ...["average accuracy", "average nll", "worst accuracy", "worst nll"],
  ]);
  const same = figures.map((figure) => figures.map((other) => sameFigure(figure, other)));
  same.forEach((row, i) => assert.deepEqual(row, figures.map((_, j) => i === j)));
  assert.deepEqual([2, 3, 1].sort(bestFirst(accuracy)), [3, 2, 1]);
  assert.deepEqual([2, 3, 1].sort(bestFirst(nll)), [1, 2, 3]);
  assert.deepEqual(oriented(accuracy, [1, -2]), [1, -2]);
  assert.deepEqual(oriented(nll, [1, -2]), [-1, 2]);
});

/** A run that was imported from so many files. */
function imported(
  title: string,
  files: number,
  origin: object = { split: "checked", framework: "PyTorch", version: "2.13" },
): Run {
  const names = Array.from({ length: files }, (_, i) => ({ name: `${title}${i}.csv` }));
  return {
    digest: { method: { title }, origin: { from: "predictions", files: names, ...origin } },
  } as unknown as Run;
}

Deno.test("what was imported is said with its files, its maker and what it does not give", () => {
  const own = { digest: { method: { title: "Own" } } } as unknown as Run;
  assert.equal(importedFrom(own), null);
  assert.equal(importedFrom({ digest: null }), null);
  assert.equal(
    importedFrom(imported("a", 3)),
    "imported from predictions (PyTorch 2.13): a0.csv, a1.csv, a2.csv",
  );
  assert.equal(
    importedFrom(imported("a", 5, { split: "checked", framework: "JAX" })),
    "imported from predictions (JAX): a0.csv, a1.csv, a2.csv and 2 more",
  );
  const notes = (...runs: (Run | null)[]) => importNotes({ runs } as Pick<MethodResults, "runs">);
  assert.deepEqual(notes(own, null), []);
  assert.deepEqual(notes(imported("a", 1)), [
    "imported from predictions, 1 file of PyTorch 2.13, every test image compared with the split",
  ]);
  assert.deepEqual(
    notes(imported("a", 2), imported("b", 1, { split: "unchecked", lacks: ["time"] })),
    [
      "imported from predictions, 3 files of PyTorch 2.13, test images not compared with the split",
      "not given: time",
    ],
  );
});

Deno.test("a report with imported runs says which they are, and which nobody compared", () => {
  const checked = imported("a", 1), unchecked = imported("b", 1, { split: "unchecked" });
  const own = { digest: { method: { title: "Own" } } } as unknown as Run;
  assert.deepEqual(importCautions([own]), []);
  const head =
    "Made elsewhere and imported, so that how they were trained is what their files say: ";
  assert.deepEqual(importCautions([own, checked, checked]), [`${head}a.`]);
  assert.deepEqual(importCautions([checked, unchecked]), [
    `${head}a, b.`,
    "Not compared with the data set's split, image by image: b.",
  ]);
  const many = (count: number) => Array.from({ length: count }, (_, i) => imported(`m${i}`, 1));
  assert.match(importCautions(many(8))[0]!, /m6, m7\.$/);
  assert.match(importCautions(many(9))[0]!, /m6, m7 and 1 more\.$/);
});
