/** Where a method's network is as in training and where it is not, and what it predicts untrained. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { METHODS } from "../../methods/mod.ts";
import { Module } from "../../nn/module.ts";
import { useBackend } from "../../testing/backend.ts";
import { methodNamed, start, TOY } from "../../testing/toy.ts";

await useBackend();

/** Methods whose verdict is more than the network's own, untrained as well. */
const OWN_VERDICT: Readonly<Record<string, string>> = {
  medro: "the mean of experts",
  sade: "the mean of experts",
  mtl: "the domain's embedding stands beside the features",
  urm: "features are bounded",
  ldam: "verdicts are scaled",
  gcl: "cosines",
  taunorm: "weights are brought to other lengths, and without a bias",
};

/** What methods ask of a network as it is, while they train. */
const LOOKS: Readonly<Record<string, string>> = {
  boda: "the centroids of the training set",
  cdann: "the embedding of a class, which has no dropout",
  jtt: "the first stage's mistakes",
};

/** Whether each pass through modules and their halves was one of training, in turn. */
function watched(...modules: readonly Module[]): boolean[] {
  const seen: boolean[] = [];
  const parts = modules.flatMap((module) => [
    module,
    ...(module.halves ? [module.halves.lower, module.halves.upper] : []),
  ]);
  for (const part of parts) {
    const { forward } = part;
    Object.assign(part, {
      forward: (...[values, input, training]: Parameters<typeof forward>) => {
        seen.push(training);
        return forward(values, input, training);
      },
    });
  }
  return seen;
}

/** A first stage's weights by the names that they are kept under. */
function firstStage(): Readonly<Record<string, tf.Tensor>> {
  const { featurizer, classifier } = start(methodNamed("erm"), { seed: 7 }).ctx.network;
  return Object.fromEntries(
    Object.entries({ featurizer, classifier }).flatMap(([part, { parameters }]) =>
      parameters.map(({ name, variable }) => [`${part}.${name}`, variable])
    ),
  );
}

for (const method of METHODS) {
  Deno.test(`${method.name} trains its network as in training, and predicts with it as it is`, async () => {
    const stage1Weights = method.stage1 === undefined ? undefined : firstStage();
    const run = start(method, { stage1Weights });
    const { network } = run.ctx;
    const images = tf.randomUniform([4, ...TOY.inputShape], 0, 1, "float32", 1);
    const predicted = () => tf.tidy(() => [...run.predict(images, 0).dataSync()]);
    if (!(method.name in OWN_VERDICT)) {
      const untrained = tf.tidy(() => [...network.logits(images).dataSync()]);
      assert.deepEqual(
        predicted(),
        untrained,
        "before the first step the verdict is the network's",
      );
    }
    const seen = watched(network.featurizer, network.classifier);
    const { apply } = Module.prototype; // of discriminators, projections and other networks
    Module.prototype.apply = function (input, training = false) {
      seen.push(training);
      return apply.call(this, input, training);
    };
    for (let step = 0; step < 4; step++) await run.step();
    const modes = [true, ...method.name in LOOKS ? [false] : []];
    if (method.steps !== 0) assert.deepEqual(new Set(seen), new Set(modes));
    seen.length = 0;
    predicted();
    Module.prototype.apply = apply;
    assert.deepEqual(new Set(seen), new Set([false]));
    images.dispose();
    run.ctx.dispose();
  });
}
