/**
 * One model of a table, from which CSV, Markdown, LaTeX (in `formats/`) and HTML (in `page/`) are
 * made.
 *
 * @module
 */
import type { Estimate } from "../analysis/arrange.ts";

/** A table: columns, groups of rows, and what a reader must know to read it. */
export interface Table {
  /** Name of its files. */
  readonly name: string;
  /** Above the table, without a full stop. */
  readonly title: string;
  /** What a reader must know to read it, in sentences. */
  readonly caption: string;
  /** From left to right; the first names the rows. */
  readonly columns: readonly Column[];
  /** From top to bottom. */
  readonly groups: readonly Group[];
  /** Whether CSV gets a last column with the rows' notes. */
  readonly notesInCsv?: boolean;
  /** True for what is meant for programs alone: only CSV is written. */
  readonly csvOnly?: boolean;
}

/** A column of a table. */
export interface Column {
  /**
   * Its name in CSV; an estimate makes three of it (`…_mean`, `…_sd`, `…_n`), an interval as well
   * (`…`, `…_low`, `…_high`).
   */
  readonly key: string;
  /** The column's heading. */
  readonly title: string;
  /** A heading over this and neighbouring columns. */
  readonly columnGroup?: string;
  /** What its cells hold. */
  readonly kind: "text" | "number" | "estimate" | "interval";
  /** Decimal places shown; CSV keeps them all. Numbers without it are shown whole. */
  readonly digits?: number;
  /** How to show a number, where decimal places do not say it. */
  readonly show?: (value: number) => string;
  /** False for what a reader wants and the contract of a CSV file does not name. */
  readonly inCsv?: boolean;
  /** Which value is marked as best and second. */
  readonly best?: "max" | "min";
}

/** Rows under a common heading; without a title they follow on. */
export interface Group {
  /** The heading; null for rows that follow on. */
  readonly title: string | null;
  /** From top to bottom. */
  readonly rows: readonly Row[];
}

/** A row of a table. */
export interface Row {
  /** One for each column of the table. */
  readonly cells: readonly Cell[];
  /** A footnote to the first cell. */
  readonly note?: string;
  /** Its values lead no column, whatever they are: nothing was learned, say. */
  readonly unmarked?: true;
}

/** The content of a cell; null where nothing is defined, `missing` where a run is. */
export type Cell = string | number | Estimate | IntervalCell | Name | Missing | null;

/** A number with the ends of its interval; without them where it has none. */
export interface IntervalCell {
  /** Shown and sorted by. */
  readonly value: number;
  /** Null where there is no interval. */
  readonly ends: readonly [low: number, high: number] | null;
}

/**
 * A value of a metric and its interval as a cell.
 *
 * @param value In the metric's own unit; null where there is none, and then the cell is empty.
 * @param ends Of its interval, in the same unit; null without one.
 * @param factor To the unit that is shown.
 */
export function intervalCell(
  value: number | null,
  ends: readonly [low: number, high: number] | null,
  factor: number,
): IntervalCell | null {
  if (value === null) return null;
  return { value: factor * value, ends: ends && [factor * ends[0], factor * ends[1]] };
}

/** Something that readers know by a title and programs by a name: CSV holds the name. */
export interface Name {
  /** In CSV. */
  readonly name: string;
  /** In every other format. */
  readonly title: string;
}

/** A figure that a run still owes; the row's note says which. */
export const MISSING: Missing = { missing: true };

/** See {@linkcode MISSING}. */
export interface Missing {
  /** Tells it from other cells. */
  readonly missing: true;
}

/** How a cell stands in its column. */
export type Rank = "best" | "second" | null;

/** What is shown of a cell, the same in every format: its content, and how far that is certain. */
export function cellText(cell: Cell, column: Column): { text: string; uncertainty: string | null } {
  const shown = (value: number) => showNumber(value, column).replace("-", "−");
  if (cell === null) return { text: "–", uncertainty: null };
  if (typeof cell === "string") return { text: cell, uncertainty: null };
  if (typeof cell === "number") return { text: shown(cell), uncertainty: null };
  if ("missing" in cell) return { text: "missing", uncertainty: null };
  if ("title" in cell) return { text: cell.title, uncertainty: null };
  if ("ends" in cell) {
    const uncertainty = cell.ends && `[${cell.ends.map(shown).join(", ")}]`;
    return { text: shown(cell.value), uncertainty };
  }
  return { text: shown(cell.mean), uncertainty: cell.sd === null ? null : `± ${shown(cell.sd)}` };
}

/** The number that a cell is compared and sorted by; null for text and empty cells. */
export function cellNumber(cell: Cell): number | null {
  if (typeof cell === "number") return cell;
  if (cell === null || typeof cell !== "object") return null;
  return "mean" in cell ? cell.mean : "value" in cell ? cell.value : null;
}

/**
 * Best and second of every column that asks for it, as shown: values that read the same rank the
 * same. An estimate over fewer seeds than others of its column is left out, as it must not win by
 * the seeds it happens to have. `ranks[group][row][column]`.
 */
export function ranks(table: Table): Rank[][][] {
  const marked = table.groups.flatMap((group) => group.rows).filter((row) => !row.unmarked);
  const columns = table.columns.map((column, c) => {
    const cells = marked.map((row) => row.cells[c] ?? null);
    const most = Math.max(...cells.map(sampleSize));
    const shown = (cell: Cell) => {
      const value = sampleSize(cell) === most ? cellNumber(cell) : null;
      return value === null ? null : Number(showNumber(value, column));
    };
    const sign = column.best === "max" ? -1 : 1;
    const distinct = [...new Set(cells.map(shown).filter((value) => value !== null))]
      .sort((a, b) => sign * (a - b));
    const order = column.best && distinct.length > 1 ? distinct : [];
    return (cell: Cell): Rank => {
      const value = shown(cell);
      const place = value === null ? -1 : order.indexOf(value);
      return place === 0 ? "best" : place === 1 ? "second" : null;
    };
  });
  return table.groups.map((group) =>
    group.rows.map((row) =>
      columns.map((rank, c) => row.unmarked ? null : rank(row.cells[c] ?? null))
    )
  );
}

/** Values that a cell stands for: 1 unless it is an estimate or empty. */
function sampleSize(cell: Cell): number {
  if (cell === null) return 0;
  return typeof cell !== "object" || "value" in cell ? 1 : "n" in cell ? cell.n : 0;
}

/** The rows' notes in order of the rows, equal ones once; a footnote's number is its place + 1. */
export function footnotes(table: Table): string[] {
  const notes = table.groups.flatMap((group) => group.rows.flatMap((row) => row.note ?? []));
  return [...new Set(notes)];
}

/** Runs of neighbouring columns under the same heading. */
export function spanners(
  columns: readonly Column[],
): { columnGroup: string | undefined; first: number; count: number }[] {
  const spans: { columnGroup: string | undefined; first: number; count: number }[] = [];
  columns.forEach((column, c) => {
    const last = spans.at(-1);
    if (last && column.columnGroup !== undefined && last.columnGroup === column.columnGroup) {
      last.count++;
    } else spans.push({ columnGroup: column.columnGroup, first: c, count: 1 });
  });
  return spans;
}

/** A column's title with the heading over it. */
export function fullTitle(column: Column): string {
  return column.columnGroup ? `${column.columnGroup}, ${column.title}` : column.title;
}

/** The content of a cell on one line. */
export function lineText(cell: Cell, column: Column): string {
  const { text, uncertainty } = cellText(cell, column);
  return uncertainty === null ? text : `${text} ${uncertainty}`;
}

function showNumber(value: number, column: Column): string {
  if (column.show) return column.show(value);
  return column.digits === undefined ? String(value) : value.toFixed(column.digits);
}
