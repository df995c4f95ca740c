/**
 * The rows of a table of predictions: of which run, split, domain and image each is.
 *
 * @module
 */
import { DataError, UsageError } from "../../base/errors.ts";
import type { SplitName } from "../../datasets/dataset.ts";
import type { Table } from "../../datasets/formats/tables/table.ts";
import { type Predicted, predictedOf } from "./predicted.ts";
import { type Role, type RoleColumns, textsOf } from "./roles.ts";

/** A table of predictions. */
export interface PredictionTable {
  readonly table: Table;
  readonly roles: ReadonlyMap<Role, RoleColumns>;
  /** What its name says by a pattern. */
  readonly named: Partial<Record<"method" | "seed" | "split", string>>;
}

/** What holds for rows that do not say it themselves. */
export interface Defaults {
  readonly method?: string;
  readonly seed?: number;
  readonly split?: SplitName;
}

/** What a row is of. */
export interface Row {
  readonly split: SplitName;
  /** As the table has it; undefined where it has none. */
  readonly domain?: string;
  readonly path?: string;
  /** Place of the image in its domain's split; undefined where the table has none. */
  readonly place?: number;
  /** Number of the row in the table, from 0. */
  readonly number: number;
}

/** Rows of one run in one table. */
export interface RunRows {
  readonly method: string;
  readonly seed: number;
  readonly table: Table;
  readonly predicted: Predicted;
  readonly rows: readonly Row[];
}

const SPLITS: Readonly<Record<string, SplitName>> = {
  ...{ train: "train", training: "train" },
  ...{ val: "validation", valid: "validation", validation: "validation", dev: "validation" },
  ...{ test: "test", testing: "test", eval: "test" },
};

/** The split that a text means; undefined when it means none. */
export function splitNamed(text: string): SplitName | undefined {
  const name = text.toLowerCase();
  return Object.hasOwn(SPLITS, name) ? SPLITS[name] : undefined;
}

/**
 * Sorts the rows of a table by run.
 *
 * @throws {UsageError | DataError} When a row does not say which run it is of, or a value is none.
 */
export function rowsOf(
  source: PredictionTable,
  classes: readonly string[],
  defaults: Defaults,
): RunRows[] {
  const { table, roles } = source;
  const column = (role: Role) => textsOf(table, roles, role);
  const splits = splitsOf(source, defaults);
  const [paths, domains, places] = [column("path"), column("domain"), column("row")];
  const imageOf = (row: number) => imageText(paths?.[row], row);
  const predicted = predictedOf(table, roles, classes, (row) => splits(row) !== "train", imageOf);
  const { method, seed } = runOf(source, defaults);
  const byRun = new Map<string, RunRows & { readonly rows: Row[] }>();
  for (let row = 0; row < table.rows; row++) {
    const key = `${seed(row)}\t${method(row)}`;
    let run = byRun.get(key);
    if (run === undefined) {
      run = { method: method(row), seed: seed(row), table, predicted, rows: [] };
      byRun.set(key, run);
    }
    run.rows.push({
      split: splits(row),
      number: row,
      ...(paths && { path: paths[row]!.replaceAll("\\", "/") }),
      ...(domains && { domain: domains[row]! }),
      ...(places && { place: whole(places[row]!, "row", table, imageOf(row)) }),
    });
  }
  return [...byRun.values()];
}

/** What a row's image is called in a message. */
export function imageText(path: string | undefined, row: number): string {
  return path === undefined || path === "" ? `row ${row + 1}` : `${path} (row ${row + 1})`;
}

function splitsOf(
  { table, roles, named }: PredictionTable,
  { split }: Defaults,
): (row: number) => SplitName {
  const texts = textsOf(table, roles, "split");
  const usual = named.split === undefined ? split ?? "test" : splitNamed(named.split);
  const found = texts?.map((text) => text === "" ? usual : splitNamed(text));
  const wrong = found?.indexOf(undefined) ?? -1;
  if (wrong >= 0 || usual === undefined) {
    const text = wrong >= 0 ? texts![wrong] : named.split;
    throw new DataError(
      `Cannot import ${table.file}: the split "${text}" is not train, val or test.`,
    );
  }
  return (row) => found?.[row] ?? usual;
}

function runOf(
  { table, roles, named }: PredictionTable,
  defaults: Defaults,
): { method: (row: number) => string; seed: (row: number) => number } {
  const lacking = (what: string) =>
    new UsageError(
      `Cannot import ${table.file}: nothing says its ${what}; give it with --${what}, in a column, ` +
        `or in the files' names with --pattern`,
    );
  const methods = textsOf(table, roles, "method");
  const seeds = textsOf(table, roles, "seed");
  const method = named.method ?? defaults.method;
  const seed = named.seed ?? (defaults.seed === undefined ? undefined : String(defaults.seed));
  const known = new Map<string, number>();
  return {
    method(row) {
      const found = methods?.[row] || method;
      if (found === undefined) throw lacking("method");
      return found;
    },
    seed(row) {
      const found = seeds?.[row] || seed;
      if (found === undefined) throw lacking("seed");
      const value = known.get(found) ?? whole(found, "seed", table, `row ${row + 1}`);
      known.set(found, value);
      return value;
    },
  };
}

/** A whole number from 0 up; `3.0`, as tables with gaps write it, is one. */
function whole(text: string, what: string, { file }: Table, where: string): number {
  const value = /^\d{1,15}(\.0+)?$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new DataError(
    `Cannot import ${file}: the ${what} "${text.slice(0, 40)}" of ${where} is no whole number ` +
      `from 0 up.`,
  );
}
