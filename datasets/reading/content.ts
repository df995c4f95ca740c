// deno-lint-ignore-file no-control-regex
/**
 * What a file is by its first bytes, whatever its name says.
 *
 * @module
 */

/** The images that are decoded. */
const READABLE: readonly (readonly [name: string, beginning: RegExp])[] = [
  ["JPEG", /^\xff\xd8/],
  ["PNG", /^\x89P/],
  ["WebP", /^RIFF....WEBP/s],
  ["GIF", /^GIF8[79]a/],
  ["TIFF", /^(?:II[*+]\0|MM\0[*+])/],
  ["AVIF", /^....ftyp(?!avis).{0,200}avif/s],
];

/** What else is met under an image's name. */
const OTHERS: typeof READABLE = [
  ["an animated AVIF image", /^....ftypavis/s],
  ["a HEIC image", /^....ftyp(?:hei[cfmsx]|hev[cx]|mif1|msf1)/s],
  ["a JPEG 2000 image", /^(?:\0\0\0\x0cjP {2}|\xff\x4f\xff\x51)/],
  ["a JPEG XL image", /^(?:\xff\x0a|\0\0\0\x0cJXL )/],
  ["a BMP image", /^BM.{8}/s],
  ["a PNM image", /^P[1-7]\s/],
  ["a Photoshop file", /^8BPS/],
  ["an icon", /^\0\0[\x01\x02]\0/],
  ["a PDF", /^%PDF/],
  ["an archive", /^(?:PK\x03\x04|\x1f\x8b|7z\xbc\xaf|Rar!)/],
  ["a pointer of Git LFS and not the file itself", /^version https:\/\/git-lfs/],
  ["an SVG drawing", /^(?:\xef\xbb\xbf)?\s*(?:<\?xml.{0,400}?)?(?:<!--.{0,400}?)?<svg/si],
  ["a web page", /^(?:\xef\xbb\xbf)?\s*(?:<!doctype html|<html)/i],
];

/** Why a file is no image that is decoded, and what helps. */
export interface ForeignContent {
  readonly reason: string;
  readonly remedy: string;
}

/** What a file is that is neither text nor an image that is decoded; undefined where it may be one. */
export function knownContent(file: Uint8Array): string | undefined {
  const beginning = String.fromCharCode(...file.subarray(0, 512));
  return OTHERS.find(([, form]) => form.test(beginning))?.[0];
}

/** What a file is instead of an image that is decoded; undefined where it may be one. */
export function foreignContent(file: Uint8Array): ForeignContent | undefined {
  const copy = "replace it by an undamaged copy";
  if (file.length === 0) return { reason: "it is empty", remedy: copy };
  const beginning = String.fromCharCode(...file.subarray(0, 512));
  if (READABLE.some(([, form]) => form.test(beginning))) return undefined;
  const names = READABLE.map(([name]) => name);
  const known = knownContent(file);
  const what = known ?? `no ${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
  return {
    reason: `unsupported image format: by its content it is ${what}`,
    remedy: known === undefined ? copy : "put a JPEG or PNG in its place, or leave it out",
  };
}
