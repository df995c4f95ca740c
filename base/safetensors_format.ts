/**
 * The byte format of safetensors files: an eight-byte length, a JSON header, raw little-endian data.
 *
 * No tensors here, so that readers of results need no TensorFlow.
 *
 * @module
 */

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

/** The key of the header under which the format keeps texts. */
const METADATA = "__metadata__";

/** Named float32 arrays as one file, with texts of the caller's own beside them. */
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
  const padding = (8 - (text.length % 8)) % 8; // data aligned as the format asks
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

/**
 * The arrays of a file.
 *
 * @throws {RangeError} When the file is not a whole safetensors file of float32 tensors.
 */
export function decodeArrays(file: Uint8Array): Record<string, Float32Values> {
  const { header, start: data } = readHeader(file);
  const arrays: Record<string, Float32Values> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === METADATA) continue;
    if (!isEntry(entry)) throw broken(`the description of tensor "${name}" is damaged`);
    const { dtype, shape, data_offsets: [start, end] } = entry;
    const size = shape.reduce((a, b) => a * b, 1);
    if (dtype !== "F32") throw broken(`tensor "${name}" is of type ${dtype}, and F32 is needed`);
    if (end - start !== 4 * size || data + end > file.length) {
      throw broken(
        `tensor "${name}" lies outside of it or has another size than its shape [${shape}]`,
      );
    }
    const values = file.slice(data + start, data + end);
    arrays[name] = { shape, values: new Float32Array(values.buffer) };
  }
  return arrays;
}

function isEntry(value: unknown): value is Entry {
  const { dtype, shape, data_offsets } = (value ?? {}) as Partial<Record<keyof Entry, unknown>>;
  const natural = (list: unknown) =>
    Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && n >= 0);
  return typeof dtype === "string" && natural(shape) && natural(data_offsets) &&
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
  if (file.length < 8) throw broken(`it has ${file.length} bytes, and 8 are needed for its length`);
  const length = Number(
    new DataView(file.buffer, file.byteOffset, file.length).getBigUint64(0, true),
  );
  if (length > file.length - 8) {
    throw broken(`its header is said to have ${length} bytes, more than there are`);
  }
  try {
    const text = new TextDecoder().decode(file.subarray(8, 8 + length));
    const header: unknown = JSON.parse(text);
    if (typeof header !== "object" || header === null) throw new Error("it is no object");
    return { header: header as Record<string, unknown>, start: 8 + length };
  } catch (error) {
    throw broken(`its header is not sound JSON (${(error as Error).message})`);
  }
}

function broken(why: string): RangeError {
  return new RangeError(`Cannot read the safetensors file: ${why}`);
}
