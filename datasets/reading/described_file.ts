/**
 * Files of raw numbers with their description at the end: the description as JSON, the SHA-256 of all
 * before, the length of the description in bytes (64 bits, little-endian) and eight letters that say
 * what the file is.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { createAtomically, writeAll } from "../../base/files.ts";

const HASH = 32;
const TAIL = HASH + 16;

/** Where numbers begin, as TensorFlow wants memory to be aligned. */
const ALIGNMENT = 64;

/** Bytes that are read at once to be hashed. */
const CHUNK = 1 << 22;

/** Puts numbers into a file, one stretch after another. */
export interface NumbersWriter {
  /** @returns Where they begin. */
  write(numbers: Uint8Array | Float32Array): Promise<number>;
  /** The next numbers begin at a multiple of 64 bytes. */
  align(): Promise<void>;
}

/**
 * Writes such a file whole or not at all.
 *
 * @param write Writes the numbers; gives the description.
 */
export async function writeDescribed(
  path: string,
  letters: string,
  write: (numbers: NumbersWriter) => Promise<object>,
): Promise<void> {
  await createAtomically(path, async (temporary) => {
    using out = await Deno.open(temporary, { write: true, createNew: true });
    const hash = createHash("sha256");
    let bytes = 0;
    const put = async (part: Uint8Array) => {
      hash.update(part);
      await writeAll(out, part);
      bytes += part.length;
    };
    const description = await write({
      async write(numbers) {
        const start = bytes;
        await put(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
        return start;
      },
      align: () => put(new Uint8Array(-bytes & (ALIGNMENT - 1))),
    });
    const json = new TextEncoder().encode(JSON.stringify(description));
    await put(json);
    await writeAll(out, hash.digest());
    await writeAll(out, new Uint8Array(new BigUint64Array([BigInt(json.length)]).buffer));
    await writeAll(out, new TextEncoder().encode(letters));
  });
}

/** A described file as it was found. */
export interface DescribedFile<T> {
  readonly description: T;
  /** Bytes of the numbers. */
  readonly bytes: number;
}

/**
 * Reads the whole file and gives its description.
 *
 * @returns `undefined` where there is no file, `null` where it is not what was written.
 */
export async function readDescribed<T>(
  file: string,
  letters: string,
): Promise<DescribedFile<T> | undefined | null> {
  let handle;
  try {
    handle = await open(file, "r");
  } catch {
    return undefined;
  }
  try {
    const { size } = await handle.stat();
    const tail = await read(handle, Math.max(0, size - TAIL), TAIL);
    if (new TextDecoder().decode(tail.subarray(HASH + 8)) !== letters) return null;
    const length = Number(new DataView(tail.buffer).getBigUint64(HASH, true));
    if (length > size - TAIL) return null;
    if (await hashOf(handle, size - TAIL) !== tail.subarray(0, HASH).toHex()) return null;
    const json = await read(handle, size - TAIL - length, length);
    const description: T = JSON.parse(new TextDecoder().decode(json));
    return { description, bytes: size - TAIL - length };
  } catch {
    return null;
  } finally {
    await handle.close();
  }
}

/** The SHA-256 of the first bytes of a file. */
async function hashOf(handle: FileHandle, size: number): Promise<string> {
  const hash = createHash("sha256");
  for (let at = 0; at < size; at += CHUNK) {
    hash.update(await read(handle, at, Math.min(CHUNK, size - at)));
  }
  return hash.digest("hex");
}

async function read(
  handle: FileHandle,
  at: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle.read(bytes, done, length - done, at + done);
    if (bytesRead === 0) throw new RangeError("it has become shorter");
    done += bytesRead;
  }
  return bytes;
}
