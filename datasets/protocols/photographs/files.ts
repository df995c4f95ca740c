/**
 * The files of the images that a split lists.
 *
 * @module
 */
import { basename, join } from "node:path";
import { DataError } from "../../../base/errors.ts";
import { isFile } from "../../../base/files.ts";
import { foldedName } from "../../formats/text.ts";

/** A file as it was found: when size and time stay the same, so do the pixels. */
export interface ImageFile {
  /** Absolute. */
  readonly file: string;
  readonly size: number;
  /** When it was changed, milliseconds. */
  readonly time: number;
}

/**
 * Finds the files of images; a name that a disk writes in other letters of the same meaning (upper
 * or lower case, composed or not) is found too, where only one file can be meant.
 *
 * @param paths Relative to `images`, with `/`.
 * @returns Undefined in the place of one that is not there.
 */
export async function findFiles(
  paths: readonly string[],
  images: string,
): Promise<(ImageFile | undefined)[]> {
  const found: (ImageFile | undefined)[] = [];
  const folders: Listings = new Map();
  const together = 256;
  for (let start = 0; start < paths.length; start += together) {
    found.push(
      ...await Promise.all(
        paths.slice(start, start + together).map(async (path) =>
          await stateOf(join(images, ...path.split("/"))) ??
            await stateOf(await foldedPath(path, images, folders))
        ),
      ),
    );
  }
  return found;
}

/**
 * Finds the files of images.
 *
 * @param list What lists them, for the message.
 * @throws {DataError} When one is not there.
 */
export async function requireFiles(
  paths: readonly string[],
  images: string,
  list: string,
): Promise<ImageFile[]> {
  const found = await findFiles(paths, images);
  const missing = paths.filter((_, i) => found[i] === undefined).sort();
  if (missing.length === 0) return found as ImageFile[];
  const [first, ...others] = missing;
  const more = others.length === 0 ? "" : ` (nor are ${others.length} others)`;
  const own = `${basename(images)}/`;
  const doubled = first!.startsWith(own) && await isFile(join(images, first!.slice(own.length)));
  const remedy = doubled
    ? `write paths without "${own}", relative to the folder of the images`
    : "complete the images or use the split file that belongs to them";
  throw new DataError(
    `${
      join(images, ...first!.split("/"))
    } is not there${more} although ${list} lists it; ${remedy}.`,
  );
}

async function stateOf(file: string | undefined): Promise<ImageFile | undefined> {
  const found = file === undefined ? undefined : await Deno.stat(file).catch(() => undefined);
  if (!found?.isFile) return undefined;
  return { file: file!, size: found.size, time: found.mtime?.getTime() ?? 0 };
}

/** Names in folders, by their folded form. */
type Listings = Map<string, Promise<ReadonlyMap<string, readonly string[]>>>;

async function foldedPath(
  path: string,
  images: string,
  folders: Listings,
): Promise<string | undefined> {
  let place = images;
  for (const part of path.split("/")) {
    const listing = folders.get(place) ?? list(place);
    folders.set(place, listing);
    const names = (await listing).get(foldedName(part)) ?? [];
    const name = names.includes(part) ? part : names.length === 1 ? names[0]! : undefined;
    if (name === undefined) return undefined;
    place = join(place, name);
  }
  return place;
}

async function list(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  return Map.groupBy(entries.map(({ name }) => name), foldedName);
}
