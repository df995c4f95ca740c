/**
 * Bilinear resizing with anti-aliasing, to the bit as Pillow does it.
 *
 * Pillow's `resize` is what the reference's transforms call. When an image shrinks its triangle
 * filter widens with the scale; weights are integers with 22 bits, the horizontal pass comes first
 * and its result is rounded to bytes. Source: Pillow, `src/libImaging/Resample.c`.
 *
 * @module
 */

const BITS = 22;
const HALF = 1 << (BITS - 1);

/** Part of an image: left, top, width and height in pixels, fractions allowed. */
export type Box = readonly [left: number, top: number, width: number, height: number];

/** For each output pixel: the first input pixel, how many, and their integer weights. */
interface Weights {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly values: Int32Array;
  /** Places kept for each output pixel in `values`. */
  readonly stride: number;
}

/**
 * Resizes an image, or a part of it.
 *
 * @param pixels `[height, width, 3]` bytes.
 * @param width Width of the image.
 * @param height Height of the image.
 * @param size Width and height of the result.
 * @param box The part to take; left out, all of it.
 * @param out Where the result goes, `[size, size, 3]`; made when left out.
 */
export function resize(
  pixels: Uint8Array,
  width: number,
  height: number,
  [outWidth, outHeight]: readonly [width: number, height: number],
  box: Box = [0, 0, width, height],
  out: Uint8Array = new Uint8Array(outWidth * outHeight * 3),
): Uint8Array {
  const [left, top, boxWidth, boxHeight] = box;
  const across = weights(width, left, boxWidth, outWidth);
  const down = weights(height, top, boxHeight, outHeight);
  // Only the rows that the vertical pass will ask for are made.
  const firstRow = down.first[0]!;
  const lastRow = down.first[outHeight - 1]! + down.count[outHeight - 1]!;
  const rows = resizeRows(pixels, width, firstRow, lastRow, across, outWidth);
  const rowBytes = outWidth * 3;
  for (let y = 0; y < outHeight; y++) {
    const start = (down.first[y]! - firstRow) * rowBytes;
    const count = down.count[y]!;
    const at = y * down.stride;
    for (let x = 0; x < rowBytes; x++) {
      let sum = HALF;
      for (let k = 0, from = start + x; k < count; k++, from += rowBytes) {
        sum += rows[from]! * down.values[at + k]!;
      }
      out[y * rowBytes + x] = sum >> BITS;
    }
  }
  return out;
}

function resizeRows(
  pixels: Uint8Array,
  width: number,
  firstRow: number,
  lastRow: number,
  { first, count, values, stride }: Weights,
  outWidth: number,
): Uint8Array {
  const rows = new Uint8Array((lastRow - firstRow) * outWidth * 3);
  let to = 0;
  for (let y = firstRow; y < lastRow; y++) {
    for (let x = 0; x < outWidth; x++) {
      let from = (y * width + first[x]!) * 3;
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      const end = x * stride + count[x]!;
      for (let k = x * stride; k < end; k++) {
        const weight = values[k]!;
        red += pixels[from]! * weight;
        green += pixels[from + 1]! * weight;
        blue += pixels[from + 2]! * weight;
        from += 3;
      }
      rows[to] = red >> BITS;
      rows[to + 1] = green >> BITS;
      rows[to + 2] = blue >> BITS;
      to += 3;
    }
  }
  return rows;
}

/** Triangle weights for `size` output pixels over the input pixels from `start` on for `length`. */
function weights(limit: number, start: number, length: number, size: number): Weights {
  const scale = length / size;
  const spread = Math.max(1, scale); // an enlarged image needs no wider filter than one pixel
  const stride = Math.ceil(spread) * 2 + 1;
  const first = new Int32Array(size);
  const count = new Int32Array(size);
  const values = new Int32Array(size * stride);
  const raw = new Float64Array(stride);
  for (let i = 0; i < size; i++) {
    const centre = start + (i + 0.5) * scale;
    const low = Math.max(0, Math.trunc(centre - spread + 0.5));
    const high = Math.min(limit, Math.trunc(centre + spread + 0.5));
    let sum = 0;
    for (let k = low; k < high; k++) {
      const weight = Math.max(0, 1 - Math.abs((k - centre + 0.5) / spread));
      raw[k - low] = weight;
      sum += weight;
    }
    first[i] = low;
    count[i] = high - low;
    for (let k = 0; k < high - low; k++) {
      values[i * stride + k] = Math.trunc(0.5 + raw[k]! / sum * (1 << BITS));
    }
  }
  return { first, count, values, stride };
}
