/**
 * The memory of the kernel (`kernel.as.ts`, compiled), which functions on pixels borrow.
 *
 * @module
 */
import { memory, start } from "./kernel.wasm";

/** Bytes behind a block that the kernel may read and write too. */
const SLACK = 16;
const PAGE = 1 << 16;
const first = start();

/**
 * Places for blocks of so many bytes, each at a multiple of 16. They are the caller's until the next
 * call.
 */
export function places(...sizes: readonly number[]): number[] {
  let end = first;
  const found = sizes.map((size) => {
    const at = Math.ceil(end / 16) * 16;
    end = at + size + SLACK;
    return at;
  });
  const lacking = end - memory.buffer.byteLength;
  if (lacking > 0) memory.grow(Math.ceil(lacking / PAGE));
  return found;
}

/** The bytes of a place; a view that the next call of {@linkcode places} may end. */
export function bytesAt(place: number, length: number): Uint8Array {
  return new Uint8Array(memory.buffer, place, length);
}

/** The 32-bit numbers of a place, likewise. */
export function wordsAt(place: number, length: number): Int32Array {
  return new Int32Array(memory.buffer, place, length);
}

/** Lets a function of the kernel work on an image in place. */
export function inPlace<T>(image: Uint8Array, work: (at: number, pixels: number) => T): T {
  const [at] = places(image.length) as [number];
  const bytes = bytesAt(at, image.length + SLACK);
  bytes.set(image);
  bytes.fill(0, image.length);
  const answer = work(at, image.length / 3);
  image.set(bytes.subarray(0, image.length));
  return answer;
}
