/**
 * Files of a folder that others write: what leads out of it is not opened.
 *
 * @module
 */
import { join, sep } from "node:path";

/** More bytes than a record or a plan has. */
export const MOST_BYTES = 128 * 2 ** 20;

/** A file or folder that there is, and when it was changed. */
export interface Found {
  readonly path: string;
  readonly isFile: boolean;
  readonly size: number;
  /** Milliseconds; with the size, another number means another content. */
  readonly mtime: number;
}

/** Something in a folder; null when it is not there, cannot be read, or lies elsewhere by a link. */
export async function findInside(folder: string, ...parts: string[]): Promise<Found | null> {
  try {
    const root = await Deno.realPath(folder);
    const path = join(root, ...parts);
    // The folder itself may be a link that its owner has made; nothing in it may.
    if (!path.startsWith(root + sep) || await Deno.realPath(path) !== path) return null;
    const { isFile, isDirectory, size, mtime } = await Deno.stat(path);
    if (!isFile && !isDirectory) return null; // a pipe would be waited for
    return { path, isFile, size, mtime: mtime?.getTime() ?? 0 };
  } catch {
    return null;
  }
}
