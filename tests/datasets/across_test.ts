import assert from "node:assert/strict";
import { defaultSettings } from "../../datasets/dataset.ts";
import { acrossCounts, logLogisticShares } from "../../datasets/protocols/across.ts";
import { digits } from "../../datasets/sets/digits.ts";
import { digitsSynth } from "../../datasets/sets/digits_synth.ts";
import { digitsSynth2 } from "../../datasets/sets/digits_synth_2.ts";

/** Three domains of four classes. Their sums by class are 160, 140, 70 and 15. */
const HAVE = [[100, 40, 20, 10], [50, 80, 20, 0], [10, 20, 30, 5]];
const random = { integer: () => 5, beta: () => 0.5 };

Deno.test("the log-logistic shares are SciPy's", () => {
  // x = np.linspace(1 / fisk.mean(3), fisk.ppf(.99, 3), 4); r = fisk.pdf(x, 3); r / r.sum()
  const scipy = [
    0.8430873199619572,
    0.12793442463696048,
    0.02251202476244798,
    0.006466230638634345,
  ];
  logLogisticShares(3, 4).forEach((share, i) => assert.ok(Math.abs(share - scipy[i]!) < 1e-14));
  assert.deepEqual(logLogisticShares(3, 1), [1]);
});

// 160 / 0.84309 = 189.78 in all: 160, 24.279, 4.2723 and 1.2272 by class, which are divided among
// the domains as the images that they have.
Deno.test("total-heavy-tail: the sums have the tail, each domain its share of them", () => {
  assert.deepEqual(acrossCounts("total-heavy-tail", HAVE, { random }), [
    [100, 6, 1, 1], // 100, 6.94, 1.22, 0.82
    [50, 13, 1, 0], // 50, 13.87, 1.22, none there
    [10, 3, 1, 1], // 10, 3.47, 1.83, 0.41
  ]);
});

// By size the third domain (65) is in the middle, the second (150) has the tail, the first (170)
// the mirrored one. Tail: 80 / 0.84309 = 94.89, in the order bee (80), ant (50), cow (20), dog (0).
// Mirrored: 10 / 0.84309 = 11.86. Middle: 0.3 · (94 / 4 + 13 / 4) / 2 = 4.01.
Deno.test("cross: what is frequent here is rare there, and the domain between has all alike", () => {
  assert.deepEqual(acrossCounts("cross", HAVE, { random }), [
    [1, 1, 1, 10], // 0.27, 0.08, 1.52, 10
    [12, 80, 2, 0], // 12.14, 80, 2.14, none there
    [4, 4, 4, 4],
  ]);
});

// The smallest domain has the tail: 30 / 0.84309 = 35.58 in the order 2, 1, 0, 3. The next has the
// mirrored one, of round(0.5 · (36 − 45) + 45) = 41 images (Math.round of 40.5). The largest has 45
// in all, ⌈45 / 4⌉ = 12 of each class.
Deno.test("duality: a tail, its mirror of another size, and hardly any images", () => {
  assert.deepEqual(acrossCounts("duality", HAVE, { random }), [
    [12, 12, 12, 10],
    [5, 1, 1, 0], // 5.25, 0.92, 0.27, none there
    [1, 4, 30, 1], // 0.80, 4.55, 30, 0.23
  ]);
});

Deno.test("duality of two domains is two mirrored tails", () => {
  const [first, second] = acrossCounts("duality", [[60, 60, 60], [60, 60, 60]], {
    random: { integer: () => 0, beta: () => 1 },
  });
  assert.deepEqual(first, [...first!].sort((a, b) => b - a));
  assert.deepEqual(second, [...second!].sort((a, b) => a - b));
});

Deno.test("a larger shape is a flatter tail; no class gets none, or more than there are", () => {
  const have = [[50, 50, 50, 50], [30, 30, 30, 30]];
  for (const across of ["total-heavy-tail", "cross", "duality"] as const) {
    const [flat, steep] = [6, 1.5].map((shape) =>
      acrossCounts(across, have, { shape, random }).flat()
    );
    const total = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);
    assert.ok(total(steep!) < total(flat!), across);
    assert.ok([...flat!, ...steep!].every((count) => count >= 1 && count <= 50), across);
  }
});

Deno.test("sets of digits have them as a setting, and are as before without", async () => {
  const paths = { dataDir: undefined, splitsDir: undefined, cacheDir: "" };
  for (const set of [digits, digitsSynth, digitsSynth2]) {
    const usual = defaultSettings(set);
    const counts = async (settings: Parameters<typeof set.counts>[0]["settings"]) =>
      (await set.counts({ ...paths, settings }))!.train;
    const { across: _, shape: __, ...before } = usual;
    assert.deepEqual(await counts(before), await counts(usual), set.name);
    const head = usual.head as number;
    const [first, second] = await counts({ ...usual, across: "cross" });
    const tail = logLogisticShares(3, 10);
    const wanted = tail.map((s) => Math.max(1, Math.floor(head / tail[0]! * s + 1e-9)));
    assert.deepEqual(first, wanted, set.name);
    assert.deepEqual(second, wanted.toReversed(), set.name);
  }
});
