/** Content and style of maps, beside their definition written out. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { styleOf } from "../../methods/parts/styles.ts";
import { useBackend } from "../../testing/backend.ts";

await useBackend();

Deno.test("the style of maps is taken over positions, channel by channel", () => {
  tf.tidy(() => {
    const maps = tf.randomNormal([2, 3, 4, 5], 1, 2, "float32", 3) as tf.Tensor4D;
    const values = maps.arraySync();
    const { content, mean, deviation } = styleOf(maps);
    assert.deepEqual([mean.shape, deviation.shape], [[2, 1, 1, 5], [2, 1, 1, 5]]);
    for (const [image, rows] of values.entries()) {
      for (let channel = 0; channel < 5; channel++) {
        const all = rows.flatMap((row) => row.map((pixel) => pixel[channel]!));
        const m = all.reduce((a, b) => a + b) / all.length;
        const variance = all.reduce((a, x) => a + (x - m) ** 2, 0) / (all.length - 1);
        const at = image * 5 + channel;
        assert.ok(Math.abs(mean.dataSync()[at]! - m) < 1e-5);
        assert.ok(Math.abs(deviation.dataSync()[at]! - Math.sqrt(variance + 1e-6)) < 1e-5);
      }
    }
    const back = tf.add(tf.mul(content, deviation), mean);
    assert.ok(tf.max(tf.abs(tf.sub(back, maps))).dataSync()[0]! < 1e-5);
  });
});
