/**
 * From what a data set reads of its images to batches of tensors.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type {
  Augmentation,
  Dataset,
  DatasetDefinition,
  Domain,
  Split,
} from "../../datasets/dataset.ts";
import { DataError } from "../../datasets/dataset.ts";
import { type Random, stream } from "../../base/random.ts";
import type { DomainBatch } from "../../methods/method.ts";
import {
  IMAGENET,
  type NetworkDefinition,
  type Normalisation,
  ZERO_TO_ONE,
} from "../../networks/network.ts";

/** A data set as a network sees it. */
export interface SeenDataset extends Dataset {
  /** How pixels reach the network; other numbers reach it as they are. */
  readonly normalisation: Normalisation;
}

/** How images reach networks that ask for nothing else. */
const USUAL: Readonly<Record<DatasetDefinition["images"], Normalisation>> = {
  digits: ZERO_TO_ONE,
  photographs: IMAGENET,
};

/** A data set of digits or photographs as a network sees it. */
export function seenBy(
  { normalisation }: NetworkDefinition,
  dataset: Dataset,
  images: DatasetDefinition["images"],
): SeenDataset {
  return { ...dataset, normalisation: normalisation ?? USUAL[images] };
}

/** Images of a pass over a whole split: large enough to be quick, small enough for any memory. */
function passBatch({ inputShape }: Dataset): number {
  const most = inputShape.length > 1 ? 250 : 1000;
  const numbers = inputShape.reduce((a, b) => a * b, 1);
  return Math.max(1, Math.min(most, 3 * 2 ** 22 / numbers));
}

/** Images that were read and are not yet tensors. */
interface ReadImages {
  readonly indices: ArrayLike<number>;
  readonly values: Promise<Uint8Array | Float32Array>;
}

/** Begins to read images of a split. */
function prefetch(
  split: Split,
  indices: ArrayLike<number>,
  augmentation?: Augmentation,
): ReadImages {
  const values = split.read(indices, augmentation);
  // A failure is for whoever asks for these images; that may be later, or never.
  values.catch(() => {});
  return { indices, values };
}

/** Images as tensors with their labels: pixels normalised, other numbers as they are. */
async function toBatch(
  dataset: SeenDataset,
  split: Split,
  { indices, values }: ReadImages,
): Promise<DomainBatch> {
  const read = await values;
  const labels = Int32Array.from({ length: indices.length }, (_, i) => split.labels[indices[i]!]!);
  const numbers = read instanceof Float32Array ? read : normalise(dataset, read);
  return {
    images: tf.tensor(numbers, [indices.length, ...dataset.inputShape]),
    labels: tf.tensor1d(labels, "int32"),
  };
}

/** Pixels as the network gets them. Tables in JavaScript take half as long as TensorFlow's cast. */
function normalise({ normalisation: { mean, deviation } }: SeenDataset, pixels: Uint8Array) {
  const values = new Float32Array(pixels.length);
  // value / 255 is rounded once in double precision, then the channel's own shift and scale.
  const tables = mean.map((m, channel) =>
    Float32Array.from({ length: 256 }, (_, value) => (value / 255 - m) / deviation[channel]!)
  );
  const [red, green, blue] = tables as [Float32Array, Float32Array, Float32Array];
  for (let i = 0; i < pixels.length; i += 3) {
    values[i] = red[pixels[i]!]!;
    values[i + 1] = green[pixels[i + 1]!]!;
    values[i + 2] = blue[pixels[i + 2]!]!;
  }
  return values;
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
 * Training batches of every domain, each read while TensorFlow is still at the one before.
 *
 * Reading ahead only looks at what the samplers will draw: their streams stand where they would
 * stand without it, so a run can be saved and continued between any two batches.
 *
 * @param samplers One for each domain.
 * @param augmentations The key of each domain's series of augmentations, one item for each image
 * that is ever drawn.
 * @param steps After so many steps nothing is read ahead any more.
 * @returns Draws the batches of a step; they are the caller's to free.
 */
export function batchReader(
  dataset: SeenDataset,
  samplers: readonly Sampler[],
  augmentations: readonly number[],
  steps: number,
): (step: number) => Promise<DomainBatch[]> {
  const start = (step: number, d: number, indices: Int32Array) =>
    prefetch(
      dataset.domains[d]!.train,
      indices,
      { key: augmentations[d]!, first: step * indices.length },
    );
  let ahead: { step: number; reads: readonly ReadImages[] } | undefined;
  return (step) => {
    const reads = samplers.map((sampler, d) => {
      const indices = sampler.next();
      const early = ahead?.step === step ? ahead.reads[d] : undefined;
      // After a jump to another place of the run other images are due.
      return early && sameNumbers(early.indices, indices) ? early : start(step, d, indices);
    });
    ahead = step + 1 < steps
      ? { step: step + 1, reads: samplers.map(({ peek }, d) => start(step + 1, d, peek())) }
      : undefined;
    return Promise.all(
      reads.map((read, d) => toBatch(dataset, dataset.domains[d]!.train, read)),
    );
  };
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
 * (weight 1 / (count of its class · classes present), as in the reference).
 */
export function sampler(
  domain: Domain,
  kind: "uniform" | "class-balanced",
  size: number,
  seed: number,
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
  const draw = kind === "uniform" ? () => random.integer(labels.length) : () => {
    const images = members[random.integer(members.length)]!;
    return images[random.integer(images.length)]!;
  };
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
