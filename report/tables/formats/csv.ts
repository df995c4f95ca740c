/**
 * Tables as CSV.
 *
 * @module
 */
import { stringify } from "csv-stringify/sync";
import type { Cell, Column, Table } from "../table.ts";

/** CSV with a header of the columns' keys; every digit of a number, nothing where none is defined. */
export function toCsv(table: Table): string {
  const header = table.columns.flatMap(({ key, kind, inCsv }) => {
    if (inCsv === false) return [];
    if (kind === "estimate") return [`${key}_mean`, `${key}_sd`, `${key}_n`];
    return kind === "interval" ? [key, `${key}_low`, `${key}_high`] : [key];
  });
  const rows = table.groups.flatMap((group) =>
    group.rows.map((row) => [
      ...table.columns.flatMap((column, c) => csvCells(row.cells[c] ?? null, column)),
      ...(table.notesInCsv ? [plainText(row.note ?? "")] : []),
    ])
  );
  return stringify([[...header, ...(table.notesInCsv ? ["note"] : [])], ...rows]);
}

function csvCells(cell: Cell, column: Column): (string | number)[] {
  if (column.inCsv === false) return [];
  if (column.kind === "estimate") {
    if (cell === null || typeof cell !== "object" || !("mean" in cell)) return ["", "", ""];
    return [exact(cell.mean), cell.sd === null ? "" : exact(cell.sd), cell.n];
  }
  if (column.kind === "interval") {
    if (cell === null || typeof cell !== "object" || !("value" in cell)) return ["", "", ""];
    return [exact(cell.value), ...(cell.ends?.map(exact) ?? ["", ""])];
  }
  if (typeof cell === "number") return [exact(cell)];
  if (cell !== null && typeof cell === "object" && "name" in cell) return [plainText(cell.name)];
  return [typeof cell === "string" ? plainText(cell) : ""];
}

/** A text that a spreadsheet takes as a text, and not as a formula: an apostrophe stands before it. */
export function plainText(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

/** 15 digits: all that a double keeps of a decimal number, without the noise of the last bit. */
function exact(value: number): number {
  return Number(value.toPrecision(15));
}
