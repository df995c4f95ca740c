/**
 * Data sets of the user's own: a folder `domain/class/image` and a split file in it, as
 * `deno task data split` writes it.
 *
 * @module
 */
import { basename, join } from "node:path";
import { parse } from "csv-parse/sync";
import type { DataPaths, DatasetDefinition } from "../dataset.ts";
import { subfolders } from "../../base/files.ts";
import { listImages } from "./hold_out.ts";
import { definePhotographs } from "./photographs/define.ts";
import { notHere } from "../fetching/folders.ts";

/** How a split file begins; spreadsheets put a mark before it. */
const HEADER = /^\uFEFF?env,label,path,split\s/;

/**
 * The data sets that the split files in `--data-dir` and `--splits-dir` describe; each is called as
 * its file, in lower case. Domains are those that the file names, a class is called as its folder.
 *
 * @param taken File names that belong to other data sets.
 */
export async function ownDatasets(
  { dataDir, splitsDir }: DataPaths,
  taken: ReadonlySet<string | undefined>,
): Promise<DatasetDefinition[]> {
  const found = new Map<string, DatasetDefinition>();
  for (const folder of [splitsDir, dataDir]) {
    if (folder === undefined) continue;
    for (const file of await splitFiles(folder)) {
      const set = taken.has(file) ? undefined : await describe(join(folder, file));
      if (set !== undefined && !found.has(set.name)) found.set(set.name, set);
    }
  }
  if (dataDir !== undefined && found.size === 0 && await holdsClasses(dataDir)) {
    const set = unsplit(dataDir);
    found.set(set.name, set);
  }
  return [...found.values()];
}

/** A folder `domain/class/image` without a split file: known by name, so that one can be told. */
function unsplit(folder: string): DatasetDefinition {
  const name = basename(folder).toLowerCase();
  const set = ownSet(name, `${name}.csv`, [], []);
  const remedy = `deno task data split "${folder}"`;
  const missing = `${folder} has images in folders domain/class, and no split file`;
  const state = { here: false, missing, remedy } as const;
  return {
    ...set,
    locate: () => Promise.resolve(state),
    counts: () => Promise.resolve(undefined),
    load: () => Promise.reject(notHere(name, state)),
  };
}

/** Whether the first folder of the first folder has an image in it. */
async function holdsClasses(root: string): Promise<boolean> {
  const [domain] = await subfolders(root);
  const [name] = domain === undefined ? [] : await subfolders(join(root, domain));
  return name !== undefined && (await listImages(root, [domain!], [name])).length > 0;
}

async function splitFiles(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory && name.endsWith(".csv")) names.push(name);
  }
  return names.sort();
}

/** The rows of a split file after its first; none of a file that is no CSV. */
function recordsOf(text: string): string[][] {
  try {
    return parse(text, { from_line: 2, relax_column_count: true });
  } catch {
    return [];
  }
}

/** The data set of a split file; undefined when the file is another kind of CSV. */
async function describe(file: string): Promise<DatasetDefinition | undefined> {
  const text = await Deno.readTextFile(file);
  if (!HEADER.test(text)) return undefined;
  const domains = new Set<string>();
  const classes: string[] = [];
  for (const [domain, label, path] of recordsOf(text)) {
    // What is wrong with a row is said when the set is loaded.
    if (domain) domains.add(domain);
    if (!/^\d{1,5}$/.test(label ?? "")) continue;
    classes[Number(label)] ??= path?.split("/").at(-2) ?? `class ${label}`;
  }
  return ownSet(
    basename(file, ".csv"),
    basename(file),
    [...domains].sort(),
    Array.from(classes, (name, label) => name ?? `class ${label}`),
  );
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
