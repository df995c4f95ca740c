/**
 * Tables as a paper takes them: some methods, some columns, fewer digits.
 *
 * @module
 */
import { closest } from "fastest-levenshtein";
import { UsageError } from "../../base/errors.ts";
import type { LatexOptions } from "./formats/latex.ts";
import type { Column, Row, Table } from "./table.ts";

/** What of the tables a paper takes, in LaTeX and Markdown; CSV always holds everything. */
export interface PaperOptions extends LatexOptions {
  /** Names or titles of methods, in this order; all by default. */
  readonly methods?: readonly string[];
  /** Keys of columns, as in CSV; of tables that have none of them, all. */
  readonly columns?: readonly string[];
  /** Decimal places of figures. */
  readonly digits?: number;
}

/** The part of a table that a paper takes; null when no row of it is left. */
export function forPaper(table: Table, options: PaperOptions): Table | null {
  const rows = withMethods(table, options.methods);
  const shown = withColumns(rows, options.columns);
  const { digits } = options;
  if (shown.groups.every((group) => group.rows.length === 0) && table.groups.length > 0) {
    return null;
  }
  return digits === undefined ? shown : {
    ...shown,
    columns: shown.columns.map((column) =>
      column.digits === undefined || column.digits === 0 ? column : { ...column, digits }
    ),
  };
}

/**
 * Refuses names that no table has.
 *
 * @throws {UsageError} When a method or a column that is asked for is in none of the tables.
 */
export function requireKnown(tables: readonly Table[], { methods, columns }: PaperOptions): void {
  const known = tables.flatMap((table) => {
    const c = methodsOf(table);
    return c < 0 ? [] : table.groups.flatMap(({ rows }) => rows.map((row) => namesOf(row, c)));
  });
  const titles = [...new Set(known.flatMap(([name]) => name ?? []))];
  requireAll("methods", methods, known.flat().map((name) => name.toLowerCase()), titles);
  const keys = [...new Set(tables.flatMap(({ columns }) => columns.map(({ key }) => key)))];
  requireAll("columns", columns, keys.map((key) => key.toLowerCase()), keys);
}

function requireAll(
  option: string,
  asked: readonly string[] = [],
  known: readonly string[],
  told: readonly string[],
): void {
  const unknown = asked.find((name) => !known.includes(name.toLowerCase()));
  if (unknown === undefined) return;
  const near = closest(unknown, [...told]);
  throw new UsageError(
    `Cannot choose --${option} "${unknown}": no table of the report has it; did you mean ` +
      `"${near}"? There are ${told.slice(0, 20).join(", ")}${told.length > 20 ? ", …" : ""}`,
  );
}

/** The column of the methods; -1 where a table has none. */
const methodsOf = ({ columns }: Table) => columns.findIndex(({ key }) => key === "method");

/** Names by which a row's method may be asked for. */
function namesOf({ cells }: Row, c: number): string[] {
  const cell = cells[c];
  if (typeof cell === "string") return [cell];
  return cell !== null && typeof cell === "object" && "title" in cell
    ? [cell.name, cell.title]
    : [];
}

function withMethods(table: Table, methods?: readonly string[]): Table {
  const c = methodsOf(table);
  if (methods === undefined || c < 0) return table;
  const place = (row: Row) =>
    methods.findIndex((method) =>
      namesOf(row, c).some((name) => name.toLowerCase() === method.toLowerCase())
    );
  const groups = table.groups.map(({ title, rows }) => ({
    title,
    rows: rows.filter((row) => place(row) >= 0).sort((a, b) => place(a) - place(b)),
  }));
  return { ...table, groups: groups.filter(({ rows }) => rows.length > 0) };
}

function withColumns(table: Table, keys?: readonly string[]): Table {
  const asked = ({ key }: Column) => keys?.includes(key) ?? false;
  if (!table.columns.some(asked)) return table;
  const kept = table.columns.flatMap((column, c) => c === 0 || asked(column) ? [c] : []);
  return {
    ...table,
    columns: kept.map((c) => table.columns[c]!),
    groups: table.groups.map(({ title, rows }) => ({
      title,
      rows: rows.map((row) => ({ ...row, cells: kept.map((c) => row.cells[c] ?? null) })),
    })),
  };
}
