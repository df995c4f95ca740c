/**
 * One model of a table, from which Markdown, CSV, LaTeX and (in `page/`) HTML are made.
 *
 * @module
 */
import { stringify } from "csv-stringify/sync";
import type { Estimate } from "../analysis/arrange.ts";

/** A table: columns, groups of rows, and what a reader must know to read it. */
export interface Table {
  /** Name of its files. */
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly columns: readonly Column[];
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
  readonly title: string;
  /** A heading over this and neighbouring columns. */
  readonly over?: string;
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
  readonly title: string | null;
  readonly rows: readonly Row[];
}

/** A row of a table. */
export interface Row {
  readonly cells: readonly Cell[];
  /** A footnote to the first cell. */
  readonly note?: string;
}

/** The content of a cell; null where nothing is defined, `missing` where a run is. */
export type Cell = string | number | Estimate | IntervalCell | Name | Missing | null;

/** A number with the ends of its interval; without them where it has none. */
export interface IntervalCell {
  readonly value: number;
  readonly ends: readonly [low: number, high: number] | null;
}

/** Something that readers know by a title and programs by a name: CSV holds the name. */
export interface Name {
  readonly name: string;
  readonly title: string;
}

/** A figure that a run still owes; the row's note says which. */
export const MISSING = { missing: true } as const;
export type Missing = typeof MISSING;

/** How a cell stands in its column. */
export type Rank = "best" | "second" | null;

/** What is shown of a cell, the same in every format: its content, and how far that is certain. */
export function cellText(cell: Cell, column: Column): { text: string; spread: string | null } {
  const shown = (value: number) => showNumber(value, column).replace("-", "−");
  if (cell === null) return { text: "–", spread: null };
  if (typeof cell === "string") return { text: cell, spread: null };
  if (typeof cell === "number") return { text: shown(cell), spread: null };
  if ("missing" in cell) return { text: "missing", spread: null };
  if ("title" in cell) return { text: cell.title, spread: null };
  if ("ends" in cell) {
    const spread = cell.ends && `[${cell.ends.map(shown).join(", ")}]`;
    return { text: shown(cell.value), spread };
  }
  return { text: shown(cell.mean), spread: cell.sd === null ? null : `± ${shown(cell.sd)}` };
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
  const rows = table.groups.flatMap((group) => group.rows);
  const columns = table.columns.map((column, c) => {
    const cells = rows.map((row) => row.cells[c] ?? null);
    const most = Math.max(...cells.map(seeds));
    const shown = (cell: Cell) => {
      const value = seeds(cell) === most ? cellNumber(cell) : null;
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
    group.rows.map((row) => columns.map((rank, c) => rank(row.cells[c] ?? null)))
  );
}

/** Values that a cell stands for: 1 unless it is an estimate or empty. */
function seeds(cell: Cell): number {
  if (cell === null) return 0;
  return typeof cell !== "object" || "value" in cell ? 1 : "n" in cell ? cell.n : 0;
}

/** The rows' notes in order of the rows, equal ones once; a footnote's number is its place + 1. */
export function footnotes(table: Table): string[] {
  const notes = table.groups.flatMap((group) => group.rows.flatMap((row) => row.note ?? []));
  return [...new Set(notes)];
}

/** GitHub Markdown: title, table, caption and footnotes; best bold, second underlined. */
export function toMarkdown(table: Table): string {
  const titles = table.columns.map(fullTitle);
  const notes = footnotes(table);
  const marked = ranks(table);
  const lines = [
    line(titles.map(markdown)),
    line(table.columns.map((column) => column.kind === "text" ? ":--" : "--:")),
  ];
  table.groups.forEach((group, g) => {
    if (group.title !== null) {
      lines.push(line([`*${markdown(group.title)}*`, ...titles.slice(1).map(() => "")]));
    }
    group.rows.forEach((row, r) =>
      lines.push(line(table.columns.map((column, c) => {
        const text = markdown(wholeText(row.cells[c] ?? null, column));
        const rank = marked[g]![r]![c];
        const shown = rank === "best" ? `**${text}**` : rank === "second" ? `<u>${text}</u>` : text;
        return c === 0 && row.note ? `${shown} <sup>${notes.indexOf(row.note) + 1}</sup>` : shown;
      })))
    );
  });
  const footer = notes.map((note, i) => `<sup>${i + 1}</sup> ${markdown(note)}`);
  return [`# ${markdown(table.title)}`, lines.join("\n"), markdown(table.caption), ...footer]
    .join("\n\n") + "\n";
}

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
      ...(table.notesInCsv ? [row.note ?? ""] : []),
    ])
  );
  return stringify([[...header, ...(table.notesInCsv ? ["note"] : [])], ...rows]);
}

/** A LaTeX `table` for the booktabs package; best bold, second underlined. */
export function toLatex(table: Table): string {
  const notes = footnotes(table);
  const marked = ranks(table);
  const width = table.columns.length;
  const align = table.columns.map((column) => column.kind === "text" ? "l" : "r").join("");
  const body: string[] = [];
  const spans = spanners(table.columns);
  if (spans.some((span) => span.over)) {
    body.push(
      spans.map(({ over, count }) => over ? `\\multicolumn{${count}}{c}{${latex(over)}}` : "")
        .join(" & ").trimEnd() + " \\\\",
      spans.filter((span) => span.over).map((span) =>
        `\\cmidrule(lr){${span.first + 1}-${span.first + span.count}}`
      ).join(" "),
    );
  }
  body.push(table.columns.map((column) => latex(column.title)).join(" & ") + " \\\\");
  table.groups.forEach((group, g) => {
    body.push("\\midrule");
    if (group.title !== null) {
      body.push(`\\multicolumn{${width}}{l}{\\emph{${latex(group.title)}}} \\\\`);
    }
    group.rows.forEach((row, r) =>
      body.push(
        table.columns.map((column, c) => {
          const text = latex(wholeText(row.cells[c] ?? null, column));
          const rank = marked[g]![r]![c];
          const shown = rank === "best"
            ? `\\textbf{${text}}`
            : rank === "second"
            ? `\\underline{${text}}`
            : text;
          const note = c === 0 && row.note ? `$^{${notes.indexOf(row.note) + 1}}$` : "";
          // After a line's end these would be taken for its options.
          return (c === 0 && /^[[*]/.test(shown) ? "{}" : "") + shown + note;
        }).join(" & ") + " \\\\",
      )
    );
  });
  const footer = notes.map((note, i) => `$^{${i + 1}}$ ${latex(note)}.`);
  return [
    "% Needs \\usepackage{booktabs}.",
    "\\begin{table}",
    "  \\centering",
    `  \\caption{${[`${latex(table.title)}.`, latex(table.caption), ...footer].join(" ")}}`,
    `  \\label{tab:${table.name.replaceAll(/[^A-Za-z0-9]+/g, "-")}}`,
    `  \\begin{tabular}{${align}}`,
    ...["\\toprule", ...body, "\\bottomrule"].map((line) => `    ${line}`),
    "  \\end{tabular}",
    "\\end{table}",
    "",
  ].join("\n");
}

/** Runs of neighbouring columns under the same heading. */
export function spanners(
  columns: readonly Column[],
): { over: string | undefined; first: number; count: number }[] {
  const spans: { over: string | undefined; first: number; count: number }[] = [];
  columns.forEach((column, c) => {
    const last = spans.at(-1);
    if (last && column.over !== undefined && last.over === column.over) last.count++;
    else spans.push({ over: column.over, first: c, count: 1 });
  });
  return spans;
}

/** A column's title with the heading over it. */
export function fullTitle(column: Column): string {
  return column.over ? `${column.over}, ${column.title}` : column.title;
}

function wholeText(cell: Cell, column: Column): string {
  const { text, spread } = cellText(cell, column);
  return spread === null ? text : `${text} ${spread}`;
}

function showNumber(value: number, column: Column): string {
  if (column.show) return column.show(value);
  return column.digits === undefined ? String(value) : value.toFixed(column.digits);
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
  if (cell !== null && typeof cell === "object" && "name" in cell) return [cell.name];
  return [typeof cell === "string" ? cell : ""];
}

/** 15 digits: all that a double keeps of a decimal number, without the noise of the last bit. */
function exact(value: number): number {
  return Number(value.toPrecision(15));
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function markdown(text: string): string {
  return text.replaceAll(/[\\|*_`<>[\]]/g, "\\$&").replaceAll(/\s+/g, " ");
}

/** What LaTeX wants for characters that it reads as commands, or that its fonts lack. */
const LATEX: Readonly<Record<string, string>> = {
  ...Object.fromEntries([..."&%$#_{}"].map((character) => [character, `\\${character}`])),
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "$<$",
  ">": "$>$",
  "±": "$\\pm$",
  "×": "$\\times$",
  "÷": "$\\div$",
  "·": "$\\cdot$",
  "−": "$-$",
  "≈": "$\\approx$",
  "≤": "$\\leq$",
  "≥": "$\\geq$",
  "√": "$\\surd$",
  "→": "$\\rightarrow$",
  "²": "$^2$",
  "°": "$^\\circ$",
  "½": "$\\frac{1}{2}$",
  "∞": "$\\infty$",
  "–": "--",
  "—": "---",
  "…": "\\ldots{}",
  "“": "``",
  "”": "''",
  "‘": "`",
  "’": "'",
  ...greek(),
};

/** The letters of statistics and of methods' titles. */
function greek(): Record<string, string> {
  const names =
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron " +
    "pi rho varsigma sigma tau upsilon phi chi psi omega";
  return Object.fromEntries(
    names.split(" ").map((name, i) => [
      String.fromCodePoint("α".codePointAt(0)! + i),
      name === "omicron" ? "o" : `$\\${name}$`,
    ]),
  );
}

function latex(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9 ]/gu, (character) => LATEX[character] ?? character)
    .replaceAll(/\s+/g, " ");
}
