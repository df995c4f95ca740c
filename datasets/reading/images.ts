/**
 * From an image's place on disk to the pixels that a network is given.
 *
 * @module
 */
import { open } from "node:fs/promises";
import { itemStream } from "../../base/random.ts";
import { augment } from "./augment.ts";
import { DataError } from "../../base/errors.ts";
import { decodeImage } from "./decode.ts";
import { resize } from "./resize.ts";

/** Width and height in pixels. */
export type Size = readonly [width: number, height: number];

/**
 * Where the pixels of an image are: in an image file, which may be damaged or not, or decoded in a
 * store (`pixel_store.ts`).
 */
export type ImageSource =
  | { readonly file: string; readonly damaged: boolean }
  | {
    readonly store: string;
    /** Where in the file the pixels begin. */
    readonly offset: number;
    readonly stored: Size;
    /** The size of the image before it was stored, in which crops are drawn. */
    readonly original: Size;
  };

/** An image to be read. */
export interface ImageJob {
  /** Where its pixels are. */
  readonly source: ImageSource;
  /** The item of a series from which the augmentation is drawn; left out in evaluation. */
  readonly augmentation?: { readonly key: number; readonly item: number };
}

/**
 * Reads images, `size` × `size` pixels each, into `out`, `[jobs.length, size, size, 3]`: augmented
 * where a job says so, else resized as a whole.
 *
 * @throws {DataError} When an image cannot be read; the message names its file.
 */
export async function readImages(
  jobs: readonly ImageJob[],
  size: number,
  out: Uint8Array,
): Promise<void> {
  const bytes = size * size * 3;
  const sources = await fetchPixels(jobs.map(({ source }) => source));
  for (const [i, { pixels, stored, original }] of sources.entries()) {
    const target = out.subarray(i * bytes, (i + 1) * bytes);
    const { augmentation } = jobs[i]!;
    if (augmentation !== undefined) {
      const random = itemStream(augmentation.key, augmentation.item);
      augment(pixels, stored, original, size, random, target);
    } else if (stored[0] === size && stored[1] === size) {
      target.set(pixels);
    } else {
      resize(pixels, ...stored, [size, size], undefined, target);
    }
  }
}

interface Pixels {
  readonly pixels: Uint8Array;
  readonly stored: Size;
  readonly original: Size;
}

/** The pixels of images; all of them are in files, or all in one store. */
function fetchPixels(sources: readonly ImageSource[]): Promise<Pixels[]> {
  const store = sources.find((source) => "store" in source)?.store;
  if (store !== undefined) return fetchStored(store, sources as readonly StoredSource[]);
  return Promise.all((sources as readonly FileSource[]).map(async ({ file, damaged }) => {
    const { pixels, width, height } = await decodeImage(file, damaged);
    return { pixels, stored: [width, height], original: [width, height] };
  }));
}

type FileSource = Extract<ImageSource, { file: string }>;
type StoredSource = Extract<ImageSource, { store: string }>;

async function fetchStored(store: string, sources: readonly StoredSource[]): Promise<Pixels[]> {
  try {
    // Opened for each batch: a file that stays open would have to be closed by somebody.
    const handle = await open(store, "r");
    try {
      return await Promise.all(sources.map(async ({ offset, stored, original }) => {
        const pixels = new Uint8Array(stored[0] * stored[1] * 3);
        const { bytesRead } = await handle.read(pixels, 0, pixels.length, offset);
        if (bytesRead !== pixels.length) throw new Error("it has become shorter");
        return { pixels, stored, original };
      }));
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new DataError(
      `The decoded images in ${store} cannot be read (${(error as Error).message}); ` +
        `remove the file and run again.`,
    );
  }
}
