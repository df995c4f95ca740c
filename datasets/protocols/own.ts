/**
 * Data sets of the user's own: a folder `domain/class/image` and a split file in it, as
 * `deno task data split` writes it.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { pathWord, programName } from "../../base/command.ts";
import { DataError } from "../../base/errors.ts";
import type { DataPaths, DatasetDefinition } from "../dataset.ts";
import { decodeText } from "../formats/text.ts";
import { readSplitRows, splitHeader } from "../formats/split_rows.ts";
import { knownContent } from "../reading/content.ts";
import { isForeign } from "../reading/image_files.ts";
import { classNames, domainNames } from "./own_names.ts";
import { holdsClasses } from "./image_folder.ts";
import { definePhotographs } from "./photographs/define.ts";
import { notHere } from "../fetching/folders.ts";

/** What may be called on the command line; `all` is every data set. */
const NAME = /^(?!all$)[a-z0-9][a-z0-9_-]*$/;

/** A data set of the user's own, and where it comes from. */
export interface OwnDataset {
  /** The file of its split, absolute; the folder of its images where there is none. */
  readonly from: string;
  readonly definition: DatasetDefinition;
}

/**
 * The data sets that the split files in `--data-dir` and `--splits-dir` describe; each is called as
 * its file, in lower case. Domains are those that the file names; a class is called as the file's
 * column `class` says, else as its folder. A set whose file cannot be used is known too, and says
 * why when it is asked for.
 *
 * @param taken File names that belong to other data sets.
 */
export async function ownDatasets(
  { dataDir, splitsDir }: DataPaths,
  taken: ReadonlySet<string | undefined>,
): Promise<OwnDataset[]> {
  const found = new Map<string, OwnDataset>();
  for (const folder of new Set([splitsDir, dataDir])) { // the two may be one
    if (folder === undefined) continue;
    for (const file of await csvFiles(folder)) {
      const from = join(folder, file);
      const definition = taken.has(file) ? undefined : await describe(from);
      if (definition === undefined) continue;
      const { name } = definition, other = found.get(name);
      if (other === undefined) found.set(name, { from, definition });
      else if (dirname(other.from) === folder) {
        const reason =
          `${from} and ${basename(other.from)} both make a data set "${name}"; rename ` +
          `one of them.`;
        found.set(name, { from, definition: unusable(from, new DataError(reason)) });
      }
    }
  }
  if (dataDir !== undefined && found.size === 0) {
    const definition = await unsplit(dataDir);
    if (definition !== undefined) found.set(definition.name, { from: dataDir, definition });
  }
  return [...found.values()];
}

/** A folder `domain/class/image` without a split file: known by name, so that one can be told. */
async function unsplit(folder: string): Promise<DatasetDefinition | undefined> {
  if (!await holdsClasses(folder)) return undefined;
  const name = basename(folder).toLowerCase();
  const remedy = `${programName()} data split ${pathWord(folder)}`;
  const [other] = await csvFiles(folder);
  const missing = `${folder} has images in folders domain/class, and no split file${
    other === undefined ? "" : ` (${other} has no columns env, label, path and split)`
  }`;
  const error = notHere(name, { here: false, missing, remedy });
  return refusing(ownSet(name, `${name}.csv`, [], []), error, missing, remedy);
}

/** The names of the CSVs in a folder; none where it cannot be read. */
async function csvFiles(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  return entries.filter(({ name, isDirectory }) =>
    !isDirectory && !isForeign(name) && /\.csv$/i.test(name)
  ).map(({ name }) => name).sort();
}

/** The data set of a split file; undefined when the file is another kind of CSV. */
async function describe(file: string): Promise<DatasetDefinition | undefined> {
  try {
    const { isFile } = await Deno.stat(file);
    if (!isFile) return undefined; // a pipe would be waited for
    const bytes = await Deno.readFile(file), other = knownContent(bytes);
    if (other !== undefined) {
      throw new DataError(`${file} is ${other} by its content; save its table as CSV.`);
    }
    const text = decodeText(bytes);
    const { lacking, absent } = splitHeader(text) ?? { lacking: [], absent: false };
    if (lacking.length > 2 && !absent) return undefined;
    const title = basename(file).replace(/\.csv$/i, "");
    if (!NAME.test(title.toLowerCase())) {
      throw new DataError(
        `${file} cannot be a data set's split: "${title}" is no name for the command line; call ` +
          `the file by letters, digits, - and _, such as farm.csv.`,
      );
    }
    const rows = readSplitRows(text, file);
    if (rows.length === 0) {
      throw new DataError(
        `${file} lists no image: it has no row below its header; write one for every image.`,
      );
    }
    return ownSet(title, basename(file), domainNames(rows, file), classNames(rows, file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined; // a link that leads nowhere
    if (error instanceof DataError) return unusable(file, error);
    return unusable(file, new DataError(`${file} cannot be read: ${(error as Error).message}.`));
  }
}

/** A set whose split file cannot be used. */
function unusable(file: string, error: DataError): DatasetDefinition {
  const title = basename(file).replace(/\.csv$/i, "");
  const missing = error.message.replace(/\.$/, "");
  return refusing(ownSet(title, basename(file), [], []), error, missing, "mend the file");
}

/** A set that says why it cannot be used when it is asked for. */
export function refusing(
  set: DatasetDefinition,
  error: DataError,
  missing: string,
  remedy: string,
): DatasetDefinition {
  return {
    ...set,
    unusable: error,
    locate: () => Promise.resolve({ here: false, missing, remedy }),
    counts: () => Promise.resolve(undefined),
    load: () => Promise.reject(error),
    problems: () => Promise.reject(error),
  };
}

function ownSet(
  title: string,
  csv: string,
  domains: readonly string[],
  classes: readonly string[],
): DatasetDefinition {
  return definePhotographs({
    name: title.toLowerCase(),
    title,
    description: `Images of your own, split by ${csv}.`,
    domains,
    classes,
    shots: { many: 100, few: 20 },
    origin: "your own",
    remedy: "give the folder of its images with --data-dir",
    csv,
    folder: "",
  });
}
