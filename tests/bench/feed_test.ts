import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { pass } from "../../bench/train/batches.ts";
import { Residents } from "../../bench/train/feed.ts";
import type { SeenDataset } from "../../bench/train/normalise.ts";
import { prepareRun } from "../../bench/train/prepare.ts";
import type { RunSpec } from "../../bench/records/record.ts";
import type { Split, SplitName } from "../../datasets/dataset.ts";
import { memorySplit } from "../../datasets/reading/memory.ts";
import { shareDataset, sharedDataset } from "../../datasets/reading/shared.ts";
import erm from "../../methods/erm.ts";
import { executor } from "../../tensor/compile/mod.ts";
import { nativeBackend } from "../../tensor/native/binding.ts";
import { hasOperations } from "../../tensor/native/operations.ts";
import { useBackend } from "../../testing/backend.ts";
import { debugDataset, onFeatures } from "../../testing/debug_dataset.ts";

await useBackend();

/** A data set whose splits all lie in memory, and know it. */
async function inMemory(dataset: SeenDataset): Promise<SeenDataset> {
  const held = async ({ labels, read }: Split) =>
    memorySplit(await read(labels.map((_, i) => i)), labels);
  const domains = await Promise.all(dataset.domains.map(async (domain) => ({
    ...domain,
    train: await held(domain.train),
    validation: await held(domain.validation),
    test: await held(domain.test),
  })));
  return { ...dataset, domains };
}

/** Pixels with another table in each channel, and features. */
const DATA: Readonly<Record<string, SeenDataset>> = {
  pixels: {
    ...debugDataset(),
    normalisation: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
  },
  features: onFeatures(debugDataset()),
};

const held = (name: string) => name === "features" ? nativeBackend() !== null : hasOperations();

function specOf(execution: "eager" | "graph", network: string): RunSpec {
  return {
    format: 2,
    dataset: { name: "debug", imageSize: 8, settings: {} },
    method: { name: "erm", version: 1, hyperparameters: {} },
    stage1: null,
    seed: 0,
    training: {
      network: { name: network, width: 1 / 8 },
      steps: 50,
      batch: 5,
      checkpointEvery: 50,
      learningRate: 3e-3,
      weightDecay: 0,
      selection: "last",
    },
    engine: { backend: "native", threads: 1, execution },
  };
}

/** Losses of some steps, and the weights after them. */
async function trained(dataset: SeenDataset, execution: "eager" | "graph", network: string) {
  const run = prepareRun(specOf(execution, network), { dataset, method: erm });
  const losses: number[] = [];
  for (let step = 0; step < 6; step++) {
    const feeds = await run.nextBatch(step);
    losses.push((await run.update(feeds, step)).loss!);
    feeds.forEach((feed) => feed.dispose());
  }
  const weights = run.ctx.parameters.map(({ variable }) => [...variable.dataSync()]);
  run.dispose();
  return { losses, weights };
}

/** The same data set, in a file. */
async function inFile(dataset: SeenDataset, folder: string): Promise<SeenDataset> {
  const file = await shareDataset({ ...dataset, fingerprint: crypto.randomUUID() }, folder);
  return { ...dataset, ...await sharedDataset(file!) };
}

Deno.test("feeds: a step that is fed row numbers does what one fed images does, to the bit", async () => {
  const folder = await Deno.makeTempDir();
  for (const [name, dataset] of Object.entries(DATA)) {
    const memory = await inMemory(dataset);
    const file = await inFile(memory, folder);
    for (const execution of ["eager", "graph"] as const) {
      const network = name === "features" ? "head" : "cnn";
      const wanted = await trained(dataset, execution, network);
      for (const [where, resident] of Object.entries({ memory, file })) {
        const found = await trained(resident, execution, network);
        assert.deepEqual(found, wanted, `${name} in ${where}, ${execution}`);
      }
    }
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("feeds: of a split that is held only row numbers cross over, and nothing stays behind", async () => {
  for (const [name, dataset] of Object.entries(DATA)) {
    const folder = await Deno.makeTempDir();
    const { domains: [domain], ...rest } = await inFile(await inMemory(dataset), folder);
    const before = tf.memory().numTensors;
    const residents = new Residents({ ...rest, domains: [domain!] });
    const found = residents.find(domain!.train);
    assert.equal(found !== null, held(name), name);
    const [first, second] = [found?.feed([3, 0, 3]), found?.feed([1, 2, 0])];
    const fresh = (second?.tensors ?? []).filter((tensor) => !first!.tensors.includes(tensor));
    assert.deepEqual(fresh.map(({ shape }) => shape), found ? [[3]] : []);
    assert.equal(residents.find({ ...domain!.train, read: (i) => domain!.train.read(i) }), null);
    first?.dispose();
    second?.dispose();
    residents.dispose();
    assert.equal(tf.memory().numTensors, before);
    await Deno.remove(folder, { recursive: true });
  }
});

/** What a pass gives of a split: sizes of the batches, images and labels that count. */
async function passed(dataset: SeenDataset, split: SplitName, graph: boolean) {
  const residents = new Residents(dataset);
  const by = executor(graph ? "graph" : "eager");
  const sizes: number[] = [], images: number[] = [];
  const { inputShape, domains: [domain] } = dataset;
  const numbers = inputShape.reduce((a, b) => a * b, 1);
  for await (const { feed, count } of pass(dataset, domain![split], residents, true)) {
    const { same } = by.run("same", feed.tensors, () =>
      tf.tidy(() => {
        const { images } = feed.batch();
        return { same: tf.add(images, 0) };
      }));
    sizes.push(feed.size);
    images.push(...same.dataSync().subarray(0, count * numbers));
    same.dispose();
    feed.dispose();
  }
  residents.dispose();
  by.dispose();
  return { sizes, images };
}

Deno.test("feeds: a pass gives every image once, in batches of one size for all splits", async () => {
  for (const dataset of Object.values(DATA)) {
    const resident = await inMemory(dataset);
    for (const split of ["validation", "test"] as const) {
      const plain = await passed(dataset, split, false);
      assert.deepEqual(await passed(resident, split, true), plain);
      const { labels, read } = resident.domains[0]![split];
      const wanted = await read(labels.map((_, i) => i));
      assert.equal(plain.images.length, wanted.length);
      if (wanted instanceof Float32Array) assert.deepEqual(plain.images, [...wanted]);
    }
    const sizes = [
      ...(await passed(dataset, "validation", false)).sizes,
      ...(await passed(dataset, "test", false)).sizes,
    ];
    assert.equal(new Set(sizes).size, 1);
  }
});
