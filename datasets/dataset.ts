/**
 * What a data set is: the interface between images on disk and the trainer.
 *
 * A new data set is one file that exports what {@linkcode defineDataset} makes, and one line in
 * `datasets/mod.ts`.
 *
 * @module
 */
import type { Definition } from "../base/definition.ts";
import { DataError, find } from "../base/errors.ts";
import type { Setting, Value } from "../base/setting.ts";
export { DataError };
import type { Sources } from "./fetching/sources.ts";
import type { ReaderPool } from "./reading/reader_pool.ts";

/**
 * What the training augmentation is drawn from: image number `position` of a call takes the random
 * numbers of item `first + position` of the series `key` (see `itemStream`), so that the order of
 * work changes nothing.
 */
export interface Augmentation {
  /** Seeds the series. */
  readonly key: number;
  /** Number of the item that the call's first image takes. */
  readonly first: number;
}

/** Images of one split of one domain. */
export interface Split {
  /** The class of every image. */
  readonly labels: Uint16Array;
  /** The file of every image, relative to `Dataset.root`, with `/`; left out where they have none. */
  readonly paths?: readonly string[];
  /** Reads images. */
  readonly read: ReadImages;
}

/** Reads images of a split. */
export interface ReadImages {
  /**
   * Reads images, `[indices.length, ...inputShape]` flattened: uint8 pixels, or float32 numbers that
   * reach a network as they are.
   *
   * @param indices Which images, in which order; one may appear more than once.
   * @param augmentation Asks for the training augmentation, where the data set has one; left out,
   * images come as in evaluation.
   */
  (
    indices: ArrayLike<number>,
    augmentation?: Augmentation,
  ): Promise<Uint8Array | Float32Array>;
  /** Where all images lie as they are read, of a split that is never augmented and fits. */
  readonly resident?: Resident;
}

/** Where the images of a split lie, one after another: in memory, flattened, or in a file. */
export type Resident = { readonly values: Uint8Array | Float32Array } | Place;

/** Where in a file the images of a split lie. */
export interface Place {
  /** Its path. */
  readonly file: string;
  /** The first byte. */
  readonly offset: number;
  /** Of the numbers: pixels, or what reaches a network as it is. */
  readonly type: "uint8" | "float32";
  /** Numbers of an image. */
  readonly numbers: number;
}

/** The three splits of a domain. */
export interface Domain {
  /** As in tables and records. */
  readonly name: string;
  /** Images to train on. */
  readonly train: Split;
  /** Images to choose checkpoints and settings by. */
  readonly validation: Split;
  /** Images that final figures come from. */
  readonly test: Split;
}

/** The name of a split. */
export type SplitName = "train" | "validation" | "test";

/** A data set ready for use. */
export interface Dataset {
  /** As on the command line. */
  readonly name: string;
  /** In ascending order of their names, as the reference orders them. */
  readonly domains: readonly Domain[];
  /** In the order of their labels. */
  readonly classes: readonly string[];
  /** What a split reads of an image: `[height, width, 3]`, or `[features]` of a frozen network. */
  readonly inputShape: readonly number[];
  /** SHA-256 over everything that decides the images, labels and splits. */
  readonly fingerprint: string;
  /** The folder that paths of images are relative to; left out where images have no files. */
  readonly root?: string;
}

/** What an image is called outside of the suite: its path, or its place where it has no file. */
export function imageName(
  domain: SplitListing[number],
  part: SplitName,
  index: number,
): string {
  return domain[part].paths?.[index] ?? `${domain.name}/${part}/${index}`;
}

/** Where files are looked for and kept. */
export interface DataPaths {
  /** The folder of the raw data (`--data-dir`), absolute; undefined when none was given. */
  readonly dataDir: string | undefined;
  /** The folder of the split CSVs (`--splits-dir`), absolute; undefined when none was given. */
  readonly splitsDir: string | undefined;
  /** A folder of this machine for what can be made again (decoded pixels); it may not exist yet. */
  readonly cacheDir: string;
  /** Files of pretrained weights (`--pretrained`), absolute; undefined when none were given. */
  readonly pretrained?: readonly string[] | undefined;
  /** Files or folders of features (`--features`), absolute; undefined when none were given. */
  readonly features?: readonly string[] | undefined;
}

/** What {@linkcode DatasetDefinition.load} is given. */
export interface LoadOptions extends DataPaths {
  /** Height and width of the images to deliver; undefined for the data set's own size. */
  readonly imageSize?: number | undefined;
  /** Images are read once: they are decoded as they are read, and not kept for a next time. */
  readonly once?: boolean;
  /** Threads that read images, the caller's to dispose; left out, images are read in this one. */
  readonly readers?: ReaderPool | undefined;
  /** A value for every setting of the definition. */
  readonly settings: Readonly<Record<string, Value>>;
  /** The seed of the run that the images are for, which a data seed may follow; 0 when left out. */
  readonly runSeed?: number | undefined;
  /** Called while long work goes on: what is being done, how much of how much is done. */
  readonly onProgress?: ((what: string, done: number, total: number) => void) | undefined;
}

/** Whether the files of a data set were found. */
export type Availability =
  | { readonly here: true; readonly where: string }
  | { readonly here: false; readonly missing: string; readonly remedy: string };

/** A line of the paper's Table 2; largest and smallest are (domain, class) cells to train on. */
export interface TableLine {
  /** Images of all splits. */
  readonly images: number;
  /** Training images of the largest cell. */
  readonly largest?: number;
  /** Training images of the smallest cell. */
  readonly smallest?: number;
  /** Images to train on. */
  readonly train: number;
  /** Validation images. */
  readonly validation: number;
  /** Test images. */
  readonly test: number;
}

/** What of a preset a data set may have otherwise. */
export interface TrainingSize {
  /** Steps of each run. */
  readonly steps: number;
  /** Images of each domain in a batch. */
  readonly batch: number;
  /** Validation after every so many steps, and after the last. */
  readonly checkpointEvery: number;
}

/** Whether runs of a preset's own length end on a plateau, and how that is known. */
export interface Plateau {
  /** Validation macro-F1 of ERM gains less than a point in the last tenth of the training. */
  readonly reached: boolean;
  /** What was measured, a sentence. */
  readonly measured: string;
}

/** What images may be. */
export const IMAGE_KINDS: readonly DatasetDefinition["images"][] = ["digits", "photographs"];

/** What is to be said of the files of a data set, a sentence each. */
export interface DataProblems {
  /** What a run refuses. */
  readonly wrong: readonly string[];
  /** What it takes, and what may be a mistake. */
  readonly odd: readonly string[];
}

/** The images of every split of every domain, without the images themselves. */
export type SplitListing = readonly (
  & { readonly name: string }
  & Readonly<Record<SplitName, Pick<Split, "labels" | "paths">>>
)[];

/** A data set as it can be named on the command line. */
export interface DatasetDefinition extends Definition {
  /** Always `dataset`. */
  readonly kind: "dataset";
  /** One sentence: what the images are. */
  readonly description: string;
  /** The data set that took its place: it is kept for its records, and `all` leaves it out. */
  readonly supersededBy?: string;
  /** Small digits or photographs: decides networks, image sizes and training lengths. */
  readonly images: "digits" | "photographs";
  /** Far larger than the others: methods may have other hyperparameters for it. */
  readonly large?: boolean;
  /** In ascending order. */
  readonly domains: readonly string[];
  /** In the order of their labels. */
  readonly classes: readonly string[];
  /** Shot groups by training images of a (domain, class) cell: many > `many` ≥ median > `few` ≥ few > 0. */
  readonly shots: { readonly many: number; readonly few: number };
  /** Where the raw data come from, for people. */
  readonly origin: string;
  /** The files that `data fetch` gets; left out where there is nothing to fetch. */
  readonly sources?: Sources;
  /** The CSV that says which image is in which split; left out where code decides that. */
  readonly splitFile?: string;
  /** The paper's line of Table 2, for sets whose counts only a file knows. */
  readonly published?: TableLine;
  /** What of the protocol `--set dataset.name=value` may change; defaults are the paper's. */
  readonly settings: Readonly<Record<string, Setting>>;
  /** Other values of the settings for a preset (`smoke`, `quick`, …) that is smaller than the paper. */
  readonly presets?: Readonly<Record<string, Readonly<Record<string, Value>>>>;
  /** Other sizes of the training for a preset. */
  readonly training?: Readonly<Record<string, Partial<TrainingSize>>>;
  /** Whether runs end on a plateau, by preset; not measured where left out. */
  readonly plateaus?: Readonly<Record<string, Plateau>>;
  /** Why it cannot be used at all, where that was seen when it was found. */
  readonly unusable?: Error;
  /** Looks at everything that is to be said of the files; left out where their checksums say enough. */
  problems?(paths: DataPaths): Promise<DataProblems>;
  /** Says whether the files are here, without reading them. */
  locate(paths: DataPaths): Promise<Availability>;
  /** Images of every split by domain and class, without reading one; undefined when not known. */
  counts(options: LoadOptions): Promise<SplitCounts | undefined>;
  /**
   * Which image is in which split, where that is known without the images; {@linkcode load} says it
   * when left out.
   */
  listing?(options: LoadOptions): Promise<SplitListing | undefined>;
  /**
   * Makes the data set ready.
   *
   * @throws {DataError} When a file is missing, broken, or holds less than the settings ask for.
   */
  load(options: LoadOptions): Promise<Dataset>;
}

/**
 * Finds a data set by its name.
 *
 * @throws {UsageError} When it is not known; sets of the user's own are known by their folder.
 */
export function findDataset<T extends { readonly name: string }>(
  name: string,
  known: readonly T[],
): T {
  const elsewhere = "the folder of its split file as --data-dir, or its --plugin";
  return find("data set", name, known, elsewhere);
}

/** A data set from its description. */
export function defineDataset(set: Omit<DatasetDefinition, "kind">): DatasetDefinition {
  return { kind: "dataset", ...set };
}

/** Images of every split: `counts[split][domain][class]`. */
export type SplitCounts = Readonly<Record<SplitName, readonly (readonly number[])[]>>;

/** The images that a data set has. */
export function splitCounts({ domains, classes }: Dataset): SplitCounts {
  const of = (split: SplitName) =>
    domains.map((domain) => classCounts(domain[split].labels, classes.length));
  return { train: of("train"), validation: of("validation"), test: of("test") };
}

/** Every setting of a data set at its default, or as a preset has it. */
export function defaultSettings(
  { settings, presets }: Pick<DatasetDefinition, "settings" | "presets">,
  preset?: string,
): Record<string, Value> {
  const own = preset === undefined ? undefined : presets?.[preset];
  return Object.fromEntries(
    Object.entries(settings).map(([key, setting]) => [key, own?.[key] ?? setting.default]),
  );
}

/** Images of every class: `counts[class]`. */
export function classCounts(labels: ArrayLike<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]!++;
  return counts;
}
