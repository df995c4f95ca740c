/**
 * From what a data set reads of its images to batches of tensors.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Augmentation, Dataset, Domain, Split } from "../../datasets/dataset.ts";
import { DataError } from "../../datasets/dataset.ts";
import { type Random, stream } from "../../base/random.ts";
import type { DomainBatch, Method } from "../../methods/method.ts";
import { type Feed, feedOf, type Residents } from "./feed.ts";
import { normalisePixels, type SeenDataset } from "./normalise.ts";

/** Most images of a batch of a whole pass: enough to be quick, few enough for any memory. */
function passBatch({ inputShape }: Dataset): number {
  const most = inputShape.length > 1 ? 250 : 1000;
  const numbers = inputShape.reduce((a, b) => a * b, 1);
  return Math.max(1, Math.min(most, Math.floor(3 * 2 ** 22 / numbers)));
}

/** Images that were read and are not yet tensors. */
interface Reading {
  readonly indices: ArrayLike<number>;
  readonly values: Promise<Uint8Array | Float32Array>;
  /** The same images in another augmentation, where it was asked for. */
  readonly second?: Promise<Uint8Array | Float32Array>;
}

/** Begins to read images of a split. */
function prefetch(
  split: Split,
  indices: ArrayLike<number>,
  augmentation?: Augmentation,
  secondAugmentation?: Augmentation,
): Reading {
  const read = (augmentation?: Augmentation) => {
    const values = split.read(indices, augmentation);
    // A failure is for whoever asks for these images; that may be later, or never.
    values.catch(() => {});
    return values;
  };
  return {
    indices,
    values: read(augmentation),
    ...(secondAugmentation && { second: read(secondAugmentation) }),
  };
}

/**
 * Images as tensors with their labels: pixels normalised, other numbers as they are.
 *
 * @param size Images of the batch; what there is none for is zero.
 */
async function toBatch(
  dataset: SeenDataset,
  split: Split,
  { indices, values, second }: Reading,
  size: number = indices.length,
): Promise<DomainBatch> {
  const [read, other] = await Promise.all([values, second]);
  const labels = new Int32Array(size);
  for (let i = 0; i < indices.length; i++) labels[i] = split.labels[indices[i]!]!;
  return {
    images: imagesOf(dataset, read, indices.length, size),
    labels: tf.tensor1d(labels, "int32"),
    ...(other && { secondImages: imagesOf(dataset, other, indices.length, size) }),
  };
}

function imagesOf(
  { normalisation, inputShape }: SeenDataset,
  read: Uint8Array | Float32Array,
  there: number,
  size: number,
): tf.Tensor {
  const shape = [size, ...inputShape];
  let numbers = read;
  if (read instanceof Uint8Array || size > there) {
    numbers = new Float32Array(shape.reduce((a, b) => a * b, 1));
    if (read instanceof Uint8Array) normalisePixels(normalisation, read, numbers);
    else numbers.set(read);
  }
  return tf.tensor(numbers, shape);
}

/** Some images of a split with their labels. */
export function readBatch(
  dataset: SeenDataset,
  split: Split,
  indices: ArrayLike<number>,
): Promise<DomainBatch> {
  return toBatch(dataset, split, prefetch(split, indices));
}

/**
 * Training batches of every domain, as a step is fed them. Those that TensorFlow does not hold are
 * read while it is still at the step before.
 *
 * Reading ahead only looks at what the samplers will draw: their streams stand where they would
 * stand without it, so a run can be saved and continued between any two batches.
 *
 * @param samplers One for each domain.
 * @param augmentations The key of each domain's series of augmentations, one item for each image
 * that is ever drawn.
 * @param steps After so many steps nothing is read ahead any more.
 * @param seconds The same of a second view of every image, in methods that see two.
 * @returns Draws the batches of a step; they are the caller's to dispose of.
 */
export function batchReader(
  dataset: SeenDataset,
  samplers: readonly Sampler[],
  augmentations: readonly number[],
  steps: number,
  residents?: Residents,
  seconds?: readonly number[],
): (step: number) => Promise<Feed[]> {
  const splits = dataset.domains.map(({ train }) => train);
  const start = (step: number, d: number, indices: Int32Array) => {
    const series = (key: number) => ({ key, first: step * indices.length });
    const second = seconds && series(seconds[d]!);
    return prefetch(splits[d]!, indices, series(augmentations[d]!), second);
  };
  const ahead: ({ readonly step: number; readonly reading: Reading } | undefined)[] = [];
  const feed = (step: number, d: number): Feed | Promise<Feed> => {
    const { next, peek } = samplers[d]!;
    const indices = next();
    const resident = residents?.find(splits[d]!);
    if (resident) return resident.feed(indices);
    const early = ahead[d]?.step === step ? ahead[d].reading : undefined;
    // After a jump to another place of the run other images are due.
    const reading = early && sameNumbers(early.indices, indices) ? early : start(step, d, indices);
    ahead[d] = step + 1 < steps
      ? { step: step + 1, reading: start(step + 1, d, peek()) }
      : undefined;
    return toBatch(dataset, splits[d]!, reading).then(feedOf);
  };
  return (step) => Promise.all(splits.map((_, d) => feed(step, d)));
}

function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.from(a).every((value, i) => value === b[i]);
}

/** All images of a split once, in order; with the key of a series, augmented as in training. */
export async function* epoch(
  dataset: SeenDataset,
  split: Split,
  augmentation?: number,
): AsyncIterable<DomainBatch> {
  const size = split.labels.length;
  const batches = Math.ceil(size / passBatch(dataset));
  const read = (batch: number) => {
    // Batches of one size as far as that goes: each size is a graph of its own.
    const start = Math.floor((batch * size) / batches);
    const length = Math.floor(((batch + 1) * size) / batches) - start;
    const indices = Int32Array.from({ length }, (_, i) => start + i);
    return prefetch(
      split,
      indices,
      augmentation === undefined ? undefined : { key: augmentation, first: start },
    );
  };
  let next = batches > 0 ? read(0) : undefined;
  for (let batch = 1; next !== undefined; batch++) {
    const finished = toBatch(dataset, split, next);
    next = batch < batches ? read(batch) : undefined;
    yield await finished;
  }
}

/** Images of a batch of evaluation. */
export interface PassBatch {
  readonly feed: Feed;
  /** How many of the batch are the split's next images; what follows them only fills it. */
  readonly count: number;
}

/**
 * All images of a split once, in order, as a graph is fed them: each batch has the same size, for
 * every split that is evaluated, so that one graph serves all.
 *
 * @param filled Whether the last batch is filled to that end; else batches are those of
 * {@linkcode epoch}, which decide the last bits of runs from before there were filled ones.
 */
export async function* pass(
  dataset: SeenDataset,
  split: Split,
  residents: Residents,
  filled: boolean,
): AsyncIterable<PassBatch> {
  if (!filled) {
    for await (const batch of epoch(dataset, split)) {
      yield { feed: feedOf(batch), count: batch.labels.size };
    }
    return;
  }
  const size = passSize(dataset);
  const { length } = split.labels;
  const resident = residents.find(split);
  const read = (start: number) => {
    const count = Math.min(size, length - start);
    const indices = Int32Array.from({ length: count }, (_, i) => start + i);
    return { count, reading: resident === null ? prefetch(split, indices) : null };
  };
  let next = read(0);
  for (let start = 0; start < length; start += size) {
    const { count, reading } = next;
    const last = start + count - 1;
    const rows = () => Int32Array.from({ length: size }, (_, i) => Math.min(start + i, last));
    const feed = reading === null
      ? resident!.feed(rows())
      : feedOf(await toBatch(dataset, split, reading, size));
    if (start + size < length) next = read(start + size);
    yield { feed, count };
  }
}

/** What a call costs beside its images, in images. */
const CALL = 4;

/** Images of every batch of evaluation: as many as leave the least to be filled. */
function passSize(dataset: Dataset): number {
  const splits = dataset.domains.flatMap(({ validation, test }) => [validation, test]);
  const sizes = splits.map(({ labels }) => labels.length);
  const most = Math.min(passBatch(dataset), Math.max(1, ...sizes));
  let best = { size: most, cost: Infinity };
  for (let size = most; size > 0; size--) {
    const cost = sizes.reduce((sum, n) => sum + Math.ceil(n / size) * (size + CALL), 0);
    if (cost < best.cost) best = { size, cost };
  }
  return best.size;
}

/** Draws training images of one domain, with replacement. */
export interface Sampler {
  /** The images of the next batch. */
  readonly next: () => Int32Array;
  /** What `next` will give, without giving it. */
  readonly peek: () => Int32Array;
  readonly random: Random;
}

/**
 * A sampler over a domain's training images. `uniform`: every image is equally likely.
 * `class-balanced`: every class that the domain has is equally likely, and so is every image in it
 * (weight 1 / (count of its class · classes present), as in the reference). `group-balanced`: as
 * `uniform`, on a subset with `cell` images of every class that the domain has.
 */
export function sampler(
  domain: Domain,
  kind: NonNullable<Method["sampler"]>,
  size: number,
  seed: number,
  cell = Infinity,
): Sampler {
  const { labels } = domain.train;
  if (labels.length === 0) {
    throw new DataError(
      `Cannot train on domain "${domain.name}": it has no training image, and every domain needs at least one`,
    );
  }
  const random = stream(seed, "batches", domain.name);
  const byClass = new Map<number, number[]>();
  labels.forEach((label, i) => byClass.get(label)?.push(i) ?? byClass.set(label, [i]));
  const members = [...byClass].sort(([a], [b]) => a - b).map(([, images]) => images);
  const draw = {
    "uniform": () => () => random.integer(labels.length),
    "class-balanced": () => () => {
      const images = members[random.integer(members.length)]!;
      return images[random.integer(images.length)]!;
    },
    "group-balanced": () => {
      const subset = stream(seed, "balanced subset", domain.name);
      const images = members.flatMap((images) =>
        subset.permutation(images.length).slice(0, cell).map((i) => images[i]!)
      );
      return () => images[random.integer(images.length)]!;
    },
  }[kind]();
  const next = () => Int32Array.from({ length: size }, draw);
  const peek = () => {
    const position = random.state();
    const indices = next();
    random.restore(position);
    return indices;
  };
  return { random, next, peek };
}

/** The key of a named series of augmentations. */
export function augmentationKey(seed: number, ...series: (string | number)[]): number {
  return stream(seed, "augmentation", ...series).integer(2 ** 32) | 0;
}
