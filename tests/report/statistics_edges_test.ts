/** Statistics where they begin to hold, end, or have nothing to say: by hand, without other programs. */
import assert from "node:assert/strict";
import {
  improvementInterval,
  interquartileMean,
  meanInterval,
  probabilityOfImprovement,
} from "../../report/analysis/statistics/aggregates.ts";
import { blockedAnova, oneWayAnova } from "../../report/analysis/statistics/anova.ts";
import { density } from "../../report/analysis/statistics/density.ts";
import {
  chiSquareLowerQuantile,
  chiSquareUpperTail,
  fUpperTail,
  meanAbsoluteDeviation,
  noncentralUpperTail,
  studentizedRangeUpperTail,
  trigammaInverse,
  tTwoSided,
  tUpperTail,
} from "../../report/analysis/statistics/distributions.ts";
import { compareAll } from "../../report/analysis/statistics/family.ts";
import { differences, meanTest, priorOf } from "../../report/analysis/statistics/moderated.ts";
import { holm, pairedTest } from "../../report/analysis/statistics/pairs.ts";
import {
  detectable,
  expectedPriorDf,
  powerOf,
  seedsNeeded,
} from "../../report/analysis/statistics/power.ts";
import { imanDavenport, indistinguishable, rank } from "../../report/analysis/statistics/ranks.ts";
import { betaLower, erfc, gammaUpper, trigamma } from "../../report/analysis/statistics/special.ts";

const near = (found: number, expected: number, within = 1e-12) =>
  assert.ok(
    Math.abs(found - expected) <= within * Math.max(1e-300, Math.abs(expected)),
    `${found} is not ${expected}`,
  );
const why = (test: { computable: boolean }) => (test as unknown as { why?: string }).why;

Deno.test("distributions at their centres, ends and borders", () => {
  for (const df of [1, 2, 4, 9]) near(fUpperTail(1, df, df), 0.5);
  assert.equal(fUpperTail(0, 3, 4), 1);
  assert.equal(tUpperTail(0, 7), 0.5);
  near(tUpperTail(-1, 1), 0.75);
  assert.equal(erfc(0), 1);
  assert.deepEqual([gammaUpper(2, 0), gammaUpper(2, Infinity)], [1, 0]);
  assert.deepEqual([betaLower(2, 3, 0, 1), betaLower(2, 3, 1, 0)], [0, 1]);
  near(betaLower(2, 2, 0.5, 0.5), 0.5);
  near(chiSquareUpperTail(2, 2), Math.exp(-1));
  for (const [share, df] of [[0.1, 1], [0.1, 29], [0.999, 2]] as const) {
    near(chiSquareUpperTail(chiSquareLowerQuantile(share, df), df), 1 - share, 1e-10);
  }
  near(trigamma(trigammaInverse(1e7)), 1e7, 1e-9);
  near(trigamma(trigammaInverse(1e-6)), 1e-6, 1e-9);
  for (let i = -50; i < 70; i++) {
    near(trigamma(trigammaInverse(10 ** (i / 10))), 10 ** (i / 10), 2e-12);
  }
  for (const df of [1, 2, 5, 40, 60, 500, 5000]) {
    for (const t of [-2, 0.5, 1, 4]) near(noncentralUpperTail(t, df, 0), tUpperTail(t, df), 1e-12);
  }
});

Deno.test("the range of two means is √2 times their t, whatever the degrees of freedom", () => {
  for (const df of [1, 2, 3, 10, 60, 200, 1000, 20_000]) {
    for (const q of [0.5, 1, 2.5, 4, 7]) {
      near(studentizedRangeUpperTail(q, 2, df), tTwoSided(q / Math.SQRT2, df), 1e-11);
    }
  }
});

Deno.test("the mean absolute deviation of a binomial number, by its definition", () => {
  const choose = (n: number, k: number): number => k === 0 ? 1 : choose(n, k - 1) * (n - k + 1) / k;
  for (const n of [1, 2, 5, 8]) {
    for (const p of [0, 0.1, 0.25, 0.5, 0.9, 1]) {
      let expected = 0;
      for (let k = 0; k <= n; k++) {
        expected += choose(n, k) * p ** k * (1 - p) ** (n - k) * Math.abs(k - n * p);
      }
      assert.ok(Math.abs(meanAbsoluteDeviation(n, p) - expected) < 1e-12, `${n} ${p}`);
    }
  }
});

Deno.test("groups without values are no groups; values that are all zero have no spread", () => {
  const three = oneWayAnova([[1, 2], [], [4, 6]]), two = oneWayAnova([[1, 2], [4, 6]]);
  assert.deepEqual(three, two);
  assert.ok(two.computable);
  // Between: 2 · (1.5 − 3.25)² + 2 · (5 − 3.25)² = 12.25; within 0.5 + 2 over 2.
  near(two.statistic, 12.25 / 1.25);
  near(two.partialEtaSquared, 12.25 / 14.75);
  assert.match(why(oneWayAnova([[0, 0], [0, 0]]))!, /equal values/);
  assert.match(why(oneWayAnova([[1, 1], [3, 3]]))!, /equal values/);
  assert.match(why(oneWayAnova([[0.1 + 0.2, 0.3], [0, 0]]))!, /equal values/, "but for rounding");
  assert.match(why(oneWayAnova([[1], [3]]))!, /one seed only/);
  assert.match(why(oneWayAnova([[1, 2], []]))!, /two methods with values, there is 1/);
  assert.match(why(blockedAnova([[0, 0], [0, 0]]))!, /no residual spread/);
  assert.match(why(blockedAnova([[1, 2], [2, 3]]))!, /no residual spread/);
  assert.match(why(blockedAnova([[1, 2]]))!, /two methods, there is 1/);
  assert.match(why(blockedAnova([[1], [2]]))!, /two seeds, there is 1/);
  assert.match(why(blockedAnova([[1, null], [2, 3]]))!, /^1 of 4 cells/);
  assert.match(why(blockedAnova([[1, 2], [2, 3, 4]]))!, /cells .* are missing/);
  assert.ok(blockedAnova([[1, 2], [2, 4]]).computable);
});

Deno.test("a tie counts half, and so it does in its interval", () => {
  const of = (first: number[], second: number[]) => probabilityOfImprovement([{ first, second }]);
  assert.deepEqual([of([1], [1]), of([1], [2]), of([2], [1])], [0.5, 0, 1]);
  assert.equal(of([1, 2], [2, 3]), 0.5 / 4);
  assert.equal(
    probabilityOfImprovement([{ first: [1], second: [0] }, { first: [1], second: [1] }]),
    0.75,
  );
  const within = improvementInterval([{ first: [1, 2, 3], second: [1, 2, 3] }]);
  assert.ok(within.computable && within.low < 0.5 && Math.abs(within.low + within.high - 1) < 1e-9);
  const sure = improvementInterval([{ first: [5, 6], second: [1, 2] }]);
  assert.ok(sure.computable && sure.high === 1 && sure.low > 0 && sure.low < 1);
  assert.equal(why(improvementInterval([])), "it takes two seeds, there is none");
  assert.equal(
    why(improvementInterval([{ first: [1, 2], second: [1] }])),
    "it takes two seeds, there is 1",
  );
});

Deno.test("a quarter of the values, rounded down, is cut from either end", () => {
  assert.equal(interquartileMean([[1, 2, 3]]), 2);
  assert.equal(interquartileMean([[100, 2], [4, -50]]), 3);
  assert.equal(interquartileMean([[1, 2, 3, 4, 5, 6, 70, 800]]), 4.5);
  assert.deepEqual(meanInterval([[2, 2], [4, 4]]), { computable: true, low: 3, high: 3 });
  // One stratum: mean 2, t₀.₉₇₅ with 1 degree of freedom 12.706, standard error 1.
  const one = meanInterval([[1, 3]]);
  assert.ok(one.computable);
  near(one.high - 2, Math.tan(0.475 * Math.PI), 1e-9);
});

Deno.test("a density takes three different values, and is drawn to its bounds and no further", () => {
  assert.equal(density([1, 1, 2]), null);
  const free = density([1, 2, 3])!;
  const bandwidth = 3 ** -0.2;
  near(free.at[0]!, 1 - 2.5 * bandwidth);
  near(free.at.at(-1)!, 3 + 2.5 * bandwidth);
  assert.equal(free.at.length, 41);
  near(free.at[20]!, 2);
  assert.equal(free.height[20], 1);
  const kernel = (x: number) => Math.exp(-0.5 * (x / bandwidth) ** 2);
  const sum = (x: number) => kernel(x - 1) + kernel(x - 2) + kernel(x - 3);
  near(free.height[7]!, sum(free.at[7]!) / sum(2));
  const bound = density([1, 2, 3], [0.5, 3.25], 12)!;
  assert.deepEqual([bound.at[0], bound.at.at(-1), bound.at.length], [0.5, 3.25, 12]);
  const wide = density([1, 2, 3], [-9, 99])!;
  assert.deepEqual(wide, free, "bounds that are far off change nothing");
});

/** Rows that are neither alike nor of one spread. */
const wave = (row: number, seeds = 4) =>
  Array.from({ length: seeds }, (_, s) => Math.sin(5 * row + 3 * s + row * s) * (1 + row / 4));
const waves = (rows: number, seeds = 4) =>
  Array.from({ length: rows }, (_, i) => wave(i + 1, seeds));

Deno.test("six differences of two seeds or more say something of spreads, five do not", () => {
  assert.equal(priorOf(waves(5)), null);
  const six = priorOf(waves(6))!;
  assert.ok(six.df > 0 && six.variance > 0);
  assert.equal(priorOf([...waves(5), [1]]), null);
  assert.deepEqual(priorOf([...waves(6), [1], [null, 2], []]), six, "one seed has no spread");
  assert.equal(priorOf([...waves(2), ...[3, 4, 5, 6].map((x) => [x, x, x, x])]), null, "no spread");
  const flat = priorOf([...waves(6), [1, 1, 1, 1]]);
  assert.ok(flat !== null && Number.isFinite(flat.df) && Number.isFinite(flat.variance));
  const same = [1, 2, 4, 8, 16, 32].map((scale) => [scale, -scale, 0, 0]);
  assert.ok((priorOf(same)?.df ?? 0) < 1e-12, "rows of one noise are worth no more than one");
  const short = priorOf([...waves(2), ...[3, 4, 5, 6].map((row) => wave(row, 3))]);
  assert.ok(short !== null && short.df > 0, "two rows that lack no seed");
  assert.equal(priorOf([...waves(1), ...[3, 4, 5, 6, 7].map((row) => wave(row, 3))]), null);
});

Deno.test("a difference takes both values; one that is always 0 has no spread", () => {
  assert.deepEqual(differences([1, null, 5, 7, null], [2, 3, null]), [-1, null, null, null, null]);
  assert.match(why(meanTest([0, 0, 0], null))!, /same on every seed/);
  assert.match(why(meanTest([2, 2], null))!, /same on every seed/);
  assert.equal(why(meanTest([1, null], null)), "one shared seed, it takes two");
  assert.equal(why(meanTest([null], null)), "no shared seed, it takes two");
  const moderated = meanTest([2, 2], { df: 3, variance: 4 });
  assert.ok(moderated.computable);
  near(moderated.standardError, Math.sqrt(3 * 4 / 4 / 2));
  assert.match(why(pairedTest([0, 0, 0], [0, 0, 0]))!, /same on every seed/);
  assert.match(why(pairedTest([3, 3], [1, 1]))!, /same on every seed/);
  const rounded = pairedTest([1e6 + 0.1, 0.1], [1e6, 0]); // 1e6 + 0.1 − 1e6 is 0.09999999998
  assert.match(why(rounded)!, /same on every seed/);
  assert.equal(why(pairedTest([1, null, 2], [null, 3, 4])), "one shared seed, it takes two");
  assert.equal(why(pairedTest([1], [null])), "no shared seed, it takes two");
  const pair = pairedTest([5, null, 7, 9], [1, 8, 2, 3, 4]);
  assert.ok(pair.computable && pair.df === 2 && pair.difference === 5);
  near(pair.effect, 5);
  near(pair.statistic, 5 * Math.sqrt(3));
  near(pair.hedges!, 5 / Math.sqrt(Math.PI), 1e-12);
});

Deno.test("verdicts at their level exactly; a family counts what shares a seed", () => {
  const rows = [[1, 2, 4]];
  const { compared: [first] } = compareAll(rows, { alpha: 0.05 });
  const p = first!.p!;
  const verdict = (alpha: number, margin: number | null = null, better: "max" | "min" = "max") =>
    compareAll(rows, { alpha, margin, better }).compared[0]!.verdict;
  assert.equal(verdict(p), "not told apart");
  assert.equal(verdict(p * 1.001), "better");
  assert.equal(verdict(p * 1.001, null, "min"), "worse");
  assert.equal(first!.equivalence, null, "nobody has said what does not matter");
  const { equivalence } = compareAll(rows, { alpha: 0.05, margin: 10 }).compared[0]!;
  assert.ok(equivalence! < p);
  assert.equal(verdict(equivalence!, 10), "not told apart");
  assert.equal(verdict(equivalence! * 1.001, 10), "equivalent within the margin");
  const family = compareAll([[1, 2, 4], [null, null], [7], []], { alpha: 0.05 });
  assert.equal(family.size, 2);
  near(family.compared[0]!.p!, 2 * p);
  assert.deepEqual(family.compared.map(({ difference }) => difference), [7 / 3, null, 7, null]);
  assert.deepEqual(
    family.compared.slice(1).map(({ verdict, interval, together, p }) => [
      verdict,
      interval,
      together,
      p,
    ]),
    new Array(3).fill(["not tested", null, null, null]),
  );
  assert.deepEqual(holm([0.01, 0.04, 0.03, 0.5]), [0.04, 0.09, 0.09, 0.5]);
  assert.deepEqual(holm([0.6, 0.7]), [1, 1]);
});

Deno.test("what can be found takes two seeds and a comparison", () => {
  const design = { spread: 2, seeds: 2, comparisons: 1, alpha: 0.05, priorDf: 0 };
  const least = detectable(design)!;
  near(powerOf(least, design), 0.8, 1e-9);
  assert.equal(detectable({ ...design, seeds: 1 }), null);
  assert.equal(detectable({ ...design, comparisons: 0 }), null);
  near(powerOf(-3, design), powerOf(3, design));
  near(powerOf(0, { ...design, seeds: 5 }), 0.05, 1e-9);
  const planned = { spread: 1, comparisons: 1, alpha: 0.05 };
  const needed = seedsNeeded(1, planned)!;
  const power = (seeds: number) => powerOf(1, { ...planned, seeds, priorDf: 0 });
  assert.ok(power(needed) >= 0.8 && power(needed - 1) < 0.8, `${needed}`);
  assert.equal(seedsNeeded(1, planned, { most: needed - 1 }), null);
  assert.equal(seedsNeeded(1, planned, { most: needed }), needed);
  assert.equal(seedsNeeded(100, planned), 2);
  assert.equal(seedsNeeded(5, planned), 3);
  assert.equal(seedsNeeded(5, planned, { most: 3 }), 3);
  assert.equal(seedsNeeded(5, planned, { most: 2 }), null);
});

Deno.test("planned families are worth more with more rows and seeds, up to sixty and forty", () => {
  assert.equal(expectedPriorDf(5, 4), 0, "too few comparisons");
  const [few, seeds, rows] = [[6, 4], [6, 8], [20, 4]].map(([r, c]) => expectedPriorDf(r!, c!));
  assert.ok(0 < few! && few! < seeds! && few! < rows!, `${few}, ${seeds}, ${rows}`);
  assert.equal(expectedPriorDf(7, 41), expectedPriorDf(7, 40));
  assert.notEqual(expectedPriorDf(7, 39), expectedPriorDf(7, 40));
  assert.equal(expectedPriorDf(61, 3), expectedPriorDf(60, 3));
  assert.notEqual(expectedPriorDf(59, 3), expectedPriorDf(60, 3));
});

Deno.test("bars join ranks that lie apart by the critical difference exactly", () => {
  assert.deepEqual(indistinguishable([1, 3], 2), [[0, 1]]);
  assert.deepEqual(indistinguishable([1, 3, 5], 2), [[0, 1], [1, 2]]);
  assert.deepEqual(indistinguishable([], 2), []);
  assert.deepEqual(rank([7, 7, 7]), [2, 2, 2]);
  // Two methods, three data sets, χ² 3 of 3 at most: all agree.
  assert.equal(imanDavenport(3, 2, 3), 0);
  near(imanDavenport(1, 2, 3), fUpperTail(1, 1, 2));
});
