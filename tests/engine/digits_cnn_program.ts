/**
 * Prints the losses of five ERM updates of the digits CNN: `digits_cnn_program.ts BACKEND`.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { updateOf } from "../../bench/trainer.ts";
import { RunWorkbench } from "../../bench/workbench.ts";
import { type Backend, startBackend } from "../../engine/backend.ts";
import { compiled } from "../../engine/compile.ts";
import { buildNetwork } from "../../engine/networks.ts";
import { stream } from "../../engine/random.ts";
import erm from "../../methods/erm.ts";

await startBackend(Deno.args[0] as Backend, 1);
const network = buildNetwork("cnn", 10, {
  imageSize: 28,
  width: 1,
  draws: (name) => stream(0, name),
  random: stream(0, "dropout"),
});
const bench = new RunWorkbench({
  network,
  classes: 10,
  counts: [[], []],
  seed: 0,
  adam: { learningRate: 1e-3, weightDecay: 0 },
  trainingSet: () => {
    throw new Error("ERM needs no pass over the training set");
  },
});
const update = updateOf(bench, erm.create(bench, {}), compiled);
const random = stream(0, "images");
const losses = [0, 1, 2, 3, 4].map((step) => {
  const domains = [0, 1].map(() => ({
    images: tf.tensor(Float32Array.from({ length: 4 * 28 * 28 * 3 }, () => random.uniform()), [
      4,
      28,
      28,
      3,
    ]),
    labels: tf.tensor1d([0, 1, 2, 3].map(() => random.integer(10)), "int32"),
  }));
  return update(domains, step).loss;
});
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(losses)));
