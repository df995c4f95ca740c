/**
 * From the files of a set of photographs to a data set: streamed from their files, or decoded once
 * into a store.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { DataError } from "../../../base/errors.ts";
import { flag } from "../../../base/setting.ts";
import type { Dataset, Domain, LoadOptions, Split, SplitName } from "../../dataset.ts";
import { notHere } from "../../fetching/folders.ts";
import type { SplitRow } from "../../formats/split_csv.ts";
import { decodeImage } from "../../reading/decode.ts";
import { type ImageSource, readImages } from "../../reading/images.ts";
import { openStore } from "../../reading/pixel_store.ts";
import type { ReaderPool } from "../../reading/reader_pool.ts";
import { resize } from "../../reading/resize.ts";
import { readSettings } from "../../settings.ts";
import { requireFiles } from "./files.ts";
import { locate, type Paths } from "./locate.ts";
import type { PhotographSet } from "./set.ts";
import { readSplit, requireImages, type SplitRows } from "./split.ts";

/** Height and width of MDLT's images. */
const PAPER_SIZE = 224;

/** What the settings of every set of photographs are. */
export const SETTINGS = {
  damaged: flag({
    default: false,
    description: "takes damaged images as far as they can be decoded, instead of stopping at them",
  }),
};

/**
 * Makes a set of photographs ready.
 *
 * @throws {DataError} When the files are not here, or not those of the split.
 */
export async function load(set: PhotographSet, options: LoadOptions): Promise<Dataset> {
  const size = options.imageSize ?? PAPER_SIZE;
  if (!Number.isInteger(size) || size < 8 || size > 1024) {
    throw new DataError(`The images of ${set.name} can be 8 to 1024 pixels wide, not ${size}.`);
  }
  const paths = await locate(set, options);
  if (!("images" in paths)) throw notHere(set.name, paths);
  const split = await readSplit(set, paths);
  requireImages(set, split);
  const { damaged } = readSettings(set.name, SETTINGS, options);
  const { sources, fingerprint } = set.streamed || options.once
    ? await stream(set, split, paths, damaged)
    : await store(set, split, paths, damaged, size, options);
  const domains = set.domains.map((name, domain): Domain => {
    const part = (part: SplitName) =>
      imageSplit(
        split.rows.flatMap((row, i) => row.domain === domain && row.split === part ? [i] : []),
        split.rows,
        sources,
        size,
        options.readers,
      );
    return { name, train: part("train"), validation: part("validation"), test: part("test") };
  });
  return {
    name: set.name,
    domains,
    classes: set.classes,
    inputShape: [size, size, 3],
    fingerprint,
    root: paths.images,
  };
}

/** Finds the pixels of image number `row`. */
type Sources = (row: number) => ImageSource;

/** Images in their files. Of sets with very many not one is looked at before it is read. */
async function stream(
  set: PhotographSet,
  { rows, from, key }: SplitRows,
  { images }: Paths,
  damaged: boolean,
): Promise<{ sources: Sources; fingerprint: string }> {
  const paths = rows.map(({ path }) => path);
  const found = set.streamed ? undefined : await requireFiles(paths, images, from);
  const files = found?.map(({ file }) => file) ??
    paths.map((path) => join(images, ...path.split("/")));
  const sizes = found?.map(({ size }) => size) ?? [];
  return {
    sources: (row) => ({ file: files[row]!, damaged }),
    fingerprint: createHash("sha256")
      .update(JSON.stringify(["streamed", damaged, sizes]))
      .update(key)
      .digest("hex"),
  };
}

/** Images decoded once for all runs. */
async function store(
  set: PhotographSet,
  { rows, from, key }: SplitRows,
  { images }: Paths,
  damaged: boolean,
  size: number,
  options: LoadOptions,
): Promise<{ sources: Sources; fingerprint: string }> {
  options.onProgress?.(`looking for the images of ${set.name}`, 0, rows.length);
  const files = await requireFiles(rows.map(({ path }) => path), images, from);
  const states = files.map(({ size, time }) => [size, time]);
  const hash = createHash("sha256")
    .update(JSON.stringify(["1", size, damaged, key, images, states]))
    .digest("hex");
  const { file, images: stored, offsets, fingerprint } = await openStore({
    cacheDir: options.cacheDir,
    key: `${set.name}-${size}-${hash.slice(0, 32)}`,
    count: rows.length,
    make: (index) => thumbnail(files[index]!.file, damaged, rows[index]!.split, size),
    onProgress: (done, total, again) => {
      const what = again
        ? `decoding ${set.name} again, as its cache was damaged`
        : `decoding ${set.name}`;
      options.onProgress?.(what, done, total);
    },
  });
  return {
    sources: (row) => ({ store: file, offset: offsets[row]!, ...stored[row]! }),
    fingerprint: createHash("sha256").update(key).update(fingerprint).digest("hex"),
  };
}

/**
 * An image as it is kept: images for evaluation at their final size, not cropped and the aspect not
 * kept, as in the reference.
 *
 * Training images are kept larger than they are used, since a crop will be enlarged: each side at
 * most half as long again as the final one, from 150 pixels on twice as long. Crops are drawn in the
 * coordinates of the original, so the narrower copy changes the sharpness of a crop a little, and
 * not its place.
 */
async function thumbnail(file: string, damaged: boolean, split: SplitName, size: number) {
  const { pixels, width, height } = await decodeImage(file, damaged);
  const longest = size < 150 ? Math.round(1.5 * size) : 2 * size;
  const [keptWidth, keptHeight] = split === "train"
    ? [Math.min(width, longest), Math.min(height, longest)]
    : [size, size];
  return {
    original: [width, height] as const,
    width: keptWidth,
    height: keptHeight,
    pixels: keptWidth === width && keptHeight === height
      ? pixels
      : resize(pixels, width, height, [keptWidth, keptHeight]),
  };
}

/** The split of some of the rows. */
function imageSplit(
  positions: readonly number[],
  rows: readonly SplitRow[],
  sources: Sources,
  size: number,
  readers: ReaderPool | undefined,
): Split {
  const chosen = Uint32Array.from(positions);
  return {
    labels: Uint16Array.from(chosen, (row) => rows[row]!.label),
    paths: positions.map((row) => rows[row]!.path),
    async read(indices, augmentation) {
      const jobs = Array.from(indices, (index, position) => ({
        source: sources(chosen[index]!),
        ...(augmentation && {
          augmentation: { key: augmentation.key, item: augmentation.first + position },
        }),
      }));
      if (readers !== undefined) return await readers.read(jobs, size);
      const out = new Uint8Array(jobs.length * size * size * 3);
      await readImages(jobs, size, out);
      return out;
    },
  };
}
