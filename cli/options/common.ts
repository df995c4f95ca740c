/**
 * Options that several commands share, and how their values are read.
 *
 * @module
 */
import { resolve } from "node:path";
import { Option } from "commander";
import { type Catalogue, loadCatalogue, withOwnDatasets } from "../../bench/catalogue.ts";
import type { DataPaths } from "../../datasets/dataset.ts";
import { RUN } from "../../datasets/settings.ts";
import { USUAL_FOLDER } from "../../datasets/fetching/folders.ts";
import { cacheDirectory } from "../../tensor/backend.ts";
import { list, nonEmptyList, nonEmptyPath } from "../../base/arguments.ts";
import { UsageError } from "../../base/errors.ts";

/** Tells the program how it shall end. */
export type SetExitCode = (code: number) => void;

/** What every command may be given. */
export interface PluginOptions {
  readonly plugin?: readonly string[];
}

/** `--plugin`, which may be repeated. */
export const pluginOption = (): Option =>
  new Option(
    "--plugin <module>",
    "module of definitions, from methods to sections: a path, URL or npm:name; may be repeated",
  ).argParser((text, earlier: string[] = []) => [...earlier, nonEmptyPath("--plugin")(text)]);

/** Everything that can be named in a command, with the user's own data sets in the folders given. */
export async function catalogueOf(options: PluginOptions & FolderOptions): Promise<Catalogue> {
  const catalogue = await loadCatalogue(options.plugin ?? []);
  return await withOwnDatasets(catalogue, await dataPaths(options));
}

/** `--methods`. */
export const methodsOption = (): Option =>
  new Option("--methods <names>", "methods, first+second for two stages, or all")
    .default(["all"]).argParser(nonEmptyList("--methods"));

/** The largest count of seeds: beyond it, a seed was meant. */
const MOST_SEEDS = 1000;

/** A count (`5` is seeds 0 to 4) or a list (`0,1,7`). */
export function seeds(text: string): number[] {
  const parts = list(text);
  if (parts.length === 0 || parts.some((part) => !/^\d+$/.test(part) || Number(part) > 2 ** 31)) {
    throw new UsageError(
      `Cannot use --seeds "${text}": give a count such as 5 (seeds 0 to 4) or a list such as 0,1,7`,
    );
  }
  const numbers = parts.map(Number);
  if (text.includes(",")) return [...new Set(numbers)];
  if (numbers[0] === 0) {
    throw new UsageError(
      `Cannot use --seeds "${text}": a count must be at least 1; for seed 0 alone give 1`,
    );
  }
  if (numbers[0]! > MOST_SEEDS) {
    throw new UsageError(
      `Cannot use --seeds "${text}": a count is at most ${MOST_SEEDS}; for that seed alone give ${text},`,
    );
  }
  return Array.from({ length: numbers[0]! }, (_, seed) => seed);
}

/** `run`, or a seed. */
export function dataSeed(text: string): number | typeof RUN {
  if (text.trim().toLowerCase() === RUN) return RUN;
  if (/^\d+$/.test(text) && Number(text) <= 2 ** 31) return Number(text);
  throw new UsageError(
    `Cannot use --data-seed "${text}": give run, for images drawn by each run's own seed, or a seed such as 0`,
  );
}

/** `name.key=value`, collected; the plan knows what values are possible. */
export function setting(
  text: string,
  earlier: readonly (readonly [string, string])[] = [],
): (readonly [string, string])[] {
  const [, path, value] = /^([^=.\s]+\.[^=.\s]+)=\s*(\S.*)$/.exec(text) ?? [];
  if (path === undefined || value === undefined) {
    throw new UsageError(
      `Cannot use --set "${text}": give name.key=value, such as irm.penaltyWeight=10`,
    );
  }
  return [...earlier, [path, value.trim()]];
}

/** `--data-dir` and `--splits-dir`. */
export const pathOptions = (): Option[] => [
  new Option("--data-dir <dir>", `folder of the raw data; ${USUAL_FOLDER}, where there is one`)
    .default(usualFolder(), "").argParser(nonEmptyPath("--data-dir")),
  new Option("--splits-dir <dir>", "folder of the split CSVs, if not beside the data")
    .argParser(nonEmptyPath("--splits-dir")),
];

/** The folder of the raw data that is taken where none is given; undefined when it is not there. */
function usualFolder(): string | undefined {
  try {
    return Deno.statSync(USUAL_FOLDER).isDirectory ? USUAL_FOLDER : undefined;
  } catch {
    return undefined;
  }
}

/** What {@linkcode pathOptions} give. */
export interface FolderOptions {
  readonly dataDir?: string;
  readonly splitsDir?: string;
}

/** The paths that {@linkcode pathOptions} gave; the folders must exist. */
export async function dataPaths(options: FolderOptions): Promise<DataPaths> {
  return {
    dataDir: await existing("--data-dir", options.dataDir),
    splitsDir: await existing("--splits-dir", options.splitsDir),
    cacheDir: cacheDirectory(),
  };
}

async function existing(option: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const found = await Deno.stat(path).catch(() => null);
  if (!found?.isDirectory) {
    throw new UsageError(
      `Cannot use ${option} "${path}": there is ${
        found === null ? "nothing" : "a file"
      } at that place, and a folder is needed`,
    );
  }
  return resolve(path);
}

export { print, printJson } from "../../base/terminal.ts";
