/** Families of comparisons, beside SciPy and statsmodels. */
import assert from "node:assert/strict";
import { meanInterval } from "../../report/analysis/statistics/aggregates.ts";
import {
  noncentralUpperTail,
  trigammaInverse,
} from "../../report/analysis/statistics/distributions.ts";
import { trigamma } from "../../report/analysis/statistics/special.ts";
import { compareAll, twoOneSided } from "../../report/analysis/statistics/family.ts";
import { meanTest, priorOf, type Seeds } from "../../report/analysis/statistics/moderated.ts";
import { pairedTest } from "../../report/analysis/statistics/pairs.ts";
import {
  detectable,
  expectedPriorDf,
  powerOf,
  seedsNeeded,
} from "../../report/analysis/statistics/power.ts";
import { friedman, imanDavenport } from "../../report/analysis/statistics/ranks.ts";

interface Case {
  rows: Seeds[];
  prior: [df: number, variance: number] | null;
  p: number[];
  holm: number[];
  tost: number[];
  tostHolm: number[];
  plainTost: number | null;
  low: number[];
  high: number[];
  together: number[];
}

const text = await Deno.readTextFile(new URL("figures/family.jsonl", import.meta.url));
const figures = Object.fromEntries(
  text.trim().split("\n").slice(1).map((line) => JSON.parse(line)),
);

/** Equal to 1e-7, of the value or of 1e-6 where it is smaller. */
function near(actual: number, expected: number, what: string) {
  const error = Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-6);
  assert(error < 1e-7, `${what}: ${actual} is not ${expected}`);
}

Deno.test("moderated t tests, Holm and equivalence agree with SciPy and statsmodels", () => {
  const families: Case[] = figures.families;
  assert(families.length >= 100);
  assert(families.some(({ prior }) => prior !== null) && families.some((one) => one.plainTost));
  families.forEach((expected, i) => {
    const { rows, prior } = expected;
    const { compared, size, prior: found } = compareAll(rows, { alpha: 0.05, margin: 1.5 });
    assert.equal(size, rows.length);
    assert.equal(found === null, prior === null, `prior of case ${i}`);
    if (found && prior) {
      near(found.df, prior[0], `prior df of case ${i}`);
      near(found.variance, prior[1], `prior variance of case ${i}`);
    }
    compared.forEach(({ test, p, equivalence, interval, together }, row) => {
      assert(test.computable);
      near(test.p, expected.p[row]!, `p of case ${i}`);
      near(p!, expected.holm[row]!, `Holm's p of case ${i}`);
      near(twoOneSided(test, 1.5), expected.tost[row]!, `equivalence of case ${i}`);
      near(equivalence!, expected.tostHolm[row]!, `Holm's equivalence of case ${i}`);
      near(interval![0], expected.low[row]!, `low end of case ${i}`);
      near(interval![1], expected.high[row]!, `high end of case ${i}`);
      near(together![1], expected.together[row]!, `end together of case ${i}`);
    });
    if (expected.plainTost !== null) {
      const test = meanTest(rows.at(-1)!, null);
      assert(test.computable);
      near(twoOneSided(test, 1.5), expected.plainTost, `statsmodels' equivalence of case ${i}`);
    }
  });
});

Deno.test("a stratified mean has the interval of Welch and Satterthwaite", () => {
  figures.strata.forEach(({ groups, ends }: { groups: number[][]; ends: number[] }, i: number) => {
    const interval = meanInterval(groups);
    assert(interval.computable);
    near(interval.low, ends[0]!, `low end of case ${i}`);
    near(interval.high, ends[1]!, `high end of case ${i}`);
  });
});

Deno.test("Friedman's p is that of all orders, else Iman and Davenport's", () => {
  interface Table {
    table: number[][];
    exact: number | null;
    iman: number;
    chi: number;
  }
  figures.friedman.forEach(({ table, exact, iman, chi }: Table, i: number) => {
    const test = friedman(table, 0.05);
    assert(test.computable);
    near(imanDavenport(chi, table[0]!.length, table.length), iman, `F of case ${i}`);
    assert.equal(test.by, exact === null ? "Iman–Davenport F" : "enumeration");
    near(test.p, exact ?? iman, `p of case ${i}`);
  });
  // Two data sets that agree on two methods: one order of two does.
  const two = friedman([[1, 2], [1, 2]], 0.05);
  assert(two.computable && two.p === 0.5);
  assert.equal(imanDavenport(4, 3, 2), 0, "full agreement has an infinite F");
});

Deno.test("noncentral t, power and the inverse of ψ′ agree with SciPy and statsmodels", () => {
  figures.tails.forEach(([value, df, shift, tail]: number[]) =>
    near(noncentralUpperTail(value!, df!, shift!), tail!, `tail of ${value}, ${df}, ${shift}`)
  );
  figures.power.forEach(([seeds, effect, power]: number[]) => {
    const design = { spread: 2, seeds: seeds!, comparisons: 1, alpha: 0.05, priorDf: 0 };
    near(powerOf(2 * effect!, design), power!, `power with ${seeds} seeds`);
    near(detectable(design, power!)!, 2 * effect!, `least difference with ${seeds} seeds`);
  });
  for (const value of [1e-4, 0.02, 0.7, 5, 300]) {
    near(trigamma(trigammaInverse(value)), value, "ψ′");
  }
});

Deno.test("so many seeds are needed as find the difference, and not one fewer", () => {
  for (const comparisons of [1, 21]) {
    const plan = { spread: 3, comparisons, alpha: 0.05 };
    const seeds = seedsNeeded(2, plan)!;
    const power = (seeds: number) =>
      powerOf(2, { ...plan, seeds, priorDf: expectedPriorDf(comparisons, seeds) });
    assert(power(seeds) >= 0.8 && power(seeds - 1) < 0.8, `${seeds} seeds`);
  }
  assert.equal(seedsNeeded(0.001, { spread: 3, comparisons: 1, alpha: 0.05 }, { most: 20 }), null);
  assert.equal(
    detectable({ spread: 1, seeds: 1, comparisons: 3, alpha: 0.05, priorDf: 0 }),
    null,
  );
});

Deno.test("a family is worth less the fewer, the less alike and the more correlated its rows", () => {
  const wave = (row: number, size: number) =>
    Array.from({ length: 5 }, (_, seed) => size * Math.sin(7 * row + 3 * seed + row * seed));
  const alike = Array.from({ length: 20 }, (_, row) => wave(row, 1));
  const unlike = Array.from({ length: 20 }, (_, row) => wave(row, Math.exp(row / 4)));
  const same = Array.from({ length: 20 }, (_, row) => wave(1, 1 + row / 100));
  const df = (rows: number[][]) => priorOf(rows)?.df ?? 0;
  assert(df(alike) > 2 * df(unlike));
  assert(df(alike.slice(0, 8)) < df(alike));
  assert(df(same) < 0.01, "rows that move together say nothing new");
  assert.equal(priorOf(alike.slice(0, 5)), null);
  assert.equal(priorOf(Array.from({ length: 20 }, () => [1, 1, 1])), null);
});

Deno.test("comparisons without a test count in the family, and say why they have none", () => {
  const row = [0.1, 0.12, 0.09, 0.11];
  const one = [null, null, 0.3, null];
  const alone = compareAll([row], { alpha: 0.05 });
  const both = compareAll([row, one, [null, null, null, null]], { alpha: 0.05, margin: 1 });
  assert.equal(both.size, 2, "what shares no seed is no comparison");
  near(both.compared[0]!.p!, 2 * alone.compared[0]!.p!, "corrected for two");
  const [, single, none] = both.compared;
  assert.deepEqual([single!.verdict, single!.difference, single!.p], ["not tested", 0.3, null]);
  assert.equal(none!.difference, null);
  const constant = compareAll([[0.2, 0.2, 0.2]], { alpha: 0.05 }).compared[0]!;
  assert(!constant.test.computable && /same on every seed/.test(constant.test.why));
  assert.deepEqual(compareAll([], { alpha: 0.05 }).compared, []);
});

Deno.test("differences that are the same up to rounding are not tested, whatever else is compared", () => {
  const noise = [0, 1, -1, 2, 0].map((ulps) => ulps * 2 ** -53);
  const constant = [0, -0.1, 0.3].map((difference) => noise.map((each) => difference + each));
  const other = [0.02, -0.03, 0.01, 0.05, -0.01];
  // Were the noise a spread, the family would take it for what spreads are like.
  const rows = [...constant, ...constant.map((row) => row.map((each) => -each)), other];
  const { compared, prior } = compareAll(rows, { alpha: 0.05 });
  assert.equal(prior, null);
  assert.deepEqual(
    compared.map(({ verdict }) => verdict),
    [...new Array<string>(6).fill("not tested"), "not told apart"],
  );
  const values = noise.map((each) => 0.5 + each);
  assert.equal(pairedTest(values, values.toReversed()).computable, false);
});

Deno.test("a verdict goes by the sign that is better, the test and the margin", () => {
  const verdict = (row: number[], better: "max" | "min" = "max", margin: number | null = null) =>
    compareAll([row], { alpha: 0.05, better, margin }).compared[0]!.verdict;
  const up = [2, 2.1, 1.9, 2, 2.05];
  assert.equal(verdict(up), "better");
  assert.equal(verdict(up.map((value) => -value)), "worse");
  assert.equal(verdict(up, "min"), "worse");
  const flat = [0.1, -0.1, 0.05, -0.05, 0.01];
  assert.equal(verdict(flat), "not told apart");
  assert.equal(verdict(flat, "max", 1), "equivalent within the margin");
  assert.equal(verdict(flat, "max", 0.05), "not told apart");
});
