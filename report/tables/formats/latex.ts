/**
 * Tables as LaTeX: each file compiles alone, and can be read by `\\input` as well.
 *
 * @module
 */
import { footnotes, lineText, type Rank, ranks, spanners, type Table } from "../table.ts";
import { COLUMN_SPACE, fitLatex, type LatexFit, type LatexPart } from "./latex_fit.ts";
import { breakable, latex } from "./latex_text.ts";

/** The environment that a table is set in. */
export type LatexFloat = "auto" | "table" | "table*" | "longtable";

/** How tables are set. */
export interface LatexOptions {
  /** `auto`: a table where it fits a page, else a longtable. */
  readonly float?: LatexFloat;
  /** Width of the text in points; that of `article` by default. */
  readonly width?: number;
}

/** Width of `article`'s text at 10 points. */
const ARTICLE = 345;

/** Makes a document of what is compiled alone; what is read into a document begins behind it. */
const ALONE = [
  "% Compiles alone; in a document: \\usepackage{array,booktabs,longtable} and \\input.",
  "\\expandafter\\ifx\\csname @nodocument\\endcsname\\relax",
  "\\def\\aloneends{}\\else",
  "\\documentclass{article}",
  "\\usepackage[utf8]{inputenc}",
  "\\usepackage{array,booktabs,longtable}",
  "\\begin{document}",
  "\\def\\aloneends{\\end{document}}\\fi",
];

/** A LaTeX table for the booktabs package, in parts where it is too wide; best bold, second underlined. */
export function toLatex(table: Table, options: LatexOptions = {}): string {
  const { float = "auto", width = ARTICLE } = options;
  const fit = fitLatex(table, width);
  const chosen = float === "auto" ? fit.long ? "longtable" : "table" : float;
  const set = chosen === "longtable" ? longtable : floating;
  const parts = fit.parts.flatMap((part, i) => set(table, part, i, fit, chosen));
  return [...ALONE, ...parts, "\\aloneends", ""].join("\n");
}

function floating(
  table: Table,
  part: LatexPart,
  i: number,
  fit: LatexFit,
  environment: string,
): string[] {
  return [
    `\\begin{${environment}}`,
    "  \\centering",
    `  \\caption{${heading(table, i, fit)}}`,
    `  \\label{${label(table, i)}}`,
    `  \\${fit.size}\\setlength{\\tabcolsep}{${COLUMN_SPACE}pt}`,
    `  \\begin{tabular}{${alignment(table, part)}}`,
    ...["\\toprule", ...header(table, part), ...body(table, part), "\\bottomrule"]
      .map((line) => `    ${line}`),
    "  \\end{tabular}",
    ...below(table, i),
    `\\end{${environment}}`,
  ];
}

/** A table over several pages, with its headings on each. */
function longtable(table: Table, part: LatexPart, i: number, fit: LatexFit): string[] {
  const columns = `\\multicolumn{${part.columns.length}}`;
  return [
    `\\begingroup\\${fit.size}\\setlength{\\tabcolsep}{${COLUMN_SPACE}pt}` +
    "\\setlength{\\LTcapwidth}{\\linewidth}",
    `\\begin{longtable}{${alignment(table, part)}}`,
    `  \\caption{${heading(table, i, fit)}}\\label{${label(table, i)}}\\\\`,
    ...["\\toprule", ...header(table, part), "\\midrule", "\\endfirsthead"],
    ...["\\toprule", ...header(table, part), "\\midrule", "\\endhead"],
    `\\midrule ${columns}{r}{\\emph{continued}} \\\\`,
    "\\endfoot",
    "\\bottomrule",
    "\\endlastfoot",
    ...body(table, part).slice(1).map((line) => `  ${line}`),
    "\\end{longtable}",
    ...below(table, i),
    "\\endgroup",
  ];
}

/** More words than these stand below the table, where they may go on over pages. */
const LONGEST_CAPTION = 600;

/** What a reader must know, with the notes. */
function words(table: Table, escape: (text: string) => string): string {
  const notes = footnotes(table).map((note, n) => `$^{${n + 1}}$ ${escape(note)}.`);
  return [escape(table.caption), ...notes].join(" ");
}

/** The title, with several parts which one this is, and what a reader must know if that is short. */
function heading(table: Table, i: number, { parts }: LatexFit): string {
  const which = parts.length > 1 ? `, part ${i + 1} of ${parts.length}` : "";
  const all = words(table, latex);
  return latex(`${table.title}${which}.`) +
    (i === 0 && all.length <= LONGEST_CAPTION ? ` ${all}` : "");
}

function label(table: Table, i: number): string {
  return `tab:${table.name.replaceAll(/[^A-Za-z0-9]+/g, "-")}${i > 0 ? `-${i + 1}` : ""}`;
}

/** What a reader must know, below the first part, where it is too long for the caption. */
function below(table: Table, i: number): string[] {
  if (i > 0 || words(table, latex).length <= LONGEST_CAPTION) return [];
  return [`  \\par\\smallskip{\\footnotesize\\raggedright ${words(table, breakable)}\\par}`];
}

function alignment({ columns }: Table, part: LatexPart): string {
  return part.columns.map((c, i) => {
    const width = part.wrapped[i] ?? null;
    if (width !== null) return `>{\\raggedright\\arraybackslash}p{${width}pt}`;
    return columns[c]!.kind === "text" ? "l" : "r";
  }).join("");
}

/** The columns' titles, below the headings that join some of them. */
function header({ columns }: Table, part: LatexPart): string[] {
  const lines: string[] = [];
  const own = part.columns.map((c) => columns[c]!);
  const spans = spanners(own);
  const joined = spans.filter((span) => span.columnGroup);
  if (joined.length > 0) {
    lines.push(
      cells(
        spans.map(({ columnGroup, count }) =>
          columnGroup ? `\\multicolumn{${count}}{c}{${latex(columnGroup)}}` : ""
        ),
      ),
      joined.map(({ first, count }) => `\\cmidrule(lr){${first + 1}-${first + count}}`).join(" "),
    );
  }
  return [...lines, cells(own.map((column) => latex(column.title)))];
}

function body(table: Table, part: LatexPart): string[] {
  const marked = ranks(table);
  const notes = footnotes(table);
  return table.groups.flatMap(({ title, rows }, g) => [
    "\\midrule",
    ...(title === null ? [] : [
      `\\multicolumn{${part.columns.length}}{${groupAlignment(title)}}{\\emph{${
        latex(title)
      }}} \\\\`,
    ]),
    ...rows.map((row, r) =>
      cells(part.columns.map((c, i) => {
        const words = lineText(row.cells[c] ?? null, table.columns[c]!);
        const text = (part.wrapped[i] ?? null) === null ? latex(words) : breakable(words);
        const shown = emphasised(text, marked[g]![r]![c]!);
        const note = c === 0 && row.note ? `$^{${notes.indexOf(row.note) + 1}}$` : "";
        // After a line's end these would be taken for its options.
        return (c === 0 && /^[[*]/.test(shown) ? "{}" : "") + shown + note;
      }))
    ),
  ]);
}

/** Long headings of groups wrap; the table is at least so wide. */
function groupAlignment(title: string): string {
  return title.length <= 50 ? "l" : ">{\\raggedright\\arraybackslash}p{210pt}";
}

function cells(texts: readonly string[]): string {
  return `${texts.join(" & ").trimEnd()} \\\\`;
}

function emphasised(text: string, rank: Rank): string {
  if (rank === "best") return `\\textbf{${text}}`;
  return rank === "second" ? `\\underline{${text}}` : text;
}
