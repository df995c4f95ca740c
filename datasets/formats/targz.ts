/**
 * One file out of a `.tar.gz` archive.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { Parser } from "tar";
import { broken, readBytes, unpack } from "./bytes.ts";

/**
 * The content of the archive's only entry whose name ends in `suffix`, in memory: nothing of the
 * archive is written anywhere.
 *
 * @throws {DataError} When the archive is missing, damaged, or has no such entry.
 */
export async function readTarGzEntry(archive: string, suffix: string): Promise<Uint8Array> {
  return parseTarGzEntry(await readBytes(archive), suffix, archive);
}

/** As {@linkcode readTarGzEntry}, from the bytes of the archive; `archive` is for messages. */
export function parseTarGzEntry(
  bytes: Uint8Array,
  suffix: string,
  archive: string,
): Promise<Uint8Array> {
  const plain = unpack(bytes, "gzip", archive);
  return new Promise((resolve, reject) => {
    let found: Uint8Array | undefined;
    let at = 0;
    const parser = new Parser({
      strict: true,
      onReadEntry(entry) {
        const wanted = found === undefined && entry.type === "File" && entry.path.endsWith(suffix);
        // A damaged size may claim more than there is at all.
        if (!wanted || entry.size > plain.length) {
          entry.resume();
          return;
        }
        const content = new Uint8Array(entry.size);
        found = content;
        entry.on("data", (chunk: Uint8Array) => {
          content.set(chunk, at);
          at += chunk.length;
        });
      },
    });
    const fail = (error: Error) => reject(broken(archive, `its tar is damaged (${error.message})`));
    parser.on("error", fail);
    parser.on("end", () => {
      if (found === undefined) reject(broken(archive, `it has no entry that ends in ${suffix}`));
      else if (at !== found.length) reject(broken(archive, `its entry ${suffix} is cut short`));
      else resolve(found);
    });
    try {
      parser.end(Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength));
    } catch (error) {
      fail(error as Error);
    }
  });
}
