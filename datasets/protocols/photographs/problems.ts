/**
 * All that is to be said against the files of a set of photographs at once.
 *
 * @module
 */
import { join } from "node:path";
import { DataError } from "../../../base/errors.ts";
import { hashFile } from "../../../base/files.ts";
import type { DataPaths, DataProblems } from "../../dataset.ts";
import { checkSplitCsv, type SplitRow } from "../../formats/split_csv.ts";
import { decodeText } from "../../formats/text.ts";
import { notHere } from "../../fetching/folders.ts";
import { findFiles, type ImageFile } from "./files.ts";
import { locate, type Paths } from "./locate.ts";
import type { PhotographSet } from "./set.ts";
import { lackingImages, readSplit } from "./split.ts";

/** Sentences of one kind that are told one by one; of more the number is told. */
const TOLD = 20;

/**
 * Looks at every row of the split and every file that it lists: rows that cannot be, images that are
 * not there, cells that a run would refuse, and equal files in different splits or classes.
 *
 * @throws {DataError} When the set is not here.
 */
export async function problems(set: PhotographSet, given: DataPaths): Promise<DataProblems> {
  const paths = await locate(set, given);
  if (!("images" in paths)) throw notHere(set.name, paths);
  const { rows, wrong } = await rowsOf(set, paths);
  const files = await findFiles(rows.map(({ path }) => path), paths.images);
  const missing = rows.filter((_, i) => files[i] === undefined)
    .map(({ path }) => `${join(paths.images, ...path.split("/"))} is not there.`);
  return {
    wrong: [
      ...told(wrong, "rows that cannot be read"),
      ...lackingImages(set, rows, paths.csv ?? paths.images),
      ...told(missing, "images that are not there"),
    ],
    odd: told(await equalFiles(rows, files), "images that are equal to another"),
  };
}

async function rowsOf(
  set: PhotographSet,
  paths: Paths,
): Promise<{ rows: readonly SplitRow[]; wrong: readonly string[] }> {
  const { csv, images } = paths;
  if (csv === undefined) return { rows: (await readSplit(set, paths)).rows, wrong: [] };
  const text = decodeText(await Deno.readFile(csv));
  const { rows, problems } = checkSplitCsv(text, csv, set.domains, set.classes.length, images);
  return { rows, wrong: problems };
}

function told(sentences: readonly string[], what: string): string[] {
  const others = sentences.length - TOLD;
  if (others <= 0) return [...sentences];
  return [...sentences.slice(0, TOLD), `And ${others} more ${what}.`];
}

/** A sentence for every image that is, byte by byte, one of another split or another class. */
async function equalFiles(
  rows: readonly SplitRow[],
  files: readonly (ImageFile | undefined)[],
): Promise<string[]> {
  const bySize = Map.groupBy(
    rows.flatMap((row, i) => files[i] === undefined ? [] : [{ row, file: files[i]! }]),
    ({ file }) => file.size,
  );
  const sentences: string[] = [];
  for (const alike of bySize.values()) {
    if (alike.length < 2) continue;
    const first = new Map<string, SplitRow>();
    for (const { row, file } of alike) {
      const hash = await hashOf(file.file);
      const before = first.get(hash);
      if (before === undefined) first.set(hash, row);
      else if (before.split !== row.split || before.label !== row.label) {
        sentences.push(
          `${row.path} (${row.split}, label ${row.label}) is the same image as ${before.path} ` +
            `(${before.split}, label ${before.label}).`,
        );
      }
    }
  }
  return sentences;
}

async function hashOf(file: string): Promise<string> {
  return await hashFile(file).catch((error: Error) => {
    throw new DataError(`${file} cannot be read: ${error.message}.`);
  });
}
