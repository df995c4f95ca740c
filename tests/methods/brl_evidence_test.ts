/** The figures that BRL's behaviours are judged by, worked out by hand. */
import assert from "node:assert/strict";
import { behaviours } from "../../methods/brl/behaviours.ts";
import type { BySeed, Finding, StudyFigures } from "../../methods/study.ts";

type Curve = ReturnType<StudyFigures["curves"]>[number];

const bySeed = (...values: number[]): BySeed => new Map(values.map((value, seed) => [seed, value]));

/** What there is where nothing was run; an interval reaches over all of its values. */
const NOTHING: StudyFigures = {
  settings: () => [],
  curves: () => [],
  methods: [],
  overlap: () => Promise.resolve(new Map()),
  interval: (values) =>
    values.length < 2 ? null : {
      mean: values.reduce((a, b) => a + b) / values.length,
      low: Math.min(...values),
      high: Math.max(...values),
    },
};

/** A study of a parameter: macro-F1 of the seeds at each of its values. */
function parameter(name: string, values: readonly (readonly [number, ...number[]])[]) {
  const settings = values.map(([value, ...f1]) => ({
    levels: { parameter: name, value },
    f1: bySeed(...f1),
  }));
  return { settings: (study: string) => study === "parameters" ? settings : [] };
}

const judged = async (place: number, figures: Partial<StudyFigures>): Promise<Finding> =>
  await behaviours[place - 1]!.judge({ ...NOTHING, ...figures });

Deno.test("the slope over the tenfolds of α is that of least squares", async () => {
  // Seed 0: cov 1 / (14/3); seed 1: cov 35/3 / (14/3).
  const figures = parameter("alpha", [[1, 60, 60], [10, 62, 60], [1000, 61, 67]]);
  assert.deepEqual(await judged(1, figures), {
    verdict: "holds",
    evidence: "slope 1.36 [0.21, 2.50] points for each tenfold of α (little: −0.5); α moves the " +
      "mean by up to 4.0",
  });
  const early = parameter("alpha", [[1, 60, 60], [10, 67, 67], [1000, 61, 61]]);
  assert.match((await judged(1, early)).evidence, /moves the mean by up to 7\.0$/);
  const two = parameter("alpha", [[0, 60, 60], [1, 60, 60], [10, 62, 60]]);
  assert.equal((await judged(1, two)).verdict, "not run");
});

Deno.test("β: best near 0.01, above the smallest, and clearly below at 1", async () => {
  const values = [[1e-3, 50, 51], [0.01, 60, 62], [0.1, 59, 60], [1, 40, 45]] as const;
  assert.deepEqual(await judged(2, parameter("beta", values)), {
    verdict: "holds",
    evidence:
      "best at β = 0.01, next to 0.01 in 100 % of resamples; β = 0.01 less β = 0.001 10.5 " +
      "[10.0, 11.0], less β = 1 18.5 [17.0, 20.0] (clear: 5)",
  });
  const [smallest, best, next] = values;
  const barely = parameter("beta", [smallest, best, next, [1, 55, 57]]);
  assert.equal((await judged(2, barely)).verdict, "partly", "5 points are not more than 5");
  const without = parameter("beta", [best, next, [1, 40, 45]]);
  assert.equal((await judged(2, without)).verdict, "not run", "0.01 is the smallest");
});

Deno.test("γ: waves from the default, and the mean below 100 less the mean above", async () => {
  const small = [[1, 61, 60], [10, 60, 62], [100, 63, 61]] as const;
  assert.deepEqual(await judged(3, parameter("gamma", [...small, [1000, 40, 44]])), {
    verdict: "holds",
    evidence: "up to γ = 100 at most 1.0 from γ = 10; mean up to 100 less mean above 19.2 " +
      "[17.0, 21.3] (clear: 5)",
  });
  const wave = parameter("gamma", [[1, 65, 62], ...small.slice(1), [1000, 40, 44]]);
  assert.equal((await judged(3, wave)).verdict, "not told", "a wave of 5 is not within 5");
  const none = await judged(3, parameter("gamma", small));
  assert.equal(none.verdict, "not run");
});

Deno.test("the gap is in percent of the average, beside the median of the others", async () => {
  const method = (name: string, average: number[], worst: number[]) => ({
    name,
    average: bySeed(...average),
    worst: bySeed(...worst),
  });
  const methods = [
    method("brl", [80, 60], [72, 57]),
    method("brl+crt", [80, 60], [0, 0]),
    method("erm", [80, 50], [60, 40]),
    method("dann", [50, 50], [40, 35]),
    method("boda", [100, 100], [70, 70]),
  ];
  assert.deepEqual(await judged(4, { methods }), {
    verdict: "holds",
    evidence:
      "gap in percent of the average 7.5; the median of 3 other methods that learned less " +
      "it 20.0 [15.0, 25.0]",
  });
  assert.equal((await judged(4, { methods: methods.slice(0, 2) })).verdict, "not run");
});

Deno.test("correlations with the steps are Spearman's, averaged by Fisher's z", async () => {
  const curve = (loss: readonly number[], f1: readonly number[]): Curve =>
    loss.map((value, i) => ({ step: 10 * i, loss: value, f1: f1[i]! }));
  const swapped = [1, 2, 4, 3, 5, 6]; // 1 − 6 · 2 / (6 · 35) = 0.943
  const curves = [
    curve([6, 5, 4, 3, 2, 1], swapped),
    curve(swapped.toReversed(), swapped),
    curve([1, 2, 3, 4], [4, 3, 2, 1]), // too short
  ];
  assert.deepEqual(await judged(5, { curves: () => curves }), {
    verdict: "holds",
    evidence:
      "rank correlation with the steps: loss −0.99 [−1.00, −0.94], validation macro-F1 0.94 " +
      "[0.94, 0.94] (steady: 0.9)",
  });
});

Deno.test("overlap is beside each rival, over the seeds that both have", async () => {
  const shares = new Map([
    ["brl", bySeed(30, 40, 99)],
    ["boda", bySeed(10, 30)],
    ["dann", bySeed(35, 38)],
  ]);
  const figures = { overlap: (name: string) => Promise.resolve(shares.get(name) ?? new Map()) };
  assert.deepEqual(await judged(6, figures), {
    verdict: "not told",
    evidence: "foreign neighbours within a class, in points beside boda 15.0 [10.0, 20.0], dann " +
      "−1.5 [−5.0, 2.0]",
  });
  shares.delete("dann");
  assert.equal((await judged(6, figures)).verdict, "not run");
});

/** The verdicts that are reached with values of two seeds, which are the ends of an interval. */
const verdict = async (place: number, figures: Partial<StudyFigures>) =>
  (await judged(place, figures)).verdict;

Deno.test("what lies at a bound exactly is on neither side of it", async () => {
  const alpha = (last: number, other: number) =>
    verdict(1, parameter("alpha", [[1, 60, 60], [10, 60, 60], [100, last, other]]));
  assert.equal(await alpha(59, 61), "not told", "half a point for each tenfold is not little");
  assert.equal(await alpha(59, 58), "does not hold");
  assert.equal(await alpha(59.01, 61), "holds");
  const gamma = (one: number, other: number) =>
    verdict(3, parameter("gamma", [[1, one, other], [10, 60, 60], [1000, 40, 40]]));
  assert.equal(await gamma(64.9, 55.1), "holds");
  assert.equal(await gamma(65, 60), "not told");
  assert.equal(await gamma(55, 60), "not told");
  assert.equal(await gamma(65, 66), "not told");
  assert.equal(await gamma(55, 54), "not told");
  assert.equal(await gamma(65.1, 66), "partly");
  assert.equal(await gamma(54.9, 54), "partly");
});

Deno.test("the best β may be a tenfold from 0.01 on either side, and no further", async () => {
  const near = async (best: number) => {
    const values = [1e-4, 1e-3, 0.01, 0.1, 1].map((beta) => {
      const f1 = beta === best ? 70 : 50;
      return [beta, f1, f1] as const;
    });
    return (await judged(2, parameter("beta", values))).evidence.match(/in (\d+) % of/)![1];
  };
  const shares = await Promise.all([1e-4, 1e-3, 0.01, 0.1, 1].map(near));
  assert.deepEqual(shares, ["0", "100", "100", "100", "0"]);
  const of = (...values: [number, number, number][]) => verdict(2, parameter("beta", values));
  const [low, best, high]: [number, number, number][] = [[1e-3, 50, 50], [0.01, 60, 60], [
    1,
    40,
    40,
  ]];
  assert.equal(await of(low!, best!, high!), "holds");
  assert.equal(await of([1e-3, 60, 60], best!, high!), "partly", "no rise at all");
  assert.equal(await of([1e-3, 60, 59], best!, high!), "not told");
  assert.equal(
    await of([1e-4, 61, 0], [0.01, 60, 62], high!),
    "not told",
    "best in 3 of 4 resamples",
  );
  assert.equal(await of(low!, high!), "not run");
  assert.equal(await of(low!, best!), "not run");
  assert.equal(await of(best!, high!), "not run");
});

Deno.test("γ takes the default, another value up to 100 and one above it", async () => {
  const of = (...gammas: number[]) =>
    verdict(3, parameter("gamma", gammas.map((gamma) => [gamma, gamma > 100 ? 40 : 60, 60])));
  assert.equal(await of(10, 100, 101), "not told");
  assert.equal(await of(10, 1000), "not run");
  assert.equal(await of(1, 100, 1000), "not run", "without the default");
  assert.equal(await of(1, 10, 100), "not run");
});

Deno.test("curves of five points count, and shorter ones do not", async () => {
  const curve = (points: number): Curve =>
    Array.from({ length: points }, (_, i) => ({ step: i, loss: -i, f1: i }));
  const of = (...lengths: number[]) => verdict(5, { curves: () => lengths.map(curve) });
  assert.equal(await of(5, 5), "holds");
  assert.equal(await of(5, 4), "not run");
});

Deno.test("two halves of a claim: of one that fails and one that is not told the first decides", async () => {
  const ends = { holds: [1, 2], "does not hold": [-1, 0], "not told": [-1, 1] } as const;
  const rivals = ["boda", "dann"];
  const of = (...halves: readonly (keyof typeof ends)[]) =>
    verdict(6, {
      overlap: (name) => {
        const half = halves[rivals.indexOf(name)];
        const [low, high] = half === undefined ? [0, 0] : ends[half];
        return Promise.resolve(bySeed(50 - low, 50 - high));
      },
    });
  for (const half of ["holds", "does not hold", "not told"] as const) {
    assert.equal(await of(half, half), half);
  }
  for (
    const [one, other, together] of [
      ["holds", "does not hold", "partly"],
      ["holds", "not told", "not told"],
      ["does not hold", "not told", "does not hold"],
    ] as const
  ) {
    assert.equal(await of(one, other), together);
    assert.equal(await of(other, one), together);
  }
});
