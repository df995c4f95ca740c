import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { densityQuantile } from "../../methods/parts/quantile.ts";
import { useBackend } from "../../testing/backend.ts";

await useBackend();

const quantile = (risks: number[], probability: number) =>
  tf.tidy(() => densityQuantile(tf.tensor1d(risks), probability).dataSync()[0]!);

const near = (found: number, expected: number) =>
  assert.ok(Math.abs(found - expected) < 1e-4, `${found}, expected ${expected}`);

Deno.test("the median of symmetric risks is their mean; higher quantiles are larger", () => {
  near(quantile([1, 2, 3], 0.5), 2);
  const values = [0.5, 0.75, 0.9, 0.99].map((probability) => quantile([1, 2, 3], probability));
  assert.deepEqual(values, values.toSorted((a, b) => a - b));
  assert.ok(values[3]! > 3);
});

Deno.test("quantiles move and stretch with the risks", () => {
  near(quantile([11, 12, 13], 0.9), 10 + quantile([1, 2, 3], 0.9));
  near(quantile([3, 6, 9], 0.9), 3 * quantile([1, 2, 3], 0.9));
});

Deno.test("one domain's risk, or the same risk in all, is the quantile itself", () => {
  near(quantile([0.7], 0.9), 0.7);
  near(quantile([0.7, 0.7, 0.7], 0.9), 0.7);
  assert.ok(Number.isNaN(quantile([0.7, NaN], 0.9)));
});

Deno.test("the quantile has the gradient that finite differences show, also of equal risks", () => {
  tf.tidy(() => {
    const gradient = (risks: number[]) =>
      tf.grad((x) => densityQuantile(x as tf.Tensor1D, 0.9))(tf.tensor1d(risks)).dataSync();
    const risks = [0.5, 1.4, 2, 4];
    gradient(risks).forEach((slope, i) => {
      const [up, down] = [1e-2, -1e-2].map((step) =>
        quantile(risks.map((risk, k) => risk + (k === i ? step : 0)), 0.9)
      );
      assert.ok(Math.abs((up! - down!) / 2e-2 - slope) < 1e-3);
    });
    for (const slope of gradient([0.7, 0.7])) near(slope, 0.5);
    near(gradient([0.7])[0]!, 1);
  });
});
