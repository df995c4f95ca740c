/**
 * The idx files of MNIST: `0 0 type dimensions`, the sides as big-endian 32-bit numbers, the data.
 *
 * @module
 */
import { broken, elements, type NumberArray, readBytes, unpack } from "./bytes.ts";

/**
 * Reads an idx file of unsigned bytes, packed with gzip or plain.
 *
 * @throws {DataError} When the file is missing, damaged or holds another type.
 */
export async function readIdx(file: string): Promise<NumberArray> {
  return parseIdx(await readBytes(file), file);
}

/** As {@linkcode readIdx}, from the bytes of the file; `file` is for messages. */
export function parseIdx(bytes: Uint8Array, file: string): NumberArray {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? unpack(bytes, "gzip", file) : bytes;
  if (plain.length < 4 || plain[0] !== 0 || plain[1] !== 0) {
    throw broken(file, "it does not start as an idx file does");
  }
  if (plain[2] !== 0x08) throw broken(file, `its idx type is ${plain[2]}, not 8 (unsigned bytes)`);
  const dimensions = plain[3]!;
  const start = 4 + 4 * dimensions;
  if (dimensions === 0 || plain.length < start) {
    throw broken(file, `its header of ${dimensions} dimensions is not whole`);
  }
  const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const wanted = elements(shape);
  const found = plain.length - start;
  if (found !== wanted) {
    throw broken(
      file,
      `it holds ${found} bytes of data where ${shape.join(" × ")} = ${wanted} belong`,
    );
  }
  return { shape, data: plain.subarray(start) };
}
