import assert from "node:assert/strict";
import { METRICS, PRIMARY } from "../../metrics/mod.ts";
import { across } from "../../report/analysis/across.ts";
import { arrange } from "../../report/analysis/arrange.ts";
import { besideBest, decisive, pairwise } from "../../report/analysis/significance.ts";
import { readStore } from "../../report/folder.ts";
import { findings, headlines, nothingYet, overallSentence } from "../../report/analysis/summary.ts";
import { chooseMetrics, testedFigures } from "../../report/analysis/tested.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, type FakeGrid, STUDIES, writeStore } from "./store.ts";

const grid: FakeGrid = {
  datasets: DATASETS.slice(0, 2),
  methods: ["erm", "irm", "coral", "mixup", "boda"],
  seeds: [0, 1, 2, 3, 4],
};

async function found(out: string) {
  const store = await readStore(out);
  const datasets = arrange({ ...store, runs: store.runs.filter(({ study }) => study === null) });
  const figures = testedFigures(chooseMetrics(METRICS).tested);
  const pairs = datasets.flatMap((dataset) => pairwise(dataset, figures, 0.05));
  const compared = pairs.flatMap((figure) => besideBest(figure) ?? []);
  const headline = across(datasets, { domain: "worst", metric: PRIMARY }, "erm", 0.05);
  return { store, pairs, compared, headline, all: findings(compared, PRIMARY, "erm", 0.05) };
}

Deno.test("the best is beside every other what the pairs say", () =>
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
        assert.equal(decisive(rival), decisive(pair));
        assert.equal(rival.tukey === null, rival.method.name === "coral");
        assert.equal(rival.ends === null, rival.method.name === "coral");
        assert.equal(rival.difference, pair.first === best ? pair.difference : -pair.difference);
        if (rival.method.name !== "coral") {
          assert(Math.abs(rival.difference - (mean - rival.mean)) < 1e-12);
          const [low, high] = rival.ends!;
          assert.equal(low > 0 || high < 0, rival.tukey! < 0.05, "interval and test agree");
        }
        if (rival.test.computable) assert(rival.test.statistic * rival.difference > 0);
      }
    });
    for (const { level, tested, second } of all) {
      assert.equal(tested, 4);
      assert.equal(level.includes(second!.over), !second!.significant);
      assert.match(second!.verdict, /^(not )?significant, p\u00a0[=<]\u00a0\d\.\d{3}$/);
    }
  }));

Deno.test("over several data sets the wins are counted, and what cannot be tested is said", () =>
  inFolder(async (out) => {
    await writeStore(out, { ...grid, seeds: [0] });
    const { all, headline } = await found(out);
    assert.equal(all.length, 4);
    for (const { second, level, tested } of all) {
      assert.equal(second!.significant, null);
      assert.equal(second!.verdict, "not tested: one shared seed, it takes two");
      assert.deepEqual([level, tested], [[], 0]);
    }
    const [worst, average] = headlines(all);
    assert.match(worst!, /^Best worst-domain macro-F1: .+; no lead can be tested\.$/);
    assert.match(average!, /^Best average macro-F1: /);
    assert.match(
      overallSentence(headline, 0.05)!,
      /^Best average rank over 2 data sets .+Friedman/,
    );
  }));

Deno.test("on one data set it is said whether the methods differ at all", () =>
  inFolder(async (out) => {
    await writeStore(out, { ...grid, datasets: DATASETS.slice(0, 1) });
    const { all, headline } = await found(out);
    assert.deepEqual(headlines(all), []);
    assert.match(
      overallSentence(headline, 0.05)!,
      /^That 5 methods differ at all on the worst domain is significant \(blocked F test, p/,
    );
  }));

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
