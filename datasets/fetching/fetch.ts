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
import { exists, writeAll, writeAtomically } from "../../base/files.ts";
import { tryLock } from "../../base/lock.ts";
import { DataError } from "../../base/errors.ts";
import type { KnownBytes, SourceFile } from "./sources.ts";
import { unpackArchive } from "./unpack.ts";

/** How patient a download is, and who is told. */
export interface FetchOptions {
  /** Milliseconds without a byte after which a connection is given up. */
  readonly patience?: number;
  /** Connections to one address that may fail in a row without a byte of progress. */
  readonly tries?: number;
  /** Milliseconds before the second try; doubled each time. */
  readonly pause?: number;
  /** Folders of the data folder in which a file or what becomes of it may lie as well. */
  readonly also?: readonly string[];
  /** Told, in words, why an address is tried again or given up. */
  readonly onNote?: (line: string) => void;
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
  const wanted = source.unpack?.to ?? source.path;
  const result = join(folder, wanted);
  for (const place of ["", ...options.also ?? []]) {
    if (await exists(join(folder, place, wanted))) return false;
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
      const { bytes, sha256 } = await fromAddress(url, file, source.path, known, options);
      await Deno.rename(`${file}.part`, file);
      await remove(`${file}.part.json`);
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

/** What a file must be: as published, or, where nothing is, as its first download was. */
interface Known extends KnownBytes {
  /** The SHA-256 of the first download. */
  readonly first?: string;
}

function knownOf(source: SourceFile, lock: LockEntry | undefined): Known {
  const { bytes, sha256, md5, gitBlob } = source;
  const published = Object.fromEntries(
    Object.entries({ bytes, sha256, md5, gitBlob }).filter(([, value]) => value !== undefined),
  );
  const sums = sha256 ?? md5 ?? gitBlob;
  return sums === undefined && lock !== undefined && source.urls.includes(lock.url)
    ? { ...published, first: lock.sha256 }
    : published;
}

/** An address that does not give the file. */
class Unusable extends Error {}

/** A connection that ended early: worth another try. */
class Interrupted extends Error {}

async function fromAddress(
  url: string,
  file: string,
  name: string,
  known: Known,
  { patience = 60_000, tries = 5, pause = 1000, onProgress, onNote }: FetchOptions,
): Promise<{ bytes: number; sha256: string }> {
  let failures = 0;
  /** Waits before the next try; longer with every one that brought nothing. */
  const rest = async (reason: string) => {
    const wait = pause * 2 ** Math.max(0, failures - 1);
    onNote?.(`${new URL(url).host} ${reason}: tried again in ${wait / 1000} s.`);
    await new Promise((resume) => setTimeout(resume, wait));
  };
  for (;;) {
    const before = await size(`${file}.part`);
    try {
      await connect(url, file, name, known, patience, onProgress);
      const found = await digests(`${file}.part`);
      const wrong = difference(found, known);
      if (wrong === undefined) return found;
      await remove(`${file}.part`);
      // A part may have been continued with bytes of another version: once more from the start.
      if (before === 0) throw new Unusable(`gave a file with ${wrong}`);
      failures++;
      await rest(`gave a file with ${wrong}`);
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      failures = await size(`${file}.part`) > before ? 0 : failures + 1;
      if (failures >= tries) throw new Unusable(error.message);
      await rest(error.message);
    }
  }
}

/** One connection: writes what comes to the part, after what is there already. */
async function connect(
  url: string,
  file: string,
  name: string,
  known: Known,
  patience: number,
  onProgress: FetchOptions["onProgress"],
): Promise<void> {
  const part = `${file}.part`;
  const origin: { url?: string; version?: string | null } = await Deno.readTextFile(`${part}.json`)
    .then(JSON.parse).catch(() => ({}));
  // Without a checksum only a version that the server names proves that both halves fit.
  const proven = origin.version || known.sha256 || known.md5;
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
      if (total !== undefined && known.bytes !== undefined && total !== known.bytes) {
        throw new Unusable(`has a file of ${total} bytes, not of ${known.bytes}`);
      }
      using out = await tryLock(part);
      if (out === null) {
        throw new DataError(`${name} is being fetched by another process; wait for its end.`);
      }
      const version = response.headers.get("etag");
      await Deno.writeTextFile(
        `${part}.json`,
        // A weak etag names no exact bytes.
        JSON.stringify({ url, version: version?.startsWith("W/") ? null : version }),
      );
      await out.truncate(start);
      await out.seek(start, Deno.SeekMode.Start);
      let done = start;
      for await (const chunk of body ?? []) {
        clearTimeout(timer);
        timer = setTimeout(() => abort.abort(), patience);
        await writeAll(out, chunk);
        done += chunk.length;
        if (known.bytes !== undefined && done > known.bytes) {
          throw new Unusable(`gave more than ${known.bytes} bytes`);
        }
        onProgress?.(`fetching ${name}`, done, total ?? known.bytes);
      }
      if (total !== undefined && done < total) {
        throw new Interrupted(`ended after ${done} of ${total} bytes`);
      }
    } finally {
      await body?.cancel().catch(() => {});
    }
  } catch (error) {
    const mine = [Unusable, Interrupted, DataError].some((kind) => error instanceof kind);
    if (mine || isDisk(error)) throw error;
    throw new Interrupted(
      abort.signal.aborted
        ? `gave nothing for ${patience / 1000} seconds`
        : `could not be read (${reasonOf(error as Error)})`,
    );
  } finally {
    clearTimeout(timer);
  }
}

/** Why a connection failed: the last and most special of the causes that are named. */
function reasonOf({ message, cause }: Error): string {
  const words = cause instanceof Error ? cause.message : message;
  return words.replace(/^error sending request for url \([^)]*\): /, "").split(": ").at(-1)!;
}

/** A full disk or a folder that may not be written is no fault of the address. */
function isDisk(error: unknown): boolean {
  return error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotCapable ||
    /ENOSPC|No space left|os error 28/.test((error as Error).message);
}

/** Size and checksums of a file. */
type Found = Required<KnownBytes>;

/** What is wrong with a file, in words; undefined when nothing is. */
function difference(found: Found, known: Known): string | undefined {
  const names = { sha256: "SHA-256", md5: "MD5", gitBlob: "git name" } as const;
  if (known.bytes !== undefined && found.bytes !== known.bytes) {
    return `${found.bytes} bytes where ${known.bytes} belong`;
  }
  for (const [kind, name] of Object.entries(names) as [keyof typeof names, string][]) {
    if (known[kind] !== undefined && found[kind] !== known[kind]) {
      return `the ${name} ${found[kind]} where ${known[kind]} belongs`;
    }
  }
  if (known.first !== undefined && known.first !== found.sha256) {
    return `the SHA-256 ${found.sha256} where the first download had ${known.first}`;
  }
  return undefined;
}

/** Reads a file as a stream. */
async function digests(file: string): Promise<Found> {
  using input = await Deno.open(file);
  const { size: bytes } = await input.stat();
  const sums = {
    sha256: createHash("sha256"),
    md5: createHash("md5"),
    gitBlob: createHash("sha1"),
  };
  sums.gitBlob.update(`blob ${bytes}\0`);
  for await (const chunk of input.readable) {
    for (const sum of Object.values(sums)) sum.update(chunk);
  }
  const [sha256, md5, gitBlob] = Object.values(sums).map((sum) => sum.digest("hex"));
  return { bytes, sha256: sha256!, md5: md5!, gitBlob: gitBlob! };
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

async function size(path: string): Promise<number> {
  return (await Deno.stat(path).catch(() => undefined))?.size ?? 0;
}

async function remove(path: string): Promise<void> {
  await Deno.remove(path).catch(() => {}); // it may not be there
}
