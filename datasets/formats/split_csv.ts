/**
 * The split files of MDLT: a CSV `env,label,path,split` with one image a row. Columns are found by
 * their names, whatever their order and whatever others there are.
 *
 * @module
 */
import { DataError } from "../../base/errors.ts";
import type { SplitName } from "../dataset.ts";
import { readSplitRows, type WrittenRow } from "./split_rows.ts";

/** An image of a split file. */
export interface SplitRow {
  /** Index of the domain. */
  readonly domain: number;
  readonly label: number;
  /** Relative to the folder of the images, with `/`. */
  readonly path: string;
  readonly split: SplitName;
}

const SPLITS: Readonly<Record<string, SplitName>> = {
  train: "train",
  training: "train",
  val: "validation",
  valid: "validation",
  validation: "validation",
  test: "test",
  testing: "test",
};

/** What a split file says of the images, and what of it cannot be. */
export interface CheckedSplit {
  /** The sound rows, in the file's order. */
  readonly rows: readonly SplitRow[];
  /** A sentence for every other row. */
  readonly problems: readonly string[];
}

/**
 * Reads a split file and looks at every row.
 *
 * @param text The file; @param file its name, for messages.
 * @param domains Names that `env` may have.
 * @param classes Number of classes.
 * @param root The folder of the images, absolute: paths may be written with it.
 * @throws {DataError} When it is no CSV, or lacks a column.
 */
export function checkSplitCsv(
  text: string,
  file: string,
  domains: readonly string[],
  classes: number,
  root?: string,
): CheckedSplit {
  const seen = new Set<string>();
  const [rows, problems]: [SplitRow[], string[]] = [[], []];
  for (const row of readSplitRows(text, file)) {
    const read = readRow(row, domains, classes, root);
    const again = typeof read === "object" && seen.has(read.path);
    if (typeof read === "string") problems.push(`${file}, row ${row.line}: ${read}.`);
    else if (again) {
      problems.push(`${file}, row ${row.line}: the image ${read.path} is listed a second time.`);
    } else rows.push(read);
    if (typeof read === "object") seen.add(read.path);
  }
  return { rows, problems };
}

/**
 * Reads a split file of which every row is sound, as {@linkcode checkSplitCsv} does.
 *
 * @returns The images in the file's order.
 * @throws {DataError} When a row is not sound: columns, domain, label, split, a path that leaves
 * the folder, or an image that was there before.
 */
export function parseSplitCsv(...file: Parameters<typeof checkSplitCsv>): readonly SplitRow[] {
  const { rows, problems } = checkSplitCsv(...file);
  if (problems.length > 0) throw new DataError(problems[0]!);
  return rows;
}

/** A row, or why it cannot be. */
function readRow(
  row: WrittenRow,
  domains: readonly string[],
  classes: number,
  root: string | undefined,
): SplitRow | string {
  const domain = domains.indexOf(row.env.trim());
  if (domain < 0) return `the domain "${row.env}" is unknown; known are ${domains.join(", ")}`;
  const label = labelOf(row.label);
  if (label === undefined || label >= classes) {
    const upTo = classes === 0 ? 'up; a name belongs in a column "class"' : `to ${classes - 1}`;
    return `the label "${row.label}" is not a whole number from 0 ${upTo}`;
  }
  const name = row.split.trim().toLowerCase();
  const split = Object.hasOwn(SPLITS, name) ? SPLITS[name] : undefined;
  if (split === undefined) return `the split "${row.split}" is not train, val or test`;
  const path = pathOf(row.path, root);
  if (staysInside(path)) return { domain, label, path, split };
  return `the path "${row.path}" does not stay inside the folder of the images; write it relative ` +
    `to that folder, as day/ant/1.jpg`;
}

/**
 * A label as programs write whole numbers: `1`, `1.0`, `1,0`, `+1`, `1.000000e+00`; undefined where it
 * is no class's number. `1,000` may be a thousand, and is none.
 */
export function labelOf(text: string): number | undefined {
  const written = text.normalize("NFKC").trim();
  if (!/^\+?\d{1,5}(?:\.\d*|,0{1,2})?(?:e[+-]?\d{1,3})?$/i.test(written)) return undefined;
  const value = Number(written.replace(",", "."));
  return Number.isInteger(value) && value < 1e5 ? value : undefined;
}

/**
 * A path as this suite writes it: relative to the folder of the images, with `/`. What leads
 * elsewhere stays as it is, and {@linkcode staysInside} refuses it.
 */
export function pathOf(written: string, root?: string): string {
  // Windows parts by backslashes; elsewhere one may be part of a name.
  const slashes = written.includes("/") ? written : written.replaceAll("\\", "/");
  const path = slashes.replace(/\/(?:\.\/)+/g, "/");
  const base = root?.replaceAll("\\", "/").replace(/\/*$/, "/");
  const inside = base !== undefined && path.startsWith(base) ? path.slice(base.length) : path;
  return inside.replace(/^(?:\.\/+)+/, "");
}

/** Whether a path of a split file stays inside the folder that it is relative to. */
export function staysInside(path: string): boolean {
  return !path.includes("\0") && !/^[A-Za-z]:/.test(path) &&
    path.split("/").every((part) => part !== "" && part !== ".") &&
    path.split(/[\\/]/).every((part) => part !== "..") && !path.startsWith("\\");
}
