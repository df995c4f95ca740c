/**
 * Decoded images in one file of the cache folder.
 *
 * Decoding is slow and the same for every run, so it is done once. A store is written under a
 * temporary name and renamed when whole: any number of processes may look for it, make it or read
 * it at once, image by image (`images.ts`), so memory stays small however large the data set is.
 *
 * The file: the pixels of all images one after another, then a description
 * (`described_file.ts`).
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { DataError } from "../../base/errors.ts";
import { type NumbersWriter, readDescribed, writeDescribed } from "./described_file.ts";
import type { Image } from "./decode.ts";

const LETTERS = "MDLTPIX2";

/** An image of a store; `original` is the size of the file that it was decoded from. */
export interface StoredImage {
  readonly original: readonly [width: number, height: number];
  readonly stored: readonly [width: number, height: number];
}

/** A whole store. */
export interface PixelStore {
  readonly file: string;
  readonly images: readonly StoredImage[];
  /** Where in the file the pixels of every image begin, `[height, width, 3]` as stored. */
  readonly offsets: Float64Array;
  /** SHA-256 over sizes and pixels of all images. */
  readonly fingerprint: string;
}

/** How a store is found and, when it is not there, made. */
export interface StorePlan {
  readonly cacheDir: string;
  /** Names the file; it must change with everything that changes the pixels. */
  readonly key: string;
  readonly count: number;
  /** Makes image number `index`. */
  make(index: number): Promise<Image & Pick<StoredImage, "original">>;
  /** @param again The store was there and is not what was written. */
  readonly onProgress?: ((done: number, total: number, again: boolean) => void) | undefined;
}

/**
 * Opens the store of a plan, after making it when it is missing or not what was written.
 *
 * @throws {DataError} When an image cannot be made or the cache folder cannot be written.
 */
export async function openStore(plan: StorePlan): Promise<PixelStore> {
  const file = join(plan.cacheDir, `${plan.key}.pixels`);
  const found = await whole(file, plan.count);
  if (found) return described(file, found);
  await writeStore(file, plan, found === null);
  const made = await whole(file, plan.count);
  if (!made) throw new DataError(`${file} was written but cannot be read back.`);
  return described(file, made);
}

interface Description {
  readonly fingerprint: string;
  readonly images: readonly StoredImage[];
}

async function writeStore(file: string, plan: StorePlan, again: boolean): Promise<void> {
  try {
    await writeDescribed(file, LETTERS, (out) => writePixels(out, plan, again));
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(
      `The decoded images cannot be kept in ${plan.cacheDir} (${(error as Error).message}); ` +
        `give another cache folder or free some space.`,
    );
  }
}

async function writePixels(
  out: NumbersWriter,
  plan: StorePlan,
  again: boolean,
): Promise<Description> {
  const hash = createHash("sha256");
  const images: StoredImage[] = [];
  const together = 32; // enough to keep the decoder's threads busy, little enough to hold
  for (let start = 0; start < plan.count; start += together) {
    const length = Math.min(together, plan.count - start);
    const made = await Promise.all(Array.from({ length }, (_, i) => plan.make(start + i)));
    for (const { original, width, height, pixels } of made) {
      const image: StoredImage = { original, stored: [width, height] };
      images.push(image);
      hash.update(JSON.stringify(image)).update(pixels);
      await out.write(pixels);
    }
    plan.onProgress?.(start + length, plan.count, again);
  }
  return { fingerprint: hash.digest("hex"), images };
}

/** The description of a whole store; undefined when there is none, null when it is another. */
async function whole(file: string, count: number): Promise<Description | undefined | null> {
  const found = await readDescribed<Description>(file, LETTERS);
  return found && (found.description.images.length === count ? found.description : null);
}

function described(file: string, { images, fingerprint }: Description): PixelStore {
  const offsets = new Float64Array(images.length);
  images.slice(1).forEach((_, i) => offsets[i + 1] = offsets[i]! + bytesOf(images[i]!));
  return { file, images, offsets, fingerprint };
}

function bytesOf({ stored: [width, height] }: StoredImage): number {
  return width * height * 3;
}
