/**
 * MATLAB v5 files (`.mat`), as far as SVHN needs: real numeric arrays, compressed or not.
 *
 * A file is a header of 128 bytes and then elements, each a tag (type, bytes) and data; type 15
 * holds one zlib-packed element, type 14 a matrix made of elements: flags, sides, name, values.
 * Source: MathWorks, "MAT-File Format" (Level 5).
 *
 * @module
 */
import { broken, elements, type NumberArray, readBytes, unpack } from "./bytes.ts";

const MATRIX = 14;
const COMPRESSED = 15;

/** Bytes a number by element type, for those types that fit a double exactly. */
const NUMBER_BYTES: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 2,
  5: 4,
  6: 4,
  7: 4,
  9: 8,
};

interface Element {
  readonly type: number;
  readonly data: Uint8Array;
  /** Where the next element starts. */
  readonly next: number;
}

/**
 * Reads the numeric arrays of a MATLAB v5 file.
 *
 * Their data are column-major, as MATLAB keeps them: the first index moves fastest.
 *
 * @throws {DataError} When the file is missing, damaged, or of another version.
 */
export async function readMatlab(file: string): Promise<Map<string, NumberArray>> {
  return parseMatlab(await readBytes(file), file);
}

/** As {@linkcode readMatlab}, from the bytes of the file; `file` is for messages. */
export function parseMatlab(bytes: Uint8Array, file: string): Map<string, NumberArray> {
  if (bytes.length < 128) throw broken(file, "it is shorter than the header of a MATLAB file");
  // The byte order mark reads "IM" in files of little-endian machines; no others are about.
  if (bytes[126] !== 0x49 || bytes[127] !== 0x4d || bytes[124] !== 0 || bytes[125] !== 1) {
    throw broken(file, "it is not a little-endian MATLAB v5 file");
  }
  const arrays = new Map<string, NumberArray>();
  for (let at = 128; at < bytes.length;) {
    const outer = elementAt(bytes, at, file);
    at = outer.next;
    const element = outer.type === COMPRESSED
      ? elementAt(unpack(outer.data, "zlib", file), 0, file)
      : outer;
    if (element.type !== MATRIX) continue;
    const { name, array } = parseMatrix(element.data, file);
    arrays.set(name, array);
  }
  return arrays;
}

function parseMatrix(bytes: Uint8Array, file: string): { name: string; array: NumberArray } {
  const flags = elementAt(bytes, 0, file);
  const sides = elementAt(bytes, flags.next, file);
  const name = elementAt(bytes, sides.next, file);
  const values = elementAt(bytes, name.next, file);
  const kind = flags.data[0];
  const complex = ((flags.data[1] ?? 0) & 0x08) !== 0;
  if (kind === undefined || kind < 6 || kind > 13 || complex) {
    throw broken(file, "it holds something else than arrays of real numbers");
  }
  if (sides.type !== 5 || sides.data.length < 8 || sides.data.length > 4 * 32) {
    throw broken(file, "the sides of an array are not whole");
  }
  const shape = [...toNumbers(sides, file)];
  const data = values.type === 2 ? values.data : toNumbers(values, file);
  if (shape.some((side) => side < 0) || elements(shape) !== data.length) {
    throw broken(file, `an array of ${shape.join(" × ")} has ${data.length} values`);
  }
  return { name: new TextDecoder().decode(name.data), array: { shape, data } };
}

function elementAt(bytes: Uint8Array, at: number, file: string): Element {
  const short = () => broken(file, "it ends in the middle of an element");
  if (at + 8 > bytes.length) throw short();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = view.getUint32(at, true);
  // Up to four bytes of data sit in the tag itself, their number in the upper half of its word.
  const small = word >>> 16;
  const type = small === 0 ? word : word & 0xffff;
  const length = small === 0 ? view.getUint32(at + 4, true) : small;
  const start = small === 0 ? at + 8 : at + 4;
  if (small > 4 || start + length > bytes.length) throw short();
  const end = start + length;
  // All but compressed elements are padded to eight bytes; a last one may go without.
  const next = small !== 0
    ? at + 8
    : type === COMPRESSED
    ? end
    : Math.min(bytes.length, end + (8 - length % 8) % 8);
  return { type, data: bytes.subarray(start, end), next };
}

function toNumbers({ type, data }: Element, file: string): Float64Array {
  const size = NUMBER_BYTES[type];
  if (size === undefined || data.length % size !== 0) {
    throw broken(file, `it holds numbers of type ${type}, which are not read here`);
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const read = (at: number): number => {
    switch (type) {
      case 1:
        return view.getInt8(at);
      case 2:
        return view.getUint8(at);
      case 3:
        return view.getInt16(at, true);
      case 4:
        return view.getUint16(at, true);
      case 5:
        return view.getInt32(at, true);
      case 6:
        return view.getUint32(at, true);
      case 7:
        return view.getFloat32(at, true);
      default:
        return view.getFloat64(at, true);
    }
  };
  return Float64Array.from({ length: data.length / size }, (_, i) => read(i * size));
}
