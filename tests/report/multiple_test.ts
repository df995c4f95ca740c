import assert from "node:assert/strict";
import {
  interquartileMean,
  probabilityOfImprovement,
} from "../../report/analysis/statistics/aggregates.ts";
import { blockedAnova } from "../../report/analysis/statistics/anova.ts";
import { density } from "../../report/analysis/statistics/density.ts";
import {
  hedgesFactor,
  studentizedRangeQuantile,
  studentizedRangeUpperTail,
} from "../../report/analysis/statistics/distributions.ts";
import { pairedTest } from "../../report/analysis/statistics/pairs.ts";
import {
  canSeparate,
  type Friedman,
  friedman,
  indistinguishable,
  rank,
} from "../../report/analysis/statistics/ranks.ts";

interface Case {
  table: number[][];
  tukey: number[];
  least: number;
  friedman: [number, number];
  ranks: number[];
  critical: number;
  nemenyi: number[];
  hedges: number | null;
  iqm: number;
  improvement: number;
}

const lines = await Deno.readTextFile(new URL("figures/multiple.jsonl", import.meta.url));
const cases: Case[] = lines.trim().split("\n").slice(1).map((line) => JSON.parse(line));

/** Equal to 1e-8, of the value or of 1e-3 where it is smaller: SciPy's own integrals end there. */
function near(actual: number, expected: number, what: string) {
  const error = Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-3);
  assert(error < 1e-8, `${what}: ${actual} is not ${expected}`);
}

Deno.test("there are enough cases", () => assert(cases.length >= 200));

Deno.test("the studentized range agrees with SciPy on statsmodels' error", () => {
  cases.forEach(({ table, tukey, least }, i) => {
    const blocked = blockedAnova(table);
    assert(blocked.computable);
    const [methods, seeds] = [table.length, table[0]!.length];
    const unit = Math.sqrt(blocked.meanSquareError / seeds);
    const means = table.map((row) => row.reduce((sum, value) => sum + value / seeds, 0));
    tukey.forEach((p, other) => {
      const q = Math.abs(means[0]! - means[other + 1]!) / unit;
      near(studentizedRangeUpperTail(q, methods, blocked.df2), p, `p of case ${i}`);
    });
    near(unit * studentizedRangeQuantile(0.05, methods, blocked.df2), least, `least of case ${i}`);
  });
});

Deno.test("Friedman's test agrees with SciPy, its ranks and critical difference too", () => {
  cases.forEach(({ table, friedman: [statistic, p], ranks, critical, nemenyi }, i) => {
    const test = friedman(table, 0.05);
    assert(test.computable);
    near(test.statistic, statistic, `χ² of case ${i}`);
    near(test.chiSquareP, p, `p of case ${i}`);
    test.ranks.forEach((place, m) => near(place, ranks[m]!, `rank of case ${i}`));
    near(test.criticalDifference, critical, `critical difference of case ${i}`);
    const [datasets, methods] = [table.length, ranks.length];
    const unit = Math.sqrt((methods * (methods + 1)) / (6 * datasets)) / Math.SQRT2;
    nemenyi.forEach((p, m) => {
      const q = Math.abs(ranks[0]! - ranks[m + 1]!) / unit;
      near(studentizedRangeUpperTail(q, methods, Infinity), p, `Nemenyi's p of case ${i}`);
    });
  });
});

Deno.test("Hedges' g, interquartile mean and probability of improvement agree with SciPy", () => {
  cases.forEach(({ table, hedges, iqm, improvement }, i) => {
    const test = pairedTest(table[0]!, table[1]!);
    assert.equal(test.computable, hedges !== null);
    if (test.computable) near(test.hedges!, hedges!, `g of case ${i}`);
    near(interquartileMean(table), iqm, `interquartile mean of case ${i}`);
    near(
      probabilityOfImprovement([{ first: table[0]!, second: table[1]! }]),
      improvement,
      `probability of improvement of case ${i}`,
    );
  });
});

Deno.test("the studentized range keeps the digits of small p and of printed tables", () => {
  // R 4.3: qtukey(0.95, 22, 84), qtukey(0.95, 10, Inf), qtukey(0.95, 3, 10).
  near(Number(studentizedRangeQuantile(0.05, 22, 84).toFixed(5)), 5.25064, "q(22, 84)");
  near(Number(studentizedRangeQuantile(0.05, 10, Infinity).toFixed(4)), 4.4741, "q(10, ∞)");
  near(Number(studentizedRangeQuantile(0.05, 3, 10).toFixed(4)), 3.8768, "q(3, 10)");
  // Two means: Q is √2 |T|, so that p is known in closed form for two degrees of freedom.
  for (const t of [0.1, 1, 10, 1e3, 1e5]) {
    const exact = 2 / (2 + t * t + t * Math.sqrt(2 + t * t));
    const p = studentizedRangeUpperTail(Math.SQRT2 * t, 2, 2);
    assert(Math.abs(p - exact) < 1e-9 * exact, `p of t = ${t}: ${p} is not ${exact}`);
  }
  assert.equal(studentizedRangeUpperTail(0, 5, 9), 1);
});

Deno.test("degenerate input says why", () => {
  const why = (test: { computable: boolean }) => (test as unknown as { why: string }).why;
  assert.match(why(friedman([], 0.05)), /two methods/);
  assert.match(why(friedman([[1, 2, 3]], 0.05)), /two data sets, there is 1/);
  assert.match(why(friedman([[1, 1], [2, 2]], 0.05)), /same value on every data set/);
  assert.equal(hedgesFactor(1), null);
});

Deno.test("ranks share places, and bars join what cannot be told apart", () => {
  assert.deepEqual(rank([3, 5, 3, 1]), [2.5, 1, 2.5, 4]);
  assert.deepEqual(indistinguishable([1, 2, 3.5, 6], 1.6), [[0, 1], [1, 2]]);
  assert.deepEqual(indistinguishable([1, 2, 3], 5), [[0, 2]]);
  assert.deepEqual(indistinguishable([1, 3, 5], 1), []);
});

Deno.test("methods can be told apart by five data sets, and by a difference within reach", () => {
  const of = (criticalDifference: number, datasets: number) =>
    canSeparate({ ranks: [1, 2, 3], criticalDifference } as unknown as Friedman, datasets);
  assert.deepEqual([of(1.9, 5), of(1.9, 4), of(2, 5), of(2, 4)], [true, false, false, false]);
});

Deno.test("a density is highest among the values and ends at its bounds", () => {
  const shape = density([70, 71, 72, 99], [0, 100])!;
  const peak = shape.at[shape.height.indexOf(1)]!;
  assert(peak > 68 && peak < 76);
  assert.equal(shape.at.at(-1), 100);
  assert.equal(density([70, 71]), null);
  assert.equal(density([70, 70, 70]), null);
});
