/**
 * Tables as CSV, with commas, tabs or semicolons.
 *
 * @module
 */
import { CsvError, parse } from "csv-parse/sync";
import { DataError } from "../../../base/errors.ts";
import { type Choose, Collector, type Columns, MOST_COLUMNS } from "./table.ts";

/** More bytes than a row of ours has. */
const LONGEST_ROW = 4 << 20;

/**
 * Reads columns of a CSV whose first row names them. Rows are let go as they are read.
 *
 * @param bytes The file; @param file its name, for messages.
 * @throws {DataError} When it is no sound CSV.
 */
export function readCsv(bytes: Uint8Array, file: string, choose: Choose): Columns {
  const head = new TextDecoder().decode(bytes.subarray(0, LONGEST_ROW)).split(/[\r\n]/)[0]!;
  const count = (mark: string) => head.split(mark).length;
  const delimiter = ["\t", ";", ","].reduce((a, b) => count(a) > count(b) ? a : b);
  requireCount(count(delimiter), file);
  let places: ReadonlyMap<string, number> | undefined;
  let collector: Collector | undefined;
  const take = (cells: readonly string[]) => {
    if (collector === undefined) {
      requireColumns(cells, file);
      places = new Map(cells.map((name, i) => [name.trim(), i]));
      collector = new Collector(
        choose([...places.keys()]),
        (row, reason) => new DataError(`${file}, row ${row + 1}: ${reason}.`),
      );
    } else collector.add((name) => cells[places!.get(name)!]);
    return null;
  };
  try {
    parse(bytes, {
      ...{ bom: true, skip_empty_lines: true, delimiter, max_record_size: LONGEST_ROW },
      on_record: take,
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const reason = error.code === "CSV_MAX_RECORD_SIZE"
      ? `a row is longer than ${LONGEST_ROW} bytes`
      : error.message.split("\n")[0]!;
    throw new DataError(`${file} is not a sound CSV: ${reason}.`);
  }
  if (collector === undefined) throw new DataError(`${file} is empty: it has no row of names.`);
  return collector.columns();
}

/** The names of columns, each once and not too many. */
export function requireColumns(names: readonly string[], file: string): void {
  requireCount(names.length, file);
  const seen = new Set<string>();
  const doubled = names.find((name) => seen.size === seen.add(name).size);
  if (doubled !== undefined) throw new DataError(`${file} has two columns "${doubled}".`);
}

function requireCount(columns: number, file: string): void {
  if (columns <= MOST_COLUMNS) return;
  throw new DataError(`${file} has ${columns} columns, and at most ${MOST_COLUMNS} are read.`);
}
