/**
 * Tables of values by column, whatever kind of file they come from.
 *
 * @module
 */

/** A column that was asked for. */
export type Column = TextColumn | NumberColumn;

/** A text for each row; empty where there is none. */
export interface TextColumn {
  readonly kind: "text";
  readonly values: readonly string[];
}

/** Numbers for each row, NaN where there is none. */
export interface NumberColumn {
  readonly kind: "numbers";
  /** How many a row has. */
  readonly width: number;
  /** Row by row. */
  readonly values: Float64Array;
}

/** What of a file was asked for. */
export interface Table {
  /** Its name, for messages. */
  readonly file: string;
  /** SHA-256 of its bytes. */
  readonly sha256: string;
  readonly rows: number;
  readonly columns: ReadonlyMap<string, Column>;
}

/** Says which columns are needed, and how, given the names of all. */
export type Choose = (names: readonly string[]) => ReadonlyMap<string, Column["kind"]>;

/** What a reader gives: rows, and the columns that were chosen. */
export type Columns = Pick<Table, "rows" | "columns">;

/** More columns than any table of ours has. */
export const MOST_COLUMNS = 20_000;
/** More rows than any table of ours has. */
export const MOST_ROWS = 20_000_000;
/** More numbers than a column of ours has. */
export const MOST_NUMBERS = 1 << 27;

/** Collects the cells of chosen columns, row by row. */
export class Collector {
  readonly #texts = new Map<string, string[]>();
  readonly #numbers = new Map<string, Growing>();
  rows = 0;

  /** @param refuse Makes the error about a row, counted from 1. */
  constructor(
    readonly chosen: ReadonlyMap<string, Column["kind"]>,
    readonly refuse: (row: number, reason: string) => Error,
  ) {
    for (const [name, kind] of chosen) {
      if (kind === "text") this.#texts.set(name, []);
      else this.#numbers.set(name, new Growing());
    }
  }

  /** Adds a row, given the cell of a column by its name. */
  add(cell: (name: string) => unknown): void {
    const row = ++this.rows;
    if (row > MOST_ROWS) throw this.refuse(row, `there are more than ${MOST_ROWS} rows`);
    for (const [name, values] of this.#texts) {
      const text = toText(cell(name));
      if (text === undefined) {
        throw this.refuse(row, `${name} is neither a text nor a number`);
      }
      values.push(text);
    }
    for (const [name, values] of this.#numbers) {
      const numbers = toNumbers(cell(name));
      if (numbers === undefined) throw this.refuse(row, `${name} is no list of numbers`);
      if (!values.add(numbers)) {
        throw this.refuse(
          row,
          values.width === numbers.length
            ? `the file has more numbers than are read (${MOST_NUMBERS})`
            : `${name} has ${numbers.length} numbers, and rows before have ${values.width}`,
        );
      }
    }
  }

  /** What was collected. */
  columns(): Columns {
    return {
      rows: this.rows,
      columns: new Map([...this.chosen.keys()].map((name): [string, Column] => {
        const values = this.#texts.get(name);
        if (values !== undefined) return [name, { kind: "text", values }];
        const numbers = this.#numbers.get(name)!;
        return [name, { kind: "numbers", width: numbers.width, values: numbers.values() }];
      })),
    };
  }
}

/** Rows of equally many numbers, in memory that grows with them. */
class Growing {
  width = 0;
  #values = new Float64Array(0);
  #length = 0;

  /** Whether the row fits to those before it. */
  add(row: ArrayLike<number>): boolean {
    if (this.#length === 0) this.width = row.length;
    const length = this.#length + row.length;
    if (row.length !== this.width || length > MOST_NUMBERS) return false;
    if (length > this.#values.length) {
      const larger = new Float64Array(Math.max(1024, 2 * length));
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values.set(row, this.#length);
    this.#length = length;
    return true;
  }

  values(): Float64Array {
    return this.#values.slice(0, this.#length);
  }
}

/** A cell as text; undefined when it is a list or an object. */
function toText(cell: unknown): string | undefined {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "string") return cell.trim();
  if (typeof cell === "boolean") return cell ? "1" : "0";
  return typeof cell === "number" || typeof cell === "bigint" ? String(cell) : undefined;
}

/** A cell as numbers, one or a list of them; undefined when it is neither. */
function toNumbers(cell: unknown): ArrayLike<number> | undefined {
  if (cell === null || cell === undefined || cell === "") return [NaN];
  if (typeof cell === "number") return [cell];
  if (typeof cell === "bigint" || typeof cell === "boolean") return [Number(cell)];
  if (typeof cell === "string") return fromText(cell.trim());
  const list = Array.isArray(cell) || ArrayBuffer.isView(cell)
    ? Array.from(cell as ArrayLike<unknown>)
    : undefined;
  if (list === undefined || list.length > MOST_COLUMNS) return undefined;
  const numbers = list.map((value) =>
    typeof value === "number"
      ? value
      : value === null
      ? NaN
      : typeof value === "bigint"
      ? Number(value)
      : undefined
  );
  return numbers.every((value) => value !== undefined) ? numbers : undefined;
}

/** `0.5`, or a list as Python writes it: `[0.5 0.25]`, `[0.5, 0.25]`. */
function fromText(text: string): number[] | undefined {
  const [, inside] = /^[[(]([^\])]*)[\])]$/.exec(text) ?? [];
  const parts = inside === undefined
    ? [text]
    : inside.split(/[\s,]+/).filter((part) => part !== "");
  const numbers = parts.map((part) => /^nan$/i.test(part) ? NaN : part === "" ? NaN : Number(part));
  const wrong = numbers.some((value, i) => Number.isNaN(value) && !/^(nan)?$/i.test(parts[i]!));
  return wrong ? undefined : numbers;
}
