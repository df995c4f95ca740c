// @ts-nocheck: AssemblyScript, which knows types of its own; `deno task build:pixels` compiles it.
/**
 * The arithmetic of Pillow on bytes of pixels, as WebAssembly: several pixels in one instruction.
 *
 * Every function works on the module's memory. An image is `[height, width, 3]` bytes; functions
 * that take four pixels at a time read and write up to 16 bytes past its end, so those bytes must be
 * the caller's, and zero where a sum is asked for.
 *
 * That its bytes are Pillow's is held by `tests/datasets/resize_test.ts` and `augment_test.ts`, against
 * figures that Pillow made.
 *
 * Sources: Pillow, `src/libImaging/Resample.c`, `Blend.c`, `Convert.c` and `ConvertYCbCr.c`.
 *
 * @module
 */

/** Bits behind the point of the integer weights with which images are resized. */
const BITS: i32 = 22;
const HALF: i32 = 1 << (BITS - 1);

/** Four bytes as numbers of 32 bits. */
function numbers(at: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)));
}

/** Writes four numbers, cut to bytes. */
function writeBytes(at: usize, values: v128): void {
  const halves = i16x8.narrow_i32x4_s(values, values);
  v128.store32_lane(at, i8x16.narrow_i16x8_u(halves, halves), 0);
}

/**
 * The horizontal pass of resizing: `[height, width, 3]` to `[height, outWidth, 3]`.
 *
 * @param first For each pixel of a row of the result, the first of the row's pixels it is made of.
 * @param weights `taps` integers for each pixel of a row of the result.
 */
export function resizeAcross(
  source: usize,
  width: i32,
  height: i32,
  first: usize,
  weights: usize,
  taps: i32,
  outWidth: i32,
  out: usize,
): void {
  const half = i32x4.splat(HALF);
  for (let y = 0; y < height; y++, source += 3 * width) {
    let weight = weights;
    for (let x = 0; x < outWidth; x++, out += 3) {
      let pixel = source + 3 * load<i32>(first + (<usize> x << 2));
      let sum = half;
      for (const end = weight + (<usize> taps << 2); weight < end; weight += 4, pixel += 3) {
        sum = i32x4.add(sum, i32x4.mul(numbers(pixel), v128.load32_splat(weight)));
      }
      writeBytes(out, i32x4.shr_s(sum, BITS));
    }
  }
}

/**
 * The vertical pass, on rows of so many bytes; 16 of a row at a time.
 *
 * @param first For each row of the result, the first row that it is made of.
 * @param weights `taps` integers for each row of the result.
 */
export function resizeDown(
  rows: usize,
  bytes: i32,
  first: usize,
  weights: usize,
  taps: i32,
  outHeight: i32,
  out: usize,
): void {
  const half = i32x4.splat(HALF);
  for (let y = 0; y < outHeight; y++, out += bytes) {
    const start = rows + load<i32>(first + (<usize> y << 2)) * bytes;
    const own = weights + (<usize> (y * taps) << 2);
    for (let x = 0; x < bytes; x += 16) {
      let a = half, b = half, c = half, d = half;
      let from = start + x;
      for (let k = 0; k < taps; k++, from += bytes) {
        const weight = v128.load32_splat(own + (<usize> k << 2));
        const values = v128.load(from);
        const low = i16x8.extend_low_i8x16_u(values);
        const high = i16x8.extend_high_i8x16_u(values);
        a = i32x4.add(a, i32x4.mul(i32x4.extend_low_i16x8_u(low), weight));
        b = i32x4.add(b, i32x4.mul(i32x4.extend_high_i16x8_u(low), weight));
        c = i32x4.add(c, i32x4.mul(i32x4.extend_low_i16x8_u(high), weight));
        d = i32x4.add(d, i32x4.mul(i32x4.extend_high_i16x8_u(high), weight));
      }
      const low = i16x8.narrow_i32x4_s(i32x4.shr_s(a, BITS), i32x4.shr_s(b, BITS));
      const high = i16x8.narrow_i32x4_s(i32x4.shr_s(c, BITS), i32x4.shr_s(d, BITS));
      v128.store(out + x, i8x16.narrow_i16x8_u(low, high));
    }
  }
}

/** Mirrors every row of an image. */
export function flip(image: usize, width: i32, height: i32): void {
  for (let y = 0; y < height; y++, image += 3 * width) {
    for (let a = image, b = image + 3 * (width - 1); a < b; a += 3, b -= 3) {
      const left = load<u16>(a), blue = load<u8>(a, 2);
      store<u16>(a, load<u16>(b));
      store<u8>(a, load<u8>(b, 2), 2);
      store<u16>(b, left);
      store<u8>(b, blue, 2);
    }
  }
}

/** ground + factor · (value − ground) in 32-bit floats, cut to whole numbers. */
function mix(ground: v128, value: v128, factor: v128): v128 {
  const apart = f32x4.sub(f32x4.convert_i32x4_s(value), ground);
  return i32x4.trunc_sat_f32x4_s(f32x4.add(ground, f32x4.mul(factor, apart)));
}

/** Mixes every byte with one value: `factor` times its distance from `ground`. */
export function blend(image: usize, bytes: i32, ground: f32, factor: f32): void {
  for (const end = image + bytes; image < end; image += 4) {
    writeBytes(image, mix(f32x4.splat(ground), numbers(image), f32x4.splat(factor)));
  }
}

/** Red (0), green (1) or blue (2) of four pixels. */
function channel(pixels: v128, c: i8): v128 {
  const none: i8 = -1; // no place of a vector, which gives 0
  return i8x16.swizzle(
    pixels,
    // deno-fmt-ignore
    i8x16(
      c, none, none, none, c + 3, none, none, none,
      c + 6, none, none, none, c + 9, none, none, none,
    ),
  );
}

/** Writes four pixels from their channels, cut to bytes. */
function writePixels(at: usize, red: v128, green: v128, blue: v128): void {
  const both = i16x8.narrow_i32x4_s(red, green);
  const bytes = i8x16.narrow_i16x8_u(both, i16x8.narrow_i32x4_s(blue, blue));
  const order = i8x16(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11, -1, -1, -1, -1);
  const pixels = i8x16.swizzle(bytes, order);
  v128.store64_lane(at, pixels, 0);
  v128.store32_lane(at, pixels, 2, 8);
}

/** Luma by ITU-R 601 of four pixels. */
function luma(red: v128, green: v128, blue: v128): v128 {
  const a = i32x4.add(i32x4.mul(red, i32x4.splat(19595)), i32x4.mul(green, i32x4.splat(38470)));
  const b = i32x4.add(i32x4.mul(blue, i32x4.splat(7471)), i32x4.splat(0x8000));
  return i32x4.shr_u(i32x4.add(a, b), 16);
}

/** The sum of the luma of all pixels. */
export function lumaSum(image: usize, pixels: i32): f64 {
  let sum = i64x2.splat(0);
  for (const end = image + 3 * pixels; image < end; image += 12) {
    const four = v128.load(image);
    const grey = luma(channel(four, 0), channel(four, 1), channel(four, 2));
    sum = i64x2.add(sum, i64x2.extend_low_i32x4_u(grey));
    sum = i64x2.add(sum, i64x2.extend_high_i32x4_u(grey));
  }
  return <f64> (i64x2.extract_lane(sum, 0) + i64x2.extract_lane(sum, 1));
}

/** Gives every pixel its luma. */
export function grey(image: usize, pixels: i32): void {
  for (const end = image + 3 * pixels; image < end; image += 12) {
    const four = v128.load(image);
    const grey = luma(channel(four, 0), channel(four, 1), channel(four, 2));
    writePixels(image, grey, grey, grey);
  }
}

/** Mixes every pixel with its luma: `factor` times its distance from that. */
export function saturate(image: usize, pixels: i32, factor: f32): void {
  const factors = f32x4.splat(factor);
  for (const end = image + 3 * pixels; image < end; image += 12) {
    const four = v128.load(image);
    const red = channel(four, 0), green = channel(four, 1), blue = channel(four, 2);
    const grey = f32x4.convert_i32x4_s(luma(red, green, blue));
    writePixels(
      image,
      mix(grey, red, factors),
      mix(grey, green, factors),
      mix(grey, blue, factors),
    );
  }
}

/**
 * Hues as bytes, `[sextant of the circle, largest − middle channel, largest − smallest channel]`:
 * nothing else decides a hue.
 */
const HUES: usize = memory.data(6 << 16);
/** Saturations as bytes, `[largest channel, largest − smallest channel]`. */
const SATURATIONS: usize = memory.data(1 << 16);
/** For each saturation, as a double, its part of 255. */
const STRENGTHS: usize = memory.data(256 << 3);
/**
 * For each hue, 16 bytes: how strongly the middle channel falls (a double), and from where in
 * `largest | middle << 8 | smallest << 16` red, green and blue come.
 */
const TURNS: usize = memory.data(256 << 4);

/** The sector of a hue: 0 is red, 2 green, 4 blue, and −1 on the way from red back to blue. */
function sector(sextant: i32, middle: f64): f64 {
  switch (sextant) {
    case 0: // red is the largest, blue the smallest
      return 1 - middle;
    case 1: // red, green
      return middle - 1;
    case 2: // green, blue
      return 1 + middle;
    case 3: // green, red
      return 3 - middle;
    case 4: // blue, red
      return 3 + middle;
    default: // blue, green
      return 5 - middle;
  }
}

/** Where red, green and blue come from, eight bits each, by the sector that a hue lies in. */
function order(sector: i32): i32 {
  const largest = 0, middle = 8, smallest = 16;
  switch (sector) {
    case 1:
      return middle | largest << 8 | smallest << 16;
    case 2:
      return smallest | largest << 8 | middle << 16;
    case 3:
      return smallest | middle << 8 | largest << 16;
    case 4:
      return middle | smallest << 8 | largest << 16;
    case 5:
      return largest | smallest << 8 | middle << 16;
    default: // 0, and 6 for the byte 255
      return largest | middle << 8 | smallest << 16;
  }
}

/**
 * Fills the tables of {@linkcode turnHue}, to be called once. Pillow has distances, hues and
 * saturations as 32-bit floats, and doubles in between.
 *
 * @returns Where the memory begins that is the caller's.
 */
export function start(): usize {
  for (let range = 1; range < 256; range++) {
    for (let apart = 0; apart <= range; apart++) {
      const middle = <f64> (<f32> apart / <f32> range);
      for (let sextant = 0; sextant < 6; sextant++) {
        const turn = <f64> <f32> sector(sextant, middle) / 6 + 1;
        const hue = <f32> (turn < 1 ? turn : turn - 1);
        store<u8>(HUES + <usize> (sextant << 16 | apart << 8 | range), <i32> (<f64> hue * 255));
      }
    }
  }
  for (let value = 1; value < 256; value++) {
    for (let range = 0; range <= value; range++) {
      const saturation = <f32> range / <f32> value;
      store<u8>(SATURATIONS + <usize> (value << 8 | range), <i32> (<f64> saturation * 255));
    }
  }
  for (let i = 0; i < 256; i++) {
    store<f64>(STRENGTHS + <usize> (i << 3), <f64> (<f32> i / 255));
    const angle = <f64> i * 6 / 255;
    const whole = <i32> angle;
    const part = <f64> <f32> (angle - <f64> whole);
    store<f64>(TURNS + <usize> (i << 4), whole & 1 ? part : 1 - part);
    store<i32>(TURNS + <usize> (i << 4), order(whole), 8);
  }
  return __heap_base;
}

/**
 * Turns every hue, kept as a byte, by `shift`: to hue, saturation and value as bytes, and back. A
 * grey pixel has saturation 0 and comes back as it was.
 */
export function turnHue(image: usize, pixels: i32, shift: i32): void {
  for (const end = image + 3 * pixels; image < end; image += 3) {
    const red: i32 = load<u8>(image), green: i32 = load<u8>(image, 1);
    const blue: i32 = load<u8>(image, 2);
    const value = max(red, max(green, blue)), least = min(red, min(green, blue));
    const range = value - least;
    const apart = 2 * value - (red + green + blue - least);
    const sextant = red === value
      ? i32(blue !== least)
      : green === value
      ? 2 + i32(blue !== least)
      : 4 + i32(red !== least);
    const hue = <i32> load<u8>(HUES + <usize> (sextant << 16 | apart << 8 | range)) + shift & 255;
    const saturation: usize = load<u8>(SATURATIONS + <usize> (value << 8 | range));
    const strength = load<f64>(STRENGTHS + (saturation << 3));
    const turn = TURNS + <usize> (hue << 4);
    const smallest = <i32> (<f64> value * (1 - strength) + 0.5);
    const middle = <i32> (<f64> value * (1 - strength * load<f64>(turn)) + 0.5);
    const channels = value | middle << 8 | smallest << 16;
    const from = load<i32>(turn, 8);
    store<u8>(image, channels >> (from & 31));
    store<u8>(image, channels >> (from >> 8 & 31), 1);
    store<u8>(image, channels >> (from >> 16), 2);
  }
}
