import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { Adam } from "../../nn/adam.ts";
import { executor } from "../../tensor/compile/mod.ts";
import { type Parameter, parameter } from "../../nn/module.ts";
import { stream } from "../../base/random.ts";
import { useBackend } from "../../testing/backend.ts";

await useBackend();

const random = stream(0, "adam");
const make = (): Parameter[] =>
  [[3, 4], [5], [2, 2]].map((shape, i) =>
    parameter(`p${i}`, shape, "vector", () => random.normal())
  );

/** The formula in double precision, one number at a time. */
function expected(
  w: number[],
  gradients: number[][],
  lr: number,
  wd: number,
  b1: number,
  b2: number,
) {
  const m = w.map(() => 0), v = w.map(() => 0), out = [...w];
  gradients.forEach((gradient, step) =>
    gradient.forEach((g, i) => {
      const full = g + wd * out[i]!;
      m[i] = b1 * m[i]! + (1 - b1) * full;
      v[i] = b2 * v[i]! + (1 - b2) * full * full;
      const t = step + 1;
      out[i]! -= lr * (m[i]! / (1 - b1 ** t)) / (Math.sqrt(v[i]! / (1 - b2 ** t)) + 1e-8);
    })
  );
  return out;
}

for (const [wd, betas] of [[0, [0.9, 0.999]], [0.1, [0.5, 0.9]]] as const) {
  Deno.test(`Adam moves as the formula says, weight decay ${wd}, betas ${betas}`, () => {
    const parameters = make();
    const adam = new Adam(parameters, { learningRate: 0.01, weightDecay: wd, betas });
    const start = parameters.map((p) => [...p.variable.dataSync()]);
    const steps = Array.from(
      { length: 4 },
      () => parameters.map((p) => Array.from({ length: p.variable.size }, () => random.normal())),
    );
    for (const step of steps) {
      // The second parameter takes no part: no step, no decay.
      adam.step(step.map((g, i) => (i === 1 ? null : tf.tensor(g, parameters[i]!.variable.shape))));
    }
    parameters.forEach((p, i) => {
      const wanted = i === 1
        ? start[i]!
        : expected(start[i]!, steps.map((step) => step[i]!), 0.01, wd, betas[0], betas[1]);
      const found = p.variable.dataSync();
      wanted.forEach((value, k) => assert.ok(Math.abs(found[k]! - value) < 1e-6));
    });
  });
}

Deno.test("a restored Adam takes the very same next step", () => {
  const [one, other] = [make(), make()];
  const gradients = () =>
    one.map((p) =>
      tf.tensor(
        Array.from({ length: p.variable.size }, () => random.normal()),
        p.variable.shape,
      )
    );
  const settings = { learningRate: 0.01, weightDecay: 0.01 };
  const adam = new Adam(one, settings);
  adam.step(gradients());
  adam.step(gradients());
  other.forEach((p, i) => p.variable.assign(one[i]!.variable));
  const resumed = new Adam(other, settings);
  resumed.restore(adam.snapshot());
  const last = gradients();
  adam.step(last);
  resumed.step(last);
  one.forEach((p, i) => assert.deepEqual(p.variable.dataSync(), other[i]!.variable.dataSync()));
});

Deno.test("a changed set of gradients is refused", () => {
  const parameters = make();
  const adam = new Adam(parameters, { learningRate: 0.01, weightDecay: 0 });
  adam.step(parameters.map((p) => tf.zerosLike(p.variable)));
  assert.throws(
    () => adam.step(parameters.map((p, i) => (i === 0 ? null : tf.zerosLike(p.variable)))),
    /the set must stay the same/,
  );
});

Deno.test("an Adam that was reset and then replayed continues where it was", {
  ignore: tf.getBackend() !== "tensorflow",
}, () => {
  const [one, other] = [make(), make()];
  const settings = { learningRate: 0.01, weightDecay: 0 };
  const [adam, resumed] = [new Adam(one, settings), new Adam(other, settings)];
  const by = executor("graph");
  const step = (of: Adam, key: string) => {
    by.run(key, [], () => {
      tf.tidy(() => of.step(of.parameters.map((p) => tf.mul(p.variable, 0.5))));
      return {};
    });
  };
  for (let i = 0; i < 12; i++) {
    if (i === 5) adam.reset();
    step(adam, "one");
  }
  other.forEach((p, i) => p.variable.assign(one[i]!.variable));
  resumed.restore(adam.snapshot());
  step(adam, "one");
  step(resumed, "other");
  one.forEach((p, i) => assert.deepEqual(p.variable.dataSync(), other[i]!.variable.dataSync()));
  by.dispose();
});
