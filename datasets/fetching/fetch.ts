/**
 * Fetching of the files of a data set: from the first address that gives the right one, and unpacked.
 *
 * What was fetched is written down in `sources.lock.json` beside the data, with its SHA-256, so that
 * a file whose checksum nobody publishes can at least be compared with its first download.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { DataError } from "../../base/errors.ts";
import { exists, writeAtomically } from "../../base/files.ts";
import { difference, digests, knownOf } from "./checksums.ts";
import { downloadFrom, type DownloadOptions, Unusable } from "./download.ts";
import type { SourceFile } from "./sources.ts";
import { unpackArchive } from "./unpack.ts";

/** How patient a download is, where else a file may be, and who is told. */
export interface FetchOptions extends DownloadOptions {
  /** Folders of the data folder in which a file or what becomes of it may lie as well. */
  readonly also?: readonly string[];
}

/** What is known of a fetched file. */
export interface LockEntry {
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
}

const LOCK = "sources.lock.json";

/** The files that were fetched into a folder, by their paths. */
export async function readLock(folder: string): Promise<Record<string, LockEntry>> {
  try {
    return JSON.parse(await Deno.readTextFile(join(folder, LOCK)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw new DataError(`${join(folder, LOCK)} cannot be read (${(error as Error).message}).`);
  }
}

/**
 * Fetches a file, and unpacks it where the source says so. What is there already stays as it is.
 *
 * @returns Whether anything was fetched.
 * @throws {DataError} When no address gives the right file; the message says what each one did and
 * what to do by hand.
 */
export async function fetchFile(
  source: SourceFile,
  folder: string,
  options: FetchOptions = {},
): Promise<boolean> {
  const file = join(folder, source.path);
  const wanted = source.unpack?.to ?? source.path;
  const result = join(folder, wanted);
  for (const inner of ["", ...options.also ?? []]) {
    if (await exists(join(folder, inner, wanted))) return false;
  }
  if (!await exists(file)) await download(source, folder, options);
  if (source.unpack !== undefined) {
    await unpackArchive(
      file,
      result,
      source.unpack.holding,
      (done) => options.onProgress?.(`unpacking ${source.path}`, done, undefined),
    );
    await Deno.remove(file);
  }
  return true;
}

async function download(
  source: SourceFile,
  folder: string,
  options: FetchOptions,
): Promise<void> {
  const file = join(folder, source.path);
  await Deno.mkdir(dirname(file), { recursive: true });
  const lock = (await readLock(folder))[source.path];
  const reasons: string[] = [];
  const addresses = [
    ...source.urls.map((url) => ({ url, known: knownOf(source, lock) })),
    // Another archive with the same content has bytes of its own.
    ...(source.copies ?? []).map((url) => ({ url, known: {} })),
  ];
  for (const { url, known } of addresses) {
    try {
      const { bytes, sha256 } = await downloadFrom(url, file, source.path, known, options);
      await writeDown(folder, source.path, { url, bytes, sha256 });
      return;
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      reasons.push(`${url} ${error.message}`);
      options.onNote?.(`${new URL(url).host} ${error.message}: given up.`);
    }
  }
  const sum = source.sha256 ?? source.md5;
  throw new DataError(
    `${source.path} could not be fetched (${reasons.join("; ")}); get it in another way` +
      `${sum === undefined ? "" : ` (${source.sha256 ? "SHA-256" : "MD5"} ${sum})`}, ` +
      `put it at ${file} and run the same command again.`,
  );
}

/** What became of a file that should be there. */
export type FileState = "right" | "there" | "unpacked" | "missing" | `wrong: ${string}`;

/**
 * Compares a file with what is known of it: `there` where nothing is. An unpacked archive counts by
 * its folder.
 */
export async function checkFile(source: SourceFile, folder: string): Promise<FileState> {
  const file = join(folder, source.path);
  if (source.unpack !== undefined && await exists(join(folder, source.unpack.to))) {
    return "unpacked";
  }
  if (!await exists(file)) return "missing";
  const known = knownOf(source, (await readLock(folder))[source.path]);
  const wrong = difference(await digests(file), known);
  if (wrong !== undefined) return `wrong: it has ${wrong}`;
  return Object.keys(known).length > 0 ? "right" : "there";
}

async function writeDown(folder: string, path: string, entry: LockEntry): Promise<void> {
  const entries = { ...await readLock(folder), [path]: entry };
  const sorted = Object.fromEntries(Object.entries(entries).sort(([a], [b]) => a < b ? -1 : 1));
  await writeAtomically(join(folder, LOCK), `${JSON.stringify(sorted, null, 2)}\n`, false);
}
