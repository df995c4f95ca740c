/**
 * Bilinear resizing with anti-aliasing, to the bit as Pillow does it.
 *
 * Pillow's `resize` is what the reference's transforms call. When an image shrinks its triangle
 * filter widens with the scale; weights are integers with 22 bits, the horizontal pass comes first
 * and its result is rounded to bytes. (From version 12.2 on Pillow takes some tall images vertically
 * first, which moves the last bit.) Source: Pillow, `src/libImaging/Resample.c`.
 *
 * @module
 */
import { resizeAcross, resizeDown } from "./pixels/kernel.wasm";
import { bytesAt, places, wordsAt } from "./pixels/memory.ts";

const BITS = 22;

/** Part of an image: left, top, width and height in pixels, fractions allowed. */
export type Box = readonly [left: number, top: number, width: number, height: number];

/** What the pixels of one axis of the result are made of. */
interface Taps {
  /** The first input pixel of each. */
  readonly first: Int32Array;
  /** So many integer weights for each; some may be 0. */
  readonly weights: Int32Array;
  readonly count: number;
}

/**
 * Resizes an image, or a part of it.
 *
 * @param pixels `[height, width, 3]` bytes.
 * @param width Width of the image.
 * @param height Height of the image.
 * @param size Width and height of the result.
 * @param box The part to take, as if it were cut out first: no pixel beside it has a say. Left out,
 * the whole image.
 * @param out Where the result goes, `[height, width, 3]`; made when left out.
 */
export function resize(
  pixels: Uint8Array,
  width: number,
  height: number,
  [outWidth, outHeight]: readonly [width: number, height: number],
  [left, top, boxWidth, boxHeight]: Box = [0, 0, width, height],
  out: Uint8Array = new Uint8Array(outWidth * outHeight * 3),
): Uint8Array {
  const across = taps(width, left, boxWidth, outWidth);
  const down = taps(height, top, boxHeight, outHeight);
  // Only the rows that the vertical pass asks for are made.
  const firstRow = down.first[0]!;
  const rows = down.first[outHeight - 1]! + down.count - firstRow;
  const used = pixels.subarray(firstRow * width * 3, (firstRow + rows) * width * 3);
  const [source, middle, result, columns, columnWeights, lines, lineWeights] = places(
    used.length,
    3 * rows * outWidth,
    out.length,
    across.first.byteLength,
    across.weights.byteLength,
    down.first.byteLength,
    down.weights.byteLength,
  ) as [number, number, number, number, number, number, number];
  bytesAt(source, used.length).set(used);
  wordsAt(columns, outWidth).set(across.first);
  wordsAt(columnWeights, across.weights.length).set(across.weights);
  wordsAt(lines, outHeight).set(down.first.map((row) => row - firstRow));
  wordsAt(lineWeights, down.weights.length).set(down.weights);
  resizeAcross(source, width, rows, columns, columnWeights, across.count, outWidth, middle);
  resizeDown(middle, 3 * outWidth, lines, lineWeights, down.count, outHeight, result);
  out.set(bytesAt(result, out.length));
  return out;
}

/**
 * Triangle weights for `size` output pixels over the input pixels from `start` on for `length`, of
 * `extent` that there are.
 */
function taps(extent: number, start: number, length: number, size: number): Taps {
  // Where start and length are fractions their sum may be more than there is, in the last digit.
  const [least, limit] = [Math.floor(start), Math.min(extent, Math.ceil(start + length))];
  const scale = length / size;
  const spread = Math.max(1, scale); // an enlarged image needs no wider filter than one pixel
  // Room for the widest, though the borders of the box may leave them less.
  const count = Math.min(limit - least, Math.ceil(2 * spread));
  const first = new Int32Array(size);
  const weights = new Int32Array(size * count);
  const raw = new Float64Array(count);
  for (let i = 0; i < size; i++) {
    const centre = start + (i + 0.5) * scale;
    const low = Math.max(least, Math.trunc(centre - spread + 0.5));
    const high = Math.min(limit, Math.trunc(centre + spread + 0.5));
    let sum = 0;
    for (let k = low; k < high; k++) {
      const weight = Math.max(0, 1 - Math.abs((k - centre + 0.5) / spread));
      raw[k - low] = weight;
      sum += weight;
    }
    // All have as many taps, so some start before the first pixel that counts.
    first[i] = Math.min(low, limit - count);
    const at = i * count + low - first[i]!;
    for (let k = 0; k < high - low; k++) {
      weights[at + k] = Math.trunc(0.5 + raw[k]! / sum * (1 << BITS));
    }
  }
  return { first, weights, count };
}
