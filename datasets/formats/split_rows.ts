/**
 * The rows of a split file as somebody or some program wrote them: whatever parts and quotes the
 * cells, and with lines around the table that are not of it.
 *
 * @module
 */
import { type Options, parse } from "csv-parse/sync";
import { DataError } from "../../base/errors.ts";
import { withoutUnseen } from "../../base/terminal.ts";
import { fileKind } from "../reading/image_files.ts";

/** A row as it is written, before anything of it is believed. */
export interface WrittenRow {
  readonly env: string;
  readonly label: string;
  readonly path: string;
  readonly split: string;
  /** The name of the class, where the file has a column for it. */
  readonly class?: string;
  /** Its line in the file, from 1. */
  readonly line: number;
}

const COLUMNS = ["env", "label", "path", "split"] as const;
/** Other names of the columns. */
const ALIASES: Readonly<Record<string, string>> = {
  domain: "env",
  environment: "env",
  file: "path",
  filename: "path",
  image: "path",
  class_name: "class",
};
const DELIMITERS = [",", ";", "\t", "|"];
const QUOTES = ['"', "'"];
/** What a cell for a split looks like, rightly named or not. */
const SPLIT_WORD = /^\s*["']?(?:train|val|valid|test|dev|training|validation|testing)["']?\s*$/i;

/** More letters than a header and a row have. */
const LONGEST_HEAD = 1 << 20;

/** How a text looks as a split file. */
interface Header {
  /** The names of all columns, as this module calls them. */
  readonly names: readonly string[];
  /** Needed columns that are not there. */
  readonly lacking: readonly string[];
  /** The first row is no header but an image. */
  readonly absent: boolean;
}

/** A header, and how the rows below it are parsed. */
interface Form extends Header {
  readonly options: Options;
}

/** The header of a text; undefined of one that is no CSV. */
export function splitHeader(text: string): Header | undefined {
  return formOf(tableOf(text).table);
}

/**
 * The rows of a split file as they are written.
 *
 * Read as their writers meant them: `sep=;` and comments above the table, comment lines in it, cells
 * in single quotes or Excel's `="…"`, blanks after the delimiter, empty rows and cells beside the
 * table, the header once more between files that were joined, the mark of an end by DOS.
 *
 * @throws {DataError} When it is no CSV or lacks a column.
 */
export function readSplitRows(text: string, file: string): WrittenRow[] {
  const { table, above } = tableOf(text);
  const header = formOf(table);
  if (header === undefined || header.lacking.length > 0) {
    const names = header?.names.filter((name) => name !== "") ?? [];
    const has = header?.absent
      ? `its first row is an image already; write ${COLUMNS.join()} above it`
      : `it has ${names.length === 0 ? "none" : names.map((name) => name.slice(0, 40)).join(", ")}`;
    throw new DataError(`${file} must have the columns ${COLUMNS.join(", ")}; ${has}.`);
  }
  const { names, options } = header;
  const twice = names.find((name, i) => name !== "" && names.indexOf(name) < i);
  if (twice !== undefined) throw new DataError(`${file} has two columns for "${twice}".`);
  const rows: WrittenRow[] = [];
  const take = (written: readonly string[], line: number) => {
    const cells = written.map(cellOf);
    if (cells.every((cell) => cell.trim() === "")) return;
    if (names.every((name, i) => name === "" || columnOf(cells[i] ?? "") === name)) return;
    const row = Object.fromEntries(
      names.flatMap((name, i) => name ? [[name, cells[i] ?? ""]] : []),
    );
    const beside = cells.slice(names.length).some((cell) => cell.trim() !== "");
    if (beside || COLUMNS.some((name) => names.indexOf(name) >= cells.length)) {
      throw new DataError(
        `${file} is not a sound CSV: row ${line} has ${cells.length} cells where the header has ` +
          `${names.length}; put a cell that holds a "${options.delimiter}" in quotes.`,
      );
    }
    rows.push({ ...row as unknown as WrittenRow, line });
  };
  let first = true;
  try {
    parse(table, {
      ...options,
      on_record: (cells: string[], { lines }) => {
        if (!first) take(cells, above + lines);
        return first = false, null;
      },
    });
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${file} is not a sound CSV: ${(error as Error).message}.`);
  }
  return rows;
}

/** What may stand above a table: the separator that Excel is told, comments and empty lines. */
const ABOVE = /^\ufeff?(?:(?:[ \t]*|#[^\r\n]*|"?sep=[^\r\n]"?[ \t]*)(?:\r\n?|\n))*/i;

/** A cell that Excel shall take for text, unquoted: its quotes would not be where a cell begins. */
const FORMULA = /(^|[,;\t|])="([^"\r\n]*)"(?=[,;\t|\r\n]|$)/gm;

/** What a cell says, which may stand as a formula or between typographic quotation marks. */
function cellOf(written: string): string {
  return /^\s*(?:="(.*)"|[“„](.*)[“”])\s*$/s.exec(written)?.slice(1).find((text) =>
    text !== undefined
  ) ??
    written;
}

/** The column that a cell of the header names. */
function columnOf(cell: string): string {
  const name = withoutUnseen(cell).trim().toLowerCase();
  return ALIASES[name] ?? name;
}

/** A text from the header on, and the number of lines above it. */
function tableOf(written: string): { table: string; above: number } {
  // deno-lint-ignore no-control-regex
  const text = written.replace(/[\0\x1a\s]+$/, "").replaceAll(FORMULA, '$1"$2"');
  const [top] = ABOVE.exec(text)!;
  const lines = top.replace(/^\ufeff/, "").split(/\r\n?|\n/);
  // A header may be marked as if it was a comment.
  const marked = lines.findIndex((line) =>
    line.startsWith("#") && formOf(line.slice(1))?.lacking.length === 0
  );
  const [rest, above] = [text.slice(top.length), lines.length - 1];
  return marked < 0 ? { table: rest, above } : {
    table: `${lines[marked]!.slice(1)}${text.includes("\n") ? "\n" : "\r"}${rest}`,
    above: above - 1,
  };
}

/** How a table is to be parsed; undefined where no way gives cells. */
function formOf(table: string): Form | undefined {
  const head = table.slice(0, LONGEST_HEAD);
  const forms = DELIMITERS.flatMap((delimiter) =>
    QUOTES.flatMap((quote) => {
      const form = tryForm(head, { delimiter, quote, escape: quote });
      return form === undefined ? [] : [form];
    })
  );
  const best = forms.toSorted((a, b) => a.lacking.length - b.lacking.length)[0];
  if (best === undefined) return undefined;
  const comment = hasComments(table, best) ? { comment: "#", comment_no_infix: true } : {};
  return { ...best, options: { ...best.options, ...comment } };
}

/** The header as a choice of delimiter and quotes shows it; undefined where that fails. */
function tryForm(table: string, choice: Options): Form | undefined {
  const options = {
    ...choice,
    record_delimiter: table.includes("\n") ? ["\r\n", "\n"] : ["\r"],
    relax_column_count: true,
    skip_empty_lines: true,
  };
  try {
    const [row = []]: string[][] = parse(table, { ...options, to: 1, ltrim: true });
    const names = row.map((cell) => columnOf(cellOf(cell)));
    const lacking = COLUMNS.filter((name) => !names.includes(name));
    const absent = row.some((cell) => SPLIT_WORD.test(cell)) &&
      row.some((cell) => fileKind(cell.trim().replace(/["']$/, "")) === "image");
    const { more, numbered } = habits(table, names, options);
    const all = numbered ? ["", ...names] : names;
    return { names: all, lacking, absent, options: { ...options, ...more } };
  } catch {
    return undefined;
  }
}

/** What the first row below a header shows of its writer. */
interface Habits {
  /** Single quotes, blanks before cells. */
  readonly more: Options;
  /** A number before every row, for which R's `write.table` writes no name. */
  readonly numbered: boolean;
}

function habits(table: string, names: readonly string[], options: Options): Habits {
  try {
    const [, row = []]: string[][] = parse(table, { ...options, to: 2, relax_quotes: true });
    const split = names.indexOf("split");
    const blanks = row.length > 1 && row.slice(1).every((cell) => /^\s/.test(cell));
    const numbered = row.length === names.length + 1 && /^\W?\d+\W?$/.test(row[0]!) &&
      SPLIT_WORD.test(row[split + 1]!) && !SPLIT_WORD.test(row[split]!);
    const quoted = /^\s*'.*'\s*$/.test(row[numbered ? split + 1 : split] ?? "");
    return {
      more: { ...(blanks && { ltrim: true }), ...(quoted && { quote: "'", escape: "'" }) },
      numbered,
    };
  } catch {
    return { more: {}, numbered: false };
  }
}

/**
 * Whether lines that begin with `#` are comments. They are not where one of them is a whole row: a
 * domain may be called so.
 */
function hasComments(table: string, { names, options }: Form): boolean {
  const [label, split] = [names.indexOf("label"), names.indexOf("split")];
  let some = false;
  for (const [line] of table.matchAll(/^#[^\r\n]*/gm)) {
    some = true;
    const cells = line.split(options.delimiter as string);
    if (/^\D{0,3}\d/.test(cells[label] ?? "") && SPLIT_WORD.test(cells[split] ?? "")) return false;
  }
  return some;
}
