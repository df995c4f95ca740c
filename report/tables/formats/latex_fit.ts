/**
 * How a table is brought onto a page: the size of its letters, which columns wrap, and where it is cut
 * into parts.
 *
 * @module
 */
import { type Column, lineText, type Table } from "../table.ts";

/** Sizes of letters, in points, from the largest. */
const SIZES = [["normalsize", 10], ["small", 9], ["footnotesize", 8], ["scriptsize", 7]] as const;
/** Space on either side of a column, in points. */
export const COLUMN_SPACE = 3;
/** A column of words wider than this may wrap, in sizes of its letters. */
const WRAPS_FROM = 11;
/** The first column names the rows: it wraps later. */
const NAMES_WRAP_FROM = 20;
/** No column that wraps is narrower. */
const NARROWEST = 7.5;
/** Lines that a page holds beside its caption. */
const LINES_A_PAGE = 40;

/** A part of a table: its columns, and how they are set. */
export interface LatexPart {
  /** Places of the columns in the table; the first names the rows. */
  readonly columns: readonly number[];
  /** Width in points of each column that wraps; null for those that do not. */
  readonly wrapped: readonly (number | null)[];
}

/** How a table is set. */
export interface LatexFit {
  readonly size: (typeof SIZES)[number][0];
  readonly parts: readonly LatexPart[];
  /** Whether it needs more than a page. */
  readonly long: boolean;
}

/** The width of a text in sizes of its letters, after Computer Modern's, a little generously. */
function widthOf(text: string): number {
  return 1.09 *
    [...text].reduce(
      (sum, character) =>
        sum +
        (/[il.,:;'|!()[\]]/.test(character)
          ? 0.32
          : /[mwMW−±×<>≤≥%@&]/.test(character)
          ? 0.86
          : /[A-Z_αβχφωσ]/.test(character)
          ? 0.72
          : character === " "
          ? 0.34
          : 0.51),
      0,
    );
}

/** The widest text of a column. */
function widest(table: Table, column: Column, c: number): number {
  const cells = table.groups.flatMap(({ rows }) => rows.map(({ cells }) => cells[c] ?? null));
  // Bold takes more room, and a note's number stands behind the first column.
  const bold = column.best === undefined ? 1 : 1.12;
  const widths = cells.map((cell) => bold * widthOf(lineText(cell, column)));
  return Math.max(widthOf(column.title), ...widths) + (c === 0 ? 0.8 : 0);
}

/** Fits a table into a width, in points. */
export function fitLatex(table: Table, width: number): LatexFit {
  const lengths = table.columns.map((column, c) => widest(table, column, c));
  const wraps = table.columns.map(({ kind }, c) =>
    kind === "text" && lengths[c]! > WRAPS_FROM && (c > 0 || lengths[c]! > NAMES_WRAP_FROM)
  );
  const least = lengths.map((length, c) => wraps[c] ? Math.min(length, NARROWEST) : length);
  const all = table.columns.map((_, c) => c);
  const widthAt = (columns: readonly number[], size: number, chars: readonly number[]) =>
    columns.reduce((sum, c) => sum + size * chars[c]! + 2 * COLUMN_SPACE, 0);
  const fits = SIZES.find(([, size]) => widthAt(all, size, least) <= width);
  const [name, size] = fits ?? SIZES.at(-1)!;
  const within = (columns: readonly number[]) => widthAt(columns, size, least) <= width;
  const parts = fits ? [all] : cut(table.columns, leading(table.columns, within), within);
  const set = parts.map((columns): LatexPart => {
    const room = width - widthAt(columns.filter((c) => !wraps[c]), size, least);
    const wanted = columns.filter((c) => wraps[c]);
    const weight = wanted.reduce((sum, c) => sum + Math.sqrt(lengths[c]!), 0);
    return {
      columns,
      wrapped: columns.map((c) => {
        if (!wraps[c]) return null;
        const share = room * Math.sqrt(lengths[c]!) / weight - 2 * COLUMN_SPACE;
        return Math.floor(Math.min(share, size * lengths[c]!));
      }),
    };
  });
  return {
    size: name,
    parts: set,
    long: set.some((part) => lines(table, part, size) > LINES_A_PAGE),
  };
}

/** Lines of a part and of what stands below it. */
function lines(table: Table, { columns, wrapped }: LatexPart, size: number): number {
  const words = [
    table.title,
    table.caption,
    ...table.groups.flatMap(({ rows }) => rows.flatMap(({ note }) => note ?? [])),
  ].join(" ");
  return words.length / 90 +
    table.groups.reduce(
      (sum, { title, rows }) =>
        sum + (title === null ? 0 : 1) + rows.reduce((sum, { cells }) =>
          sum + Math.max(
            1,
            ...columns.map((c, i) => {
              const own = wrapped[i] ?? null;
              const length = widthOf(lineText(cells[c] ?? null, table.columns[c]!));
              return own === null ? 1 : Math.ceil(1.2 * size * length / own);
            }),
          ), 0),
      0,
    );
}

/** The columns that name a row, which every part repeats: up to the method where there is room. */
function leading(
  columns: readonly Column[],
  fits: (columns: readonly number[]) => boolean,
): number[] {
  const method = Math.max(0, columns.findIndex(({ key }) => key === "method"));
  const all = columns.map((_, c) => c).slice(0, method + 1);
  return fits([...all, ...all.slice(0, 4)]) ? all : [...new Set([0, method])];
}

/** Columns in parts that fit, the leading ones in each; a heading's columns stay together if they can. */
function cut(
  columns: readonly Column[],
  lead: readonly number[],
  fits: (columns: readonly number[]) => boolean,
): number[][] {
  const blocks: number[][] = [];
  columns.forEach(({ columnGroup }, c) => {
    if (lead.includes(c)) return;
    const joins = columnGroup !== undefined && columnGroup === columns[c - 1]?.columnGroup;
    const last = blocks.at(-1);
    if (joins && last && fits([...lead, ...last, c])) last.push(c);
    else blocks.push([c]);
  });
  const parts: number[][] = [];
  for (const block of blocks) {
    const last = parts.at(-1);
    if (last && fits([...last, ...block])) last.push(...block);
    else parts.push([...lead, ...block]);
  }
  return parts;
}
