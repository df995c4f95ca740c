/**
 * Getting a data set whole: its files fetched, compared with what is known of them, and every image
 * read.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { DataError } from "../base/errors.ts";
import { firstMissing, removeIfEmpty } from "../base/files.ts";
import {
  type DataPaths,
  type Dataset,
  type DatasetDefinition,
  defaultSettings,
} from "./dataset.ts";
import { cautionsOf } from "./cautions.ts";
import { checkFile, fetchFile, type FetchOptions, type FileState } from "./fetching/fetch.ts";
import { notHere } from "./fetching/folders.ts";
import { ReaderPool } from "./reading/reader_pool.ts";

/**
 * Fetches what of a data set is not there yet.
 *
 * @param dataDir Where it goes, made if need be.
 * @returns Where it is, and whether it was there before.
 * @throws {DataError} With a line for every file that cannot be had; or when the files are not those
 * of the split.
 */
export async function fetchDataset(
  definition: DatasetDefinition,
  dataDir: string,
  options: FetchOptions = {},
): Promise<{ already: boolean; where: string }> {
  const { name, sources } = definition;
  const paths = { dataDir, splitsDir: undefined, cacheDir: "" };
  const before = await definition.locate(paths);
  if (!before.here && sources !== undefined) {
    const places = [dataDir, ...sources.files.map(({ path }) => dirname(join(dataDir, path)))];
    const made = await Promise.all(places.map(firstMissing));
    await Deno.mkdir(dataDir, { recursive: true });
    const failures: string[] = [];
    for (const file of sources.files) {
      try {
        await fetchFile(file, dataDir, { also: sources.folders ?? [], ...options });
      } catch (error) {
        // One dead source must not keep the others from coming.
        if (!(error instanceof DataError)) throw error;
        failures.push(error.message);
      }
    }
    if (failures.length > 0) {
      for (const folder of made) if (folder !== null) await removeIfEmpty(folder);
      throw new DataError(failures.join("\n"));
    }
    await sources.finish?.(dataDir);
  }
  const found = await definition.locate(paths);
  if (!found.here) throw new DataError(`${name} is not whole: ${found.missing}.`);
  // Says which image is missing, where the archive was not that of the split.
  await loadForCheck(definition, paths);
  return { already: before.here, where: found.where };
}

/** A file of a data set that is there, and what became of it. */
export interface CheckedFile {
  /** In the data folder. */
  readonly path: string;
  readonly state: Exclude<FileState, "missing" | "unpacked">;
}

/** Compares the files of a data set that are there with what is known of them. */
export async function checkFiles(
  { sources }: DatasetDefinition,
  dataDir: string,
): Promise<CheckedFile[]> {
  const checked: CheckedFile[] = [];
  for (const file of sources?.files ?? []) {
    const state = await checkFile(file, dataDir);
    if (state !== "missing" && state !== "unpacked") checked.push({ path: file.path, state });
  }
  return checked;
}

/**
 * Reads every image of a data set once; what cannot be read is told, not thrown.
 *
 * @returns How many images there are, a sentence for every one that cannot be read, and what is
 * probably a mistake in the whole.
 * @throws {DataError} When the data set is not here.
 */
export async function checkImages(
  definition: DatasetDefinition,
  paths: DataPaths,
  onProgress: (what: string, done: number, total: number) => void = () => {},
): Promise<{ images: number; broken: string[]; cautions: string[] }> {
  const found = await definition.locate(paths);
  if (!found.here) throw notHere(definition.name, found);
  await using readers = new ReaderPool();
  const dataset = await loadForCheck(definition, { ...paths, readers });
  return { ...await readAll(dataset, onProgress), cautions: cautionsOf(dataset) };
}

/** Loads a data set to look at all of it; nothing is kept. */
async function loadForCheck(
  definition: DatasetDefinition,
  paths: DataPaths & { readonly readers?: ReaderPool },
): Promise<Dataset> {
  const settings = defaultSettings(definition);
  return await definition.load({ ...paths, settings, once: true }).catch((error) => {
    // A part of a set has too few images for the paper's numbers, and may be sound all the same.
    if (definition.presets?.quick === undefined) throw error;
    return definition.load({ ...paths, settings: defaultSettings(definition, "quick") });
  });
}

async function readAll(
  { name, domains }: Dataset,
  onProgress: (what: string, done: number, total: number) => void,
): Promise<{ images: number; broken: string[] }> {
  const splits = domains.flatMap(({ train, validation, test }) => [train, validation, test]);
  const images = splits.reduce((sum, { labels }) => sum + labels.length, 0);
  const broken: string[] = [];
  const together = 96;
  let done = 0;
  for (const split of splits) {
    const whyNot = (indices: readonly number[]) =>
      split.read(indices).then(() => undefined, (error: Error) => {
        if (!(error instanceof DataError)) throw error;
        return error.message;
      });
    for (let start = 0; start < split.labels.length; start += together) {
      const length = Math.min(together, split.labels.length - start);
      const chosen = Array.from({ length }, (_, i) => start + i);
      if (await whyNot(chosen) !== undefined) {
        // One by one, to name every image that is broken.
        for (const one of chosen) {
          const reason = await whyNot([one]);
          if (reason !== undefined) broken.push(reason);
        }
      }
      onProgress(`reading ${name}`, done += length, images);
    }
  }
  return { images, broken };
}

/** Files of the cache folder that are made again when they are needed. */
const MADE = /\.(pixels|set|features|features\.safetensors)(\.lock|\..*tmp)?$/;

/** Removes images and features from the cache folder; weights and TensorFlow itself stay. */
export async function removeMade(cacheDir: string): Promise<{ files: number; bytes: number }> {
  let [files, bytes] = [0, 0];
  try {
    for await (const { name, isFile } of Deno.readDir(cacheDir)) {
      if (!isFile || !MADE.test(name)) continue;
      const file = join(cacheDir, name);
      bytes += (await Deno.stat(file)).size;
      await Deno.remove(file);
      files++;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error; // no cache folder: nothing to remove
  }
  return { files, bytes };
}
