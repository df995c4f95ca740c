/**
 * Data sets of photographs: image files in folders, split by MDLT's CSV.
 *
 * @module
 */
import {
  type DataPaths,
  type DatasetDefinition,
  defineDataset,
  type SplitCounts,
  type SplitListing,
} from "../../dataset.ts";
import { load, SETTINGS } from "./load.ts";
import { findCsv, locate } from "./locate.ts";
import type { PhotographSet } from "./set.ts";
import { problems } from "./problems.ts";
import { countRows, listRows, readCsv, readSplit, type SplitRows } from "./split.ts";

/** A data set from its description. */
export function definePhotographs(set: PhotographSet): DatasetDefinition {
  const { name, title, description, domains, classes, shots, origin, sources } = set;
  const { published, large, training, plateaus } = set;
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
    ...(plateaus && { plateaus }),
    settings: SETTINGS,
    async locate(paths) {
      const found = await locate(set, paths);
      return "images" in found ? { here: true, where: found.images } : found;
    },
    problems: (paths) => problems(set, paths),
    counts: (options) => counts(set, options),
    listing: (options) => listing(set, options),
    load: (options) => load(set, options),
  });
}

/** The counts of the split. */
async function counts(set: PhotographSet, paths: DataPaths): Promise<SplitCounts | undefined> {
  const split = await splitOf(set, paths);
  return split && countRows(set, split);
}

/** The images of the split. */
async function listing(set: PhotographSet, paths: DataPaths): Promise<SplitListing | undefined> {
  const split = await splitOf(set, paths);
  return split && listRows(set, split);
}

/** The split of the CSV, for which no image is needed, or a split that is made. */
async function splitOf(set: PhotographSet, paths: DataPaths): Promise<SplitRows | undefined> {
  const csv = await findCsv(set, paths);
  const found = await locate(set, paths);
  const images = "images" in found ? found.images : undefined;
  if (csv !== undefined) return await readCsv(set, csv, images);
  return "images" in found ? await readSplit(set, found) : undefined;
}
