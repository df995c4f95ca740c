/**
 * Tables as LaTeX.
 *
 * @module
 */
import { footnotes, lineText, type Rank, ranks, spanners, type Table } from "../table.ts";

/** A LaTeX `table` for the booktabs package; best bold, second underlined. */
export function toLatex(table: Table): string {
  const notes = footnotes(table);
  const align = table.columns.map((column) => column.kind === "text" ? "l" : "r").join("");
  const footer = notes.map((note, i) => `$^{${i + 1}}$ ${latex(note)}.`);
  const lines = ["\\toprule", ...header(table), ...body(table, notes), "\\bottomrule"];
  return [
    "% Needs \\usepackage{booktabs}.",
    "\\begin{table}",
    "  \\centering",
    `  \\caption{${[`${latex(table.title)}.`, latex(table.caption), ...footer].join(" ")}}`,
    `  \\label{tab:${table.name.replaceAll(/[^A-Za-z0-9]+/g, "-")}}`,
    `  \\begin{tabular}{${align}}`,
    ...lines.map((line) => `    ${line}`),
    "  \\end{tabular}",
    "\\end{table}",
    "",
  ].join("\n");
}

/** The columns' titles, below the headings that join some of them. */
function header({ columns }: Table): string[] {
  const lines: string[] = [];
  const spans = spanners(columns);
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
  return [...lines, cells(columns.map((column) => latex(column.title)))];
}

function body(table: Table, notes: readonly string[]): string[] {
  const marked = ranks(table);
  return table.groups.flatMap(({ title, rows }, g) => [
    "\\midrule",
    ...(title === null
      ? []
      : [`\\multicolumn{${table.columns.length}}{l}{\\emph{${latex(title)}}} \\\\`]),
    ...rows.map((row, r) =>
      cells(table.columns.map((column, c) => {
        const text = latex(lineText(row.cells[c] ?? null, column));
        const shown = emphasised(text, marked[g]![r]![c]!);
        const note = c === 0 && row.note ? `$^{${notes.indexOf(row.note) + 1}}$` : "";
        // After a line's end these would be taken for its options.
        return (c === 0 && /^[[*]/.test(shown) ? "{}" : "") + shown + note;
      }))
    ),
  ]);
}

function cells(texts: readonly string[]): string {
  return `${texts.join(" & ").trimEnd()} \\\\`;
}

function emphasised(text: string, rank: Rank): string {
  if (rank === "best") return `\\textbf{${text}}`;
  return rank === "second" ? `\\underline{${text}}` : text;
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
