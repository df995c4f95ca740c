import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { seenBy } from "../../bench/train/normalise.ts";
import { frozenDataset } from "../../bench/train/features.ts";
import { plan } from "../helpers/plan.ts";
import { train } from "../../bench/train/trainer.ts";
import mobilenet from "../../networks/mobilenet.ts";
import { stream } from "../../base/random.ts";
import type { Float32Values } from "../../base/safetensors_format.ts";
import boda from "../../methods/boda.ts";
import { useBackend } from "../../testing/backend.ts";
import { debugDataset } from "../../testing/debug_dataset.ts";

await useBackend();

const options = {
  inputShape: [8, 8, 3],
  width: 0.25,
  draws: (name: string) => stream(1, name),
  random: stream(0, "dropout"),
};

/** A MobileNet with random weights, as if they had been read from a file. */
function pretrained() {
  const module = mobilenet.build(options);
  const tensors = new Map(
    module.parameters.map(({ name, variable }): [string, Float32Values] => [name, {
      shape: variable.shape,
      values: variable.dataSync() as Float32Array,
    }]),
  );
  for (const [name, { shape, values }] of [...tensors].filter(([name]) => name.endsWith("gamma"))) {
    const norm = name.slice(0, -"gamma".length);
    tensors.set(`${norm}moving_mean`, { shape, values: values.map(() => 0) });
    tensors.set(`${norm}moving_variance`, { shape, values });
  }
  const weights = (name: string) => tensors.get(name);
  return { module, pretrained: { network: mobilenet, sha256: "a".repeat(64), weights } };
}

Deno.test("frozen: features are the network's, kept, and all that training needs", async () => {
  const cacheDir = await Deno.makeTempDir();
  try {
    const images = seenBy(mobilenet, debugDataset(), "photographs");
    const { module, pretrained: weights } = pretrained();
    const told: number[] = [];
    const dataset = await frozenDataset(images, weights, cacheDir, (done) => told.push(done));
    const total = images.domains.reduce(
      (sum, { train, validation, test }) =>
        sum + train.labels.length + validation.labels.length + test.labels.length,
      0,
    );
    assert.equal(told.at(-1), total);
    assert.deepEqual(dataset.inputShape, [module.outputs]);

    const { validation } = images.domains[1]!;
    const pixels = await validation.read([2, 0]);
    const seen = tf.tensor4d(Float32Array.from(pixels, (v) => v / 127.5 - 1), [2, 8, 8, 3]);
    const wanted = module.apply(seen).dataSync();
    const found = await dataset.domains[1]!.validation.read([2, 0]);
    assert.equal(found.length, wanted.length);
    found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]!) < 1e-4));

    const again = await frozenDataset(
      images,
      { ...weights, weights: () => assert.fail("computed a second time") },
      cacheDir,
    );
    assert.equal(again.fingerprint, dataset.fingerprint);

    const [run] = plan({
      datasets: ["pacs"],
      methods: ["boda"],
      seeds: [0],
      preset: "smoke",
      settings: [],
      selection: "last",
      backend: "native",
      threads: 1,
      pretrained: [{ network: weights.network.name, sha256: weights.sha256 }],
      frozen: true,
    });
    const { network } = run!.spec.training;
    assert.deepEqual(network, {
      name: "head",
      width: 1,
      frozen: { name: "mobilenet", weights: "a".repeat(64) },
    });
    assert.equal(run!.spec.dataset.imageSize, 224);
    const { outcome, weights: trained } = await train(run!.spec, { dataset, method: boda });
    assert.equal(outcome.status, "done");
    assert.deepEqual(trained["featurizer.hidden.weight"]!.shape, [module.outputs, 256]);
    tf.dispose(trained);
    module.dispose();
  } finally {
    await Deno.remove(cacheDir, { recursive: true });
  }
});

Deno.test("pretrained weights are for photographs, and part of the run's id", () => {
  const request = {
    datasets: ["digits-synth", "pacs"],
    methods: ["erm"],
    seeds: [0],
    preset: "standard",
    settings: [],
    selection: "last",
    backend: "native",
    threads: 1,
  } as const;
  const without = plan(request);
  const weights = { network: "resnet18", sha256: "b".repeat(64) };
  const runs = plan({ ...request, pretrained: [weights] });
  assert.equal(runs[0]!.id, without[0]!.id);
  assert.notEqual(runs[1]!.id, without[1]!.id);
  assert.deepEqual(runs[1]!.spec.training.network, {
    name: "resnet18",
    width: 1,
    weights: "b".repeat(64),
  });
  assert.equal(runs[1]!.spec.training.learningRate, 5e-5);
  const dropped = plan({ ...request, pretrained: [weights], settings: [["all.dropout", 0.5]] });
  assert.equal(dropped[0]!.id, without[0]!.id, "a network without dropout");
  assert.equal(dropped[1]!.spec.training.network.dropout, 0.5);
});
