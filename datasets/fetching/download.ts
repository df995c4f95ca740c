/**
 * A file from one address: tried again after interruptions, continued where it stopped, and checked.
 *
 * What has come is in `NAME.part`; `NAME.part.json` says where it is from: only the same version of
 * the same address is continued.
 *
 * @module
 */
import { DataError } from "../../base/errors.ts";
import { readJson, writeAll, writeAtomically } from "../../base/files.ts";
import { tryLock } from "../../base/lock.ts";
import { seemsOffline } from "../../base/offline.ts";
import { difference, digests, type Found, type Known } from "./checksums.ts";

/** How patient a download is, and who is told. */
export interface DownloadOptions {
  /** Milliseconds without a byte after which a connection is given up. */
  readonly idleTimeout?: number;
  /** Connections to one address that may fail in a row without a byte of progress. */
  readonly retries?: number;
  /** Milliseconds before the second try; doubled each time. */
  readonly backoff?: number;
  /** Told, in words, why an address is tried again or given up. */
  readonly onNote?: (line: string) => void;
  /** Told the bytes done, and in all where that is known. */
  readonly onProgress?: (what: string, done: number, total: number | undefined) => void;
}

/** An address that does not give the file. */
export class Unusable extends Error {}

/** A connection that ended early: worth another try. */
class Interrupted extends Error {}

/** A file on its way. */
interface Download {
  readonly url: string;
  /** Where it is written until it is whole. */
  readonly part: string;
  /** What it is called in messages. */
  readonly name: string;
  readonly known: Known;
}

/** What a part is of. */
interface Origin {
  readonly url?: string;
  /** The server's name for the exact bytes. */
  readonly version?: string | null;
}

/**
 * Downloads a file from one address.
 *
 * @param file Where it goes.
 * @param name What it is called in messages.
 * @throws {Unusable} When the address does not give the right file.
 * @throws {DataError} When another process is fetching it.
 */
export async function downloadFrom(
  url: string,
  file: string,
  name: string,
  known: Known,
  options: DownloadOptions,
): Promise<Found> {
  const { retries = 5, backoff = 1000, onNote } = options;
  const download: Download = { url, part: `${file}.part`, name, known };
  const { part } = download;
  let failures = 0;
  /** Waits before the next try; longer with every one that brought nothing. */
  const wait = async (reason: string) => {
    const milliseconds = backoff * 2 ** Math.max(0, failures - 1);
    onNote?.(`${new URL(url).host} ${reason}: tried again in ${milliseconds / 1000} s.`);
    await new Promise((resume) => setTimeout(resume, milliseconds));
  };
  for (;;) {
    const before = await size(part);
    try {
      await connect(download, options);
      const found = await digests(part);
      const wrong = difference(found, known);
      if (wrong === undefined) {
        await Deno.rename(part, file);
        await remove(originFile(part));
        return found;
      }
      await remove(part);
      // A part may have been continued with bytes of another version: once more from the start.
      if (before === 0) throw new Unusable(`gave a file with ${wrong}`);
      failures++;
      await wait(`gave a file with ${wrong}`);
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      failures = await size(part) > before ? 0 : failures + 1;
      if (failures >= retries) throw new Unusable(error.message);
      await wait(error.message);
    }
  }
}

/** One connection: writes what comes to the part, after what is there already. */
async function connect(
  download: Download,
  { idleTimeout = 60_000, onProgress }: DownloadOptions,
): Promise<void> {
  const { url, part, known } = download;
  const origin = await readJson<Origin>(originFile(part)) ?? {};
  // Without a checksum only a version that the server names proves that both halves fit.
  const proven = origin.version || known.sha256 || known.md5;
  const have = origin.url === url && proven ? await size(part) : 0;
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (have > 0) headers.range = `bytes=${have}-`;
  if (have > 0 && origin.version) headers["if-range"] = origin.version;

  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(), idleTimeout);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(), idleTimeout);
  };
  try {
    const response = await fetch(url, { headers, signal: abort.signal });
    try {
      const range = await requireContent(response, have, download);
      await receive(response, range, download, (done, total) => {
        alive();
        onProgress?.(`fetching ${download.name}`, done, total);
      });
    } finally {
      await response.body?.cancel().catch(() => {});
    }
  } catch (error) {
    const mine = [Unusable, Interrupted, DataError].some((kind) => error instanceof kind);
    if (mine || isDisk(error)) throw error;
    throw new Interrupted(
      abort.signal.aborted
        ? `gave nothing for ${idleTimeout / 1000} seconds`
        : `could not be read (${reasonOf(error as Error)})`,
    );
  } finally {
    clearTimeout(timer);
  }
}

/** Which bytes of the file a response brings. */
interface ByteRange {
  readonly start: number;
  /** Bytes of the whole file; undefined where the server does not say. */
  readonly total: number | undefined;
}

/** Refuses a response that does not bring the file, or not the part that was asked for. */
async function requireContent(
  { status, headers }: Response,
  have: number,
  { part, known }: Download,
): Promise<ByteRange> {
  if (status === 416) {
    await remove(part); // the part is longer than the file is now
    throw new Interrupted("answered that the part fetched so far is not of its file");
  }
  if (status === 429 || status >= 500) throw new Interrupted(`answered ${status}`);
  if (status !== 200 && status !== 206) throw new Unusable(`answered ${status}`);
  if (headers.get("content-type")?.startsWith("text/html")) {
    throw new Unusable("answered with a web page");
  }
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get("content-range") ?? "");
  if (status === 206 && Number(range?.[1]) !== have) {
    await remove(part);
    throw new Interrupted("answered with another part than was asked for");
  }
  const start = status === 206 ? have : 0;
  const length = headers.get("content-length");
  const total = length === null ? undefined : start + Number(length);
  if (total !== undefined && known.bytes !== undefined && total !== known.bytes) {
    throw new Unusable(`has a file of ${total} bytes, not of ${known.bytes}`);
  }
  return { start, total };
}

/** Writes what a response brings. */
async function receive(
  { headers, body }: Response,
  { start, total }: ByteRange,
  { url, part, name, known }: Download,
  onBytes: (done: number, total: number | undefined) => void,
): Promise<void> {
  using out = await tryLock(part);
  if (out === null) {
    throw new DataError(`${name} is being fetched by another process; wait for its end.`);
  }
  const version = headers.get("etag");
  // A weak etag names no exact bytes.
  const origin: Origin = { url, version: version?.startsWith("W/") ? null : version };
  await writeAtomically(originFile(part), JSON.stringify(origin), false); // through no link
  await out.truncate(start);
  await out.seek(start, Deno.SeekMode.Start);
  let done = start;
  for await (const chunk of body ?? []) {
    await writeAll(out, chunk);
    done += chunk.length;
    if (known.bytes !== undefined && done > known.bytes) {
      throw new Unusable(`gave more than ${known.bytes} bytes`);
    }
    onBytes(done, total ?? known.bytes);
  }
  if (total !== undefined && done < total) {
    throw new Interrupted(`ended after ${done} of ${total} bytes`);
  }
}

const originFile = (part: string) => `${part}.json`;

/** Why a connection failed: the last and most special of the causes that are named. */
function reasonOf({ message, cause }: Error): string {
  const words = cause instanceof Error ? cause.message : message;
  const last = words.replace(/^error sending request for url \([^)]*\): /, "").split(": ").at(-1)!;
  return seemsOffline(words) ? `${last}: this machine seems to be offline` : last;
}

/** A full disk or a folder that may not be written is no fault of the address. */
function isDisk(error: unknown): boolean {
  return error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotCapable ||
    /ENOSPC|No space left|os error 28/.test((error as Error).message);
}

async function size(path: string): Promise<number> {
  return (await Deno.stat(path).catch(() => undefined))?.size ?? 0;
}

async function remove(path: string): Promise<void> {
  await Deno.remove(path).catch(() => {}); // it may not be there
}
