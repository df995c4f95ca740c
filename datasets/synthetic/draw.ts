/**
 * Drawn data sets: every image is rendered in code, from a random stream of its own.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { itemStream, type Random, stream } from "../../base/random.ts";
import type { Dataset, LoadOptions, Split, SplitCounts, SplitName } from "../dataset.ts";
import { memorySplit } from "../reading/memory.ts";
import { requireImageSize } from "../settings.ts";
import { SIZE } from "./render.ts";

const PIXELS = SIZE * SIZE * 3;

/** A domain of rendered digits. */
export interface DrawnDomain {
  readonly name: string;
  /** Pixels 0 … 255 of a digit, `[SIZE, SIZE, 3]`. */
  readonly render: (digit: number, random: Random) => Uint8Array;
}

/** What is drawn. */
export interface DrawnSet {
  /** The data set's name: it names the streams too. */
  readonly name: string;
  readonly classes: readonly string[];
  readonly domains: readonly DrawnDomain[];
}

/**
 * Renders a data set.
 *
 * @param counts Images of every split, by domain and class.
 * @param seed Seed of all images.
 */
export function drawDataset(
  { name, classes, domains }: DrawnSet,
  counts: SplitCounts,
  seed: number,
  options: LoadOptions,
): Dataset {
  requireImageSize(name, SIZE, options);
  const hash = createHash("sha256");
  const total = Object.values(counts).flat(2).reduce((a, b) => a + b, 0);
  let done = 0;
  const drawn = domains.map((domain, d) => {
    const split = (part: SplitName): Split => {
      const of = counts[part][d]!;
      const { pixels, labels } = drawSplit(of, domain, [seed, name, domain.name, part]);
      hash.update(JSON.stringify([domain.name, part, of])).update(pixels);
      options.onProgress?.("rendering digits", done += labels.length, total);
      return memorySplit(pixels, labels);
    };
    const [train, validation, test] = [split("train"), split("validation"), split("test")];
    return { name: domain.name, train, validation, test };
  });
  return {
    name,
    domains: drawn,
    classes,
    inputShape: [SIZE, SIZE, 3],
    fingerprint: hash.digest("hex"),
  };
}

/** Every image has a stream of its own, so the number of images of a class moves no other image. */
function drawSplit(
  counts: readonly number[],
  { render }: DrawnDomain,
  [seed, ...names]: readonly [number, ...string[]],
): { pixels: Uint8Array; labels: Uint16Array } {
  const labels = new Uint16Array(counts.reduce((a, b) => a + b, 0));
  const pixels = new Uint8Array(labels.length * PIXELS);
  let at = 0;
  counts.forEach((count, digit) => {
    const key = stream(seed, ...names, digit).integer(2 ** 32);
    for (let i = 0; i < count; i++, at++) {
      labels[at] = digit;
      pixels.set(render(digit, itemStream(key, i)), at * PIXELS);
    }
  });
  return { pixels, labels };
}
