/**
 * The registry of data sets: a new one is one file and one line here. Also what such a file needs.
 *
 * @module
 */
import type { DataPaths, DatasetDefinition } from "./dataset.ts";
import { digits, digitsMnist } from "./sets/digits.ts";
import { digitsSynth } from "./sets/digits_synth.ts";
import { domainnet } from "./sets/domainnet.ts";
import { coloredMnist, rotatedMnist } from "./sets/mnist_variants.ts";
import { officehome } from "./sets/officehome.ts";
import { ownDatasets } from "./protocols/own.ts";
import { pacs } from "./sets/pacs.ts";
import { terrainc } from "./sets/terrainc.ts";
import { vlcs } from "./sets/vlcs.ts";

export type { Definition } from "../base/definition.ts";
export type { Range, Setting, SettingOptions, Value, ValueType } from "../base/setting.ts";
export type { ImageJob, ImageSource, Size } from "./reading/images.ts";
export type { KnownBytes, SourceFile, Sources, Unpacking } from "./fetching/sources.ts";
export * from "./dataset.ts";
export { definePhotographs } from "./protocols/photographs/define.ts";
export type { PhotographSet } from "./protocols/photographs/set.ts";
export { memorySplit } from "./reading/memory.ts";
export { ReaderPool } from "./reading/reader_pool.ts";
export { FRACTION, readSettings, requireImageSize, type SettingValues } from "./settings.ts";

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

/**
 * The registered data sets and those of the user's own that are found in the folders given.
 *
 * @param registered Without those found; a found one may not take the name of one of these.
 */
export async function knownDatasets(
  paths: DataPaths,
  registered: readonly DatasetDefinition[] = DATASETS,
): Promise<readonly DatasetDefinition[]> {
  const own = await ownDatasets(paths, new Set(registered.map(({ splitFile }) => splitFile)));
  const free = own.filter(({ name }) => !registered.some((dataset) => dataset.name === name));
  return [...registered, ...free];
}
