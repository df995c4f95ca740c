/** Numbers beside those that are expected of them. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";

/**
 * Asserts that all numbers are as expected, in order, whatever lists they stand in.
 *
 * @param within Of each number's size, and at least of 1.
 */
export function near(
  found: tf.Tensor | readonly unknown[] | number,
  expected: unknown,
  within = 1e-5,
): void {
  const got = found instanceof tf.Tensor
    ? [...found.dataSync()]
    : [found].flat(4) as unknown as number[];
  const wanted = [expected].flat(4) as number[];
  assert.equal(got.length, wanted.length);
  got.forEach((value, i) =>
    assert.ok(
      Math.abs(value - wanted[i]!) <= within * Math.max(1, Math.abs(wanted[i]!)),
      `number ${i} is ${value}, not ${wanted[i]}`,
    )
  );
}
