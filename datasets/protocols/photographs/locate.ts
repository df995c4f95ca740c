/**
 * Where the parts of a set of photographs lie.
 *
 * @module
 */
import { join } from "node:path";
import { findFolder, isFile, isFolder } from "../../../base/files.ts";
import type { Availability, DataPaths } from "../../dataset.ts";
import { fetchCommand, NO_FOLDER } from "../../fetching/folders.ts";
import type { PhotographSet } from "./set.ts";

/** Where the parts of a set of photographs lie. */
export interface Paths {
  /** Undefined when the split is to be made. */
  readonly csv: string | undefined;
  readonly images: string;
  /** Folders in which lists are looked for. */
  readonly csvFolders: readonly string[];
}

/** Finds the parts of a set; says what is missing where that cannot be. */
export async function locate(
  set: PhotographSet,
  paths: DataPaths,
): Promise<Paths | Exclude<Availability, { here: true }>> {
  const { dataDir } = paths;
  const remedy = set.remedy ?? fetchCommand(set.name, paths);
  const missing = (what: string) => ({ here: false, missing: what, remedy }) as const;
  if (dataDir === undefined) return missing(NO_FOLDER);
  const usual = rootsOf(set, dataDir).map((root) => join(root, set.folder));
  // Other people's folders have other names, and the folder given may be that of the images.
  const images = await findFirst(usual, isFolder) ?? await findFolder(dataDir, set.domains, 1);
  if (images === undefined) {
    return missing(`${dataDir} has no folder ${set.folder} or ${set.name}/${set.folder}`);
  }
  const csvFolders = [...csvFoldersOf(set, paths), images];
  const csv = await findFile(set.csv, csvFolders);
  if (csv === undefined && set.fallbackSplit === undefined) {
    return missing(`${set.csv} is not in ${csvFolders.toReversed().join(" or ")}`);
  }
  return { csv, images, csvFolders };
}

/** The CSV of a set, whether or not its images are there. */
export function findCsv(set: PhotographSet, paths: DataPaths): Promise<string | undefined> {
  return findFile(set.csv, csvFoldersOf(set, paths));
}

/** The first of some folders' files of that name. */
export function findFile(name: string, folders: readonly string[]): Promise<string | undefined> {
  return findFirst(folders.map((folder) => join(folder, name)), isFile);
}

async function findFirst(
  paths: readonly string[],
  fits: (path: string) => Promise<boolean>,
): Promise<string | undefined> {
  for (const path of paths) if (await fits(path)) return path;
  return undefined;
}

/** Folders in which a set's own folder is looked for. */
function rootsOf({ name, folder }: PhotographSet, dataDir: string): string[] {
  return folder === "" ? [dataDir] : [join(dataDir, name), dataDir];
}

/** Folders in which a set's CSV is looked for. */
function csvFoldersOf(set: PhotographSet, { dataDir, splitsDir }: DataPaths): string[] {
  const roots = dataDir === undefined ? [] : rootsOf(set, dataDir);
  return splitsDir === undefined ? roots : [splitsDir, ...roots];
}
