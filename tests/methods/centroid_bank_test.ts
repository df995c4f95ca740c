/** What a bank of centroids holds after a batch and what it says of one, by hand. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { bankDistance } from "../../methods/brl/centroid_bank.ts";
import { useBackend } from "../../testing/backend.ts";

await useBackend();

const labels = (...values: number[]) => tf.tensor1d(values, "int32");
const near = (found: tf.Tensor, expected: number[]) =>
  Array.from(found.dataSync()).forEach((value, i) =>
    assert.ok(Math.abs(value - expected[i]!) < 1e-6, `${i}: ${value} is not ${expected[i]}`)
  );

Deno.test("with one domain there is no distance, and the bank still follows", () =>
  tf.tidy(() => {
    const bank = {
      centroids: tf.variable(tf.tensor3d([[[1, 1], [3, 4]]])),
      known: tf.variable(tf.tensor3d([[[0], [1]]])),
    };
    const features = [tf.tensor2d([[2, 4], [6, 8], [3, 14]])];
    near(bankDistance(features, [labels(0, 0, 1)], [tf.tensor1d([3, 1, 2])], bank), [0]);
    // Class 0 was not known: its weighted mean (3·2 + 6)/4, (3·4 + 8)/4. Class 1 moves by a tenth.
    near(bank.centroids, [3, 5, 3, 5]);
    near(bank.known, [1, 1]);
  }));

Deno.test("a class is held against the other domains that know it", () =>
  tf.tidy(() => {
    const bank = {
      centroids: tf.variable(tf.tensor3d([[[0, 0], [5, 5]], [[1, 3], [9, 9]]])),
      known: tf.variable(tf.tensor3d([[[1], [0]], [[1], [0]]])),
    };
    const features = [tf.tensor2d([[2, 2], [7, 7]]), tf.tensor2d([[4, 2]])];
    const batch = [labels(0, 1), labels(0)];
    const ones = [tf.ones([2]), tf.ones([1])] as tf.Tensor1D[];
    // (2, 2) from (1, 3) is 1 on average, (4, 2) from (0, 0) is 10; class 1 is known to neither.
    near(bankDistance(features, batch, ones, bank), [(1 + 10) / 2]);
    near(bank.centroids, [0.2, 0.2, 7, 7, 1.3, 2.9, 9, 9]);
    near(bank.known, [1, 1, 1, 0]);
  }));

Deno.test("where no other domain knows a class there is no distance", () =>
  tf.tidy(() => {
    const bank = {
      centroids: tf.variable(tf.zeros([2, 2, 1])) as tf.Variable,
      known: tf.variable(tf.zeros([2, 2, 1])) as tf.Variable,
    };
    const features = [tf.tensor2d([[2]]), tf.tensor2d([[5]])];
    const ones = [tf.ones([1]), tf.ones([1])] as tf.Tensor1D[];
    near(bankDistance(features, [labels(0), labels(0)], ones, bank), [0]);
    near(bank.centroids, [2, 0, 5, 0]);
  }));
