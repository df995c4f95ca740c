import assert from "node:assert/strict";
import { classCounts, DataError } from "../../datasets/dataset.ts";
import { digitsSynth } from "../../datasets/sets/digits_synth.ts";
import { loadOptions, readAll, splitsOf } from "./helpers.ts";

const IMAGE = 28 * 28 * 3;
const SMALL = { head: 40, factor: 0.1, validation: 2, test: 3 };

Deno.test("digits-synth: the defaults have the same pixels on every machine", async () => {
  const dataset = await digitsSynth.load(loadOptions(digitsSynth));
  assert.equal(
    dataset.fingerprint,
    "f1a2f36a103724ef310001fe5437ad6edde01cd7698ff5f249fdb58b772d78ad",
  );
  assert.deepEqual(dataset.domains.map((domain) => domain.name), digitsSynth.domains);
  for (const { place, split } of splitsOf(dataset)) {
    const pixels = await readAll(split);
    assert.equal(pixels.length, split.labels.length * IMAGE, place);
  }
});

Deno.test("digits-synth: the defaults have all four shot groups in both domains", async () => {
  const dataset = await digitsSynth.load(loadOptions(digitsSynth, { validation: 1, test: 1 }));
  for (const domain of dataset.domains) {
    const counts = classCounts(domain.train.labels, 10);
    const { many, few } = digitsSynth.shots;
    assert.equal(counts.filter((n) => n === 0).length, 1);
    assert.ok(counts.some((n) => n > many));
    assert.ok(counts.some((n) => n <= many && n > few));
    assert.ok(counts.some((n) => n <= few && n > 0));
  }
  const [street, texture] = dataset.domains.map((d) => classCounts(d.train.labels, 10));
  assert.deepEqual(street, texture!.toReversed());
});

Deno.test("digits-synth: more images of a class move no other image", async () => {
  const some = await digitsSynth.load(loadOptions(digitsSynth, SMALL));
  const more = await digitsSynth.load(loadOptions(digitsSynth, { ...SMALL, head: 60, test: 5 }));
  const first = (dataset: typeof some, digit: number) => {
    const { train, test } = dataset.domains[0]!;
    return Promise.all([
      train.read([train.labels.indexOf(digit)]),
      test.read([test.labels.indexOf(digit)]),
    ]);
  };
  for (const digit of [0, 3, 7]) {
    assert.deepEqual(await first(some, digit), await first(more, digit));
  }
  assert.notEqual(some.fingerprint, more.fingerprint);
});

Deno.test("digits-synth: the seed changes every image", async () => {
  const [a, b] = await Promise.all(
    [0, 1].map((seed) => digitsSynth.load(loadOptions(digitsSynth, { ...SMALL, seed }))),
  );
  const [x, y] = await Promise.all([a!, b!].map((set) => readAll(set.domains[1]!.test)));
  for (let i = 0; i < 30; i++) {
    const range = [i * IMAGE, (i + 1) * IMAGE] as const;
    assert.notDeepEqual(x!.subarray(...range), y!.subarray(...range));
  }
});

Deno.test("digits-synth: settings that make no sense are refused", async () => {
  for (const bad of [{ head: 0 }, { head: 1.5 }, { factor: 0 }, { factor: 2 }, { test: 0 }]) {
    await assert.rejects(
      digitsSynth.load(loadOptions(digitsSynth, bad)),
      (error) => error instanceof DataError && error.message.includes(Object.keys(bad)[0]!),
    );
  }
  await assert.rejects(
    digitsSynth.load(loadOptions(digitsSynth, SMALL, { imageSize: 32 })),
    /28 × 28 pixels and cannot be had at 32 × 32/,
  );
});
