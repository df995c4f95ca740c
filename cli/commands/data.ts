/**
 * `deno task data fetch|check|split|clean`: gets the files of data sets, looks whether they are
 * right, splits a folder of one's own, and removes what the cache folder keeps of images.
 *
 * @module
 */
import { basename, join, relative, resolve } from "node:path";
import { Command } from "commander";
import { checkFiles, checkImages, fetchDataset, removeMade } from "../../datasets/check.ts";
import { type Profile, PROFILES } from "../../datasets/protocols/longtail.ts";
import { ACROSS, SHAPE, USUAL_SHAPE } from "../../datasets/protocols/across.ts";
import { FRACTION } from "../../datasets/settings.ts";
import { DATASETS, findDataset } from "../../datasets/mod.ts";
import {
  type OwnSplitSettings,
  splitCsv,
  splitFolder,
} from "../../datasets/protocols/own_split.ts";
import { USUAL_FOLDER } from "../../datasets/fetching/folders.ts";
import { cacheDirectory } from "../../tensor/backend.ts";
import type { Range } from "../../base/setting.ts";
import { UsageError } from "../../base/errors.ts";
import { makeProgress } from "../progress.ts";
import { isFolder, readIfThere, writeAtomically } from "../../base/files.ts";
import { integerAtLeast, list, oneOf } from "../../base/arguments.ts";
import { taskCommand } from "../../base/command.ts";
import {
  catalogueOf,
  dataPaths,
  type FolderOptions,
  pathOptions,
  type PluginOptions,
  print,
  type SetExitCode,
} from "../options/common.ts";

/** The smallest class relative to the largest, where none is asked for. */
const USUAL_FACTOR = 0.1;

/** What training images may be chosen by. */
const SPLITS = ["natural", ...PROFILES, ...ACROSS] as const;

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
    .option(
      "--host <name>",
      "a host that a plugin's data set is fetched from, as those of the suite's own are known; may " +
        "be repeated",
    )
    .action(async (name: string, { dataDir, plugin = [] }: { dataDir: string } & PluginOptions) =>
      setExitCode(await fetchSet(name, resolve(dataDir), { plugin }))
    );
  const checking = new Command("check")
    .description("compare the files of a data set with what is known, and decode every image")
    .argument("<name>", "a data set");
  for (const option of pathOptions()) checking.addOption(option);
  checking.action(async (name: string, options: PluginOptions & FolderOptions) =>
    setExitCode(await checkSet(name, options))
  );
  const splitting = new Command("split")
    .description("make a long-tailed split of a folder domain/class/image")
    .argument("<dir>", "the folder")
    .option(
      "--profile <names>",
      `${
        ["natural", ...PROFILES].join(", ")
      }: one, or one for each domain; or across all domains ` +
        `together ${ACROSS.join(", ")}`,
      (text) => list(text).map(oneOf("profile", SPLITS)),
      ["natural"],
    )
    .option("--factor <f>", `smallest class relative to the largest; ${USUAL_FACTOR} when left out`)
    .option(
      "--shape <c>",
      `shape of a tail across all domains, the larger the flatter; ${USUAL_SHAPE} when left out`,
    )
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

async function fetchSet(name: string, dataDir: string, options: PluginOptions): Promise<number> {
  const definition = findDataset(name, (await catalogueOf(options)).datasets);
  if (definition.sources === undefined) {
    print(`${definition.name} needs no files: ${definition.origin}`);
    return 0;
  }
  const progress = makeProgress(false);
  try {
    const { already, where } = await fetchDataset(definition, dataDir, {
      onProgress: progress.work,
      onNote: progress.note,
    });
    print(`${definition.name} is here${already ? " already" : ""}: ${where}`);
    return 0;
  } finally {
    progress.close();
  }
}

async function checkSet(
  name: string,
  options: PluginOptions & FolderOptions,
): Promise<number> {
  const paths = await dataPaths(options);
  const definition = findDataset(name, (await catalogueOf(options)).datasets);
  const files = paths.dataDir === undefined ? [] : await checkFiles(definition, paths.dataDir);
  for (const { path, state } of files) print(`${path}: ${state}`);
  const { wrong = [], odd = [] } = await definition.problems?.(paths) ?? {};
  [...wrong, ...odd].forEach(print);
  const progress = makeProgress(false);
  try {
    const { images, broken, cautions } = await checkImages(definition, paths, progress.work);
    [...broken, ...cautions].forEach(print);
    print(`${definition.name}: ${images - broken.length} of ${images} images can be read`);
    const bad = files.some(({ state }) => state.startsWith("wrong"));
    return bad || wrong.length > 0 || broken.length > 0 ? 1 : 0;
  } finally {
    progress.close();
  }
}

async function clean(folder: string): Promise<number> {
  const { files, bytes } = await removeMade(folder);
  print(`${files} files removed from ${folder}, ${(bytes / 2 ** 30).toFixed(2)} GiB`);
  return 0;
}

interface SplitOptions {
  readonly profile: (typeof SPLITS[number])[];
  readonly factor?: string;
  readonly shape?: string;
  readonly head?: number;
  readonly heldOut: number;
  readonly seed: number;
  readonly name?: string;
}

/** What a split's options say of its long tails. */
function profilesOf(
  { profile, factor, shape }: SplitOptions,
): Pick<OwnSplitSettings, "profiles" | "across" | "shape" | "factor"> {
  const across = ACROSS.find((name) => profile.includes(name));
  const own = profile.filter((name) => name === "natural" || isProfile(name));
  if (across !== undefined && profile.length > 1) {
    throw new UsageError(
      `Cannot use --profile ${
        profile.join(",")
      }: ${across} is of all domains together; give it alone`,
    );
  }
  const [unused, without] = across === undefined
    ? [shape, "--shape without a tail across all domains"]
    : [factor, `--factor with --profile ${across}`];
  if (unused !== undefined) {
    const right = across === undefined ? `--profile ${ACROSS[0]}` : "--shape";
    throw new UsageError(`Cannot use ${without}: it would change nothing; give ${right}`);
  }
  const read = (option: string, text: string, { wanted, fits }: Range) => {
    if (text.trim() !== "" && fits(Number(text))) return Number(text);
    throw new UsageError(`Cannot use ${option} ${text}: it must be ${wanted}`);
  };
  return {
    profiles: own,
    factor: factor === undefined ? USUAL_FACTOR : read("--factor", factor, FRACTION),
    ...(across !== undefined && { across }),
    ...(shape !== undefined && { shape: read("--shape", shape, SHAPE) }),
  };
}

function isProfile(name: string): name is Profile {
  return PROFILES.some((profile) => profile === name);
}

/** Another file in a folder whose name differs in case alone. */
async function namesake(folder: string, file: string): Promise<string | undefined> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.map(({ name }) => name)
    .find((name) => name !== file && name.toLowerCase() === file);
}

async function split(dir: string, options: SplitOptions): Promise<number> {
  const root = resolve(dir);
  if (!await isFolder(root)) {
    throw new UsageError(`Cannot split "${dir}": there is no such folder`);
  }
  const profiles = profilesOf(options);
  const { head, heldOut, seed } = options;
  const name = (options.name ?? [basename(root), ...options.profile].join("-")).toLowerCase();
  if (
    !/^(?!all$)[a-z0-9][a-z0-9_-]*$/.test(name) || DATASETS.some((dataset) => dataset.name === name)
  ) {
    throw new UsageError(
      `Cannot use the name "${name}": give another of letters, digits, - and _ with --name`,
    );
  }
  const made = await splitFolder(root, { head, heldOut, seed, ...profiles });
  const file = join(root, `${name}.csv`), csv = splitCsv(made);
  const twin = await namesake(root, `${name}.csv`);
  if (twin !== undefined) {
    throw new UsageError(
      `Cannot write ${file}: ${twin} beside it would be the same data set; give another --name, or ` +
        `rename that file`,
    );
  }
  const before = await readIfThere(file);
  if (before !== null && before !== csv) {
    throw new UsageError(
      `Cannot write ${file}: it is there and another split; give another --name, or remove it`,
    );
  }
  made.notes.forEach(print);
  if (before === null) await writeAtomically(file, csv);
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
  print(`Use:   ${taskCommand()} bench --datasets ${name} --data-dir ${quoted}`);
  return 0;
}
