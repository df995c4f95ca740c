/** Usual mistakes in a method: each is told in one sentence, with the line where it is written. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import erm from "../../methods/erm.ts";
import { defineMethod, type Learner, type MethodContext } from "../../methods/method.ts";
import { forwardAll } from "../../methods/parts/batches.ts";
import { crossEntropy } from "../../methods/parts/losses.ts";
import { useBackend } from "../../testing/backend.ts";
import { start } from "../../testing/toy.ts";

await useBackend();
const native = tf.getBackend() === "tensorflow";

/** Trains a method for some steps, and gives the error that ends it. */
async function mistakeOf(
  create: (ctx: MethodContext) => unknown,
  execution: "eager" | "graph",
): Promise<Error> {
  const method = defineMethod({
    ...erm,
    name: "mine",
    create: (ctx) => create(ctx) as Learner,
  });
  try {
    const run = start(method, { execution });
    for (let i = 0; i < 4; i++) await run.step();
  } catch (error) {
    return error as Error;
  }
  return assert.fail("it was trained");
}

const loss = (loss: NonNullable<Learner["loss"]> | (() => unknown)) => () => ({ loss });
const one = () => tf.scalar(1);

/** What is said of a method; `LINE` stands for a line of this file. */
const MISTAKES: Readonly<Record<string, readonly [(ctx: MethodContext) => unknown, string]>> = {
  "no learner": [() => {}, "its create() returned nothing; return { loss(domains) { … } }"],
  "nothing returned": [
    loss(() => {}),
    "its loss() returned nothing; return { loss, … } with a scalar tensor",
  ],
  "the scalar itself": [
    loss(one),
    "its loss() returned a scalar tensor; return { loss, … } with a scalar tensor",
  ],
  "no loss": [
    loss(() => ({ risk: one() })),
    'its loss() returned no "loss", only risk; return { loss, … } with a scalar tensor',
  ],
  "a number": [
    loss(() => ({ loss: 1 })),
    'its loss() returned a number as "loss"; return a scalar tensor, such as tf.mean gives',
  ],
  "an undefined term": [
    loss(() => ({ loss: one(), penalty: undefined })),
    'its loss() returned nothing as "penalty"; return a scalar tensor, such as tf.mean gives',
  ],
  "a loss for every image": [
    loss(() => ({ loss: tf.ones([18]) })),
    'its loss() returned a tensor of shape [18] as "loss"; return a scalar, such as its tf.mean',
  ],
  "a term that is no scalar": [
    loss(() => ({ loss: one(), risks: tf.ones([3, 1]) })),
    'its loss() returned a tensor of shape [3,1] as "risks"; return a scalar, such as its tf.mean',
  ],
  "a forgotten await": [
    loss(async () => ({ loss: await Promise.resolve(one()) })),
    "its loss() returned a Promise; it cannot wait (no async, no await): what must be waited for " +
    "belongs in beforeStep()",
  ],
  "an update that gives numbers": [
    () => ({ update: () => ({ loss: 1 }) }),
    'its update() returned a number as "loss"; return a scalar tensor, such as tf.mean gives',
  ],
  "a loss without shape in minimize()": [
    (ctx) => {
      const optimizer = ctx.optimizer(ctx.network.featurizer.parameters);
      return { update: () => optimizer.minimize(() => ({ loss: tf.ones([2]) as tf.Scalar })) };
    },
    'the loss given to minimize() returned a tensor of shape [2] as "loss"; return a scalar, such ' +
    "as its tf.mean (LINE)",
  ],
  "a schedule of tensors": [
    () => ({ schedule: () => ({ weight: one() }), loss: () => ({ loss: one() }) }),
    'its schedule() returned a scalar tensor as "weight"; return a number',
  ],
  "draws of arrays": [
    () => ({ draws: () => ({ rows: new Int32Array(3) }), loss: () => ({ loss: one() }) }),
    'its draws() returned an Int32Array as "rows"; return a tensor, such as tf.tensor1d(…, ' +
    '"int32") of row numbers',
  ],
  "no gradient": [
    loss(() => ({ loss: one() })),
    "its loss does not depend on any weight, so no gradient reaches one; compute it from the " +
    "network's outputs with TensorFlow.js's operations",
  ],
  "a typing error": [
    loss((domains) => ({ loss: (domains[7] as never as { images: { x: tf.Scalar } }).images.x })),
    "Cannot read properties of undefined (reading 'images') (LINE)",
  ],
  "shapes that cannot be multiplied": [
    ({ network }) => ({
      loss(domains: Parameters<NonNullable<Learner["loss"]>>[0]) {
        const { features } = forwardAll(network, domains);
        return { loss: tf.mean(tf.matMul(features, tf.ones([7, 3]))) };
      },
    }),
    "Matrix size-incompatible: In[0]: [18,16], In[1]: [7,3] 0 0 (LINE)",
  ],
  "shapes that cannot be added": [
    ({ network }) => ({
      loss(domains: Parameters<NonNullable<Learner["loss"]>>[0]) {
        const { logits, labels } = forwardAll(network, domains);
        const moved = tf.add(logits, tf.ones([5]));
        return { loss: crossEntropy(moved as tf.Tensor2D, labels) };
      },
    }),
    "Incompatible shapes: [18,4] vs. [5] (LINE)",
  ],
  "an error inside a part": [
    ({ network }) => ({
      loss(domains: Parameters<NonNullable<Learner["loss"]>>[0]) {
        const { logits } = forwardAll(network, domains);
        return { loss: crossEntropy(logits, tf.zeros([7], "int32")) };
      },
    }),
    "Incompatible shapes: [18,4] vs. [7,4] (LINE)",
  ],
  "a tensor kept from the step before": [
    ({ network }) => {
      let before: tf.Tensor | undefined;
      return {
        loss(domains: Parameters<NonNullable<Learner["loss"]>>[0]) {
          const { logits, labels } = forwardAll(network, domains);
          const moved = before === undefined ? logits : tf.add(logits, before);
          before = tf.mean(logits);
          return { loss: crossEntropy(moved as tf.Tensor2D, labels) };
        },
      };
    },
    "it uses a tensor that has been freed; keep what lasts from step to step in ctx.buffer (LINE)",
  ],
};

for (const [what, [create, says]] of Object.entries(MISTAKES)) {
  // What another backend says of shapes differs.
  const executions = native ? ["eager", "graph"] : says.includes("LINE") ? [] : ["eager"];
  for (const execution of executions as ("eager" | "graph")[]) {
    Deno.test(`${what} (${execution})`, async () => {
      const error = await mistakeOf(create, execution);
      const said = error.message.replace(/file:\S+mistakes_test\.ts:\d+/, "LINE");
      assert.equal(said, `Cannot train "mine": ${says}`);
      assert.ok((error.cause as Error).stack !== undefined, "the error itself is lost");
    });
  }
}

Deno.test("a prediction that is not the logits of every image is refused, never scored", () => {
  const wrong: readonly (readonly [predicted: () => unknown, says: string | null])[] = [
    [() => tf.zeros([3, 3]), "a tensor of shape [3,3]"],
    [() => tf.zeros([2]), "a tensor of shape [2]"],
    [() => {}, "nothing"],
    [() => Promise.resolve(), "a Promise"],
    [() => tf.zeros([2, 4], "int32"), null],
    [() => tf.zeros([2, 4], "bool"), null],
  ];
  for (const [predict, says] of wrong) {
    const run = start(defineMethod({
      ...erm,
      name: "mine",
      create: () => ({ loss: one, predict }) as unknown as Learner,
    }));
    assert.throws(() => run.predict(tf.zeros([2, 8, 8, 3]), 0), {
      name: "MethodError",
      message: says === null
        ? /^Cannot train "mine": its predict\(\) returned logits of type (int32|bool); return them as float32$/
        : `Cannot train "mine": its predict() returned ${says}; return logits ` +
          "[images, classes], here [2,4]",
    });
  }
});
