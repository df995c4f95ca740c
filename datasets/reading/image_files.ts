/**
 * Which files of a folder are images, and what the others are.
 *
 * @module
 */

/** Endings of images that can be decoded. */
const READABLE = /\.(jpe?g|jpe|jfif|png|webp|gif|tiff?|avif)$/i;
/** Endings of images that cannot. */
const UNREADABLE =
  /\.(bmp|dib|p[pgbna]m|pnm|hei[cf]|jp2|j2k|jpx|jxl|svg|tga|psd|xcf|ico|exr|hdr|cr2|cr3|nef|arw|dng|raw)$/i;
/** What systems put beside images. */
const SYSTEM = new Set([
  "@eadir",
  "@recycle",
  "@recently-snapshot",
  "#recycle",
  "#snapshot",
  "__macosx",
  "__pycache__",
  "lost+found",
  "$recycle.bin",
  "system volume information",
  "thumbs.db",
  "ehthumbs.db",
  "desktop.ini",
]);

/** Whether a name is that of a hidden file or folder, or of one that a system has made. */
export function isForeign(name: string): boolean {
  return /^(?:\.|~\$)/.test(name) || SYSTEM.has(name.toLowerCase());
}

/** What a file in a folder of images is, from its name. */
export type FileKind = "image" | "hidden" | "unreadable" | "other";

/** What a file is, going by its name. */
export function fileKind(name: string): FileKind {
  if (isForeign(name)) return "hidden";
  if (READABLE.test(name)) return "image";
  return UNREADABLE.test(name) ? "unreadable" : "other";
}
