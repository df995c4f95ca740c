/**
 * Text files whose encoding nobody has written down, and names in them.
 *
 * @module
 */
import { withoutUnseen } from "../../base/terminal.ts";

/**
 * The text of a file in UTF-8, in UTF-16 or UTF-32 (with its mark or without), or else in Windows-1252,
 * as spreadsheets write it. A mark before UTF-8 stays, since it belongs to the bytes that a fingerprint is of.
 */
export function decodeText(bytes: Uint8Array): string {
  const [first, second, third, fourth] = bytes;
  if (bytes.length % 4 === 0 && bytes.length > 0) {
    if (second !== 0 && first === 0xff && third === 0 && fourth === 0) return utf32(bytes, true);
    if (first && second === 0 && third === 0 && fourth === 0) return utf32(bytes, true);
    if (first === 0 && second === 0) return utf32(bytes, false);
  }
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  // Letters of a header are ASCII: without a mark, every other byte is 0 in UTF-16.
  if (first && second === 0 && bytes[3] === 0) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0 && second && bytes[2] === 0) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** A text in UTF-32, without its mark. */
function utf32(bytes: Uint8Array, little: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const points = Array.from(
    { length: bytes.length / 4 },
    (_, i) => view.getUint32(4 * i, little),
  );
  const letters = points.map((point) => point > 0x10ffff ? "\ufffd" : String.fromCodePoint(point));
  return letters.join("").replace(/^\ufeff/, "");
}

/**
 * A name without what people and disks write differently: upper or lower case, composed letters or
 * not, characters that nobody sees.
 */
export function foldedName(name: string): string {
  return withoutUnseen(name.normalize("NFC")).toLowerCase();
}
