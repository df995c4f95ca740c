/** @jsxRuntime automatic @jsxImportSource preact */
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

/** Below this many rows a filter box is no help. */
const FILTER_FROM = 8;

/** More notes than these would push the next section out of sight. */
const NOTES_OPEN = 5;

/**
 * The table with its caption and footnotes. Columns are sorted and rows filtered by the page's script;
 * without it the table is plain.
 */
export function TableView({ table, files = true }: { table: Table; files?: boolean }) {
  const notes = footnotes(table);
  const marked = ranks(table);
  const spans = spanners(table.columns);
  const rows = table.groups.reduce((sum, group) => sum + group.rows.length, 0);
  return (
    <div class="table" id={`table-${table.name}`}>
      {rows >= FILTER_FROM && (
        <label class="filter">
          Filter <input type="search" placeholder="part of a name" />
        </label>
      )}
      <div class="scroll" role="region" aria-label={table.title} tabIndex={0}>
        <table>
          <caption>{table.title}</caption>
          <thead>
            {spans.some((span) => span.over) && (
              <tr>
                {spans.map(({ over, count }) =>
                  over ? <th colSpan={count} scope="colgroup">{over}</th> : <td colSpan={count} />
                )}
              </tr>
            )}
            <tr>
              {table.columns.map((column) => (
                <th scope="col" class={column.kind} aria-sort="none">
                  <button type="button">{column.title}</button>
                </th>
              ))}
            </tr>
          </thead>
          {table.groups.map((group, g) => (
            <tbody>
              {group.title !== null && (
                <tr class="group">
                  <th colSpan={table.columns.length} scope="rowgroup">
                    <span>{group.title}</span>
                  </th>
                </tr>
              )}
              {group.rows.map((row, r) => (
                <tr data-names={rawNames(row)}>
                  {table.columns.map((column, c) => {
                    const note = c === 0 && row.note ? notes.indexOf(row.note) + 1 : 0;
                    const view = (
                      <CellView
                        cell={row.cells[c] ?? null}
                        column={column}
                        rank={marked[g]![r]![c] ?? null}
                      />
                    );
                    return c === 0
                      ? (
                        <th
                          scope="row"
                          class={column.kind}
                          data-value={cellNumber(row.cells[c] ?? null)}
                        >
                          {view}
                          {note > 0 && (
                            <sup>
                              <a href={`#note-${table.name}-${note}`} aria-label={`note ${note}`}>
                                {note}
                              </a>
                            </sup>
                          )}
                        </th>
                      )
                      : (
                        <td class={column.kind} data-value={cellNumber(row.cells[c] ?? null)}>
                          {view}
                        </td>
                      );
                  })}
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </div>
      <p class="caption">{table.caption}</p>
      {notes.length > NOTES_OPEN
        ? (
          <details>
            <summary>{notes.length} notes</summary>
            <Notes notes={notes} name={table.name} />
          </details>
        )
        : <Notes notes={notes} name={table.name} />}
      {files && (
        <p class="files">
          {["csv", "md", "tex"].map((kind) => (
            <a href={`tables/${table.name}.${kind}`}>{kind.toUpperCase()}</a>
          ))}
        </p>
      )}
    </div>
  );
}

/** A table that opens when it is asked for. */
export function Folded({ table, title = table.title, files = true, print = false }: {
  table: Table;
  title?: string;
  files?: boolean;
  /** Whether it is opened for paper. */
  print?: boolean;
}) {
  return (
    <details class={print ? "print" : undefined}>
      <summary>{title}</summary>
      <TableView table={table} files={files} />
    </details>
  );
}

function Notes({ notes, name }: { notes: readonly string[]; name: string }) {
  if (notes.length === 0) return null;
  return (
    <ol class="notes">
      {notes.map((note, i) => <li id={`note-${name}-${i + 1}`}>{note}</li>)}
    </ol>
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
  const { text, spread } = cellText(cell, column);
  const shown = rank === "best" ? <b>{text}</b> : rank === "second" ? <u>{text}</u> : text;
  const missing = cell !== null && typeof cell === "object" && "missing" in cell;
  return (
    <>
      {missing ? <i>{text}</i> : shown}
      {spread !== null && <small>{spread}</small>}
    </>
  );
}
