/**
 * Data sets of photographs: image files in folders, split by MDLT's CSV.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import {
  type Availability,
  classCounts,
  DataError,
  type DataPaths,
  type Dataset,
  type DatasetDefinition,
  defineDataset,
  type Domain,
  type LoadOptions,
  type Split,
  type SplitCounts,
  type SplitName,
} from "../dataset.ts";
import { decodeImage } from "../reading/decode.ts";
import { parseSplitCsv, type SplitRow } from "../formats/split_csv.ts";
import { findFolder, holdOut, listImages, parseList } from "./hold_out.ts";
import { type ImageSource, readImages } from "../reading/images.ts";
import { openStore } from "../reading/pixel_store.ts";
import type { Sources as FileSources } from "../fetching/sources.ts";
import { fetchCommand, NO_FOLDER, notHere } from "../fetching/places.ts";
import { readInThreads } from "../reading/reader_pool.ts";
import { resize } from "../reading/resize.ts";
import { readSettings } from "../settings.ts";

/** Mean and deviation of ImageNet, on which the reference's networks were trained. */
const IMAGENET = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };

/** Height and width of MDLT's images. */
const PAPER_SIZE = 224;

/** What a set of photographs has of its own. */
export interface PhotographSet extends
  Pick<
    DatasetDefinition,
    | "name"
    | "title"
    | "description"
    | "shots"
    | "origin"
    | "published"
    | "large"
    | "training"
  > {
  /** In ascending order, as the folders are called. */
  readonly domains: readonly string[];
  /** In the order of the CSV's labels. */
  readonly classes: readonly string[];
  /** The files that `data fetch` gets; left out where there is nothing to fetch. */
  readonly sources?: Omit<FileSources, "folders">;
  /** What to do when the images are not here; to fetch them when left out. */
  readonly remedy?: string;
  /** The CSV in `--splits-dir`. */
  readonly csv: string;
  /** The folder of the images in `--data-dir`, or in a folder there with the data set's name. */
  readonly folder: string;
  /**
   * Too many to keep decoded: images are decoded when they are read, and looked for only then.
   * Otherwise they are decoded once and kept in a store.
   */
  readonly streamed?: boolean;
  /** How the images are split where the CSV is not found; left out, it is needed. */
  readonly withoutCsv?: {
    /** Images held out of a full (domain, class) cell, see {@linkcode holdOut}. */
    readonly heldOut: number;
    /** Lists of a domain's images, beside the CSV's place or the images; else the folders count. */
    readonly lists: (domain: string) => readonly string[];
    /** A list of images to leave out, in the same places. */
    readonly duplicates: string;
  };
}

/** Where the parts of a set of photographs lie. */
interface Places {
  /** Undefined when the split is to be made. */
  readonly csv: string | undefined;
  readonly images: string;
  /** Folders in which lists are looked for. */
  readonly homes: readonly string[];
}

/** Images with the split that they have, and where that is said. */
interface Rows {
  readonly rows: readonly SplitRow[];
  readonly from: string;
  /** Changes with the split. */
  readonly key: string;
}

/** A data set from its description. */
export function definePhotographs(set: PhotographSet): DatasetDefinition {
  const { name, title, description, domains, classes, shots, origin, sources } = set;
  const { published, large, training } = set;
  return defineDataset({
    name,
    title,
    description,
    images: "photographs",
    domains,
    classes,
    shots,
    origin,
    splitFile: set.csv,
    ...(sources && { sources: { ...sources, folders: [name] } }),
    ...(published && { published }),
    ...(large && { large }),
    ...(training && { training }),
    settings: {
      damaged: {
        default: 0,
        description: "1 takes damaged images as far as they can be decoded, 0 stops at them",
      },
    },
    async locate(paths) {
      const found = await locate(set, paths);
      return "images" in found ? { here: true, where: found.images } : found;
    },
    counts: (options) => counts(set, options),
    load: (options) => load(set, options),
  });
}

async function locate(
  set: PhotographSet,
  paths: DataPaths,
): Promise<Places | Exclude<Availability, { here: true }>> {
  const { dataDir } = paths;
  const remedy = set.remedy ?? fetchCommand(set.name, paths);
  const missing = (what: string) => ({ here: false, missing: what, remedy }) as const;
  if (dataDir === undefined) return missing(NO_FOLDER);
  const roots = rootsOf(set, dataDir);
  const usual = await firstThat("isDirectory", roots.map((root) => join(root, set.folder)));
  // Other people's folders have other names, and the folder given may be that of the images.
  const images = usual ?? await findFolder(dataDir, set.domains, 1);
  if (images === undefined) {
    return missing(`${dataDir} has no folder ${set.folder} or ${set.name}/${set.folder}`);
  }
  const homes = [...homesOf(set, paths), images];
  const csv = await firstThat("isFile", homes.map((home) => join(home, set.csv)));
  if (csv === undefined && set.withoutCsv === undefined) {
    return missing(`${set.csv} is not in ${homes.toReversed().join(" or ")}`);
  }
  return { csv, images, homes };
}

/** Folders in which a set's own folder is looked for. */
function rootsOf({ name, folder }: PhotographSet, dataDir: string): string[] {
  return folder === "" ? [dataDir] : [join(dataDir, name), dataDir];
}

/** Folders in which a set's CSV is looked for. */
function homesOf(set: PhotographSet, { dataDir, splitsDir }: DataPaths): string[] {
  const roots = dataDir === undefined ? [] : rootsOf(set, dataDir);
  return splitsDir === undefined ? roots : [splitsDir, ...roots];
}

/** The counts of the CSV, for which no image is needed. */
async function counts(set: PhotographSet, paths: DataPaths): Promise<SplitCounts | undefined> {
  const homes = homesOf(set, paths);
  const csv = await firstThat("isFile", homes.map((home) => join(home, set.csv)));
  const places = csv === undefined ? await locate(set, paths) : { csv, images: "", homes };
  if (!("images" in places)) return undefined;
  const { rows } = await readRows(set, places);
  const of = (split: SplitName) => {
    const labels = set.domains.map((): number[] => []);
    for (const row of rows) if (row.split === split) labels[row.domain]!.push(row.label);
    return labels.map((domain) => classCounts(domain, set.classes.length));
  };
  return { train: of("train"), validation: of("validation"), test: of("test") };
}

/** The split: from the CSV, or made from lists or folders where a set allows that. */
async function readRows(set: PhotographSet, { csv, images, homes }: Places): Promise<Rows> {
  const { domains, classes } = set;
  if (csv !== undefined) {
    const text = await Deno.readTextFile(csv);
    return { rows: parseSplitCsv(text, csv, domains, classes.length), from: csv, key: text };
  }
  const { heldOut, lists, duplicates } = set.withoutCsv!;
  const find = (name: string) => firstThat("isFile", homes.map((home) => join(home, name)));
  const read = async (file: string) =>
    parseList(await Deno.readTextFile(file), file, domains, classes);
  const names = domains.flatMap(lists);
  const files = await Promise.all(names.map(find));
  const lacking = names.find((_, i) => files[i] === undefined);
  const some = files.find((file) => file !== undefined);
  if (some !== undefined && lacking !== undefined) {
    throw new DataError(`There is ${some} and no ${lacking}; complete the lists, or remove them.`);
  }
  const listed = some === undefined
    ? await listImages(images, domains, classes)
    : (await Promise.all(files.map((file) => read(file!)))).flat();
  const doubles = await find(duplicates);
  const left = new Set((doubles ? await read(doubles) : []).map(({ path }) => path));
  const rows = holdOut(listed.filter(({ path }) => !left.has(path)), heldOut, 0);
  const key = JSON.stringify(rows.map(({ path, split }) => [path, split]));
  return { rows, from: some === undefined ? images : dirname(some), key };
}

async function firstThat(
  kind: "isFile" | "isDirectory",
  paths: readonly string[],
): Promise<string | undefined> {
  for (const path of paths) {
    const found = await Deno.stat(path).catch(() => undefined);
    if (found?.[kind]) return path;
  }
  return undefined;
}

async function load(set: PhotographSet, options: LoadOptions): Promise<Dataset> {
  const size = options.imageSize ?? PAPER_SIZE;
  if (!Number.isInteger(size) || size < 8 || size > 1024) {
    throw new DataError(`The images of ${set.name} can be 8 to 1024 pixels wide, not ${size}.`);
  }
  const places = await locate(set, options);
  if (!("images" in places)) {
    throw notHere(set.name, places);
  }
  const split = await readRows(set, places);
  requireImages(set, split);
  const damaged = readSettings(set.name, options).flag("damaged");
  const { sources, fingerprint } = set.streamed || options.once
    ? await stream(set, split, places, damaged)
    : await store(set, split, places, damaged, size, options);
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
    imageSize: size,
    normalisation: IMAGENET,
    fingerprint,
  };
}

/** Finds the pixels of image number `row`. */
type Sources = (row: number) => ImageSource;

/** Images in their files. Of sets with very many not one is looked at before it is read. */
async function stream(
  set: PhotographSet,
  { rows, from, key }: Rows,
  { images }: Places,
  damaged: boolean,
): Promise<{ sources: Sources; fingerprint: string }> {
  const file = (row: SplitRow) => join(images, ...row.path.split("/"));
  const states = set.streamed ? [] : await fileStates(rows.map(file), from);
  const sizes = states.map(([size]) => size);
  return {
    sources: (row) => ({ file: file(rows[row]!), damaged }),
    fingerprint: createHash("sha256")
      .update(JSON.stringify(["streamed", damaged, sizes]))
      .update(key)
      .digest("hex"),
  };
}

/** Images decoded once for all runs. */
async function store(
  set: PhotographSet,
  { rows, from, key }: Rows,
  { images }: Places,
  damaged: boolean,
  size: number,
  options: LoadOptions,
): Promise<{ sources: Sources; fingerprint: string }> {
  options.onProgress?.(`looking for the images of ${set.name}`, 0, rows.length);
  const files = rows.map((row) => join(images, ...row.path.split("/")));
  const states = await fileStates(files, from);
  const hash = createHash("sha256")
    .update(JSON.stringify(["1", size, damaged, key, images, states]))
    .digest("hex");
  const { file, images: stored, offsets, fingerprint } = await openStore({
    cacheDir: options.cacheDir,
    key: `${set.name}-${size}-${hash.slice(0, 32)}`,
    count: rows.length,
    make: (index) => shrink(files[index]!, damaged, rows[index]!.split, size),
    onProgress: (done, total) => options.onProgress?.(`decoding ${set.name}`, done, total),
  });
  return {
    sources: (row) => ({ store: file, offset: offsets[row]!, ...stored[row]! }),
    fingerprint: createHash("sha256").update(key).update(fingerprint).digest("hex"),
  };
}

/** A (domain, class) cell without training images is part of the task, a class without any is not. */
function requireImages(set: PhotographSet, { rows, from }: Rows): void {
  const seen = new Set(rows.flatMap(({ domain, label, split }) => [label, `${domain} ${split}`]));
  for (const [label, name] of set.classes.entries()) {
    if (seen.has(label)) continue;
    throw new DataError(
      `${from} lists no image of the class ${name} (label ${label}) in any split.`,
    );
  }
  for (const [domain, name] of set.domains.entries()) {
    for (const part of ["train", "validation", "test"] as const) {
      if (!seen.has(`${domain} ${part}`)) {
        throw new DataError(`${from} lists no ${part} image of the domain ${name}.`);
      }
    }
  }
}

/** Size and time of every file: when they stay the same, so do the pixels. */
async function fileStates(files: readonly string[], list: string): Promise<[number, number][]> {
  const states: [number, number][] = [];
  const missing: string[] = [];
  const together = 256;
  for (let start = 0; start < files.length; start += together) {
    states.push(
      ...await Promise.all(
        files.slice(start, start + together).map(async (file): Promise<[number, number]> => {
          const found = await Deno.stat(file).catch(() => undefined);
          if (!found?.isFile) missing.push(file);
          return [found?.size ?? 0, found?.mtime?.getTime() ?? 0];
        }),
      ),
    );
  }
  if (missing.length === 0) return states;
  const [first, ...others] = missing.sort();
  const more = others.length === 0 ? "" : ` (nor are ${others.length} others)`;
  throw new DataError(
    `${first} is not there${more} although ${list} lists it; complete the images or use the split ` +
      `file that belongs to them.`,
  );
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
async function shrink(file: string, damaged: boolean, split: SplitName, size: number) {
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

/** The split of the images `rows[places]`. */
function imageSplit(
  places: readonly number[],
  rows: readonly SplitRow[],
  sources: Sources,
  size: number,
  readers: number | undefined,
): Split {
  const chosen = Uint32Array.from(places);
  return {
    labels: Uint16Array.from(chosen, (place) => rows[place]!.label),
    async read(indices, augmentation) {
      const jobs = Array.from(indices, (index, position) => ({
        source: sources(chosen[index]!),
        ...(augmentation && {
          augmentation: { key: augmentation.key, item: augmentation.first + position },
        }),
      }));
      if (readers !== 0) return await readInThreads(jobs, size, readers);
      const out = new Uint8Array(jobs.length * size * size * 3);
      await readImages(jobs, size, out);
      return out;
    },
  };
}
