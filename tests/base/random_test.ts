import assert from "node:assert/strict";
import { itemStream, type Random, stream } from "../../base/random.ts";

const numbers = (random: Random, count: number) =>
  Array.from({ length: count }, () => random.uniform());

Deno.test("a stream depends on seed and every part of its name", () => {
  const first = numbers(stream(0, "a", 1), 5);
  assert.deepEqual(numbers(stream(0, "a", 1), 5), first);
  for (const other of [stream(1, "a", 1), stream(0, "b", 1), stream(0, "a", 2), stream(0, "a1")]) {
    assert.notDeepEqual(numbers(other, 5), first);
  }
});

Deno.test("a stream's draws never change: records of old runs rely on them", () => {
  assert.deepEqual(numbers(stream(0, "batches", "street"), 3), PINNED.stream);
  assert.deepEqual(numbers(itemStream(7, 3), 3), PINNED.item);
});

Deno.test("a restored stream continues exactly, a pending normal included", () => {
  const random = stream(3, "x");
  random.normal();
  const state = random.state();
  const rest = [random.normal(), random.uniform(), random.normal(), random.beta(0.2)];
  random.restore(state);
  assert.deepEqual([random.normal(), random.uniform(), random.normal(), random.beta(0.2)], rest);
});

Deno.test("draws have the moments of their distributions", () => {
  const random = stream(1, "moments");
  const count = 50_000;
  const check = (draw: () => number, mean: number, variance: number) => {
    const values = Array.from({ length: count }, draw);
    const average = values.reduce((a, b) => a + b, 0) / count;
    const spread = values.reduce((a, b) => a + (b - average) ** 2, 0) / count;
    assert.ok(Math.abs(average - mean) < 5 * Math.sqrt(variance / count), `mean ${average}`);
    assert.ok(Math.abs(spread / variance - 1) < 0.05, `variance ${spread}`);
  };
  check(() => random.uniform(), 1 / 2, 1 / 12);
  check(() => random.normal(), 0, 1);
  check(() => random.beta(0.2), 1 / 2, 1 / (4 * (2 * 0.2 + 1)));
  check(() => random.beta(2), 1 / 2, 1 / (4 * (2 * 2 + 1)));
  check(() => random.integer(6), 2.5, 35 / 12);
});

Deno.test("neighbouring items have unrelated streams", () => {
  const firsts = Array.from({ length: 20_000 }, (_, item) => itemStream(5, item).uniform());
  assert.equal(new Set(firsts).size, firsts.length);
  const lag = firsts.slice(1).reduce((sum, x, i) => sum + (x - 0.5) * (firsts[i]! - 0.5), 0);
  assert.ok(Math.abs(lag / firsts.length * 12) < 5 / Math.sqrt(firsts.length));
});

Deno.test("a permutation holds every number once", () => {
  const order = stream(0, "p").permutation(50);
  assert.deepEqual([...order].sort((a, b) => a - b), Array.from({ length: 50 }, (_, i) => i));
  assert.notDeepEqual(order, Array.from({ length: 50 }, (_, i) => i));
});

const PINNED = {
  stream: [0.4313897870117481, 0.493099873630936, 0.09827164602480731],
  item: [0.7474427758460743, 0.5131337201465848, 0.5658514388529956],
};
