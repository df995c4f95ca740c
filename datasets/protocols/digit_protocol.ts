/**
 * MDLT's protocol for digits.
 *
 * Each domain's official training images are shuffled, the first third is the pool of validation
 * images, the rest the pool of training images; the official test set is the pool of test images.
 * From each pool every class gets as many images as its count says.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { stream } from "../../base/random.ts";
import { integer, number, oneOf, type Setting } from "../../base/setting.ts";
import {
  type Availability,
  DataError,
  type DataPaths,
  type Dataset,
  type DatasetDefinition,
  defineDataset,
  type Domain,
  type LoadOptions,
  type Split,
  type SplitCounts,
  splitCounts,
  type SplitName,
} from "../dataset.ts";
import type { Sources } from "../fetching/sources.ts";
import {
  CLASSES,
  type DigitFiles,
  DIGITS_FOLDER,
  findFiles,
  PIXELS,
  type Pool,
  SIZE,
} from "./digit_files.ts";
import { type Profile, profileCounts, PROFILES } from "./longtail.ts";
import { memorySplit } from "../reading/memory.ts";
import { fetchCommand, NO_FOLDER, notHere } from "../fetching/folders.ts";
import {
  ACROSS_SETTINGS,
  acrossTrain,
  dataSeed,
  FRACTION,
  readSettings,
  requireImageSize,
} from "../settings.ts";

/** A domain of digits. */
export interface DigitDomain {
  readonly name: string;
  readonly files: DigitFiles;
  /** Makes the domain's look of an image `[28, 28, 3]`, in place. */
  readonly look?: (pixels: Uint8Array) => void;
}

/** What a set of digits has of its own. */
export interface DigitSet
  extends Pick<DatasetDefinition, "name" | "title" | "description" | "plateaus"> {
  readonly origin: string;
  /** In ascending order. */
  readonly domains: readonly DigitDomain[];
  /** Validation and test images a class. */
  readonly held: number;
  /**
   * The domains share the same files: domain i of D takes every D-th image from number i on, and a
   * class of which there are too few gives what it has, as in MDLT.
   */
  readonly shared?: boolean;
}

/** A data set from its description. */
export function defineDigits(set: DigitSet): DatasetDefinition {
  const { name } = set;
  const small = { head: 150, factor: 0.1, validation: 60, test: 120 };
  return defineDataset({
    name,
    title: set.title,
    description: set.description,
    images: "digits",
    domains: set.domains.map((domain) => domain.name),
    classes: CLASSES,
    shots: { many: 100, few: 20 },
    origin: set.origin,
    sources: sourcesOf(set),
    settings: { ...commonSettings(set), ...profileSettings(set), ...ACROSS_SETTINGS },
    presets: { smoke: small, quick: small, standard: small },
    ...(set.plateaus && { plateaus: set.plateaus }),
    locate: (paths) => locate(set, paths),
    counts: (options) => counts(set, options),
    load: (options) => load(set, options),
  });
}

/** The settings that every set has. */
function commonSettings({ held }: DigitSet) {
  return {
    head: integer({
      default: 1000,
      min: 1,
      description: "training images of the most frequent class",
    }),
    factor: number({
      default: 0.01,
      range: FRACTION,
      description: "rarest class relative to the most frequent one",
    }),
    validation: integer({ default: held, min: 1, description: "validation images a class" }),
    test: integer({ default: held, min: 1, description: "test images a class" }),
    seed: dataSeed({
      default: 0,
      description: "seed of the split of the official training images",
    }),
  };
}

/** The setting of each domain. */
function profileSettings({ domains }: DigitSet): Record<`profile-${string}`, Setting<Profile>> {
  return Object.fromEntries(
    domains.map(({ name }) => [
      `profile-${name}`,
      oneOf(PROFILES, { default: "exp", description: `long tail of ${name}` }),
    ]),
  );
}

function settingsOf(set: DigitSet, options: LoadOptions) {
  return {
    ...readSettings(set.name, commonSettings(set), options),
    profiles: readSettings(set.name, profileSettings(set), options),
    across: readSettings(set.name, ACROSS_SETTINGS, options),
  };
}

/** The files of all domains; those that domains share are there once. */
function sourcesOf({ domains }: DigitSet): Sources {
  const files = new Set(domains.flatMap(({ files }) => files.sources));
  return { files: [...files], folders: [DIGITS_FOLDER] };
}

async function locate(
  { name, domains }: DigitSet,
  paths: DataPaths,
): Promise<Availability> {
  const { dataDir } = paths;
  const remedy = fetchCommand(name, paths);
  if (dataDir === undefined) return { here: false, missing: NO_FOLDER, remedy };
  for (const { files } of domains) {
    for (const part of ["train", "test"] as const) {
      const found = await findFiles(files, part, dataDir);
      if ("missing" in found) {
        return { here: false, missing: `${found.missing} is not there`, remedy };
      }
    }
  }
  return { here: true, where: dataDir };
}

/** What the settings ask of every split, by domain and class. */
function wanted(
  { name, domains }: DigitSet,
  { head, factor, validation, test, profiles, across, seed }: ReturnType<typeof settingsOf>,
): SplitCounts {
  const sizes = { domains: domains.length, classes: CLASSES.length, head };
  const each = (count: number) => domains.map(() => CLASSES.map(() => count));
  return {
    train: acrossTrain(across, sizes, stream(seed, name, "across")) ??
      domains.map(({ name }) =>
        profileCounts(profiles[`profile-${name}`]!, CLASSES.length, head, factor)
      ),
    validation: each(validation),
    test: each(test),
  };
}

/** Where domains share their files, how many there are of a class is known from the files alone. */
async function counts(set: DigitSet, options: LoadOptions): Promise<SplitCounts | undefined> {
  if (!set.shared) return wanted(set, settingsOf(set, options));
  return (await locate(set, options)).here ? splitCounts(await load(set, options)) : undefined;
}

async function load(set: DigitSet, options: LoadOptions): Promise<Dataset> {
  const { name } = set;
  requireImageSize(name, SIZE, options);
  const settings = settingsOf(set, options);
  const asked = wanted(set, settings);
  const found = await locate(set, options);
  if (!found.here) throw notHere(name, found);
  const hash = createHash("sha256");
  const domains: Domain[] = [];
  for (const [d, { name: domain, files, look }] of set.domains.entries()) {
    options.onProgress?.(`reading ${domain}`, d, set.domains.length);
    const share = (order: readonly number[]) =>
      set.shared ? order.filter((_, i) => i % set.domains.length === d) : order;
    const take = (part: SplitName, pool: Pool, order: readonly number[]): Split => {
      const counts = asked[part][d]!;
      const chosen = choose(pool, share(order), counts);
      requireEnough(set, domain, part, chosen, counts);
      const { labels, pixels } = copyImages(pool, chosen, look);
      hash.update(JSON.stringify([domain, part])).update(labels).update(pixels);
      return memorySplit(pixels, labels);
    };
    const official = await readPool(files, "train", options.dataDir!);
    const { length } = official.labels;
    const order = stream(settings.seed, name, files.name, "split").permutation(length);
    const third = Math.floor(length / 3);
    const train = take("train", official, order.slice(third));
    const validation = take("validation", official, order.slice(0, third));
    const unseen = await readPool(files, "test", options.dataDir!);
    const inOrder = Array.from({ length: unseen.labels.length }, (_, i) => i);
    domains.push({ name: domain, train, validation, test: take("test", unseen, inOrder) });
  }
  options.onProgress?.("reading digits", set.domains.length, set.domains.length);
  return {
    name,
    domains,
    classes: CLASSES,
    inputShape: [SIZE, SIZE, 3],
    fingerprint: hash.digest("hex"),
  };
}

async function readPool(
  files: DigitFiles,
  part: "train" | "test",
  dataDir: string,
): Promise<Pool> {
  const found = await findFiles(files, part, dataDir);
  if ("missing" in found) throw new DataError(`${found.missing} is not there.`);
  return await files.read(found.files);
}

/** A class of which there are too few images is an error, unless domains share their files. */
function requireEnough(
  { name, shared = false }: DigitSet,
  domain: string,
  part: SplitName,
  chosen: readonly (readonly number[])[],
  counts: readonly number[],
): void {
  chosen.forEach((images, digit) => {
    if (images.length === counts[digit] || (shared && images.length > 0)) return;
    throw new DataError(
      `${name} cannot give ${counts[digit]} ${part} images of digit ${digit} in the domain ` +
        `${domain}: there are ${images.length}; lower ${name}.${part === "train" ? "head" : part}.`,
    );
  });
}

/** Labels and pixels of images `chosen[digit]`, as the domain shows them. */
function copyImages(
  pool: Pool,
  chosen: readonly (readonly number[])[],
  look: DigitDomain["look"],
): { labels: Uint16Array; pixels: Uint8Array } {
  const labels = Uint16Array.from(chosen.flatMap((images, digit) => images.map(() => digit)));
  const pixels = new Uint8Array(labels.length * PIXELS);
  chosen.flat().forEach((image, at) => {
    const out = pixels.subarray(at * PIXELS, (at + 1) * PIXELS);
    pool.copy(image, out);
    look?.(out);
  });
  return { labels, pixels };
}

/** The first `counts[class]` images of every class in the given order, or as many as there are. */
function choose(pool: Pool, order: readonly number[], counts: readonly number[]): number[][] {
  const chosen = counts.map((): number[] => []);
  for (const image of order) {
    const digit = pool.labels[image]!;
    if (chosen[digit]!.length < counts[digit]!) chosen[digit]!.push(image);
  }
  return chosen;
}
