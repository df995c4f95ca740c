/** LDAM's confidence: that of the softmax that it trains. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import ldam from "../../methods/ldam.ts";
import { useBackend } from "../../testing/backend.ts";
import { start } from "../../testing/toy.ts";

await useBackend();

Deno.test("LDAM predicts with the scale that it trains, and the same classes", () => {
  const run = start(ldam, { hyperparameters: { scale: 30 } });
  const images = tf.randomNormal([9, 8, 8, 3], 0, 1, "float32", 7);
  const [bare, scaled] = [run.ctx.network.logits(images), run.predict(images, 0)];
  const ratio = tf.div(scaled, bare).dataSync();
  for (const value of ratio) assert(Math.abs(value - 30) < 1e-3, String(value));
  assert.deepEqual(tf.argMax(scaled, 1).dataSync(), tf.argMax(bare, 1).dataSync());
});
