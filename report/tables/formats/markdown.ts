/**
 * Tables as GitHub Markdown.
 *
 * @module
 */
import { footnotes, fullTitle, lineText, ranks, type Table } from "../table.ts";

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
        const text = markdown(lineText(row.cells[c] ?? null, column));
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

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function markdown(text: string): string {
  return text.replaceAll(/[\\|*_`<>[\]]/g, "\\$&").replaceAll(/\s+/g, " ");
}
