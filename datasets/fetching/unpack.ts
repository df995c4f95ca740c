/**
 * Unpacking of archives from elsewhere: nothing leaves the folder, nothing points out of it, and it
 * cannot grow without end.
 *
 * @module
 */
import { createReadStream, createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { Parser } from "tar";
import { createAtomically, findFolder } from "../../base/files.ts";
import { entryPath, unzip } from "../../base/unzip.ts";
import { DataError } from "../../base/errors.ts";

/** Bounds of what an archive may become. */
export interface UnpackLimits {
  /** Bytes for each byte of the archive; image files hardly shrink. */
  readonly expansion: number;
  /** Bytes that are always allowed. */
  readonly least: number;
}

const LIMITS: UnpackLimits = { expansion: 20, least: 1 << 26 };

/**
 * Unpacks a zip or tar(.gz) archive into a folder that is not there yet: it appears whole, or not at
 * all.
 *
 * @param holding The folder of the archive that has all these in it becomes `folder`; left out, its
 * whole content does.
 * @param onProgress Told the bytes unpacked so far.
 * @throws {DataError} When the archive is damaged, too large, has no such folder, or has an entry
 * that leads out of the folder or is neither file nor folder.
 */
export async function unpackArchive(
  archive: string,
  folder: string,
  holding: readonly string[] | undefined,
  onProgress: (bytes: number) => void = () => {},
  limits: UnpackLimits = LIMITS,
): Promise<void> {
  const { size } = await Deno.stat(archive);
  const budget = Math.max(limits.least, limits.expansion * size);
  const check = (done: number) => {
    if (done > budget) throw new Error(`it unpacks to more than ${budget} bytes`);
    onProgress(done);
  };
  try {
    await createAtomically(folder, async (temporary) => {
      await Deno.mkdir(temporary);
      if (await isZip(archive)) await unzip(archive, temporary, { onProgress: check });
      else await unpackTar(archive, temporary, check);
      if (holding === undefined) return;
      const inner = await findFolder(temporary, holding);
      if (inner === undefined) throw new Error(`it has no folder with ${holding.join(", ")} in it`);
      return inner;
    });
  } catch (error) {
    throw new DataError(
      `${archive} cannot be unpacked: ${(error as Error).message}; remove it and fetch it again.`,
    );
  }
}

/** Zip archives begin with these letters; another copy of a tar may be one. */
async function isZip(archive: string): Promise<boolean> {
  using file = await Deno.open(archive);
  const letters = new Uint8Array(2);
  await file.read(letters);
  return letters[0] === 0x50 && letters[1] === 0x4b;
}

async function unpackTar(
  archive: string,
  folder: string,
  onProgress: (done: number) => void,
): Promise<void> {
  let done = 0;
  const writing = new Set<Promise<void>>();
  const abort = new AbortController();
  let failure: Error | undefined;
  const parser = new Parser({
    strict: true,
    onReadEntry(entry) {
      try {
        if (failure !== undefined) return entry.resume();
        const path = entryPath(folder, entry.path);
        if (entry.type === "Directory") {
          mkdirSync(path, { recursive: true });
          return entry.resume();
        }
        if (entry.type !== "File" && entry.type !== "OldFile") {
          throw new Error(`its entry "${entry.path}" is neither file nor folder`);
        }
        onProgress(done += entry.size ?? 0);
        mkdirSync(dirname(path), { recursive: true });
        if (entry.size === 0) { // very many of these come at once, more than files may be open
          writeFileSync(path, "", { flag: "wx" });
          return entry.resume();
        }
        const written = pipeline(
          entry as unknown as NodeJS.ReadableStream,
          createWriteStream(path, { flags: "wx" }),
          { signal: abort.signal },
        ).catch((error) => void (failure ??= error as Error));
        writing.add(written);
        written.finally(() => writing.delete(written));
      } catch (error) {
        failure ??= error as Error;
        entry.resume();
      }
    },
  });
  const check = () => {
    if (failure !== undefined) throw failure;
  };
  try {
    await feed(parser, archive, check);
    await Promise.all(writing);
    check();
  } finally {
    // After a failure there may be files that are not whole and never will be.
    abort.abort();
    await Promise.all(writing);
  }
}

/** Hands an archive to a parser, no faster than it goes on; ends where `check` throws. */
async function feed(parser: Parser, archive: string, check: () => void): Promise<void> {
  const ended = new Promise<void>((resolve, reject) => {
    parser.on("end", resolve);
    parser.on("error", reject);
  });
  ended.catch(() => {}); // asked for below, unless something else fails first
  const input = createReadStream(archive);
  try {
    for await (const chunk of input) {
      check();
      // The parser takes no more than it can hand on: a full one says when it goes on.
      if (!parser.write(chunk)) {
        await Promise.race([new Promise((go) => parser.once("drain", () => go(0))), ended]);
      }
    }
    parser.end();
    await ended;
  } finally {
    input.destroy();
  }
}
