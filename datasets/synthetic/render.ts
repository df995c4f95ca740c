/**
 * Renders digits in two looks: over a photographic texture, and as house numbers in a street.
 *
 * All pictures are {@linkcode SIZE} × {@linkcode SIZE} pixels. Everything random comes from the
 * stream that is handed in, so a picture depends on its digit and its stream alone.
 *
 * @module
 */
import type { Random } from "../../base/random.ts";
import { type Glyph, GLYPHS } from "./glyphs.ts";

/** Height and width of a picture. */
export const SIZE = 28;
const AREA = SIZE * SIZE;

/** How a digit lies in its picture; lengths in pixels, angles in radians. */
interface Pose {
  readonly x: number;
  readonly y: number;
  readonly height: number;
  /** Width of the digit by its height, relative to the shape as designed. */
  readonly aspect: number;
  readonly rotation: number;
  readonly shear: number;
  readonly thickness: number;
  /** How far the strokes stray from their design, as a part of the height. */
  readonly wobble: number;
}

type Colour = readonly [number, number, number];

/**
 * A digit drawn over a texture of random colours, as in MNIST-M: the picture is |texture − ink|,
 * so that the strokes show the texture with its colours turned around.
 *
 * @param digit 0 … 9.
 * @returns Pixels 0 … 255, `[SIZE, SIZE, 3]`.
 */
export function renderTexture(digit: number, random: Random): Uint8Array {
  const between = ranged(random);
  const hard = difficulty(random);
  const mask = new Float32Array(AREA);
  drawDigit(mask, pickForm(digit, hard, random), {
    x: SIZE / 2 + (1 + 1.5 * hard) * between(-1, 1),
    y: SIZE / 2 + (1 + 1.5 * hard) * between(-1, 1),
    height: between(20 - 5 * hard, 22),
    aspect: between(1 - 0.2 * hard, 1.1 + 0.15 * hard),
    rotation: (0.1 + 0.3 * hard) * between(-1, 1),
    shear: (0.1 + 0.3 * hard) * between(-1, 1),
    thickness: between(3 - 1.3 * hard, 4 - 0.5 * hard),
    wobble: between(0.01, 0.02 + 0.05 * hard),
  }, random);

  const palette = [0, 1, 2].map(() => randomColour(random));
  const ink = randomColour(random).map((value) => 1 - (0.1 + 0.4 * hard) * value);
  // A dark texture under bright ink is easy to read; a bright one leaves dark strokes.
  const exposure = 0.35 + 0.65 * hard;
  const roughness = between(0.45, 0.8);
  const coarse = noise(random, between(9, 24), roughness);
  const fine = noise(random, between(4, 14), roughness);
  const out = new Uint8Array(AREA * 3);
  for (let i = 0; i < AREA; i++) {
    const a = contrast(coarse[i]!);
    const b = contrast(fine[i]!) / 2;
    for (let c = 0; c < 3; c++) {
      const ground = palette[0]![c]! + a * (palette[1]![c]! - palette[0]![c]!);
      const texture = exposure * (ground + b * (palette[2]![c]! - ground));
      out[i * 3 + c] = toByte(Math.abs(texture - mask[i]! * ink[c]!));
    }
  }
  return out;
}

/**
 * A digit of a house number, as in SVHN: upright type on a plain wall with parts of its neighbours
 * at the sides, uneven light, weak contrast, blur and noise.
 *
 * @param digit 0 … 9.
 * @returns Pixels 0 … 255, `[SIZE, SIZE, 3]`.
 */
export function renderStreet(digit: number, random: Random): Uint8Array {
  const between = ranged(random);
  const hard = difficulty(random);
  const pose = {
    x: SIZE / 2 + (1 + hard) * between(-1, 1),
    y: SIZE / 2 + (1 + hard) * between(-1, 1),
    height: between(20 - 4 * hard, 23),
    aspect: between(0.85 - 0.2 * hard, 1),
    rotation: (0.05 + 0.1 * hard) * between(-1, 1),
    shear: (0.1 + 0.15 * hard) * between(-1, 1),
    thickness: between(2.8 - hard, 3.8),
    wobble: 0.01,
  };
  const mask = new Float32Array(AREA);
  drawDigit(mask, pickForm(digit, hard, random), pose, random);
  // The neighbours share the hand that painted the number: same size, slope and pen.
  const gap = pose.height * between(0.85 - 0.1 * hard, 1.05);
  for (const side of [-1, 1]) {
    if (random.uniform() < 0.5 - 0.3 * hard) continue;
    const neighbour = pickForm(random.integer(10), hard, random);
    const x = pose.x + side * gap * Math.cos(pose.rotation);
    const y = pose.y + side * gap * Math.sin(pose.rotation);
    drawDigit(mask, neighbour, { ...pose, x, y }, random);
  }

  // Most numbers are bright on a dark wall; the other way round is for the hard ones.
  const turned = random.uniform() < 0.5 * hard;
  const tint = randomColour(random);
  const strength = between(0.5 - 0.35 * hard, 0.8 - 0.3 * hard);
  const wall = randomColour(random).map((value) => turned ? 1 - 0.5 * value : 0.5 * value);
  const paint = wall.map((value, c) =>
    value + (turned ? -1 : 1) * strength * (0.7 + 0.6 * tint[c]!)
  );
  const stains = noise(random, between(8, 20), 0.5);
  const dirt = 0.25 * between(0.1, 1);
  const [lightX, lightY] = [between(-0.3, 0.3), between(-0.3, 0.3)];
  const grain = between(0.01, 0.03 + 0.1 * hard);
  const pixels = new Float32Array(AREA * 3);
  for (let i = 0; i < AREA; i++) {
    const x = (i % SIZE) / SIZE - 0.5;
    const y = Math.floor(i / SIZE) / SIZE - 0.5;
    const light = lightX * x + lightY * y + dirt * (stains[i]! - 0.5);
    for (let c = 0; c < 3; c++) {
      pixels[i * 3 + c] = wall[c]! + mask[i]! * (paint[c]! - wall[c]!) + light;
    }
  }
  for (let rounds = Math.round(3 * hard * random.uniform()); rounds > 0; rounds--) blur(pixels);
  const out = new Uint8Array(AREA * 3);
  for (let i = 0; i < AREA; i++) {
    const speck = grain * (random.uniform() - 0.5);
    for (let c = 0; c < 3; c++) out[i * 3 + c] = toByte(pixels[i * 3 + c]! + speck);
  }
  return out;
}

/**
 * How hard a picture is to read, 0 … 1; it widens the ranges of all that disturbs.
 *
 * Two thirds are plain, so that a network learns early; the rest leaves it work for long.
 */
function difficulty(random: Random): number {
  return Math.max(0, random.uniform() - 0.65) / 0.35;
}

/** A form of a digit: the usual one most of the time, any when the picture may be hard. */
function pickForm(digit: number, hard: number, random: Random): Glyph {
  const forms = GLYPHS[digit]!;
  return forms[random.uniform() < 0.3 + 0.7 * hard ? random.integer(forms.length) : 0]!;
}

/** Adds a digit to `mask`, the part of every pixel (0 … 1) that ink covers. */
function drawDigit(mask: Float32Array, glyph: Glyph, pose: Pose, random: Random): void {
  const { x, y, height, aspect, rotation, shear, thickness, wobble } = pose;
  const [cos, sin] = [Math.cos(rotation), Math.sin(rotation)];
  // A slow wave along each axis bends the strokes as an unsteady hand does.
  const [frequencyX, frequencyY] = [3 + 3 * random.uniform(), 3 + 3 * random.uniform()];
  const [phaseX, phaseY] = [6.3 * random.uniform(), 6.3 * random.uniform()];
  const place = (gx: number, gy: number): [number, number] => {
    const u = gx + wobble * Math.sin(frequencyX * gy + phaseX);
    const v = gy + wobble * Math.sin(frequencyY * gx + phaseY);
    const [sx, sy] = [height * (aspect * u - shear * v), height * v];
    return [x + cos * sx - sin * sy, y + sin * sx + cos * sy];
  };
  const reach = thickness / 2 + 0.5;
  for (const stroke of glyph) {
    let [fromX, fromY] = place(stroke[0]!, stroke[1]!);
    for (let i = 2; i < stroke.length; i += 2) {
      const [toX, toY] = place(stroke[i]!, stroke[i + 1]!);
      drawSegment(mask, fromX, fromY, toX, toY, reach);
      [fromX, fromY] = [toX, toY];
    }
  }
}

/** Covers the pixels whose centre is nearer than `reach` to a segment, softly over the last pixel. */
function drawSegment(
  mask: Float32Array,
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
  reach: number,
): void {
  const [dx, dy] = [toX - fromX, toY - fromY];
  const inverse = 1 / Math.max(1e-9, dx * dx + dy * dy);
  const left = Math.max(0, Math.floor(Math.min(fromX, toX) - reach));
  const right = Math.min(SIZE - 1, Math.ceil(Math.max(fromX, toX) + reach));
  const top = Math.max(0, Math.floor(Math.min(fromY, toY) - reach));
  const bottom = Math.min(SIZE - 1, Math.ceil(Math.max(fromY, toY) + reach));
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const [px, py] = [column + 0.5 - fromX, row + 0.5 - fromY];
      const along = Math.min(1, Math.max(0, (px * dx + py * dy) * inverse));
      const [ex, ey] = [px - along * dx, py - along * dy];
      const cover = Math.min(1, reach - Math.sqrt(ex * ex + ey * ey));
      const at = row * SIZE + column;
      if (cover > mask[at]!) mask[at] = cover;
    }
  }
}

/**
 * Value noise in several octaves, 0 … 1, `[SIZE, SIZE]`.
 *
 * @param cell Width of the coarsest features in pixels; each octave halves it.
 * @param persistence Weight of an octave relative to the coarser one before it.
 */
function noise(random: Random, cell: number, persistence: number): Float32Array {
  const out = new Float32Array(AREA);
  let total = 0;
  for (let weight = 1; cell > 1.4; cell /= 2, weight *= persistence) {
    const [offsetX, offsetY] = [random.uniform(), random.uniform()];
    const width = Math.ceil(SIZE / cell) + 2;
    const lattice = Float32Array.from({ length: width * width }, () => random.uniform());
    total += weight;
    for (let row = 0; row < SIZE; row++) {
      const v = row / cell + offsetY;
      const j = Math.floor(v);
      const fv = smooth(v - j);
      for (let column = 0; column < SIZE; column++) {
        const u = column / cell + offsetX;
        const i = Math.floor(u);
        const fu = smooth(u - i);
        const at = j * width + i;
        const upper = lattice[at]! + fu * (lattice[at + 1]! - lattice[at]!);
        const lower = lattice[at + width]! + fu * (lattice[at + width + 1]! - lattice[at + width]!);
        out[row * SIZE + column]! += weight * (upper + fv * (lower - upper));
      }
    }
  }
  for (let i = 0; i < AREA; i++) out[i]! /= total;
  return out;
}

/** A light blur of `[SIZE, SIZE, 3]` values in place: weights ¼, ½, ¼ along both axes. */
function blur(pixels: Float32Array): void {
  for (const [step, other] of [[3, SIZE * 3], [SIZE * 3, 3]] as const) {
    for (let line = 0; line < SIZE; line++) {
      for (let c = 0; c < 3; c++) {
        let at = line * other + c;
        let before = pixels[at]!;
        for (let i = 0; i < SIZE; i++, at += step) {
          const here = pixels[at]!;
          const after = i + 1 < SIZE ? pixels[at + step]! : here;
          pixels[at] = (before + 2 * here + after) / 4;
          before = here;
        }
      }
    }
  }
}

const smooth = (t: number) => t * t * (3 - 2 * t);
const contrast = (value: number) => Math.min(1, Math.max(0, 0.5 + 1.9 * (value - 0.5)));
const toByte = (value: number) => Math.round(255 * Math.min(1, Math.max(0, value)));

function ranged(random: Random): (low: number, high: number) => number {
  return (low, high) => low + (high - low) * random.uniform();
}

function randomColour(random: Random): Colour {
  return [random.uniform(), random.uniform(), random.uniform()];
}
