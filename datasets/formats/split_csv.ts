/**
 * The split files of MDLT: a CSV `env,label,path,split` with one image a row.
 *
 * @module
 */
import { parse } from "csv-parse/sync";
import { DataError } from "../../base/errors.ts";
import type { SplitName } from "../dataset.ts";

/** An image of a split file. */
export interface SplitRow {
  /** Index of the domain. */
  readonly domain: number;
  readonly label: number;
  /** Relative to the folder of the images, with `/`. */
  readonly path: string;
  readonly split: SplitName;
}

const COLUMNS = ["env", "label", "path", "split"];
const SPLITS: Readonly<Record<string, SplitName>> = {
  train: "train",
  val: "validation",
  test: "test",
};

/**
 * Reads and checks a split file.
 *
 * @param text The file; @param file its name, for messages.
 * @param domains Names that `env` may have.
 * @param classes Number of classes.
 * @returns The images in the file's order.
 * @throws {DataError} When a row is not sound: columns, domain, label, split, a path that leaves
 * the folder, or an image that was there before.
 */
export function parseSplitCsv(
  text: string,
  file: string,
  domains: readonly string[],
  classes: number,
): SplitRow[] {
  let records: string[][];
  try {
    records = parse(text, { skip_empty_lines: true, bom: true });
  } catch (error) {
    throw new DataError(`${file} is not a sound CSV: ${(error as Error).message}.`);
  }
  const [header, ...body] = records;
  if (header === undefined || COLUMNS.some((name, i) => header[i] !== name)) {
    throw new DataError(
      `${file} must start with the columns ${COLUMNS.join(",")}, not ${
        header?.join(",") ?? "nothing"
      }.`,
    );
  }
  const seen = new Set<string>();
  return body.map(([env, label, path, split], i) => {
    const refuse = (reason: string) => new DataError(`${file}, row ${i + 2}: ${reason}.`);
    const domain = domains.indexOf(env!);
    if (domain < 0) {
      throw refuse(`the domain "${env}" is unknown; known are ${domains.join(", ")}`);
    }
    if (!/^\d{1,5}$/.test(label!) || Number(label) >= classes) {
      throw refuse(
        `the label "${label}" is not a whole number from 0 to ${Math.max(0, classes - 1)}`,
      );
    }
    const part = Object.hasOwn(SPLITS, split!) ? SPLITS[split!] : undefined;
    if (part === undefined) throw refuse(`the split "${split}" is not train, val or test`);
    if (!staysInside(path!)) {
      throw refuse(`the path "${path}" does not stay inside the folder of the images`);
    }
    if (seen.has(path!)) throw refuse(`the image ${path} is listed a second time`);
    seen.add(path!);
    return { domain, label: Number(label), path: path!, split: part };
  });
}

/** Whether a path of a split file stays inside the folder that it is relative to. */
export function staysInside(path: string): boolean {
  return !path.includes("\0") && !path.includes("\\") && !path.includes(":") &&
    path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}
