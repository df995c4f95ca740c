import assert from "node:assert/strict";
import { digitsSynth2 } from "../../datasets/sets/digits_synth_2.ts";
import { SHOT_GROUPS, shotGroup } from "../../metrics/mod.ts";
import { loadOptions, readAll } from "./helpers.ts";

const SEEDS = Array.from({ length: 50 }, (_, seed) => seed);

/** Training images by domain and class for a seed. */
async function countsOf(seed: number): Promise<readonly (readonly number[])[]> {
  return (await digitsSynth2.counts(loadOptions(digitsSynth2, { seed })))!.train;
}

const groupOf = (count: number) => shotGroup(count, digitsSynth2.shots);

Deno.test("digits-synth-2: long-tailed in each domain and pooled, whatever the seed", async () => {
  for (const seed of SEEDS) {
    const train = await countsOf(seed);
    const pooled = train[0]!.map((count, c) => count + train[1]![c]!);
    assert.ok(Math.min(...pooled) > 0, "every class can be learned somewhere");
    assert.ok(Math.max(...pooled) / Math.min(...pooled) >= 5);
    for (const counts of train) {
      const there = counts.filter((count) => count > 0);
      assert.ok(Math.max(...there) / Math.min(...there) >= 5);
    }
  }
});

Deno.test("digits-synth-2: each shot group has at least three classes, most of them in each domain", async () => {
  for (const seed of SEEDS) {
    const train = await countsOf(seed);
    for (const group of SHOT_GROUPS) {
      const cells = train.map((counts) =>
        counts.flatMap((count, c) => groupOf(count) === group ? [c] : [])
      );
      assert.ok(new Set(cells.flat()).size >= 3, `${group} for seed ${seed}`);
      assert.ok(cells.every((classes) => classes.length >= 2), `${group} for seed ${seed}`);
    }
  }
});

Deno.test("digits-synth-2: what one domain lacks is not all of the other one's head", async () => {
  for (const seed of SEEDS) {
    const [street, texture] = await countsOf(seed) as [number[], number[]];
    for (const [own, other] of [[street, texture], [texture, street]]) {
      const lacking = own!.flatMap((count, c) => count === 0 ? [other![c]!] : []);
      assert.ok(lacking.some((count) => groupOf(count) === "many"));
      assert.ok(lacking.some((count) => groupOf(count) !== "many" && count > 0));
    }
  }
});

Deno.test("digits-synth-2: every class is in every shot group for some seed", async () => {
  const seen = new Set<string>();
  for (const seed of SEEDS) {
    for (const counts of await countsOf(seed)) {
      counts.forEach((count, c) => seen.add(`${c} ${groupOf(count)}`));
    }
  }
  assert.equal(seen.size, 10 * SHOT_GROUPS.length);
});

Deno.test("digits-synth-2: by default the seed of the run draws images and counts", async () => {
  const small = { head: 30, validation: 2, test: 2 };
  const load = (runSeed: number, settings = {}) =>
    digitsSynth2.load({ ...loadOptions(digitsSynth2, { ...small, ...settings }), runSeed });
  const [first, again, second] = [await load(3), await load(3), await load(4)];
  const fixed = await load(4, { seed: 3 });
  assert.equal(first.fingerprint, again.fingerprint);
  assert.equal(first.fingerprint, fixed.fingerprint);
  assert.notEqual(first.fingerprint, second.fingerprint);
  const pixels = await Promise.all(
    [first, second].flatMap(({ domains }) => domains.map(({ test }) => readAll(test))),
  );
  assert.notDeepEqual(pixels[0], pixels[2]);
  assert.notDeepEqual(pixels[1], pixels[3]);
});
