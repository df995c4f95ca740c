/** Matrix products of batches: right, or refused. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { executor } from "../../tensor/compile/mod.ts";
import { useBackend } from "../../testing/backend.ts";

await useBackend();
const product = (a: number[], b: number[]) => tf.matMul(tf.ones<tf.Rank>(a), tf.ones<tf.Rank>(b));

for (
  const [a, b, shape] of [
    [[18, 16], [16, 4], [18, 4]],
    [[18, 5, 16], [16, 4], [18, 5, 4]],
    [[2, 3, 5, 16], [2, 3, 16, 4], [2, 3, 5, 4]],
  ] as [number[], number[], number[]][]
) {
  Deno.test(`[${a}] times [${b}] is [${shape}]`, () =>
    tf.tidy(() => {
      const found = product(a, b);
      assert.deepEqual(found.shape, shape);
      assert.ok(found.dataSync().every((value) => value === 16));
    }));
}

for (const execution of ["eager", "graph"] as const) {
  Deno.test(`a batch of rank 4 that would be broadcast is refused in a sentence, ${execution}`, {
    ignore: tf.getBackend() !== "tensorflow", // it ended in memory corruption there
  }, () => {
    const by = executor(execution);
    for (let i = 0; i < 50; i++) {
      assert.throws(
        () =>
          by.run("product", [], () => ({ z: tf.tidy(() => product([18, 1, 18, 16], [16, 4])) })),
        /^RangeError: Cannot multiply tensors of shapes \[18,1,18,16\] and \[16,4\] by matMul: [^\n]+matmul_test\.ts:\d+\)[^\n]+$/,
      );
    }
    by.dispose();
  });
}
