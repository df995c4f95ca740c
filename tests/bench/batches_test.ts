import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import {
  augmentationKey,
  batchReader,
  epoch,
  readBatch,
  sampler,
} from "../../bench/train/batches.ts";
import type { Feed } from "../../bench/train/feed.ts";
import type { SeenDataset } from "../../bench/train/normalise.ts";
import { type Augmentation, DataError, type Split } from "../../datasets/dataset.ts";
import { useBackend } from "../../testing/backend.ts";
import { debugDataset } from "../../testing/debug_dataset.ts";

await useBackend();

/** The debug data, every read of a training image noted. */
function watched(fails: (reads: number) => boolean = () => false) {
  const reads: number[][] = [];
  const watch = (split: Split): Split => ({
    ...split,
    read(indices, augmentation?: Augmentation) {
      reads.push(Array.from(indices));
      if (fails(reads.length)) return Promise.reject(new DataError("a.jpg cannot be decoded."));
      return split.read(indices, augmentation);
    },
  });
  const dataset = debugDataset();
  const domains = dataset.domains.map((domain) => ({ ...domain, train: watch(domain.train) }));
  return { reads, dataset: { ...dataset, domains } satisfies SeenDataset };
}

function readerOf(dataset: SeenDataset, steps: number) {
  const samplers = dataset.domains.map((domain) => sampler(domain, "class-balanced", 5, 3));
  const streams = dataset.domains.map(({ name }) => augmentationKey(3, "batches", name));
  return { samplers, streams, draw: batchReader(dataset, samplers, streams, steps) };
}

Deno.test("batches: reading ahead gives the same batches and leaves the streams where they were", async () => {
  const { dataset, reads } = watched();
  const { samplers, draw } = readerOf(dataset, 4);
  const plain = readerOf(debugDataset(), 4);
  for (let step = 0; step < 4; step++) {
    const feeds = await draw(step);
    for (const [d, feed] of feeds.entries()) {
      const { images, labels } = feed.batch();
      const { train } = debugDataset().domains[d]!;
      const wanted = await readBatch(debugDataset(), train, plain.samplers[d]!.next());
      assert.deepEqual(images.dataSync(), wanted.images.dataSync());
      assert.deepEqual(labels.dataSync(), wanted.labels.dataSync());
      assert.deepEqual(samplers[d]!.random.state(), plain.samplers[d]!.random.state());
      tf.dispose([images, labels, wanted.images, wanted.labels]);
    }
    // The next step's images are asked for by then, and nothing after the last step.
    assert.equal(reads.length, dataset.domains.length * Math.min(4, step + 2));
  }
});

Deno.test("batches: after a jump the right images come", async () => {
  const { dataset } = watched();
  const { samplers, draw } = readerOf(dataset, 9);
  (await draw(0)).forEach((feed) => feed.dispose());
  const place = samplers.map(({ random }) => random.state());
  const first = await draw(1);
  samplers.forEach(({ random }, d) => random.restore(place[d]!));
  const again = await draw(1);
  const pixels = (feed: Feed) => feed.batch().images.dataSync();
  first.forEach((feed, d) => assert.deepEqual(pixels(feed), pixels(again[d]!)));
});

Deno.test("batches: a failure belongs to the step whose image it is", async () => {
  const { dataset } = watched((reads) => reads === debugDataset().domains.length + 1);
  const { draw } = readerOf(dataset, 9);
  await draw(0);
  await assert.rejects(draw(1), /a\.jpg cannot be decoded/);
});

Deno.test("batches: a pass sees every image once, in order", async () => {
  const dataset = debugDataset();
  const { train } = dataset.domains[1]!;
  const seen: number[] = [];
  for await (const { labels } of epoch(dataset, train)) {
    seen.push(...labels.dataSync());
  }
  assert.deepEqual(seen, [...train.labels]);
});

Deno.test("a group-balanced sampler draws from as many images of every class as it is told", () => {
  for (const domain of debugDataset().domains) {
    const drawn = new Set<number>();
    const { next } = sampler(domain, "group-balanced", 50, 3, 2);
    for (let i = 0; i < 20; i++) next().forEach((image) => drawn.add(image));
    const { labels } = domain.train;
    const counts = new Map<number, number>();
    for (const image of drawn) counts.set(labels[image]!, (counts.get(labels[image]!) ?? 0) + 1);
    for (const label of new Set(labels)) {
      const there = labels.filter((other) => other === label).length;
      assert.equal(counts.get(label), Math.min(2, there), `class ${label} of ${domain.name}`);
    }
    const other = sampler(domain, "group-balanced", 50, 4, 2).next();
    assert.ok(!other.every((image) => drawn.has(image)), "every seed has the same subset");
  }
});

Deno.test("batches: a second view is another augmentation, ahead and after a jump alike", async () => {
  const plain = debugDataset();
  /** Images that are all one number, which follows from what augments them. */
  const domains = plain.domains.map((domain) => {
    const read: Split["read"] = (indices, augmentation) => {
      const value = augmentation ? (augmentation.key ^ augmentation.first) & 255 : 0;
      const pixels = new Uint8Array(indices.length * plain.inputShape.reduce((a, b) => a * b));
      return Promise.resolve(pixels.fill(value));
    };
    return { ...domain, train: { ...domain.train, read } };
  });
  const dataset = { ...plain, domains };
  const keys = (view: string) => domains.map(({ name }) => augmentationKey(3, view, name));
  const reader = (seconds?: readonly number[]) =>
    batchReader(
      dataset,
      domains.map((domain) => sampler(domain, "uniform", 4, 3)),
      keys("batches"),
      3,
      undefined,
      seconds,
    );
  const [two, one, late] = [reader(keys("second view")), reader(), reader(keys("second view"))];
  const numbers = (feed: Feed) => {
    const { images, secondImages } = feed.batch();
    const values = [images, secondImages].map((view) => view && [...view.dataSync()]);
    feed.dispose();
    return values;
  };
  const before = tf.memory().numTensors;
  for (let step = 0; step < 3; step++) {
    const [seen, alone] = [(await two(step)).map(numbers), (await one(step)).map(numbers)];
    seen.forEach(([first, second], d) => {
      assert.deepEqual(first, alone[d]![0], "the first view is what it is without a second");
      assert.equal(alone[d]![1], undefined);
      assert.notDeepEqual(second, first);
    });
    if (step === 2) assert.deepEqual((await late(2)).map(numbers), seen);
  }
  assert.equal(tf.memory().numTensors, before);
});
