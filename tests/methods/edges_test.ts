/** Methods at the edges of what a batch may be, with draws that are given. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { MethodContext } from "../../methods/method.ts";
import { useBackend } from "../../testing/backend.ts";
import { methodNamed } from "../../testing/toy.ts";

await useBackend();

Deno.test("CausIRL compares mixtures of two images, and none of a single one", () =>
  tf.tidy(() => {
    const shares = (sizes: number[], ...cuts: number[]) => {
      const integer = () => cuts.shift()!;
      const ctx = { random: () => ({ integer }) } as unknown as MethodContext;
      const learner = methodNamed("causirl").create(ctx, { penaltyWeight: 1 });
      return (learner.draws!(sizes, [])["shares"] as tf.Tensor2D).arraySync();
    };
    assert.deepEqual(shares([4], 2), [[0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]]);
    assert.deepEqual(shares([2, 3], 1, 1), [
      [0.5, 0, 0.5, 0, 0],
      [0, 1 / 3, 0, 1 / 3, 1 / 3].map(Math.fround),
    ]);
    for (const cut of [0, 1, 3]) assert.deepEqual(shares([4], cut), [[0, 0, 0, 0], [0, 0, 0, 0]]);
  }));
