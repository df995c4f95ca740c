/**
 * Which image of a set of photographs is in which split.
 *
 * @module
 */
import { dirname } from "node:path";
import { DataError } from "../../../base/errors.ts";
import { classCounts, type SplitCounts, type SplitName } from "../../dataset.ts";
import { parseSplitCsv, type SplitRow } from "../../formats/split_csv.ts";
import { holdOut, listImages, parseList } from "../hold_out.ts";
import { findFile, type Paths } from "./locate.ts";
import type { PhotographSet } from "./set.ts";

/** Images with the split that they have, and where that is said. */
export interface SplitRows {
  readonly rows: readonly SplitRow[];
  readonly from: string;
  /** Changes with the split. */
  readonly key: string;
}

/** The split: from the CSV, or made from lists or folders where a set allows that. */
export async function readSplit(set: PhotographSet, paths: Paths): Promise<SplitRows> {
  return paths.csv === undefined ? await makeSplit(set, paths) : await readCsv(set, paths.csv);
}

/**
 * The split of a CSV.
 *
 * @throws {DataError} When it is not sound.
 */
export async function readCsv(
  { domains, classes }: PhotographSet,
  csv: string,
): Promise<SplitRows> {
  const text = await Deno.readTextFile(csv);
  return { rows: parseSplitCsv(text, csv, domains, classes.length), from: csv, key: text };
}

async function makeSplit(
  { domains, classes, fallbackSplit }: PhotographSet,
  { images, csvFolders }: Paths,
): Promise<SplitRows> {
  const { heldOut, lists, duplicates } = fallbackSplit!;
  const read = async (file: string) =>
    parseList(await Deno.readTextFile(file), file, domains, classes);
  const names = domains.flatMap(lists);
  const files = await Promise.all(names.map((name) => findFile(name, csvFolders)));
  const lacking = names.find((_, i) => files[i] === undefined);
  const some = files.find((file) => file !== undefined);
  if (some !== undefined && lacking !== undefined) {
    throw new DataError(`There is ${some} and no ${lacking}; complete the lists, or remove them.`);
  }
  const listed = some === undefined
    ? await listImages(images, domains, classes)
    : (await Promise.all(files.map((file) => read(file!)))).flat();
  const doubles = await findFile(duplicates, csvFolders);
  const left = new Set((doubles ? await read(doubles) : []).map(({ path }) => path));
  const rows = holdOut(listed.filter(({ path }) => !left.has(path)), heldOut, 0);
  const key = JSON.stringify(rows.map(({ path, split }) => [path, split]));
  return { rows, from: some === undefined ? images : dirname(some), key };
}

/** The images of a split by domain and class. */
export function countRows({ domains, classes }: PhotographSet, { rows }: SplitRows): SplitCounts {
  const of = (split: SplitName) => {
    const labels = domains.map((): number[] => []);
    for (const row of rows) if (row.split === split) labels[row.domain]!.push(row.label);
    return labels.map((domain) => classCounts(domain, classes.length));
  };
  return { train: of("train"), validation: of("validation"), test: of("test") };
}

/** A (domain, class) cell without training images is part of the task, a class without any is not. */
export function requireImages(set: PhotographSet, { rows, from }: SplitRows): void {
  const seen = new Set(rows.flatMap(({ domain, label, split }) => [label, `${domain} ${split}`]));
  for (const [label, name] of set.classes.entries()) {
    if (seen.has(label)) continue;
    throw new DataError(
      `${from} lists no image of the class ${name} (label ${label}) in any split.`,
    );
  }
  for (const [domain, name] of set.domains.entries()) {
    for (const part of ["train", "validation", "test"] as const) {
      if (!seen.has(`${domain} ${part}`)) {
        throw new DataError(`${from} lists no ${part} image of the domain ${name}.`);
      }
    }
  }
}
