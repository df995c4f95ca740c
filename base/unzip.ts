/**
 * Unpacking of zip archives as a stream: the archive and its files may be larger than memory.
 *
 * @module
 */
import { createWriteStream } from "node:fs";
import { dirname, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32 } from "node:zlib";
import { openPromise } from "yauzl";

/** What is used of yauzl, which comes without types. */
interface Zip {
  eachEntry(): AsyncIterable<Entry>;
  openReadStreamPromise(entry: Entry): Promise<NodeJS.ReadableStream>;
  close(): void;
}
interface Entry {
  fileName: string;
  uncompressedSize: number;
  crc32: number;
  externalFileAttributes: number;
}

/** What is unpacked, and who is told. */
export interface UnzipOptions {
  /** Says of an entry's path (with `/`) whether to take it; all are taken when left out. */
  readonly wanted?: (path: string) => boolean;
  /** Replaces files that are there already; else they are an error, as two of one name are. */
  readonly replace?: boolean;
  /** Told the bytes done, and in all as the archive has it; stops the work where it throws. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Unpacks a zip archive into a folder, under the entries' own paths.
 *
 * @throws Error where the archive is damaged, or an entry leads out of the folder or is neither
 * file nor folder.
 */
export async function unzip(
  archive: string,
  folder: string,
  { wanted = () => true, replace = false, onProgress = () => {} }: UnzipOptions = {},
): Promise<void> {
  const zip = await openPromise(archive, { lazyEntries: true, autoClose: false }) as Zip;
  try {
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) if (wanted(entry.fileName)) entries.push(entry);
    const total = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
    let done = 0;
    for (const entry of entries) {
      await unzipEntry(zip, entry, folder, replace, (bytes) => onProgress(done += bytes, total));
    }
  } finally {
    zip.close();
  }
}

async function unzipEntry(
  zip: Zip,
  entry: Entry,
  folder: string,
  replace: boolean,
  count: (bytes: number) => void,
): Promise<void> {
  const path = entryPath(folder, entry.fileName);
  if (entry.fileName.endsWith("/")) return await Deno.mkdir(path, { recursive: true });
  const mode = entry.externalFileAttributes >>> 16; // Unix's, where the archive is from there
  const regular = [0, 0x8000].includes(mode & 0xf000);
  if (!regular) throw new Error(`its entry "${entry.fileName}" is neither file nor folder`);
  await Deno.mkdir(dirname(path), { recursive: true });
  let sum = 0;
  const watch = new Transform({
    transform(chunk, _encoding, callback) {
      try {
        count(chunk.length);
        sum = crc32(chunk, sum);
        callback(null, chunk);
      } catch (error) {
        callback(error as Error);
      }
    },
  });
  await pipeline(
    await zip.openReadStreamPromise(entry),
    watch,
    createWriteStream(path, { flags: replace ? "w" : "wx", mode: mode & 0o111 ? 0o777 : 0o666 }),
  );
  if (sum !== entry.crc32) throw new Error(`its entry "${entry.fileName}" is damaged`);
}

/**
 * Where an archive's entry goes.
 *
 * @throws Error where its name leads out of the folder.
 */
export function entryPath(folder: string, name: string): string {
  const parts = name.replace(/\/+$/, "").split("/").filter((part) => part !== ".");
  const safe = !/[\0\\:]/.test(name) && !name.startsWith("/") && parts.length > 0 &&
    parts.every((part) => part !== "" && part !== "..");
  if (!safe) throw new Error(`its entry "${name}" leads out of the folder`);
  return join(folder, ...parts);
}
