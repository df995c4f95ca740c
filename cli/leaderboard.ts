/**
 * Leaderboards on the terminal, as wide as that is.
 *
 * @module
 */
import { toText } from "../report/tables/formats/text.ts";
import type { Table } from "../report/tables/table.ts";
import { print } from "./options/common.ts";

/** Columns of a terminal that does not say how wide it is. */
const USUAL_WIDTH = 120;

/** Prints leaderboards; on a narrow terminal without the columns before the last, the widest first. */
export function printLeaderboards(tables: readonly Table[], width = terminalWidth()): void {
  for (const table of tables) {
    print("");
    print(table.title);
    print(fitted(table, width));
    if (table.caption !== "") print(table.caption);
  }
  if (tables.length > 0) print("");
}

/** The table as text in so many columns, or in as few as name, average and verdict need. */
export function fitted(table: Table, width: number): string {
  const text = toText(table);
  const kept = table.columns.length;
  if (Math.max(...text.split("\n").map((line) => line.length)) <= width || kept <= 3) return text;
  const dropped = kept - 2;
  return fitted({
    ...table,
    columns: table.columns.toSpliced(dropped, 1),
    groups: table.groups.map((group) => ({
      ...group,
      rows: group.rows.map((row) => ({ ...row, cells: row.cells.toSpliced(dropped, 1) })),
    })),
  }, width);
}

function terminalWidth(): number {
  try {
    return Deno.stdout.isTerminal() ? Deno.consoleSize().columns : USUAL_WIDTH;
  } catch {
    return USUAL_WIDTH;
  }
}
