/**
 * Data sets of the user's own: a folder `domain/class/image` and a split file in it, as
 * `deno task data split` writes it.
 *
 * @module
 */
import { basename, join } from "node:path";
import { parse } from "csv-parse/sync";
import type { DataPaths, DatasetDefinition } from "./dataset.ts";
import { definePhotographs } from "./photographs.ts";

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
  return [...found.values()];
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
    if (!domain || !/^\d{1,5}$/.test(label ?? "")) continue;
    domains.add(domain);
    classes[Number(label)] ??= path?.split("/")[1] ?? "";
  }
  const title = basename(file, ".csv");
  return definePhotographs({
    name: title.toLowerCase(),
    title,
    description: `Images of your own, split by ${basename(file)}.`,
    domains: [...domains].sort(),
    classes: Array.from(classes, (name, label) => name ?? `class ${label}`),
    shots: { many: 100, few: 20 },
    source: "your own",
    remedy: "give the folder of its images with --data-dir",
    csv: basename(file),
    folder: "",
  });
}
