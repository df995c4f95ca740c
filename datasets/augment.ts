/**
 * The training augmentation of photographs, on bytes, with Pillow's arithmetic.
 *
 * It is the reference's chain of torchvision transforms: random resized crop, horizontal flip,
 * colour jitter in random order, now and then grey. Each step is a pure function of its image and
 * numbers, so that it can be held against Pillow; {@linkcode augment} alone draws.
 *
 * @module
 */
import type { Random } from "../engine/random.ts";
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
  const row = size * 3;
  for (let start = 0; start < pixels.length; start += row) {
    for (let a = start, b = start + row - 3; a < b; a += 3, b -= 3) {
      for (let c = 0; c < 3; c++) {
        const kept = pixels[a + c]!;
        pixels[a + c] = pixels[b + c]!;
        pixels[b + c] = kept;
      }
    }
  }
}

/** Multiplies every value by `factor`, in place. */
export function adjustBrightness(pixels: Uint8Array, factor: number): void {
  const table = blendTable(0, factor);
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[pixels[i]!]!;
}

/** Moves every value away from the image's mean grey by `factor`, in place. */
export function adjustContrast(pixels: Uint8Array, factor: number): void {
  let sum = 0;
  for (let i = 0; i < pixels.length; i += 3) sum += luma(pixels, i);
  const mean = Math.floor(sum / (pixels.length / 3) + 0.5);
  const table = blendTable(mean, factor);
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[pixels[i]!]!;
}

/** Moves every value away from its own pixel's grey by `factor`, in place. */
export function adjustSaturation(pixels: Uint8Array, factor: number): void {
  const rounded = Math.fround(factor);
  for (let i = 0; i < pixels.length; i += 3) {
    const grey = luma(pixels, i);
    pixels[i] = blend(grey, pixels[i]!, rounded);
    pixels[i + 1] = blend(grey, pixels[i + 1]!, rounded);
    pixels[i + 2] = blend(grey, pixels[i + 2]!, rounded);
  }
}

/**
 * Turns every colour around the colour circle, in place.
 *
 * Pillow keeps hue, saturation and value as bytes, and so rounds twice.
 *
 * @param turn Part of a full turn, −0.5 … 0.5.
 */
export function adjustHue(pixels: Uint8Array, turn: number): void {
  const shift = Math.trunc(turn * 255);
  for (let i = 0; i < pixels.length; i += 3) {
    const red = pixels[i]!;
    const green = pixels[i + 1]!;
    const blue = pixels[i + 2]!;
    const value = Math.max(red, green, blue);
    const range = value - Math.min(red, green, blue);
    if (range === 0) continue; // grey has no hue
    // Distances from the largest channel, and every result, in the 32-bit floats of Pillow.
    const r = Math.fround((value - red) / range);
    const g = Math.fround((value - green) / range);
    const b = Math.fround((value - blue) / range);
    const sector = Math.fround(
      red === value ? b - g : green === value ? 2 + r - b : 4 + g - r,
    );
    const full = sector / 6 + 1;
    const turned = Math.fround(full < 1 ? full : full - 1);
    // All numbers here are positive: `| 0` cuts and rounds them quicker than Math does.
    const hue = ((turned * 255 | 0) + shift) & 0xff;
    const saturation = Math.fround(range / value) * 255 | 0;
    if (saturation === 0) {
      pixels[i] = pixels[i + 1] = pixels[i + 2] = value;
      continue;
    }
    const angle = hue * 6 / 255;
    const whole = angle | 0;
    const part = Math.fround(angle - whole);
    const strength = Math.fround(saturation / 255);
    const low = value * (1 - strength) + 0.5 | 0;
    const falling = value * (1 - strength * part) + 0.5 | 0;
    const rising = value * (1 - strength * (1 - part)) + 0.5 | 0;
    const at = whole === 6 ? 0 : whole;
    pixels[i] = at === 0 || at === 5 ? value : at === 1 ? falling : at === 4 ? rising : low;
    pixels[i + 1] = at === 1 || at === 2 ? value : at === 3 ? falling : at === 0 ? rising : low;
    pixels[i + 2] = at === 3 || at === 4 ? value : at === 5 ? falling : at === 2 ? rising : low;
  }
}

/** Gives every pixel its grey, in place. */
export function toGrey(pixels: Uint8Array): void {
  for (let i = 0; i < pixels.length; i += 3) {
    pixels[i] = pixels[i + 1] = pixels[i + 2] = luma(pixels, i);
  }
}

const JITTER = [adjustBrightness, adjustContrast, adjustSaturation, adjustHue];

/** Luma by ITU-R 601 in Pillow's integers. */
function luma(pixels: Uint8Array, at: number): number {
  return (pixels[at]! * 19595 + pixels[at + 1]! * 38470 + pixels[at + 2]! * 7471 + 0x8000) >> 16;
}

/** `ground` + factor · (value − ground) cut to a byte, in 32-bit floats as Pillow; `factor` is one. */
function blend(ground: number, value: number, factor: number): number {
  const mixed = Math.fround(ground + Math.fround(factor * (value - ground)));
  return mixed <= 0 ? 0 : mixed >= 255 ? 255 : mixed | 0;
}

/** What {@linkcode blend} makes of every byte: a look-up is quicker than the sum. */
function blendTable(ground: number, factor: number): Uint8Array {
  const rounded = Math.fround(factor);
  return Uint8Array.from({ length: 256 }, (_, value) => blend(ground, value, rounded));
}

function uniform(random: Random, low: number, high: number): number {
  return low + (high - low) * random.uniform();
}
