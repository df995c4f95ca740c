/** What methods do otherwise than the reference, and so no golden file can show. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { mlp } from "../../nn/layers.ts";
import { stream } from "../../base/random.ts";
import { inverseEffectiveNumber } from "../../methods/cbloss.ts";
import { balancedWeights, referenceWeights } from "../../methods/cdann.ts";
import { focalLoss } from "../../methods/focal.ts";
import {
  type GradientPenalty,
  gradientPenalty,
  referenceGradientPenalty,
} from "../../methods/parts/adversary.ts";
import { METHODS } from "../../methods/mod.ts";
import { crossEntropyPerExample } from "../../methods/parts/losses.ts";
import { mmdPenalty } from "../../methods/parts/penalties.ts";
import { classWeights } from "../../methods/parts/reweighting.ts";
import { useBackend } from "../../testing/backend.ts";
import { methodNamed, start, TOY } from "../../testing/toy.ts";

await useBackend();

/** A discriminator of 3 domains, 9 inputs of 4 features and their domains, of unequal size. */
function adversary() {
  const draws = (name: string) => stream(3, "definitions", name);
  const options = { inputs: 4, outputs: 3, width: 8, depth: 3, dropout: 0 };
  const random = stream(3, "inputs");
  const discriminator = mlp(options, draws, random);
  // Weights as large as after some training: at first the penalty is lost in rounding.
  for (const { variable } of discriminator.parameters) variable.assign(tf.mul(variable, 3));
  return {
    discriminator,
    inputs: tf.tensor2d(Array.from({ length: 36 }, () => random.normal()), [9, 4]),
    domains: tf.tensor1d([0, 0, 0, 0, 1, 1, 1, 2, 2], "int32"),
  };
}

Deno.test("the gradient penalty is the mean squared gradient of each image's own domain loss", () => {
  tf.tidy(() => {
    const { discriminator, inputs, domains } = adversary();
    const losses = (x: tf.Tensor2D) =>
      tf.sum(crossEntropyPerExample(discriminator.apply(x) as tf.Tensor2D, domains));
    const gradient = tf.grad((x) => losses(x as tf.Tensor2D))(inputs);
    const expected = tf.mean(tf.sum(tf.square(gradient), 1)).dataSync()[0]!;
    const found = gradientPenalty(discriminator, inputs, domains).dataSync()[0]!;
    assert.ok(Math.abs(found - expected) <= 1e-5 * expected, `${found}, expected ${expected}`);
  });
});

for (
  const [name, penalty] of Object.entries<GradientPenalty>({
    gradientPenalty,
    referenceGradientPenalty,
  })
) {
  Deno.test(`${name} has the gradient that finite differences show`, () => {
    tf.tidy(() => {
      const { discriminator, inputs, domains } = adversary();
      const value = (x: tf.Tensor) => penalty(discriminator, x as tf.Tensor2D, domains);
      const gradient = Array.from(tf.grad(value)(inputs).dataSync());
      const along = (i: number, step: number) => {
        const moved = inputs.dataSync().slice();
        moved[i]! += step;
        return value(tf.tensor2d(moved, [9, 4])).dataSync()[0]!;
      };
      const scale = gradient.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      assert.ok(scale > 1e-3);
      let close = 0;
      gradient.forEach((g, i) => {
        const slope = (along(i, 1e-2) - along(i, -1e-2)) / 2e-2;
        if (Math.abs(slope - g) < 0.03 * scale) close++;
      });
      assert.ok(close >= 33, `only ${close} of 36 agree`); // a ReLU may switch within a difference
    });
  });
}

Deno.test("CDANN gives every class of a batch the same share, absent classes none", () => {
  tf.tidy(() => {
    const labels = tf.tensor1d([0, 0, 0, 3, 3, 1], "int32");
    const weights = balancedWeights(labels, 5).dataSync();
    [1 / 9, 1 / 9, 1 / 9, 1 / 6, 1 / 6, 1 / 3].forEach((w, i) =>
      assert.ok(Math.abs(weights[i]! - w) < 1e-6)
    );
    assert.ok(tf.sum(referenceWeights(labels, 5)).dataSync()[0]! < 0.76); // MDLT counts class 2 too
    const alone = tf.tensor1d([0, 0], "int32");
    assert.deepEqual([...referenceWeights(alone, 5).dataSync()], [0.5, 0.5]);
  });
});

Deno.test("CBLoss keeps a class whose count is beyond double precision; MDLT drops it", () => {
  const counts = [10, 100_000];
  assert.equal(classWeights(counts, inverseEffectiveNumber(0.99, true))[1], 0);
  const [tail, head] = classWeights(counts, inverseEffectiveNumber(0.99));
  assert.ok(head! > 0 && head! < tail!);
});

Deno.test("the focal loss has a finite gradient where the network is entirely sure", () => {
  tf.tidy(() => {
    const logits = tf.tensor2d([[200, 0], [0, 200], [0.1, 0]]);
    const labels = tf.tensor1d([0, 0, 0], "int32");
    for (const gamma of [0.5, 1, 5]) {
      const gradient = tf.grad((z) => focalLoss(z as tf.Tensor2D, labels, gamma))(logits);
      assert.ok(gradient.dataSync().every(Number.isFinite));
      assert.ok(gradient.dataSync().slice(0, 2).every((slope) => slope === 0));
    }
  });
});

Deno.test("MMD is 0 for a single domain and for domains with the same features", () => {
  tf.tidy(() => {
    const z = tf.randomNormal([5, 3], 0, 1, "float32", 4) as tf.Tensor2D;
    assert.equal(mmdPenalty([z]).dataSync()[0], 0);
    assert.ok(Math.abs(mmdPenalty([z, z, z]).dataSync()[0]!) < 1e-5);
  });
});

Deno.test("MTL predicts the same for an image, whatever it is evaluated with", async () => {
  const run = start(methodNamed("mtl"));
  for (let i = 0; i < 3; i++) await run.step();
  tf.tidy(() => {
    const images = tf.randomNormal([4, ...TOY.inputShape], 0, 1, "float32", 5);
    const together = tf.slice(run.predict(images, 1), 0, 1).dataSync();
    const alone = run.predict(tf.slice(images, 0, 1), 1).dataSync();
    const elsewhere = run.predict(tf.slice(images, 0, 1), 2).dataSync();
    alone.forEach((value, i) => assert.ok(Math.abs(value - together[i]!) < 1e-5));
    assert.ok(alone.some((value, i) => Math.abs(value - elsewhere[i]!) > 1e-4));
  });
  run.ctx.dispose();
});

Deno.test("every method of the suite says what it assumes and when it may help", () => {
  for (const { name, assumes, helps } of METHODS) {
    for (const clause of [assumes, helps]) assert.match(clause ?? "", /^\S.*[^.]$/, name);
  }
});
