/**
 * What the readers of binary files share.
 *
 * @module
 */
import { gunzipSync, inflateSync } from "node:zlib";
import { DataError } from "../../base/errors.ts";

/** A dense array of small numbers, row-major unless said otherwise. */
export interface NumberArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array | Float32Array | Float64Array;
}

/** More than any file of ours unpacks to: a damaged length must not fill the memory. */
const LARGEST = 1 << 30;

/** An error that names the file and what is wrong with it. */
export function broken(file: string, reason: string): DataError {
  return new DataError(`${file} cannot be read: ${reason}; fetch the file again.`);
}

/**
 * Reads a whole file.
 *
 * @throws {DataError} When it is not there or may not be read.
 */
export async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new DataError(`${file} is not there.`);
    }
    throw new DataError(`${file} cannot be read: ${(error as Error).message}.`);
  }
}

/**
 * Unpacks gzip or zlib data that must be whole.
 *
 * @throws {DataError} When the data are cut short or damaged.
 */
export function unpack(bytes: Uint8Array, form: "gzip" | "zlib", file: string): Uint8Array {
  const options = { maxOutputLength: LARGEST };
  try {
    const out = form === "gzip" ? gunzipSync(bytes, options) : inflateSync(bytes, options);
    return new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
  } catch (error) {
    throw broken(
      file,
      `its compressed data are damaged or cut short (${(error as Error).message})`,
    );
  }
}

/** The number of elements of a shape. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
