/**
 * Unpacking some of a zip archive's files, as a stream: the archive and its files may be larger
 * than memory.
 *
 * @module
 */
import { createWriteStream } from "node:fs";
import { dirname, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
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
  externalFileAttributes: number;
}

/**
 * Unpacks the wanted entries of a zip archive.
 *
 * @param archive The archive's path.
 * @param folder Where the entries go, under their own paths.
 * @param wanted Says of an entry's path (with `/`) whether to take it.
 * @param onProgress Told the uncompressed bytes done, and in all.
 * @returns How many files were unpacked.
 * @throws Error where the archive is damaged or an entry's name leaves the folder.
 */
export async function unpack(
  archive: string,
  folder: string,
  wanted: (path: string) => boolean,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<number> {
  const zip = await openPromise(archive, { lazyEntries: true, autoClose: false }) as Zip;
  try {
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) {
      if (!entry.fileName.endsWith("/") && wanted(entry.fileName)) entries.push(entry);
    }
    const total = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
    let done = 0;
    for (const entry of entries) {
      const path = join(folder, entry.fileName); // yauzl refuses names that leave the folder
      await Deno.mkdir(dirname(path), { recursive: true });
      const executable = (entry.externalFileAttributes >>> 16) & 0o111;
      const mode = executable ? 0o755 : 0o644;
      const count = new Transform({
        transform(chunk, _encoding, callback) {
          done += chunk.length;
          onProgress(done, total);
          callback(null, chunk);
        },
      });
      await pipeline(
        await zip.openReadStreamPromise(entry),
        count,
        createWriteStream(path, { mode }),
      );
    }
    return entries.length;
  } finally {
    zip.close();
  }
}
