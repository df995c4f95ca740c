/**
 * A tiny data set made on the spot: three domains, four classes, 8 × 8 images whose class is a
 * bright quarter, one (domain, class) cell without training images.
 *
 * @module
 */
import type { SeenDataset } from "../bench/train/normalise.ts";
import type { Split } from "../datasets/dataset.ts";
import { itemStream } from "../base/random.ts";

const SIZE = 8;

/** Training images of each domain and class. */
export const DEBUG_COUNTS: readonly (readonly number[])[] = [
  [12, 6, 3, 0],
  [2, 4, 8, 16],
  [10, 10, 1, 5],
];

/** The data set; the same at every call. */
export function debugDataset(): SeenDataset {
  return {
    name: "debug",
    domains: DEBUG_COUNTS.map((counts, d) => ({
      name: `domain${d}`,
      train: split(counts, d, 0),
      validation: split([4, 4, 4, 4], d, 1),
      test: split([5, 5, 5, 5], d, 2),
    })),
    classes: ["a", "b", "c", "d"],
    inputShape: [SIZE, SIZE, 3],
    normalisation: { mean: [0.4, 0.4, 0.4], deviation: [0.2, 0.2, 0.2] },
    fingerprint: "debug",
  };
}

function split(counts: readonly number[], domain: number, part: number): Split {
  const labels = Uint16Array.from(counts.flatMap((n, c) => new Array<number>(n).fill(c)));
  const image = (index: number): Uint8Array => {
    const random = itemStream(domain * 3 + part, index);
    const label = labels[index]!;
    return Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, i) => {
      const x = Math.floor(i / 3) % SIZE, y = Math.floor(i / 3 / SIZE);
      const quarter = (x < SIZE / 2 ? 0 : 1) + (y < SIZE / 2 ? 0 : 2);
      const bright = quarter === label ? 150 : 30 + 20 * domain;
      return bright + random.integer(80);
    });
  };
  return {
    labels,
    read(indices) {
      const pixels = new Uint8Array(indices.length * SIZE * SIZE * 3);
      for (let i = 0; i < indices.length; i++) pixels.set(image(indices[i]!), i * SIZE * SIZE * 3);
      return Promise.resolve(pixels);
    },
  };
}

/** The data set with the pixels as features, as a frozen network would give some. */
export function onFeatures(dataset: SeenDataset): SeenDataset {
  const size = dataset.inputShape.reduce((a, b) => a * b, 1);
  const flat = (split: Split): Split => ({
    ...split,
    read: async (indices) =>
      Float32Array.from(await split.read(indices), (value) => value / 128 - 1),
  });
  const domains = dataset.domains.map(({ name, train, validation, test }) => ({
    name,
    train: flat(train),
    validation: flat(validation),
    test: flat(test),
  }));
  return { ...dataset, domains, inputShape: [size] };
}
