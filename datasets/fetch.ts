/**
 * Fetching of files: resumed after interruptions, checked, and unpacked with care.
 *
 * A file is written as `NAME.part` and renamed when it is whole and right. `NAME.part.json` says
 * where the part is from: only the same version of the same address is continued. What was fetched
 * is written down in `sources.lock.json` beside the data, with its SHA-256, so that a file whose
 * checksum nobody publishes can at least be compared with its first download.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { DataError } from "./dataset.ts";
import type { SourceFile } from "./sources.ts";
import { unpackArchive } from "./unpack.ts";

/** How patient a download is, and who is told. */
export interface FetchOptions {
  /** Milliseconds without a byte after which a connection is given up. */
  readonly patience?: number;
  /** Connections to one address that may fail in a row without a byte of progress. */
  readonly tries?: number;
  /** Milliseconds before the second try; doubled each time. */
  readonly pause?: number;
  /** Told the bytes done, and in all where that is known. */
  readonly onProgress?: (what: string, done: number, total: number | undefined) => void;
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
  const result = source.unpack === undefined ? file : join(folder, source.unpack.to);
  if (await exists(result)) return false;
  if (!await exists(file)) await download(source, folder, options);
  if (source.unpack !== undefined) {
    await unpackArchive(
      file,
      result,
      source.unpack.from,
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
  const known = (await readLock(folder))[source.path];
  const reasons: string[] = [];
  for (const url of source.urls) {
    try {
      const { bytes, sha256 } = await fromAddress(url, file, source, known, options);
      await Deno.rename(`${file}.part`, file);
      await remove(`${file}.part.json`);
      await writeDown(folder, source.path, { url, bytes, sha256 });
      return;
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      reasons.push(`${url} ${error.message}`);
    }
  }
  const sum = source.sha256 ?? source.md5;
  throw new DataError(
    `${source.path} could not be fetched (${reasons.join("; ")}); get it in another way` +
      `${sum === undefined ? "" : ` (${source.sha256 ? "SHA-256" : "MD5"} ${sum})`}, ` +
      `put it at ${file} and run the same command again.`,
  );
}

/** An address that does not give the file. */
class Unusable extends Error {}

/** A connection that ended early: worth another try. */
class Interrupted extends Error {}

async function fromAddress(
  url: string,
  file: string,
  source: SourceFile,
  known: LockEntry | undefined,
  { patience = 60_000, tries = 5, pause = 1000, onProgress }: FetchOptions,
): Promise<{ bytes: number; sha256: string }> {
  let failures = 0;
  for (;;) {
    const before = await size(`${file}.part`);
    try {
      await connect(url, file, source, patience, onProgress);
      const found = await digests(`${file}.part`);
      const wrong = difference(found, source, known);
      if (wrong === undefined) return found;
      await remove(`${file}.part`);
      // A part may have been continued with bytes of another version: once more from the start.
      if (before === 0) throw new Unusable(`gave a file with ${wrong}`);
      failures++;
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      failures = await size(`${file}.part`) > before ? 0 : failures + 1;
      if (failures >= tries) throw new Unusable(error.message);
    }
    await new Promise((resume) => setTimeout(resume, pause * 2 ** failures));
  }
}

/** One connection: writes what comes to the part, after what is there already. */
async function connect(
  url: string,
  file: string,
  source: SourceFile,
  patience: number,
  onProgress: FetchOptions["onProgress"],
): Promise<void> {
  const part = `${file}.part`;
  const origin: { url?: string; version?: string | null } = await Deno.readTextFile(`${part}.json`)
    .then(JSON.parse).catch(() => ({}));
  // Without a checksum only a version that the server names proves that both halves fit.
  const proven = origin.version || source.sha256 || source.md5;
  const have = origin.url === url && proven ? await size(part) : 0;
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (have > 0) headers.range = `bytes=${have}-`;
  if (have > 0 && origin.version) headers["if-range"] = origin.version;

  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(), patience);
  try {
    const response = await fetch(url, { headers, signal: abort.signal });
    const { status, body } = response;
    try {
      if (status === 416) {
        await remove(part); // the part is longer than the file is now
        throw new Interrupted("answered that the part fetched so far is not of its file");
      }
      if (status === 429 || status >= 500) throw new Interrupted(`answered ${status}`);
      if (status !== 200 && status !== 206) throw new Unusable(`answered ${status}`);
      const type = response.headers.get("content-type") ?? "";
      if (type.startsWith("text/html")) throw new Unusable("answered with a web page");
      const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "");
      if (status === 206 && Number(range?.[1]) !== have) {
        await remove(part);
        throw new Interrupted("answered with another part than was asked for");
      }
      const start = status === 206 ? have : 0;
      const length = response.headers.get("content-length");
      const total = length === null ? undefined : start + Number(length);
      if (total !== undefined && source.bytes !== undefined && total !== source.bytes) {
        throw new Unusable(`has a file of ${total} bytes, not of ${source.bytes}`);
      }
      const version = response.headers.get("etag");
      await Deno.writeTextFile(
        `${part}.json`,
        // A weak etag names no exact bytes.
        JSON.stringify({ url, version: version?.startsWith("W/") ? null : version }),
      );
      using out = await Deno.open(part, { write: true, create: true });
      await out.truncate(start);
      await out.seek(start, Deno.SeekMode.Start);
      let done = start;
      for await (const chunk of body ?? []) {
        clearTimeout(timer);
        timer = setTimeout(() => abort.abort(), patience);
        for (let at = 0; at < chunk.length;) at += await out.write(chunk.subarray(at));
        done += chunk.length;
        if (source.bytes !== undefined && done > source.bytes) {
          throw new Unusable(`gave more than ${source.bytes} bytes`);
        }
        onProgress?.(`fetching ${source.path}`, done, total ?? source.bytes);
      }
      if (total !== undefined && done < total) {
        throw new Interrupted(`ended after ${done} of ${total} bytes`);
      }
    } finally {
      await body?.cancel().catch(() => {});
    }
  } catch (error) {
    if (error instanceof Unusable || error instanceof Interrupted || isDisk(error)) throw error;
    throw new Interrupted(
      abort.signal.aborted
        ? `gave nothing for ${patience / 1000} seconds`
        : `could not be read (${(error as Error).message})`,
    );
  } finally {
    clearTimeout(timer);
  }
}

/** A full disk or a folder that may not be written is no fault of the address. */
function isDisk(error: unknown): boolean {
  return error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotCapable ||
    /ENOSPC|No space left|os error 28/.test((error as Error).message);
}

/** What is wrong with a file, in words; undefined when nothing is. */
function difference(
  found: { bytes: number; sha256: string; md5: string },
  source: SourceFile,
  known: LockEntry | undefined,
): string | undefined {
  if (source.bytes !== undefined && found.bytes !== source.bytes) {
    return `${found.bytes} bytes where ${source.bytes} belong`;
  }
  if (source.sha256 !== undefined && found.sha256 !== source.sha256) {
    return `the SHA-256 ${found.sha256} where ${source.sha256} belongs`;
  }
  if (source.md5 !== undefined && found.md5 !== source.md5) {
    return `the MD5 ${found.md5} where ${source.md5} belongs`;
  }
  if (source.sha256 === undefined && source.md5 === undefined && known !== undefined) {
    if (known.sha256 !== found.sha256) {
      return `the SHA-256 ${found.sha256} where the first download had ${known.sha256}`;
    }
  }
  return undefined;
}

/** Size and checksums of a file, read as a stream. */
async function digests(file: string): Promise<{ bytes: number; sha256: string; md5: string }> {
  const [sha256, md5] = [createHash("sha256"), createHash("md5")];
  let bytes = 0;
  using input = await Deno.open(file);
  for await (const chunk of input.readable) {
    sha256.update(chunk);
    md5.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: sha256.digest("hex"), md5: md5.digest("hex") };
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
  const known = (await readLock(folder))[source.path];
  const wrong = difference(await digests(file), source, known);
  if (wrong !== undefined) return `wrong: it has ${wrong}`;
  return source.sha256 ?? source.md5 ?? known ? "right" : "there";
}

async function writeDown(folder: string, path: string, entry: LockEntry): Promise<void> {
  const entries = { ...await readLock(folder), [path]: entry };
  const sorted = Object.fromEntries(Object.entries(entries).sort(([a], [b]) => a < b ? -1 : 1));
  const temporary = join(folder, `${LOCK}.${crypto.randomUUID()}.tmp`);
  await Deno.writeTextFile(temporary, `${JSON.stringify(sorted, null, 2)}\n`);
  await Deno.rename(temporary, join(folder, LOCK));
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true).catch(() => false);
}

async function size(path: string): Promise<number> {
  return (await Deno.stat(path).catch(() => undefined))?.size ?? 0;
}

async function remove(path: string): Promise<void> {
  await Deno.remove(path).catch(() => {}); // it may not be there
}
