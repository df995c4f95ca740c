/**
 * The registry of data sets: a new one is one file and one line here.
 *
 * @module
 */
import { closest } from "fastest-levenshtein";
import { DataError, type DataPaths, type DatasetDefinition } from "./dataset.ts";
import { digits, digitsMnist } from "./sets/digits.ts";
import { digitsSynth } from "./sets/digits_synth.ts";
import { domainnet } from "./sets/domainnet.ts";
import { coloredMnist, rotatedMnist } from "./sets/mnist_variants.ts";
import { officehome } from "./sets/officehome.ts";
import { ownDatasets } from "./protocols/own.ts";
import { pacs } from "./sets/pacs.ts";
import { terrainc } from "./sets/terrainc.ts";
import { vlcs } from "./sets/vlcs.ts";

/** All data sets, the embedded one first. */
export const DATASETS: readonly DatasetDefinition[] = [
  digitsSynth,
  digits,
  digitsMnist,
  coloredMnist,
  rotatedMnist,
  vlcs,
  pacs,
  officehome,
  terrainc,
  domainnet,
];

/** The registered data sets and those of the user's own that are found in the folders given. */
export async function knownDatasets(paths: DataPaths): Promise<readonly DatasetDefinition[]> {
  const own = await ownDatasets(paths, new Set(DATASETS.map(({ splitFile }) => splitFile)));
  const free = own.filter(({ name }) => !DATASETS.some((dataset) => dataset.name === name));
  return [...DATASETS, ...free];
}

/**
 * The data set of a name.
 *
 * @throws {DataError} When there is none; the message names the nearest and all known ones.
 */
export function findDataset(name: string): DatasetDefinition {
  const found = DATASETS.find((dataset) => dataset.name === name);
  if (found !== undefined) return found;
  const names = DATASETS.map((dataset) => dataset.name);
  throw new DataError(
    `There is no data set "${name}"; did you mean "${closest(name, names)}"? ` +
      `Known are ${names.join(", ")}.`,
  );
}
