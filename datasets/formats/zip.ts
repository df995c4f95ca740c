/**
 * Zip archives in memory.
 *
 * @module
 */
import { crc32, inflateRawSync } from "node:zlib";
import { broken } from "./bytes.ts";

/** More than an archive of ours unpacks to. */
const LARGEST = 1 << 30;

/**
 * All files of an archive by name, with their checksums checked. What is stored unpacked comes as a
 * part of `bytes`, not as a copy.
 *
 * @param bytes The archive; @param file its name, for messages.
 * @throws {DataError} When the archive is damaged, or larger unpacked than a gibibyte.
 */
export function readZip(bytes: Uint8Array, file: string): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const damaged = (reason: string) => broken(file, `its zip is damaged: ${reason}`);
  const end = findEnd(view);
  if (end === undefined) throw damaged("it has no directory");
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  let total = 0;
  const files = new Map<string, Uint8Array>();
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) {
      throw damaged("its directory is not whole");
    }
    const [method, checksum] = [view.getUint16(at + 10, true), view.getUint32(at + 16, true)];
    const [packed, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const nameLength = view.getUint16(at + 28, true);
    const others = view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    const header = view.getUint32(at + 42, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    at += 46 + nameLength + others;
    if (header + 30 > end || view.getUint32(header, true) !== 0x04034b50) {
      throw damaged(`${name} is not where its directory says`);
    }
    const start = header + 30 + view.getUint16(header + 26, true) +
      view.getUint16(header + 28, true);
    if (start + packed > end) throw damaged(`${name} is cut short`);
    total += size;
    if (total > LARGEST) throw broken(file, `it would unpack to more than ${LARGEST} bytes`);
    const held = bytes.subarray(start, start + packed);
    const content = method === 0 ? held : method === 8 ? inflate(held, size) : undefined;
    if (content?.length !== size || crc32(content) !== checksum) {
      throw damaged(`the content of ${name} is not what its checksum says`);
    }
    files.set(name, content);
  }
  return files;
}

/** Where the end record of the directory begins: 22 bytes and a comment before the file's end. */
function findEnd(view: DataView): number | undefined {
  const longest = 22 + 0xffff;
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - longest); at--) {
    if (view.getUint32(at, true) === 0x06054b50) return at;
  }
  return undefined;
}

function inflate(packed: Uint8Array, size: number): Uint8Array | undefined {
  try {
    return new Uint8Array(inflateRawSync(packed, { maxOutputLength: Math.max(1, size) }));
  } catch {
    return undefined;
  }
}
