/**
 * Files of raw numbers with their description at the end: the description as JSON, its length in
 * bytes (64 bits, little-endian) and eight letters that say what the file is and that it is whole.
 *
 * @module
 */
import { open } from "node:fs/promises";
import { writeAll } from "../../base/files.ts";

const TAIL = 16;

/** Ends a file with its description. */
export async function writeDescription(
  out: Deno.FsFile,
  description: object,
  letters: string,
): Promise<void> {
  const json = new TextEncoder().encode(JSON.stringify(description));
  await writeAll(out, json);
  await writeAll(out, new Uint8Array(new BigUint64Array([BigInt(json.length)]).buffer));
  await writeAll(out, new TextEncoder().encode(letters));
}

/** The description of a whole file, and the bytes before it; undefined where there is none. */
export async function readDescription<T>(
  file: string,
  letters: string,
): Promise<{ readonly description: T; readonly bytes: number } | undefined> {
  let handle;
  try {
    handle = await open(file, "r");
  } catch {
    return undefined;
  }
  try {
    const { size } = await handle.stat();
    const tail = new Uint8Array(TAIL);
    await handle.read(tail, 0, TAIL, Math.max(0, size - TAIL));
    if (new TextDecoder().decode(tail.subarray(8)) !== letters) return undefined;
    const length = Number(new DataView(tail.buffer).getBigUint64(0, true));
    if (length > size - TAIL) return undefined;
    const json = new Uint8Array(length);
    await handle.read(json, 0, length, size - TAIL - length);
    const description: T = JSON.parse(new TextDecoder().decode(json));
    return { description, bytes: size - TAIL - length };
  } catch {
    return undefined;
  } finally {
    await handle.close();
  }
}
