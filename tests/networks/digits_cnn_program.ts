/**
 * Prints the losses of five compiled ERM updates of the digits CNN on the embedded digits:
 * `digits_cnn_program.ts BACKEND`.
 *
 * Adam's first updates have the size of the learning rate however small a gradient is, so they turn
 * rounding of gradients near zero into changes of weights. At 1e-4 the losses stay those of the
 * mathematics for some updates; at 1e-3 they part in the fourth digit on some processors.
 *
 * @module
 */
import type { RunSpec } from "../../bench/records/record.ts";
import { seenBy } from "../../bench/train/normalise.ts";
import { prepareRun } from "../../bench/train/prepare.ts";
import { digitsSynth } from "../../datasets/sets/digits_synth.ts";
import { type Backend, startBackend } from "../../tensor/backend.ts";
import cnn from "../../networks/cnn.ts";
import erm from "../../methods/erm.ts";
import { loadOptions } from "../datasets/helpers.ts";

const backend = Deno.args[0] as Backend;
await startBackend(backend, 1);
const options = loadOptions(digitsSynth);
const dataset = seenBy(cnn, await digitsSynth.load(options), digitsSynth.images);
const spec: RunSpec = {
  format: 2,
  dataset: { name: dataset.name, imageSize: 28, settings: options.settings },
  method: { name: "erm", version: 1, hyperparameters: {} },
  stage1: null,
  seed: 0,
  training: {
    network: { name: "cnn", width: 1 },
    steps: 5,
    batch: 32,
    checkpointEvery: 5,
    learningRate: 1e-4,
    weightDecay: 0,
    selection: "validation-macro-f1",
  },
  engine: { backend, threads: 1, execution: "graph" },
};
const { ctx, nextBatch, update } = prepareRun(spec, { dataset, method: erm });
const losses: number[] = [];
for (let step = 0; step < 5; step++) {
  const feeds = await nextBatch(step);
  losses.push((await update(feeds, step)).loss!);
  feeds.forEach((feed) => feed.dispose());
}
ctx.dispose();
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(losses)));
