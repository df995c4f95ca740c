/**
 * Checksums: what is read is what was written, or it is said.
 *
 * A JSON file carries the SHA-256 of all else that it says; a record carries those of the files beside
 * it; the state of a run that is going on carries that of its own file. Files of earlier versions have
 * none and are taken as they are.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

/** A SHA-256 in hexadecimal digits. */
export function sha256Of(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** An object with the checksum of all that it says. */
export function sealed<T extends object>(value: T): T & { readonly sha256: string } {
  const { sha256: _, ...rest } = value as T & { sha256?: string };
  return { ...rest, sha256: sha256Of(JSON.stringify(rest)) } as T & { sha256: string };
}

/** Whether an object that was read says what was written; true where it has no checksum. */
export function sealHolds(value: object): boolean {
  const { sha256, ...rest } = value as { sha256?: unknown };
  return sha256 === undefined || sha256 === sha256Of(JSON.stringify(rest));
}

/** Stands in a file for its own checksum while that is computed. */
const BLANK = "0".repeat(64);

/**
 * Puts a file's checksum into it, in place of a {@linkcode BLANK} in its first bytes.
 *
 * @param make Makes the file with the text that it is given in its description.
 */
export function sealedFile(make: (checksum: string) => Uint8Array): Uint8Array {
  const file = make(BLANK);
  file.set(new TextEncoder().encode(sha256Of(file)), placeOf(BLANK, file));
  return file;
}

/** Whether a file is what {@linkcode sealedFile} made, by the checksum that its description has. */
export function fileSealHolds(file: Uint8Array, checksum: string | undefined): boolean {
  if (checksum === undefined || !/^[0-9a-f]{64}$/.test(checksum)) return false;
  const blank = file.slice();
  const place = placeOf(checksum, file);
  if (place < 0) return false;
  blank.set(new TextEncoder().encode(BLANK), place);
  return sha256Of(blank) === checksum;
}

/** Where a text first stands in a file. */
function placeOf(text: string, file: Uint8Array): number {
  const { buffer, byteOffset, byteLength } = file;
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).indexOf(text, 0, "latin1");
}
