import assert from "node:assert/strict";
import fc from "fast-check";
import { blockedAnova, oneWayAnova } from "../../report/analysis/statistics/anova.ts";
import { improvementInterval, meanInterval } from "../../report/analysis/statistics/aggregates.ts";
import { holm, pairedTest } from "../../report/analysis/statistics/pairs.ts";

interface Case {
  table: number[][];
  ragged: boolean;
  oneWay: [number, number];
  blocked: [number, number, number, number];
  paired: [number, number][];
  holm: number[];
}

const lines = await Deno.readTextFile(new URL("figures/statistics.jsonl", import.meta.url));
const cases: Case[] = lines.trim().split("\n").slice(1).map((line) => JSON.parse(line));

function near(actual: number, expected: number, what: string) {
  const error = Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-300);
  assert(error < 1e-8, `${what}: ${actual} is not ${expected}`);
}

Deno.test("one-way ANOVA agrees with SciPy", () => {
  cases.forEach(({ table, ragged, oneWay }, i) => {
    const groups = ragged ? [...table.slice(0, -1), table.at(-1)!.slice(0, -1)] : table;
    const test = oneWayAnova(groups);
    assert(test.computable);
    near(test.statistic, oneWay[0], `F of case ${i}`);
    near(test.p, oneWay[1], `p of case ${i}`);
  });
});

Deno.test("blocked ANOVA agrees with statsmodels", () => {
  cases.forEach(({ table, blocked: [f, df1, df2, p] }, i) => {
    const test = blockedAnova(table);
    assert(test.computable);
    near(test.statistic, f, `F of case ${i}`);
    assert.deepEqual([test.df1, test.df2], [df1, df2]);
    near(test.p, p, `p of case ${i}`);
  });
});

Deno.test("paired tests agree with SciPy, Holm's correction with statsmodels", () => {
  cases.forEach(({ table, paired, holm: corrected }, i) => {
    const ps = paired.map(([t, p], other) => {
      const test = pairedTest(table[0]!, table[other + 1]!);
      assert(test.computable);
      near(test.statistic, t, `t of case ${i}`);
      near(test.p, p, `p of case ${i}`);
      return test.p;
    });
    holm(ps).forEach((p, other) => near(p, corrected[other]!, `Holm's p of case ${i}`));
  });
});

Deno.test("there are enough cases", () => assert(cases.length >= 200));

Deno.test("degenerate input says why and gives no NaN", () => {
  const why = (test: { computable: boolean }) => {
    assert.equal(test.computable, false);
    return (test as unknown as { why: string }).why;
  };
  assert.match(why(oneWayAnova([])), /two methods/);
  assert.match(why(oneWayAnova([[1, 2], []])), /two methods/);
  assert.match(why(oneWayAnova([[1], [2]])), /one seed/);
  assert.match(why(oneWayAnova([[0.1, 0.1, 0.1], [0.7, 0.7, 0.7]])), /equal values/);
  assert.match(why(oneWayAnova([[0, 0], [0, 0]])), /equal values/);
  assert.match(why(blockedAnova([])), /two methods/);
  assert.match(why(blockedAnova([[1, 2]])), /two methods/);
  assert.match(why(blockedAnova([[1], [2]])), /two seeds/);
  assert.match(why(blockedAnova([[1, 2], [3, null]])), /1 of 4 cells/);
  assert.match(why(blockedAnova([[0.1, 0.2, 0.4], [0.3, 0.4, 0.6]])), /same amount/);
  assert.match(why(pairedTest([1, null], [null, 2])), /no shared seed, it takes two/);
  assert.match(why(pairedTest([1, 2], [1, 2])), /same on every seed/);
  assert.match(why(pairedTest([0, 0], [0, 0])), /same on every seed/);
  assert.match(why(meanInterval([])), /there is none/);
  assert.match(why(meanInterval([[1]])), /there is 1/);
  assert.match(why(meanInterval([[1, 2, 3], [1]])), /there is 1/);
  assert.match(why(improvementInterval([{ first: [1, 2], second: [3] }])), /there is 1/);
  assert.deepEqual(holm([]), []);
});

Deno.test("tests do not depend on the order of methods or on a common scale", () => {
  const tables = fc.integer({ min: 2, max: 5 }).chain((seeds) =>
    fc.array(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: seeds, maxLength: seeds }),
      { minLength: 2, maxLength: 6 },
    )
  );
  fc.assert(
    fc.property(tables, (table) => {
      for (const anova of [oneWayAnova, blockedAnova]) {
        const plain = anova(table);
        if (!plain.computable || plain.p < 1e-12) continue; // near-equal values: rounding decides
        assert(Number.isFinite(plain.statistic) && plain.p >= 0 && plain.p <= 1);
        const turned = anova([...table].reverse().map((row) => row.map((value) => value * 4)));
        assert(turned.computable && Math.abs(turned.p - plain.p) < 1e-6);
      }
    }),
    { seed: 7 },
  );
});

Deno.test("Holm's p-values never fall below the given ones nor change their order", () => {
  const ps = fc.array(fc.double({ min: 0, max: 1, noNaN: true }));
  fc.assert(
    fc.property(ps, (ps) => {
      const corrected = holm(ps);
      ps.forEach((p, i) => {
        assert(corrected[i]! >= p && corrected[i]! <= 1);
        ps.forEach((q, j) => assert(p >= q || corrected[i]! <= corrected[j]!));
      });
    }),
    { seed: 7 },
  );
});

Deno.test("the interval of the probability of improvement is where its equation is solved", () => {
  // (θ − seen)² = t² variance(θ), by bisection with t at 2 and 4 degrees of freedom.
  const two = improvementInterval([{ first: [3, 1], second: [2, 0] }]);
  const three = improvementInterval([{ first: [5, 4, 1], second: [3, 2, 0] }]);
  assert(two.computable !== false && three.computable !== false);
  near(two.low, 0.06950787230591689, "low of two");
  near(two.high, 0.9915585623004147, "high of two");
  near(three.low, 0.21235991975189494, "low of three");
  near(three.high, 0.9767342801205252, "high of three");
});
