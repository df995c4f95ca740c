/**
 * The data of a chart as a flat table, read from its specification.
 *
 * Also runs in the report's page, where nothing can be imported.
 *
 * @module
 */
import type { ChartSpec } from "../types.ts";

/** A row: what its columns are called, and what stands there. */
export type ChartRow = Readonly<Record<string, string | number | null>>;

/** What the rows hold as lists, one entry for each of these names. */
export interface ListedBy {
  /** The column that the names make. */
  readonly column: string;
  /** In the order of the lists. */
  readonly names: readonly string[];
}

type Stored = Readonly<Record<string, ChartRow[string] | readonly ChartRow[string][]>>;

/**
 * The rows that a chart is drawn from, for every choice that it offers: its own data, or that of its
 * last layer. Lists within a row become rows of their own, named by the specification's
 * `usermeta.listedBy` ({@linkcode ListedBy}) where it says so.
 */
export function chartRows(spec: ChartSpec): ChartRow[] {
  const { data, datasets, layer, usermeta } = spec as {
    data?: { values?: Stored[]; name?: string };
    datasets?: Record<string, Stored[]>;
    layer?: { data?: { values?: Stored[] } }[];
    usermeta?: { listedBy?: ListedBy };
  };
  const stored = data?.values ?? datasets?.[data?.name ?? ""] ?? layer?.at(-1)?.data?.values ?? [];
  const listedBy = usermeta?.listedBy;
  return stored.flatMap((row): ChartRow[] => {
    const lists = Object.values(row).filter(Array.isArray);
    if (lists.length === 0) return [row as ChartRow];
    return lists[0]!.map((_, i) =>
      Object.fromEntries([
        ...Object.entries(row).map(([name, value]) => [
          name,
          Array.isArray(value) ? value[i] ?? null : value,
        ]),
        ...(listedBy ? [[listedBy.column, listedBy.names[i]]] : []),
      ])
    );
  });
}

/** Rows as CSV, with the first row's columns; what a spreadsheet would take for a formula is quoted. */
export function rowsAsCsv(rows: readonly ChartRow[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const text = (value: ChartRow[string] | undefined) => {
    const plain = typeof value === "string" && /^[=+\-@\t\r]/.test(value)
      ? `'${value}`
      : String(value ?? "");
    return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
  };
  return [columns, ...rows.map((row) => columns.map((column) => row[column]))]
    .map((line) => `${line.map(text).join(",")}\n`).join("");
}
