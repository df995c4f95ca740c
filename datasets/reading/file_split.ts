/**
 * A split whose images lie in a file, one after another, as they are read.
 *
 * @module
 */
import { open } from "node:fs/promises";
import type { Place, Split } from "../dataset.ts";
import { DataError } from "../../base/errors.ts";

/**
 * A split that is read from a file when it is asked for, so that processes that read the same one
 * share what the operating system keeps of it in memory.
 */
export function fileSplit(place: Place, labels: Uint16Array): Split {
  const { file, offset, type, numbers } = place;
  const bytes = numbers * (type === "uint8" ? 1 : 4);
  const read = async (indices: ArrayLike<number>) => {
    const out = new Uint8Array(indices.length * bytes);
    try {
      // Opened for each batch: a file that stays open would have to be closed by somebody.
      const handle = await open(file, "r");
      try {
        for (const { at, first, count } of stretches(indices)) {
          const { bytesRead } = await handle.read(
            out,
            at * bytes,
            count * bytes,
            offset + first * bytes,
          );
          if (bytesRead !== count * bytes) throw new Error("it has become shorter");
        }
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw new DataError(
        `The images in ${file} cannot be read (${(error as Error).message}); remove the file and ` +
          `run again.`,
      );
    }
    return type === "uint8" ? out : new Float32Array(out.buffer);
  };
  return { labels, read: Object.assign(read, { resident: place }) };
}

/** Images that follow each other, so that a whole split is one read. */
function* stretches(indices: ArrayLike<number>) {
  for (let at = 0, count; at < indices.length; at += count) {
    const first = indices[at]!;
    count = 1;
    while (indices[at + count] === first + count) count++;
    yield { at, first, count };
  }
}
