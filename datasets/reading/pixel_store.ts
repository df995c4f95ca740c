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
import { createAtomically, writeAll } from "../../base/files.ts";
import { DataError } from "../../base/errors.ts";
import { readDescription, writeDescription } from "./described_file.ts";
import type { Image } from "./decode.ts";

const LETTERS = "MDLTPIX1";

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
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Opens the store of a plan, after making it when it is missing or damaged.
 *
 * @throws {DataError} When an image cannot be made or the cache folder cannot be written.
 */
export async function openStore(plan: StorePlan): Promise<PixelStore> {
  const file = join(plan.cacheDir, `${plan.key}.pixels`);
  const found = await whole(file, plan.count);
  if (found !== undefined) return described(file, found);
  await writeStore(file, plan);
  const made = await whole(file, plan.count);
  if (made === undefined) throw new DataError(`${file} was written but cannot be read back.`);
  return described(file, made);
}

interface Description {
  readonly fingerprint: string;
  readonly images: readonly StoredImage[];
}

async function writeStore(file: string, plan: StorePlan): Promise<void> {
  try {
    await createAtomically(file, async (temporary) => {
      using out = await Deno.open(temporary, { write: true, createNew: true });
      await writePixels(out, plan);
    });
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(
      `The decoded images cannot be kept in ${plan.cacheDir} (${(error as Error).message}); ` +
        `give another cache folder or free some space.`,
    );
  }
}

async function writePixels(out: Deno.FsFile, plan: StorePlan): Promise<void> {
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
      await writeAll(out, pixels);
    }
    plan.onProgress?.(start + length, plan.count);
  }
  const description: Description = { fingerprint: hash.digest("hex"), images };
  await writeDescription(out, description, LETTERS);
}

/** The description of a whole store, undefined when there is none or it is damaged. */
async function whole(file: string, count: number): Promise<Description | undefined> {
  const found = await readDescription<Description>(file, LETTERS);
  if (found === undefined || found.description.images?.length !== count) return undefined;
  const pixels = found.description.images.reduce((sum, image) => sum + bytesOf(image), 0);
  return pixels === found.bytes ? found.description : undefined;
}

function described(file: string, { images, fingerprint }: Description): PixelStore {
  const offsets = new Float64Array(images.length);
  images.slice(1).forEach((_, i) => offsets[i + 1] = offsets[i]! + bytesOf(images[i]!));
  return { file, images, offsets, fingerprint };
}

function bytesOf({ stored: [width, height] }: StoredImage): number {
  return width * height * 3;
}
