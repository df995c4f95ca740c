/** Compiled functions: traced once, replayed, audited; what is not a pure function is caught. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { CompileError, executor, hostInput } from "../../tensor/compile/mod.ts";
import { useBackend } from "../../testing/backend.ts";

await useBackend();
const ignore = tf.getBackend() !== "tensorflow";

/** Calls of a function of one number, each with its result. */
function calls(
  count: number,
  work: (x: tf.Tensor, call: number) => tf.Tensor,
  options = {},
): number[] {
  const by = executor("graph", options);
  try {
    return Array.from({ length: count }, (_, call) => {
      const x = tf.tensor1d([call, 1]);
      const { y } = by.run("f", [x], () => tf.tidy(() => ({ y: work(x, call) })));
      const value = y.dataSync()[0]!;
      tf.dispose([x, y]);
      return value;
    });
  } finally {
    by.dispose();
  }
}

Deno.test("a pure function is replayed without its JavaScript", { ignore }, () => {
  let ran = 0;
  const before = tf.memory().numTensors;
  const found = calls(60, (x) => {
    ran++;
    return tf.add(tf.mul(x, 2), 1);
  });
  assert.deepEqual(found, found.map((_, call) => 2 * call + 1));
  assert.ok(ran >= 3 && ran < 10, `${ran} of 60 calls ran JavaScript`);
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("variables are read and assigned at every call; copies of them stay", { ignore }, () => {
  const sum = tf.variable(tf.zeros([2]), false);
  const twin = tf.variable(sum, false); // begins as the same tensor
  const copies: tf.Tensor[] = [];
  calls(10, (x) => {
    sum.assign(tf.add(sum, x));
    twin.assign(tf.sub(twin, x));
    return tf.add(sum, twin);
  }).forEach((value) => assert.equal(value, 0));
  copies.push(tf.clone(sum));
  calls(4, (x) => {
    sum.assign(tf.add(sum, x));
    return x;
  });
  assert.deepEqual([...copies[0]!.dataSync()], [45, 10]);
  assert.deepEqual([...sum.dataSync()], [51, 14]);
  tf.dispose([sum, twin, ...copies]);
});

Deno.test("host inputs are filled anew at every call, in their order", { ignore }, () => {
  let count = 0;
  const found = calls(50, (x) => {
    const first = hostInput([], "float32", () => Float32Array.of(++count));
    const second = hostInput([1], "float32", () => Float32Array.of(10 * count));
    return tf.add(tf.add(tf.mul(x, 0), first), second);
  });
  assert.deepEqual(found, found.map((_, call) => 11 * (call + 1)));
});

const counter = (() => {
  let count = 0;
  return () => ++count;
})();
const impurities: Readonly<Record<string, [(x: tf.Tensor, call: number) => tf.Tensor, RegExp]>> = {
  "a counter in a closure": [(x) => tf.mul(x, counter()), /held \d+ and holds \d+/],
  "Math.random": [(x) => tf.mul(x, Math.random()), /a tensor made from numbers held/],
  "Date.now": [
    (x) => tf.add(x, tf.scalar(Date.now() % 2 ** 24 + counter())),
    /a tensor made from numbers held/,
  ],
  "a number that depends on the call": [
    (x, call) => tf.mul(x, call >= 2 ? 3 : 1),
    /held 1 and holds 3/,
  ],
  "an operation that depends on the call": [
    (x, call) => call === 1 ? tf.sqrt(x) : tf.abs(x),
    /it was Abs and is Sqrt/,
  ],
  "more operations": [
    (x, call) => call === 2 ? tf.abs(tf.abs(x)) : tf.abs(x),
    /Abs was not there before/,
  ],
  "a shape that depends on the data": [
    (x) => tf.ones([1 + Math.round(tf.abs(x).dataSync()[0]!)]),
    /reads a tensor's values half-way/,
  ],
};

for (const [name, [work, says]] of Object.entries(impurities)) {
  Deno.test(`caught in the first calls: ${name}`, { ignore }, () => {
    const variable = tf.variable(tf.scalar(7), false);
    const before = tf.memory().numTensors;
    assert.throws(
      () =>
        calls(4, (x, call) => {
          variable.assign(tf.add(variable, 0));
          return work(x, call);
        }),
      (error) =>
        error instanceof CompileError && says.test(error.message) &&
        /compile_test\.ts:\d+/.test(error.message),
    );
    assert.equal(variable.dataSync()[0], 7, "variables are as before the call");
    assert.ok(tf.memory().numTensors <= before + 1);
    variable.dispose();
  });
}

Deno.test("what changes late is caught by an audit of every call", { ignore }, () => {
  const late = (x: tf.Tensor, call: number) => tf.mul(x, call < 30 ? 1 : 2);
  assert.throws(() => calls(40, late, { auditAll: true }), /held 1 and holds 2/);
});

Deno.test("a tensor that is kept from a step is refused", { ignore }, () => {
  const kept: tf.Tensor[] = [];
  assert.throws(
    () =>
      calls(2, (x) => {
        kept.push(tf.keep(tf.abs(x)));
        return tf.add(x, 1);
      }),
    /it keeps 1 of its tensors for later, the first one of Abs/,
  );
});

Deno.test("inputs of other shapes are another graph", { ignore }, () => {
  const by = executor("graph");
  for (const size of [2, 3, 2, 3, 2, 3, 2, 3]) {
    const x = tf.ones([size]);
    const { sum } = by.run("f", [x], () => ({ sum: tf.tidy(() => tf.sum(x)) }));
    assert.equal(sum.dataSync()[0], size);
    tf.dispose([x, sum]);
  }
  by.dispose();
});
