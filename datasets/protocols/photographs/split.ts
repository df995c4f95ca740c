/**
 * Which image of a set of photographs is in which split.
 *
 * @module
 */
import { dirname } from "node:path";
import { DataError } from "../../../base/errors.ts";
import { classCounts, type SplitCounts, type SplitListing, type SplitName } from "../../dataset.ts";
import { parseSplitCsv, type SplitRow } from "../../formats/split_csv.ts";
import { decodeText } from "../../formats/text.ts";
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
  const { csv, images } = paths;
  return csv === undefined ? await makeSplit(set, paths) : await readCsv(set, csv, images);
}

/**
 * The split of a CSV.
 *
 * @param images The folder of the images, where it is known: paths may be written with it.
 * @throws {DataError} When it is not sound.
 */
export async function readCsv(
  { domains, classes }: PhotographSet,
  csv: string,
  images: string | undefined,
): Promise<SplitRows> {
  const text = decodeText(await Deno.readFile(csv));
  return { rows: parseSplitCsv(text, csv, domains, classes.length, images), from: csv, key: text };
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

/**
 * What a split lacks: a (domain, class) cell without training images is part of the task, a class
 * without any image is not.
 */
export function lackingImages(
  set: PhotographSet,
  rows: readonly SplitRow[],
  from: string,
): string[] {
  const seen = new Set(rows.flatMap(({ domain, label, split }) => [label, `${domain} ${split}`]));
  const classes = set.classes.flatMap((name, label) =>
    seen.has(label) ? [] : [
      `${from} lists no image of the class ${name} (label ${label}) in any split${
        label === 0 ? "; labels count from 0" : ""
      }.`,
    ]
  );
  const domains = set.domains.flatMap((name, domain) =>
    (["train", "validation", "test"] as const).filter((part) => !seen.has(`${domain} ${part}`))
      .map((part) => `${from} lists no ${part} image of the domain ${name}.`)
  );
  return [...classes, ...domains];
}

/** @throws {DataError} When a split lacks images. */
export function requireImages(set: PhotographSet, { rows, from }: SplitRows): void {
  const [first] = lackingImages(set, rows, from);
  if (first !== undefined) throw new DataError(first);
}

/** The images of a split by domain, in the split's order. */
export function listRows({ domains }: PhotographSet, { rows }: SplitRows): SplitListing {
  return domains.map((name, domain) => {
    const of = (part: SplitName) => {
      const own = rows.filter((row) => row.domain === domain && row.split === part);
      return {
        labels: Uint16Array.from(own, ({ label }) => label),
        paths: own.map(({ path }) => path),
      };
    };
    return { name, train: of("train"), validation: of("validation"), test: of("test") };
  });
}
