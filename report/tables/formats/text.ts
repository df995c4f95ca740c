/**
 * Tables as plain text, for the terminal.
 *
 * @module
 */
import { fullTitle, lineText, type Table } from "../table.ts";

/** Columns side by side: words flush left, numbers flush right; groups apart by an empty line. */
export function toText({ columns, groups }: Table): string {
  const titles = columns.map(fullTitle);
  const texts = groups.map(({ title, rows }) => ({
    title,
    rows: rows.map(({ cells }) => columns.map((column, c) => lineText(cells[c] ?? null, column))),
  }));
  const widths = titles.map((title, c) =>
    Math.max(title.length, ...texts.flatMap(({ rows }) => rows.map((row) => row[c]!.length)))
  );
  const line = (cells: readonly string[]) =>
    cells.map((text, c) =>
      columns[c]!.kind === "text" ? text.padEnd(widths[c]!) : text.padStart(widths[c]!)
    ).join("  ").trimEnd();
  const blocks = texts.map(({ title, rows }) =>
    [...(title === null ? [] : [title]), ...rows.map(line)].join("\n")
  );
  return [`${line(titles)}\n${widths.map((width) => "─".repeat(width)).join("  ")}`]
    .concat(blocks.join("\n\n")).join("\n");
}
