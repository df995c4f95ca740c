/**
 * Files that exist whole or not at all.
 *
 * @module
 */
import { dirname } from "node:path";

/**
 * Writes a file whole or not at all; makes its folder.
 *
 * @param durable It outlives a power failure once this returns; what can be made again need not.
 * @throws One sentence with the file's path.
 */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array,
  durable = true,
): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${Deno.pid}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    using file = await Deno.open(temporary, { write: true, createNew: true });
    for (let written = 0; written < bytes.length;) {
      written += await file.write(bytes.subarray(written));
    }
    if (durable) await file.sync();
    await Deno.rename(temporary, path);
    if (durable) await syncFolder(dirname(path));
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    if (error instanceof Error) error.message = `Cannot write ${path}: ${error.message}`;
    throw error;
  }
}

/** Brings a folder's list of files to the disk, so that a new name outlives a power failure. */
async function syncFolder(folder: string): Promise<void> {
  if (Deno.build.os === "windows") return; // it does so by itself, and opens no folders
  using file = await Deno.open(folder);
  await file.sync();
}

/** The text of a file; null when there is no such file. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return null;
    }
    throw error;
  }
}
