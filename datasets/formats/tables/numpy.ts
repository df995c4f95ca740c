/**
 * Tables as arrays of an `.npz` archive: one a column, rows first.
 *
 * @module
 */
import { DataError } from "../../../base/errors.ts";
import { type NumpyArray, openNpz } from "../npy.ts";
import { requireColumns } from "./csv.ts";
import type { Choose, Column, Columns } from "./table.ts";

/**
 * Reads arrays as columns. An array of no dimension holds for every row.
 *
 * @param bytes The file; @param file its name, for messages.
 * @throws {DataError} When arrays are not read or have not the same number of rows.
 */
export function readNpz(bytes: Uint8Array, file: string, choose: Choose): Columns {
  const held = openNpz(bytes, file);
  const names = [...held.keys()];
  requireColumns(names, file);
  const chosen = [...choose(names)].map(([name, kind]) => ({
    name,
    kind,
    array: held.get(name)!(),
  }));
  const columns = chosen.filter(({ array }) => array.shape.length > 0);
  const rows = columns[0]?.array.shape[0] ?? 0;
  const other = columns.find(({ array }) => array.shape[0] !== rows);
  if (other !== undefined) {
    throw new DataError(
      `${file} cannot be read as a table: ${columns[0]!.name} has ${rows} rows and ` +
        `${other.name} has ${other.array.shape[0]}.`,
    );
  }
  const refuse = (name: string, reason: string) =>
    new DataError(`${file} cannot be read as a table: ${name} ${reason}.`);
  return {
    rows,
    columns: new Map(chosen.map(({ name, kind, array }): [string, Column] => {
      if (array.shape.length > 2) throw refuse(name, `has ${array.shape.length} dimensions`);
      return [name, kind === "text" ? textColumn(array, rows) : numberColumn(array, rows)];
    })),
  };
}

function textColumn(array: NumpyArray, rows: number): Column {
  const values = "texts" in array ? array.texts : Array.from(array.numbers, String);
  return { kind: "text", values: array.shape.length > 0 ? values : repeated(values[0]!, rows) };
}

function numberColumn(array: NumpyArray, rows: number): Column {
  const numbers = "numbers" in array
    ? array.numbers
    : Float64Array.from(array.texts, (text) => text === "" ? NaN : Number(text));
  return array.shape.length > 0
    ? { kind: "numbers", width: array.shape[1] ?? 1, values: numbers }
    : { kind: "numbers", width: 1, values: new Float64Array(rows).fill(numbers[0]!) };
}

function repeated(value: string, count: number): string[] {
  return new Array<string>(count).fill(value);
}
