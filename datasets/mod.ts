/**
 * The registry of data sets: a new one is one file and one line here. Also what such a file needs.
 *
 * @module
 */
import { DataError, type DataPaths, type DatasetDefinition } from "./dataset.ts";
import { digits, digitsMnist } from "./sets/digits.ts";
import { digitsSynth } from "./sets/digits_synth.ts";
import { digitsSynth2 } from "./sets/digits_synth_2.ts";
import { domainnet } from "./sets/domainnet.ts";
import { coloredMnist, rotatedMnist } from "./sets/mnist_variants.ts";
import { officehome } from "./sets/officehome.ts";
import { ownDatasets, refusing } from "./protocols/own.ts";
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
export {
  type DataSeed,
  dataSeed,
  FRACTION,
  readSettings,
  requireImageSize,
  RUN,
  type SettingValues,
} from "./settings.ts";

/** All data sets, the embedded one first. */
export const DATASETS: readonly DatasetDefinition[] = [
  digitsSynth2,
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
 * The registered data sets and those of the user's own that are found in the folders given. A
 * registered one whose name a split file there has taken says so when it is asked for, since which
 * of the two is meant cannot be known.
 *
 * @param registered Without those found.
 */
export async function knownDatasets(
  paths: DataPaths,
  registered: readonly DatasetDefinition[] = DATASETS,
): Promise<readonly DatasetDefinition[]> {
  const own = await ownDatasets(paths, new Set(registered.map(({ splitFile }) => splitFile)));
  const namesake = (name: string) => own.find(({ definition }) => definition.name === name);
  return [
    ...registered.map((set) => {
      const other = namesake(set.name);
      if (other === undefined || other.from === paths.dataDir) return set;
      const missing =
        `the split file ${other.from} has the name of the built-in data set ${set.name}`;
      const remedy = `rename the file, or leave out its folder`;
      return refusing(
        set,
        new DataError(`Cannot use ${set.name}: ${missing}; ${remedy}.`),
        missing,
        remedy,
      );
    }),
    ...own.map(({ definition }) => definition)
      .filter(({ name }) => !registered.some((set) => set.name === name)),
  ];
}
