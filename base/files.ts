/**
 * Files and folders that exist whole or not at all, and small questions about them.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { DataError, UsageError } from "./errors.ts";

/** How the names of unfinished files and folders end, and no finished one's does. */
const UNFINISHED = ".tmp";

/**
 * Makes a file or folder under another name and gives it its own at the end, so that it exists
 * whole or not at all, wherever the process is killed. A file or link of that name is replaced; a
 * folder must be gone by then. The folder around it is made if need be.
 *
 * @param path The final path.
 * @param make Makes it at the path it is given; may return the path of the part that is to be kept.
 */
export async function createAtomically(
  path: string,
  make: (temporary: string) => Promise<string | void>,
): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${Deno.pid}.${crypto.randomUUID().slice(0, 8)}${UNFINISHED}`;
  try {
    await Deno.rename(await make(temporary) ?? temporary, path);
  } finally {
    await Deno.remove(temporary, { recursive: true }).catch(() => {}); // renamed, or never made
  }
}

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
  try {
    await createAtomically(path, async (temporary) => {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      using file = await Deno.open(temporary, { write: true, createNew: true });
      await writeAll(file, bytes);
      if (durable) await file.sync();
    });
    if (durable) await syncFolder(dirname(path));
  } catch (error) {
    if (error instanceof Error) error.message = `Cannot write ${path}: ${error.message}`;
    throw error;
  }
}

/** Writes all bytes: the operating system may take fewer at a time. */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await file.write(bytes.subarray(written));
  }
}

/**
 * Looks whether a folder to write into is one: a link in a folder that others share may lead anywhere.
 *
 * @throws One sentence with the path, where it is a link.
 */
export async function requireNoLink(path: string): Promise<void> {
  const found = await Deno.lstat(path.replace(/\/$/, "")).catch(() => null);
  if (!found?.isSymlink) return;
  throw new UsageError(
    `Cannot write into ${path}: it is a link, which is not written through; remove it`,
  );
}

/**
 * As {@linkcode requireNoLink}, for every folder on the way from one that the user has named.
 *
 * @param inside Relative to it.
 */
export async function requireNoLinkInside(folder: string, inside: string): Promise<void> {
  let path = folder;
  for (const part of inside.split(/[\\/]/)) await requireNoLink(path = join(path, part));
}

/** Brings a folder's list of files to the disk, so that a new name outlives a power failure. */
async function syncFolder(folder: string): Promise<void> {
  if (Deno.build.os === "windows") return; // it does so by itself, and opens no folders
  using file = await Deno.open(folder);
  await file.sync();
}

/** Removes what {@linkcode createAtomically} left unfinished in a folder where it was killed. */
export async function removeUnfinished(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(UNFINISHED)) {
      await Deno.remove(join(folder, name), { recursive: true }).catch(() => {});
    }
  }
}

/** Whether there is anything of that name; a link counts as what it leads to. */
export async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** The uppermost folder on the way to one that is not there; null where all are. */
export async function firstMissing(folder: string): Promise<string | null> {
  let missing: string | null = null;
  for (let path = folder; !await exists(path); path = dirname(path)) missing = path;
  return missing;
}

/** Removes a folder and those in it as far as there is no file in them. */
export async function removeIfEmpty(folder: string): Promise<void> {
  const found = await Array.fromAsync(Deno.readDir(folder)).catch((): Deno.DirEntry[] => []);
  for (const { name, isDirectory } of found) {
    if (isDirectory) await removeIfEmpty(join(folder, name));
  }
  await Deno.remove(folder).catch(() => {}); // it has something in it
}

/** Whether there is a file of that name. */
export async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((found) => found.isFile, () => false);
}

/** Whether there is a folder of that name. */
export async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then((found) => found.isDirectory, () => false);
}

/** The folders in a folder and links to some, in ascending order; hidden ones are left out. */
export async function subfolders(root: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(root)) {
    if (entry.name.startsWith(".")) continue;
    const linked = entry.isSymlink && await isFolder(join(root, entry.name));
    if (entry.isDirectory || linked) names.push(entry.name);
  }
  return names.sort();
}

/** The outermost folder that has folders of all these names in it, at most `depth` below `root`. */
export async function findFolder(
  root: string,
  names: readonly string[],
  depth = Infinity,
): Promise<string | undefined> {
  for (let level = [root], below = 0; level.length > 0 && below <= depth; below++) {
    const next: string[] = [];
    for (const folder of level) {
      // A disk has folders that only its system may read; the root may not be there yet.
      const found = await subfolders(folder).catch((error): string[] => {
        const { NotFound, PermissionDenied } = Deno.errors;
        if (error instanceof PermissionDenied || error instanceof NotFound) return [];
        throw error;
      });
      if (names.every((name) => found.includes(name))) return folder;
      next.push(...found.map((name) => join(folder, name)));
    }
    level = next;
  }
  return undefined;
}

/**
 * The bytes of a file. What is no file is not opened: a pipe would be waited for.
 *
 * @param most More bytes than these are not read.
 * @throws {Deno.errors.NotFound} When there is no such file.
 * @throws {RangeError} When it is another kind of thing, or too large; in the midst of a sentence.
 */
export async function readRegularFile(path: string, most = Infinity): Promise<Uint8Array> {
  const { isFile, isDirectory, isFifo, size } = await Deno.stat(path);
  if (!isFile) {
    const what = isDirectory ? "a folder" : isFifo ? "a named pipe" : "no regular file";
    throw new RangeError(`it is ${what}`);
  }
  if (size > most) throw new RangeError(`it has ${size} bytes, more than such a file can have`);
  return await Deno.readFile(path);
}

/**
 * The text of a file; null when there is no such file.
 *
 * @throws {DataError} When it is another kind of thing.
 */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return new TextDecoder().decode(await readRegularFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return null;
    }
    if (error instanceof RangeError) throw new DataError(`Cannot read ${path}: ${error.message}`);
    throw error;
  }
}

/** What a small JSON file holds; undefined where there is none or it cannot be read. */
export async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(new TextDecoder().decode(await readRegularFile(path)));
  } catch {
    return undefined;
  }
}

/** The SHA-256 of a file, in hexadecimal. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  const file = await Deno.open(path);
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}
