/**
 * NumPy's `.npy` arrays and `.npz` archives of them. Nothing of a file is run: arrays of Python
 * objects, which are pickles, are refused.
 *
 * Source: NumPy, `numpy/lib/_format_impl.py`.
 *
 * @module
 */
import { DataError } from "../../base/errors.ts";
import { elements } from "./bytes.ts";
import { readZip } from "./zip.ts";

/** An array of numbers or of texts, row-major. */
export type NumpyArray =
  | { readonly shape: readonly number[]; readonly numbers: Float64Array }
  | { readonly shape: readonly number[]; readonly texts: readonly string[] };

/** An error that names the array and what is wrong with it. */
function broken(file: string, reason: string): DataError {
  return new DataError(`${file} cannot be read: ${reason}.`);
}

/** More numbers than any array of ours has. */
const MOST = 1 << 27;

/** How numbers of each type are read, by the letter of the type and its bytes. */
const NUMBERS: Readonly<Record<string, (v: DataView, at: number, little: boolean) => number>> = {
  b1: (v, at) => v.getUint8(at) === 0 ? 0 : 1,
  i1: (v, at) => v.getInt8(at),
  i2: (v, at, little) => v.getInt16(at, little),
  i4: (v, at, little) => v.getInt32(at, little),
  i8: (v, at, little) => Number(v.getBigInt64(at, little)),
  u1: (v, at) => v.getUint8(at),
  u2: (v, at, little) => v.getUint16(at, little),
  u4: (v, at, little) => v.getUint32(at, little),
  u8: (v, at, little) => Number(v.getBigUint64(at, little)),
  f2: (v, at, little) => half(v.getUint16(at, little)),
  f4: (v, at, little) => v.getFloat32(at, little),
  f8: (v, at, little) => v.getFloat64(at, little),
};

/**
 * Opens an `.npz` archive: its arrays by name, each read when it is asked for.
 *
 * @param bytes The file; @param file its name, for messages.
 * @throws {DataError} When it is damaged or too large unpacked; for an array as {@linkcode parseNpy}.
 */
export function openNpz(bytes: Uint8Array, file: string): Map<string, () => NumpyArray> {
  const arrays = new Map<string, () => NumpyArray>();
  for (const [name, content] of readZip(bytes, file)) {
    if (!name.endsWith(".npy")) continue;
    const array = name.slice(0, -".npy".length);
    arrays.set(array, () => parseNpy(content, `The array ${array} of ${file}`));
  }
  return arrays;
}

/**
 * Reads an `.npy` array.
 *
 * @param bytes The file; @param file its name, for messages.
 * @throws {DataError} When it is damaged or holds something else than numbers and texts.
 */
export function parseNpy(bytes: Uint8Array, file: string): NumpyArray {
  const { header, start } = headerOf(bytes, file);
  const [, descr] = /'descr':\s*'([^']*)'/.exec(header) ?? [];
  const [, order] = /'fortran_order':\s*(True|False)/.exec(header) ?? [];
  const [, sides] = /'shape':\s*\(([\d,\s]*)\)/.exec(header) ?? [];
  const [, endian, kind, size] = /^([<>=|])([a-zA-Z])(\d*)$/.exec(descr ?? "") ?? [];
  if (order === undefined || sides === undefined || endian === undefined) {
    const what = descr === undefined ? "a table of several types" : `the type ${descr}`;
    throw broken(file, `it has ${what}; arrays of numbers and of texts are read`);
  }
  if (kind === "O") {
    throw broken(
      file,
      "it holds Python objects, which are pickles that could run anything; save texts as " +
        "np.array(list, dtype=str)",
    );
  }
  const shape = sides.split(",").filter((side) => side.trim() !== "").map(Number);
  const count = elements(shape);
  const width = Number(size) * (kind === "U" ? 4 : 1);
  if (!(count <= MOST) || shape.length > 8) {
    throw broken(file, `an array of ${shape.join(" × ")} is more than is read`);
  }
  if (bytes.length - start !== count * width) {
    throw broken(
      file,
      `it holds ${bytes.length - start} bytes of data where ${shape.join(" × ")} values of ` +
        `${width} bytes belong`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, count * width);
  const place = order === "True" ? placesOf(shape) : (i: number) => i;
  const little = endian !== ">";
  if (kind === "U" || kind === "S") {
    const read = kind === "U" ? textOf(width, little) : latinOf(width);
    const texts = Array.from({ length: count }, (_, i) => read(view, place(i) * width));
    return { shape, texts };
  }
  const read = NUMBERS[`${kind}${size}`];
  if (read === undefined) {
    throw broken(file, `it has the type ${descr}; arrays of numbers and of texts are read`);
  }
  const numbers = Float64Array.from(
    { length: count },
    (_, i) => read(view, place(i) * width, little),
  );
  return { shape, numbers };
}

function headerOf(bytes: Uint8Array, file: string): { header: string; start: number } {
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
  if (bytes.length < 12 || magic.some((byte, i) => bytes[i] !== byte)) {
    throw broken(file, "it does not start as a NumPy array does");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = bytes[6]! === 1;
  const length = first ? view.getUint16(8, true) : view.getUint32(8, true);
  const at = first ? 10 : 12;
  if (at + length > bytes.length || length > 1 << 20) throw broken(file, "its header is cut short");
  return {
    header: new TextDecoder().decode(bytes.subarray(at, at + length)),
    start: at + length,
  };
}

/** Where element `i` of a row-major array lies in a column-major one. */
function placesOf(shape: readonly number[]): (i: number) => number {
  const strides = shape.map((_, side) => elements(shape.slice(0, side)));
  return (i) => {
    let rest = i, place = 0;
    for (let side = shape.length - 1; side >= 0; side--) {
      place += (rest % shape[side]!) * strides[side]!;
      rest = Math.floor(rest / shape[side]!);
    }
    return place;
  };
}

/** Texts of 32-bit characters, filled up with zeros. */
function textOf(width: number, little: boolean): (view: DataView, at: number) => string {
  return (view, at) => {
    let text = "";
    for (let i = 0; i < width; i += 4) {
      const code = view.getUint32(at + i, little);
      if (code === 0) break;
      text += code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
    }
    return text;
  };
}

/** Texts of bytes, filled up with zeros. */
function latinOf(width: number): (view: DataView, at: number) => string {
  const decoder = new TextDecoder();
  return (view, at) => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset + at, width);
    const end = bytes.indexOf(0);
    return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
  };
}

/** A number of 16 bits. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f, fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
