/**
 * `deno task data fetch|check|split|clean`: gets the files of data sets, looks whether they are
 * right, splits a folder of one's own, and removes what the cache folder keeps of images.
 *
 * @module
 */
import { basename, join, relative, resolve } from "node:path";
import { Command } from "commander";
import {
  DataError,
  type DataPaths,
  type Dataset,
  type DatasetDefinition,
  defaultSettings,
} from "../../datasets/dataset.ts";
import { checkFile, fetchFile } from "../../datasets/fetching/fetch.ts";
import { type Profile, PROFILES } from "../../datasets/protocols/longtail.ts";
import { DATASETS, knownDatasets } from "../../datasets/mod.ts";
import { splitCsv, splitFolder } from "../../datasets/protocols/own_split.ts";
import { notHere, USUAL_FOLDER } from "../../datasets/fetching/places.ts";
import { cacheDirectory } from "../../tensor/backend.ts";
import { closeReaders } from "../../datasets/reading/reader_pool.ts";
import { find, UsageError } from "../../base/errors.ts";
import { makeProgress } from "../progress.ts";
import { writeAtomically } from "../../base/files.ts";
import { integerAtLeast, list, oneOf } from "../../base/arguments.ts";
import { dataPaths, pathOptions, print, type SetExitCode } from "../options/common.ts";

const SPLITS = ["natural", ...PROFILES] as const;

/** The command. */
export function dataCommand(setExitCode: SetExitCode): Command {
  const command = new Command("data").description("fetch, check and split data, clean the cache");
  const fetching = new Command("fetch")
    .description("download a data set: resumed, checked, unpacked; what is there stays")
    .argument(
      "<name>",
      `one of ${DATASETS.filter(({ sources }) => sources).map(({ name }) => name).join(", ")}`,
    )
    .option("--data-dir <dir>", "where it goes", USUAL_FOLDER)
    .action(async (name: string, { dataDir }: { dataDir: string }) =>
      setExitCode(await fetchSet(name, resolve(dataDir)))
    );
  const checking = new Command("check")
    .description("compare the files of a data set with what is known, and decode every image")
    .argument("<name>", "a data set");
  for (const option of pathOptions()) checking.addOption(option);
  checking.action(async (name: string, options: { dataDir?: string; splitsDir?: string }) =>
    setExitCode(await checkSet(name, options))
  );
  const splitting = new Command("split")
    .description("make a long-tailed split of a folder domain/class/image")
    .argument("<dir>", "the folder")
    .option(
      "--profile <names>",
      `${SPLITS.join(", ")}; one, or one for each domain`,
      (text) => list(text).map(oneOf("profile", SPLITS)),
      ["natural"],
    )
    .option("--factor <f>", "smallest class relative to the largest", Number, 0.1)
    .option("--head <n>", "training images of the largest class", integerAtLeast("--head", 1))
    .option(
      "--held-out <n>",
      "validation and test images a cell",
      integerAtLeast("--held-out", 3),
      30,
    )
    .option("--seed <n>", "seed of the split", integerAtLeast("--seed", 0), 0)
    .option("--name <name>", "name of the data set; the folder's and the profiles by default")
    .action(async (dir: string, options: SplitOptions) => setExitCode(await split(dir, options)));
  const cleaning = new Command("clean")
    .description("remove decoded images and features from the cache folder, when no run goes on")
    .action(async () => setExitCode(await clean(cacheDirectory())));
  return [fetching, checking, splitting, cleaning]
    .reduce((all, each) => all.addCommand(each), command);
}

async function fetchSet(name: string, dataDir: string): Promise<number> {
  const definition = find("data set", name, DATASETS);
  const { sources } = definition;
  if (sources === undefined) {
    print(`${definition.name} needs no files: ${definition.origin}`);
    return 0;
  }
  const paths = { dataDir, splitsDir: undefined, cacheDir: "" };
  const before = await definition.locate(paths);
  await Deno.mkdir(dataDir, { recursive: true });
  const progress = makeProgress(false);
  const failures: string[] = [];
  try {
    for (const file of before.here ? [] : sources.files) {
      try {
        await fetchFile(file, dataDir, {
          also: sources.folders ?? [],
          onProgress: progress.work,
          onNote: progress.note,
        });
      } catch (error) {
        // One dead source must not keep the others from coming.
        if (!(error instanceof DataError)) throw error;
        failures.push(error.message);
      }
    }
    if (failures.length > 0) throw new DataError(failures.join("\n"));
    if (!before.here) await sources.finish?.(dataDir);
    const found = await definition.locate(paths);
    if (!found.here) throw new DataError(`${definition.name} is not whole: ${found.missing}.`);
    // Says which image is missing, where the archive was not that of the split.
    await loadForCheck(definition, paths);
    print(`${definition.name} is here${before.here ? " already" : ""}: ${found.where}`);
    return 0;
  } finally {
    progress.close();
  }
}

async function checkSet(
  name: string,
  options: { dataDir?: string; splitsDir?: string },
): Promise<number> {
  const paths = await dataPaths(options);
  const definition = find("data set", name, await knownDatasets(paths));
  let wrong = false;
  for (const file of paths.dataDir === undefined ? [] : definition.sources?.files ?? []) {
    const state = await checkFile(file, paths.dataDir!);
    if (state === "missing" || state === "unpacked") continue;
    print(`${file.path}: ${state}`);
    wrong ||= state.startsWith("wrong");
  }
  const found = await definition.locate(paths);
  if (!found.here) {
    throw notHere(definition.name, found);
  }
  const progress = makeProgress(false);
  try {
    const { images, broken } = await readAll(definition, paths, progress.work);
    broken.forEach(print);
    print(`${definition.name}: ${images - broken.length} of ${images} images can be read`);
    return wrong || broken.length > 0 ? 1 : 0;
  } finally {
    progress.close();
    await closeReaders();
  }
}

/** Loads a data set to look at all of it; nothing is kept. */
async function loadForCheck(definition: DatasetDefinition, paths: DataPaths): Promise<Dataset> {
  const settings = defaultSettings(definition);
  return await definition.load({ ...paths, settings, once: true }).catch((error) => {
    // A part of a set has too few images for the paper's numbers, and may be sound all the same.
    if (definition.presets?.quick === undefined) throw error;
    return definition.load({ ...paths, settings: defaultSettings(definition, "quick") });
  });
}

/** Reads every image of a data set once; what cannot be read is told, not thrown. */
async function readAll(
  definition: DatasetDefinition,
  paths: DataPaths,
  onProgress: (what: string, done: number, total: number) => void,
): Promise<{ images: number; broken: string[] }> {
  const dataset = await loadForCheck(definition, paths);
  const splits = dataset.domains.flatMap((
    { train, validation, test },
  ) => [train, validation, test]);
  const images = splits.reduce((sum, { labels }) => sum + labels.length, 0);
  const broken: string[] = [];
  let done = 0;
  for (const split of splits) {
    for (let start = 0; start < split.labels.length; start += 96) {
      const length = Math.min(96, split.labels.length - start);
      const chosen = Array.from({ length }, (_, i) => start + i);
      const told = (error: Error) => {
        if (!(error instanceof DataError)) throw error;
        return error.message;
      };
      const failed = await split.read(chosen).then(() => undefined, told);
      if (failed !== undefined) {
        // One by one, to name every image that is broken.
        for (const one of chosen) {
          const message = await split.read([one]).then(() => undefined, told);
          if (message !== undefined) broken.push(message);
        }
      }
      onProgress(`reading ${definition.name}`, done += length, images);
    }
  }
  return { images, broken };
}

/** Removes what is made again when it is needed; weights and TensorFlow itself stay. */
async function clean(folder: string): Promise<number> {
  const made = /\.(pixels|features\.safetensors)(\.lock|\..*tmp)?$/;
  let [files, bytes] = [0, 0];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (!isFile || !made.test(name)) continue;
      const file = join(folder, name);
      bytes += (await Deno.stat(file)).size;
      await Deno.remove(file);
      files++;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error; // no cache folder: nothing to remove
  }
  print(`${files} files removed from ${folder}, ${(bytes / 2 ** 30).toFixed(2)} GiB`);
  return 0;
}

interface SplitOptions {
  readonly profile: (Profile | "natural")[];
  readonly factor: number;
  readonly head?: number;
  readonly heldOut: number;
  readonly seed: number;
  readonly name?: string;
}

async function split(dir: string, options: SplitOptions): Promise<number> {
  const root = resolve(dir);
  if (!(await Deno.stat(root).catch(() => undefined))?.isDirectory) {
    throw new UsageError(`Cannot split "${dir}": there is no such folder`);
  }
  if (!(options.factor > 0 && options.factor <= 1)) {
    throw new UsageError(`Cannot use --factor ${options.factor}: it must be above 0 and at most 1`);
  }
  const name = (options.name ?? [basename(root), ...options.profile].join("-")).toLowerCase();
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(name) || DATASETS.some((dataset) => dataset.name === name)) {
    throw new UsageError(
      `Cannot use the name "${name}": give another of letters, digits, - and _ with --name`,
    );
  }
  const made = await splitFolder(root, { ...options, profiles: options.profile });
  const file = join(root, `${name}.csv`);
  await writeAtomically(file, splitCsv(made));
  for (const [d, domain] of made.domains.entries()) {
    const counts = made.classes.map((className, label) => {
      const cell = made.rows.filter((row) =>
        row.domain === d && row.label === label && row.split === "train"
      );
      return `${className} ${cell.length}`;
    });
    print(`${domain}: ${counts.join(", ")}`);
  }
  print(`Split: ${relative(".", file)}`);
  const place = relative(".", root) || ".";
  const quoted = /\s/.test(place) ? `"${place}"` : place;
  print(`Use:   deno task bench --datasets ${name} --data-dir ${quoted}`);
  return 0;
}
