/**
 * The byte format of safetensors files: an eight-byte length, a JSON header, raw little-endian data.
 *
 * No tensors here, so that readers of results need no TensorFlow.
 *
 * @module
 */
import { oneLine } from "./errors.ts";

/** A named array of a file. */
export interface Float32Values {
  /** Size of each axis; `[]` for a single number. */
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float32Array;
}

interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: readonly [number, number];
}

/** More axes than any tensor has. */
const MOST_AXES = 32;

/** The key of the header under which the format keeps texts. */
const METADATA = "__metadata__";

/**
 * Named float32 arrays as one file, with texts of the caller's own beside them.
 */
export function encodeArrays(
  arrays: Readonly<Record<string, Float32Values>>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  const header: Record<string, unknown> = metadata === undefined ? {} : { [METADATA]: metadata };
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, values }] of Object.entries(arrays)) {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    header[name] = {
      dtype: "F32",
      shape: [...shape],
      data_offsets: [offset, offset + bytes.length],
    };
    parts.push(bytes);
    offset += bytes.length;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padding = -(8 + text.length) & 7;
  const file = new Uint8Array(8 + text.length + padding + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length + padding), true);
  file.set(text, 8);
  file.fill(0x20, 8 + text.length, 8 + text.length + padding);
  let position = 8 + text.length + padding;
  for (const part of parts) {
    file.set(part, position);
    position += part.length;
  }
  return file;
}

/** Types of numbers that come as float32, with their bytes. */
const FLOATS = { F16: 2, BF16: 2, F32: 4, F64: 8 } as const;
/** Types of numbers that are no weights, such as torch's counters, with their bytes. */
const OTHERS: Readonly<Record<string, number>> = {
  ...{ BOOL: 1, U8: 1, I8: 1, U16: 2, I16: 2, U32: 4, I32: 4, U64: 8, I64: 8 },
};

/** Raw little-endian numbers of one of the types of safetensors, as float32. */
export function floats(
  raw: Uint8Array<ArrayBuffer>,
  type: keyof typeof FLOATS,
): Float32Array<ArrayBuffer> {
  switch (type) {
    case "F16":
      return Float32Array.from(new Float16Array(raw.buffer));
    case "BF16": // the upper half of a float32
      return new Float32Array(
        Uint32Array.from(new Uint16Array(raw.buffer), (half) => half << 16).buffer,
      );
    case "F32":
      return new Float32Array(raw.buffer);
    case "F64":
      return Float32Array.from(new Float64Array(raw.buffer));
  }
}

/**
 * The arrays of a file. Numbers of other widths come as float32; whole numbers, such as torch's
 * counters, are left out.
 *
 * @throws {RangeError} When the file is not a whole safetensors file of numbers: every byte behind
 * the header belongs to one tensor.
 */
export function decodeArrays(file: Uint8Array): Record<string, Float32Values> {
  const places = decodePlaces(file, file.length);
  return Object.fromEntries(
    Object.entries(places).flatMap(([name, { type, shape, start, end }]) => {
      if (!isFloat(type)) return [];
      return [[name, { shape, values: floats(Uint8Array.from(file.subarray(start, end)), type) }]];
    }),
  );
}

/** Where an array of a file lies. */
export interface ArrayPlace {
  /** Of its numbers, as the format names it. */
  readonly type: string;
  readonly shape: readonly number[];
  /** Its first byte, and the one after its last. */
  readonly start: number;
  readonly end: number;
}

/** Bytes of a file's header, its own length included, of the eight that it begins with. */
export function headerBytes(first: Uint8Array): number {
  if (first.length < 8) {
    throw broken(`it has ${first.length} bytes, and 8 are needed for its length`);
  }
  return 8 + Number(new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true));
}

/**
 * Where the arrays of a file lie.
 *
 * @param head Its first bytes, the header at least.
 * @param bytes All bytes that the file has.
 * @throws {RangeError} As {@linkcode decodeArrays}.
 */
export function decodePlaces(head: Uint8Array, bytes: number): Record<string, ArrayPlace> {
  const { header, start: data } = readHeader(head);
  const entries = Object.entries(header).filter(([name]) => name !== METADATA)
    .map(([name, entry]) => {
      if (!isEntry(entry)) throw broken(`the description of tensor "${name}" is damaged`);
      return [name, entry] as const;
    });
  requireWhole(entries, bytes - data);
  return Object.fromEntries(
    entries.map(([name, { dtype: type, shape, data_offsets: [start, end] }]) =>
      [name, { type, shape, start: data + start, end: data + end }] as const
    ),
  );
}

function isFloat(type: string): type is keyof typeof FLOATS {
  return Object.hasOwn(FLOATS, type);
}

/** Every byte must belong to exactly one tensor: nothing overlaps, nothing is left. */
function requireWhole(entries: readonly (readonly [string, Entry])[], bytes: number): void {
  for (const [name, { dtype, shape, data_offsets: [start, end] }] of entries) {
    const width = isFloat(dtype) ? FLOATS[dtype] : OTHERS[dtype];
    if (width === undefined) {
      const known = Object.keys(FLOATS).join(", ");
      throw broken(`tensor "${name}" is of type ${dtype}, and one of ${known} is needed`);
    }
    if (end - start !== width * shape.reduce((a, b) => a * b, 1) || end > bytes) {
      throw broken(
        `tensor "${name}" lies outside of it or has another size than its shape [${shape}]`,
      );
    }
  }
  let at = 0;
  const byPlace = entries.toSorted(([, a], [, b]) =>
    a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1]
  );
  for (const [name, { data_offsets: [start, end] }] of byPlace) {
    if (start !== at) throw broken(`tensor "${name}" does not begin where the one before it ends`);
    at = end;
  }
  if (at !== bytes) throw broken(`${bytes - at} bytes of it belong to no tensor`);
}

function isEntry(value: unknown): value is Entry {
  const { dtype, shape, data_offsets } = (value ?? {}) as Partial<Record<keyof Entry, unknown>>;
  const natural = (list: unknown) =>
    Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && n >= 0);
  return typeof dtype === "string" && natural(shape) && natural(data_offsets) &&
    (shape as number[]).length <= MOST_AXES &&
    (data_offsets as number[]).length === 2;
}

/**
 * The texts that were put beside the tensors of a file.
 *
 * @throws {RangeError} When the file is not a safetensors file.
 */
export function decodeMetadata(file: Uint8Array): Readonly<Record<string, string>> {
  return (readHeader(file).header[METADATA] ?? {}) as Record<string, string>;
}

/** The header of a file, and where its data starts. */
function readHeader(file: Uint8Array): { header: Record<string, unknown>; start: number } {
  const start = headerBytes(file);
  if (start > file.length) {
    throw broken(`its header is said to have ${start - 8} bytes, more than there are`);
  }
  try {
    const text = new TextDecoder().decode(file.subarray(8, start));
    const header: unknown = JSON.parse(text);
    if (typeof header !== "object" || header === null) throw new Error("it is no object");
    return { header: header as Record<string, unknown>, start };
  } catch (error) {
    throw broken(`its header is not sound JSON (${(error as Error).message})`);
  }
}

function broken(why: string): RangeError {
  return new RangeError(oneLine(`Cannot read the safetensors file: ${why}`));
}
