/**
 * The training augmentation of photographs, on bytes, with Pillow's arithmetic.
 *
 * It is the reference's chain of torchvision transforms: random resized crop, horizontal flip,
 * colour jitter in random order, now and then grey. Each step is a pure function of its image and
 * numbers, so that it can be held against Pillow; {@linkcode augment} alone draws.
 *
 * @module
 */
import type { Random } from "../../base/random.ts";
import * as kernel from "./pixels/kernel.wasm";
import { inPlace } from "./pixels/memory.ts";
import { type Box, resize } from "./resize.ts";

/** Strengths of the augmentation; the defaults are MDLT's. */
export const AUGMENTATION = {
  /** Part of the image's area that a crop keeps. */
  area: [0.7, 1],
  /** Width by height of a crop. */
  aspect: [3 / 4, 4 / 3],
  flip: 0.5,
  /** Brightness, contrast and saturation are multiplied by 1 ± this; hue turns by ± this. */
  jitter: 0.3,
  grey: 0.1,
} as const;

/**
 * The part of an image that a random resized crop keeps (torchvision, `RandomResizedCrop`).
 *
 * Ten tries at a box of random area and aspect that fits; then the largest central box whose
 * aspect is allowed.
 *
 * @param width Width of the original image in pixels.
 * @param height Height of the original image in pixels.
 * @returns Whole pixels of the original.
 */
export function cropBox(width: number, height: number, random: Random): Box {
  const { area: [smallest, largest], aspect: [narrowest, widest] } = AUGMENTATION;
  for (let tries = 0; tries < 10; tries++) {
    const area = width * height * uniform(random, smallest, largest);
    const aspect = Math.exp(uniform(random, Math.log(narrowest), Math.log(widest)));
    const w = Math.round(Math.sqrt(area * aspect));
    const h = Math.round(Math.sqrt(area / aspect));
    if (w > 0 && w <= width && h > 0 && h <= height) {
      const top = random.integer(height - h + 1);
      const left = random.integer(width - w + 1);
      return [left, top, w, h];
    }
  }
  const ratio = width / height;
  const w = ratio > widest ? Math.round(height * widest) : width;
  const h = ratio < narrowest ? Math.round(width / narrowest) : height;
  return [Math.floor((width - w) / 2), Math.floor((height - h) / 2), w, h];
}

/**
 * A stored image, augmented.
 *
 * @param pixels `[height, width, 3]` bytes as stored.
 * @param stored Width and height as stored.
 * @param original Width and height of the file's image, in which the crop is drawn.
 * @param size Height and width of the result.
 * @param out Where the result goes, `[size, size, 3]`.
 */
export function augment(
  pixels: Uint8Array,
  stored: readonly [width: number, height: number],
  original: readonly [width: number, height: number],
  size: number,
  random: Random,
  out: Uint8Array,
): void {
  const { flip, jitter, grey } = AUGMENTATION;
  const [left, top, w, h] = cropBox(...original, random);
  const [sx, sy] = [stored[0] / original[0], stored[1] / original[1]];
  resize(pixels, ...stored, [size, size], [left * sx, top * sy, w * sx, h * sy], out);
  if (random.uniform() < flip) flipHorizontally(out, size);
  const order = random.permutation(4);
  const factors = [
    uniform(random, 1 - jitter, 1 + jitter),
    uniform(random, 1 - jitter, 1 + jitter),
    uniform(random, 1 - jitter, 1 + jitter),
    uniform(random, -jitter, jitter),
  ];
  for (const step of order) JITTER[step]!(out, factors[step]!);
  if (random.uniform() < grey) toGrey(out);
}

/** Mirrors an image `[height, size, 3]` in place. */
export function flipHorizontally(pixels: Uint8Array, size: number): void {
  inPlace(pixels, (at, count) => kernel.flip(at, size, count / size));
}

/** Multiplies every value by `factor`, in place. */
export function adjustBrightness(pixels: Uint8Array, factor: number): void {
  inPlace(pixels, (at) => kernel.blend(at, pixels.length, 0, factor));
}

/** Moves every value away from the image's mean grey by `factor`, in place. */
export function adjustContrast(pixels: Uint8Array, factor: number): void {
  inPlace(pixels, (at, count) => {
    const mean = Math.floor(kernel.lumaSum(at, count) / count + 0.5);
    kernel.blend(at, pixels.length, mean, factor);
  });
}

/** Moves every value away from its own pixel's grey by `factor`, in place. */
export function adjustSaturation(pixels: Uint8Array, factor: number): void {
  inPlace(pixels, (at, count) => kernel.saturate(at, count, factor));
}

/**
 * Turns every colour around the colour circle, in place.
 *
 * Pillow keeps hue, saturation and value as bytes, and so rounds twice.
 *
 * @param turn Part of a full turn, −0.5 … 0.5.
 */
export function adjustHue(pixels: Uint8Array, turn: number): void {
  inPlace(pixels, (at, count) => kernel.turnHue(at, count, Math.trunc(turn * 255)));
}

/** Gives every pixel its grey, in place. */
export function toGrey(pixels: Uint8Array): void {
  inPlace(pixels, kernel.grey);
}

const JITTER = [adjustBrightness, adjustContrast, adjustSaturation, adjustHue];

function uniform(random: Random, low: number, high: number): number {
  return low + (high - low) * random.uniform();
}
