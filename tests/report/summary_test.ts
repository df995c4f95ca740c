import assert from "node:assert/strict";
import { type Metric, METRICS, PRIMARY } from "../../metrics/mod.ts";
import { across } from "../../report/analysis/across.ts";
import { arrange } from "../../report/analysis/arrange.ts";
import { againstControl } from "../../report/analysis/control.ts";
import { besideBest, pairwise } from "../../report/analysis/significance.ts";
import { readStore } from "../../report/folder.ts";
import {
  controlSentence,
  findings,
  headlines,
  nothingYet,
  notLearnedSentences,
  ranksSentence,
} from "../../report/analysis/summary.ts";
import { chooseMetrics, testedFigures } from "../../report/analysis/tested.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, type FakeGrid, STUDIES, writeStore } from "./store.ts";

const grid: FakeGrid = {
  datasets: DATASETS.slice(0, 2),
  methods: ["erm", "irm", "coral", "mixup", "boda"],
  seeds: [0, 1, 2, 3, 4],
};
const JUDGEMENT = { alpha: 0.05, margin: null };

async function found(out: string) {
  const store = await readStore(out);
  const datasets = arrange({ ...store, runs: store.runs.filter(({ study }) => study === null) });
  const figures = testedFigures(chooseMetrics(METRICS).tested);
  const pairs = datasets.flatMap((dataset) => pairwise(dataset, figures, JUDGEMENT));
  const compared = pairs.flatMap((figure) => besideBest(figure) ?? []);
  const controlled = datasets.flatMap((dataset) =>
    figures.flatMap((tested) => againstControl(dataset, tested, "erm", JUDGEMENT) ?? [])
  );
  const headline = across(datasets, { domain: "worst", metric: PRIMARY }, "erm", 0.05);
  return {
    ...{ store, pairs, compared, controlled, headline },
    all: findings(compared, controlled, PRIMARY),
  };
}

Deno.test("the highest mean is beside every other what the pairs say", () =>
  inFolder(async (out) => {
    await writeStore(out, {
      ...grid,
      fate: (_, method, seed) => method === "coral" && seed === 2 ? "failed" : "done",
    });
    const { pairs, compared, all } = await found(out);
    assert.equal(compared.length, pairs.length);
    compared.forEach(({ best, others, mean }, i) => {
      assert.notEqual(best.name, "coral", "it lacks a seed");
      assert.equal(others.length, 4);
      for (const rival of others) {
        const pair = pairs[i]!.pairs.find(({ first, second }) =>
          [first, second].includes(best) && [first, second].includes(rival.method)
        )!;
        const difference = rival.difference!;
        assert.equal(rival.p, pair.compared.p);
        assert.equal(
          difference,
          pair.first === best ? pair.compared.difference : -pair.compared.difference!,
        );
        assert.equal(pair.seeds, rival.method.name === "coral" ? 4 : 5);
        if (rival.method.name !== "coral") {
          assert(Math.abs(difference - (mean - rival.mean)) < 1e-12);
        }
        const [low, high] = rival.ends!;
        assert(low < difference && difference < high);
        // Holm's correction is never stricter than the intervals that hold together.
        if (low > 0 || high < 0) assert(rival.p! < 0.05);
        assert.equal(
          rival.verdict,
          rival.p! >= 0.05 ? "not told apart" : difference > 0 ? "better" : "worse",
        );
        if (rival.effect !== null) assert(rival.effect * difference > 0);
        if (rival.hedges !== null) assert(rival.hedges * difference > 0);
      }
    });
    for (const { others, second } of all) {
      assert.equal(Object.values(others).flat().length, 4);
      assert(others[second!.verdict].includes(second!.over));
      assert.match(second!.words, /^(better|not told apart), p\u00a0[=<]\u00a0\d\.\d{3}$/);
    }
  }));

Deno.test("over several data sets the wins are counted, and what cannot be tested is said", () =>
  inFolder(async (out) => {
    await writeStore(out, { ...grid, seeds: [0] });
    const { all, headline, controlled } = await found(out);
    assert.equal(all.length, 4);
    for (const { second, others } of all) {
      assert.equal(second!.verdict, "not tested");
      assert.equal(second!.words, "not tested: one shared seed, it takes two");
      assert.equal(others["not tested"].length, 4);
    }
    const [worst, average] = headlines(all);
    assert.match(worst!, /^Highest mean worst-domain macro-F1: .+; no lead can be tested\.$/);
    assert.match(average!, /^Highest mean average macro-F1: /);
    assert.match(
      ranksSentence(headline, 0.05)!,
      /^Lowest average rank over 2 data sets .+\(Friedman's test by enumeration, p/,
    );
    assert.match(
      controlSentence(controlled[0]!, "ERM"),
      /^On average accuracy, 0 of 4 methods are better than ERM, 0 worse; 0 cannot be told apart from it, 4 cannot be tested\.$/,
    );
  }));

/** A comparison with the control, in fractions. */
function beside(title: string, verdict: string, difference: number | null, extra = {}) {
  const interval = difference === null ? null : [difference - 0.01, difference + 0.02];
  const known = { verdict, difference, interval, p: 0.01, test: { computable: true } };
  return { ...known, method: { title }, control: { title: "ERM" }, ...extra };
}

Deno.test("who is better than the control is named with the difference, the largest first", () => {
  const said = (rows: readonly object[], metric: Metric = PRIMARY, dataset: object | null = {}) =>
    controlSentence(
      { domain: "average", metric, rows, dataset } as unknown as Parameters<
        typeof controlSentence
      >[0],
      "ERM",
    ).replace(/^On average [^,]*, /, "");
  assert.equal(
    said([beside("A", "better", 0.05)]),
    "1 of 1 method is better than ERM (A +5.0 points [4.0, 7.0]), 0 worse; " +
      "0 cannot be told apart from it.",
  );
  const rows = [
    beside("A", "better", 0.01),
    beside("B", "worse", -0.02),
    beside("C", "better", 0.03),
    beside("D", "worse", -0.04),
    beside("E", "equivalent within the margin", 0),
    beside("F", "not told apart", 0.1),
    beside("G", "not tested", 0.1),
  ];
  assert.equal(
    said(rows),
    "2 of 7 methods are better than ERM (C +3.0 points [2.0, 5.0]; A +1.0 points [0.0, 3.0]), " +
      "2 worse (D −4.0 points [−5.0, −2.0]; B −2.0 points [−3.0, 0.0]), " +
      "1 equivalent within the margin; 1 cannot be told apart from it, 1 cannot be tested.",
  );
  const four = [1, 4, 2, 3].map((i) => beside(`M${i}`, "better", i / 100));
  assert.match(said(four), /\(M4 [^;]*; M3 [^;]*; M2 [^;]*; and 1 more\), 0 worse;/);
  assert.match(said(four.slice(0, 3)), /M2 [^;]*; M1 [^;]*\), 0 worse;/);
  const nll = METRICS.find(({ name }) => name === "nll")!;
  assert.match(
    said([beside("A", "better", -0.1), beside("B", "better", -0.3)], nll),
    /\(B −0\.3.*; A −0\.1/,
    "of an error the lowest is first",
  );
  assert.match(said(four, PRIMARY, null), /^averaged over all data sets, 4 of 4 methods are/);
});

Deno.test("a finding is the highest mean with its ties, the next, the control and the hardest class", () => {
  const method = (title: string, accuracies: readonly number[], classF1: number[][] = []) => ({
    title,
    runs: accuracies.map((value) => ({
      state: { status: "done" },
      digest: { classF1, scores: new Map([["worst/macro_f1", value]]) },
    })),
  });
  const best = method("A", [0.75, 0.5], [[0.5, 0.25, 0.1], [0.75, 0.2, 0.2]]);
  const [tie, next, lacking] = [method("B", []), method("C", []), method("D", [])];
  const dataset = {
    data: {
      domains: ["x", "y"],
      classes: ["k", "l", "m"],
      counts: { test: [[1, 1, 0], [1, 1, 1]] },
    },
  };
  const rival = (method: object, mean: number, verdict: string, p: number | null = 0.5) => ({
    ...{ method, mean, verdict, p, ends: [-0.01, 0.03], difference: 0.625 - mean },
    why: p === null ? "one seed" : null,
  });
  const others = [
    rival(tie, 0.625, "not told apart"),
    rival(lacking, 0.6, "worse"),
    rival(next, 0.5, "better", 0.0004),
  ];
  const comparison = {
    ...{ domain: "worst", metric: PRIMARY, dataset, best, others, mean: 0.625 },
    complete: [best, tie, next],
  };
  const control = {
    ...{ domain: "worst", metric: PRIMARY, dataset },
    rows: [beside("C", "worse", 0), beside("A", "better", 0.125, { method: best })],
  };
  const of = (...controls: object[]) =>
    findings(
      [comparison, { ...comparison, metric: METRICS[0]! }] as unknown as Parameters<
        typeof findings
      >[0],
      controls as unknown as Parameters<typeof findings>[1],
      PRIMARY,
    );
  const [found, ...none] = of(
    { ...control, domain: "average", rows: [] },
    { ...control, dataset: {} },
    { ...control, metric: METRICS[0]! },
    control,
  );
  assert.notEqual(METRICS[0], PRIMARY);
  assert.deepEqual(none, []);
  assert.deepEqual(found!.highest, ["A", "B"]);
  assert.deepEqual(found!.second, {
    over: "C",
    difference: "+12.5 points [−1.0, 3.0]",
    verdict: "better",
    words: "better, p\u00a0<\u00a00.001",
  });
  assert.deepEqual(found!.control, {
    over: "ERM",
    difference: "+12.5 points [11.5, 14.5]",
    verdict: "better",
    words: "better, p\u00a0=\u00a00.010",
  });
  assert.deepEqual(found!.others, {
    "better": ["C"],
    "worse": ["D"],
    "equivalent within the margin": [],
    "not told apart": ["B"],
    "not tested": [],
  });
  assert.deepEqual(
    found!.hardest,
    { class: "l", domain: "y", f1: 0.2 },
    "m of x has no image, m of y is as hard",
  );
  assert.equal(of()[0]!.control, null);
});

Deno.test("methods that did not learn are named, and where, if there are several places", () => {
  const method = (title: string, learned: boolean) => ({
    title,
    runs: [{ state: { status: "done" }, digest: { learned: { learned } } }],
  });
  const on = (title: string, ...methods: object[]) =>
    ({ title, methods }) as unknown as Parameters<typeof notLearnedSentences>[0][number];
  const all = on("X", method("A", true));
  const some = on("Y", method("A", true), method("B", false), method("C", false));
  assert.deepEqual(notLearnedSentences([all]), []);
  assert.match(notLearnedSentences([some])[0]!, /^B and C did not learn: /);
  assert.match(notLearnedSentences([all, some])[0]!, /^B and C did not learn on Y: /);
});

Deno.test("two methods have ranks, one has none, and who shares the first place is named", () => {
  const across = (...ranks: (number | null)[]) =>
    ({
      domain: "worst",
      metric: PRIMARY,
      datasets: [{}, {}],
      methods: ranks.map((rank, i) => ({ title: "ABC"[i], overall: rank && { rank } })),
      friedman: { computable: true, p: 0.05, by: "enumeration" },
    }) as unknown as Parameters<typeof ranksSentence>[0];
  const head = "Lowest average rank over 2 data sets on worst-domain macro-F1: ";
  const tail = "that ranks differ at all is not significant (Friedman's test by enumeration, ";
  assert.ok(ranksSentence(across(2, 1), 0.05)!.startsWith(`${head}B (1.0); ${tail}`));
  assert.ok(
    ranksSentence(across(1.5, 1.5), 0.05)!.startsWith(`${head}A and B (1.5 each); ${tail}`),
  );
  assert.match(ranksSentence(across(1, 2), 0.051)!, /at all is significant/);
  assert.equal(ranksSentence(across(1, null), 0.05), null);
  assert.equal(ranksSentence(across(), 0.05), null);
});

Deno.test("the highest means are counted by method, and how many leads are told apart", () => {
  const said = (...own: readonly (readonly [highest: string[], verdict: string | null])[]) =>
    headlines(
      own.map(([highest, verdict]) => ({
        domain: "worst",
        metric: PRIMARY,
        highest,
        second: verdict && { verdict },
      })) as unknown as Parameters<typeof headlines>[0],
    ).map((sentence) => sentence.replace("Highest mean worst-domain macro-F1: ", ""));
  const [a, b, both] = [["A"], ["B"], ["A", "B"]];
  assert.deepEqual(said([a, "better"]), [], "one data set");
  assert.deepEqual(said([a, "better"], [b, "not told apart"]), [
    "another method on each of 2 data sets; it is told apart from the second on 1.",
  ]);
  assert.deepEqual(said([a, "better"], [b, "better"], [b, "better"], [both, "better"]), [
    "B on 2 of 4 data sets, A on 1, A and B on 1; it is told apart from the second on all.",
  ]);
  assert.deepEqual(said([a, "not told apart"], [a, null]), [
    "A on 2 of 2 data sets; it is told apart from the second on none.",
  ]);
  assert.deepEqual(said([a, "not tested"], [a, null]), [
    "A on 2 of 2 data sets; no lead can be tested.",
  ]);
});

Deno.test("on one data set every method is said to be better, worse or not told apart", () =>
  inFolder(async (out) => {
    await writeStore(out, { ...grid, datasets: DATASETS.slice(0, 1) });
    const { all, headline, controlled } = await found(out);
    assert.deepEqual(headlines(all), []);
    assert.equal(ranksSentence(headline, 0.05), null);
    for (const figure of controlled) {
      const [, total, better, worse, open] =
        /, (?=(\d+) of)(\d+) of 4 methods (?:is|are) better than ERM.*, (\d+) worse.*; (\d+) cannot be told/
          .exec(controlSentence(figure, "ERM"))!.map(Number);
      assert.equal(total, better);
      assert.equal(better! + worse! + open!, 4);
    }
  }));

Deno.test("of runs that all leave out a domain there is nothing but unseen domains", () => {
  const run = { study: null, state: { status: "missing" } };
  const said = (runs: object[], unseen: object[]) =>
    nothingYet({ runs, unseen } as unknown as Parameters<typeof nothingYet>[0]);
  assert.match(said([], [run]), /^Every run leaves out a domain/);
  assert.equal(said([run], [run]), "No run is finished yet.");
  const failed = { ...run, state: { status: "failed" } };
  assert.match(said([run, failed], []), /^No run has a result/);
  assert.match(said([{ ...run, study: {} }], []), /^These are studies/);
  assert.equal(said([run, { ...run, study: {} }], []), "No run is finished yet.");
});

Deno.test("without results the reason is named", async () => {
  const said = async (changes: Partial<FakeGrid>) => {
    let sentence = "";
    await inFolder(async (out) => {
      await writeStore(out, { ...grid, ...changes });
      const { store, all } = await found(out);
      assert.deepEqual(all, []);
      sentence = nothingYet(store);
    });
    return sentence;
  };
  assert.equal(await said({ fate: () => "missing" }), "No run is finished yet.");
  assert.equal(await said({ fate: () => "diverged" }), "No run has a result: see the failures.");
  assert.match(await said({ methods: [], studies: STUDIES }), /studies of one method/);
});
