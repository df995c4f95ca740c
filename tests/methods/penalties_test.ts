/** Penalties on features of a few images, worked out by hand. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { coralPenalty, gaussianKernels, mmd2, mmdPenalty } from "../../methods/parts/penalties.ts";
import { useBackend } from "../../testing/backend.ts";

await useBackend();

const column = (...values: number[]) => tf.tensor2d(values, [values.length, 1]);

function near(found: tf.Tensor, expected: number): void {
  const value = found.dataSync()[0]!;
  assert.ok(Math.abs(value - expected) < 1e-5, `${value} is not ${expected}`);
}

Deno.test("CORAL: squared differences of means and of covariances, mean over pairs of domains", () => {
  const [a, b, single] = [column(0, 2), column(3, 3), column(5)];
  near(coralPenalty([a, b]), (1 - 3) ** 2 + 2 ** 2); // variances 2 (divisor n − 1) and 0
  near(coralPenalty([a, single]), (1 - 5) ** 2 + 2 ** 2); // a single image has no variance
  near(coralPenalty([a, b, single]), (8 + 20 + 4) / 3);
  near(coralPenalty([a]), 0);
  // Two features: the mean over both, and over the four entries of the matrix [[2, 4], [4, 8]].
  const wide = tf.tensor2d([[0, 0], [2, 4]]), flat = tf.tensor2d([[0, 0], [0, 0]]);
  near(coralPenalty([wide, flat]), (1 + 4) / 2 + (4 + 16 + 16 + 64) / 4);
});

Deno.test("MMD: the means of the kernels within less those between, mean over pairs of groups", () => {
  const e = Math.exp(-1), far = Math.exp(-4);
  const kernels = [...gaussianKernels(column(0, 1), [1, 4]).dataSync()];
  [2, e + far, e + far, 2].forEach((value, i) => assert.ok(Math.abs(kernels[i]! - value) < 1e-6));
  const alone = tf.eye(3) as tf.Tensor2D;
  // Points at 0, 1 and 2: pairs at squared distances 1, 4 and 1.
  near(mmd2(column(0, 1, 2), alone, [1]), ((2 - 2 * e) + (2 - 2 * far) + (2 - 2 * e)) / 3);
  // 0 and 1 in one group, 2 in the other: (1 + e) / 2 + 1 − 2 · (e + far) / 2.
  const two = tf.tensor2d([[0.5, 0.5, 0], [0, 0, 1]]);
  near(mmd2(column(0, 1, 2), two, [1]), (1 + e) / 2 + 1 - (e + far));
  near(mmd2(column(0, 1), tf.tensor2d([[0.5, 0.5]]), [1]), 0);
  const usual = [1e-3, 1e-2, 1e-1, 1, 10, 100, 1000];
  const between = usual.reduce((sum, gamma) => sum + Math.exp(-gamma), 0);
  near(mmdPenalty([column(0, 0), column(1)]), 2 * usual.length - 2 * between);
  near(mmdPenalty([column(0, 1)]), 0);
});
