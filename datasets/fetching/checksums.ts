/**
 * What is known of a file's bytes, and whether a file is as it should be.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { KnownBytes, SourceFile } from "./sources.ts";

/** What a file must be: as published, or, where nothing is, as its first download was. */
export interface Known extends KnownBytes {
  /** The SHA-256 of the first download. */
  readonly pinnedByFirstDownload?: string;
}

/**
 * What a file must be.
 *
 * @param firstDownload The address and the SHA-256 of its first download, if there was one.
 */
export function knownOf(
  source: SourceFile,
  firstDownload: { readonly url: string; readonly sha256: string } | undefined,
): Known {
  const { bytes, sha256, md5, gitBlob } = source;
  const published = Object.fromEntries(
    Object.entries({ bytes, sha256, md5, gitBlob }).filter(([, value]) => value !== undefined),
  );
  const sums = sha256 ?? md5 ?? gitBlob;
  return sums === undefined && firstDownload !== undefined &&
      source.urls.includes(firstDownload.url)
    ? { ...published, pinnedByFirstDownload: firstDownload.sha256 }
    : published;
}

/** Size and checksums of a file. */
export type Found = Required<KnownBytes>;

/** What is wrong with a file, in words; undefined when nothing is. */
export function difference(found: Found, known: Known): string | undefined {
  const names = { sha256: "SHA-256", md5: "MD5", gitBlob: "git name" } as const;
  if (known.bytes !== undefined && found.bytes !== known.bytes) {
    return `${found.bytes} bytes where ${known.bytes} belong`;
  }
  for (const [kind, name] of Object.entries(names) as [keyof typeof names, string][]) {
    if (known[kind] !== undefined && found[kind] !== known[kind]) {
      return `the ${name} ${found[kind]} where ${known[kind]} belongs`;
    }
  }
  if (known.pinnedByFirstDownload !== undefined && known.pinnedByFirstDownload !== found.sha256) {
    return `the SHA-256 ${found.sha256} where the first download had ${known.pinnedByFirstDownload}`;
  }
  return undefined;
}

/** Size and checksums of a file, which is read as a stream. */
export async function digests(file: string): Promise<Found> {
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
