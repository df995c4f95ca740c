/** @jsxRuntime automatic */
/** @jsxImportSource preact */
// deno-lint-ignore-file jsx-key -- rendered to text once; keys are for elements that change
/**
 * A table of the report as HTML.
 *
 * @module
 */
import {
  type Cell,
  cellNumber,
  cellText,
  type Column,
  footnotes,
  type Rank,
  ranks,
  type Row,
  spanners,
  type Table,
} from "../tables/table.ts";
import type { View } from "../types.ts";
import { FileButton } from "./file_button.tsx";

/** Below this many rows a filter box is no help. */
const FILTER_FROM = 8;

/** More notes than these would push the next section out of sight. */
const NOTES_OPEN = 5;

/**
 * The table with its caption and footnotes. Columns are sorted and rows filtered by the page's script;
 * without it the table is plain.
 */
export function TableView(
  { table, files = true }: { table: Table; files?: boolean },
): View {
  const rows = table.groups.reduce((sum, group) => sum + group.rows.length, 0);
  return (
    <div class="table" id={`table-${table.name}`}>
      {rows >= FILTER_FROM && (
        <label class="filter">
          Filter <input type="search" placeholder="part of a name" />
        </label>
      )}
      <div class="scroll" role="group" aria-label={table.title} tabIndex={0}>
        <table>
          <caption>{table.title}</caption>
          <Head columns={table.columns} />
          <Bodies table={table} />
        </table>
      </div>
      <p class="caption">{table.caption}</p>
      <Notes table={table} />
      {files && (
        <p class="files" hidden>
          <FileButton file={`${table.name}.csv`} of={table.title}>CSV</FileButton>
          <FileButton file={`${table.name}.md`} of={table.title}>Markdown</FileButton>
          <FileButton file={`${table.name}.tex`} of={table.title}>LaTeX</FileButton>
        </p>
      )}
    </div>
  );
}

function Head({ columns }: { columns: readonly Column[] }) {
  const spans = spanners(columns);
  return (
    <thead>
      {spans.some((span) => span.columnGroup) && (
        <tr>
          {spans.map(({ columnGroup, count }) =>
            columnGroup
              ? <th colSpan={count} scope="colgroup">{columnGroup}</th>
              : <td colSpan={count} />
          )}
        </tr>
      )}
      <tr>
        {columns.map((column) => (
          <th scope="col" class={column.kind} aria-sort="none">
            <button type="button">{column.title}</button>
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** The groups of rows, one body each. */
function Bodies({ table }: { table: Table }) {
  const { columns, groups } = table;
  const notes = footnotes(table);
  const marked = ranks(table);
  return (
    <>
      {groups.map((group, g) => (
        <tbody>
          {group.title !== null && (
            <tr class="group">
              <th colSpan={columns.length} scope="rowgroup">
                <span>{group.title}</span>
              </th>
            </tr>
          )}
          {group.rows.map((row, r) => (
            <tr data-names={rawNames(row)}>
              {columns.map((column, c) => {
                const cell = row.cells[c] ?? null;
                const view = <CellView cell={cell} column={column} rank={marked[g]![r]![c]!} />;
                return c > 0
                  ? <td class={column.kind} data-value={cellNumber(cell)}>{view}</td>
                  : (
                    <th scope="row" class={column.kind} data-value={cellNumber(cell)}>
                      {view}
                      {row.note && <NoteLink table={table.name} n={notes.indexOf(row.note) + 1} />}
                    </th>
                  );
              })}
            </tr>
          ))}
        </tbody>
      ))}
    </>
  );
}

function NoteLink({ table, n }: { table: string; n: number }) {
  return (
    <sup>
      <a href={`#note-${table}-${n}`} aria-label={`note ${n}`}>
        {n}
      </a>
    </sup>
  );
}

/** A table that opens when it is asked for. */
export function Folded({ table, title = table.title, files = true, print = false }: {
  table: Table;
  title?: string;
  files?: boolean;
  /** Whether it is opened for paper. */
  print?: boolean;
}): View {
  return (
    <details class={print ? "print" : undefined}>
      <summary>{title}</summary>
      <TableView table={table} files={files} />
    </details>
  );
}

function Notes({ table }: { table: Table }) {
  const notes = footnotes(table);
  if (notes.length === 0) return null;
  const list = (
    <ol class="notes">
      {notes.map((note, i) => <li id={`note-${table.name}-${i + 1}`}>{note}</li>)}
    </ol>
  );
  return notes.length <= NOTES_OPEN ? list : (
    <details>
      <summary>{notes.length} notes</summary>
      {list}
    </details>
  );
}

/** Names that the row shows as titles: readers may filter by either. */
function rawNames({ cells }: Row): string | undefined {
  const names = cells.flatMap((cell) =>
    cell !== null && typeof cell === "object" && "name" in cell ? [cell.name] : []
  );
  return names.length > 0 ? names.join(" ") : undefined;
}

function CellView({ cell, column, rank }: { cell: Cell; column: Column; rank: Rank }) {
  const { text, uncertainty } = cellText(cell, column);
  const shown = rank === "best" ? <b>{text}</b> : rank === "second" ? <u>{text}</u> : text;
  const missing = cell !== null && typeof cell === "object" && "missing" in cell;
  return (
    <>
      {missing ? <i>{text}</i> : shown}
      {uncertainty !== null && <small>{uncertainty}</small>}
    </>
  );
}
