/**
 * A table from a file, by what its name ends in.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { basename, extname, resolve } from "node:path";
import { DataError } from "../../../base/errors.ts";
import { readBytes } from "../bytes.ts";
import { readCsv } from "./csv.ts";
import { readJsonLines } from "./json_lines.ts";
import { readNpz } from "./numpy.ts";
import { readParquetApart } from "./parquet_process.ts";
import type { Choose, Columns, Table } from "./table.ts";

/** Reads the bytes of a file of some name, which lie at a path. */
type Reader = (
  bytes: Uint8Array,
  file: string,
  choose: Choose,
  path: string,
) => Columns | Promise<Columns>;

const parquet: Reader = (_, __, choose, path) => readParquetApart(path, choose);

/** Who reads which files. */
const READERS: Readonly<Record<string, Reader>> = {
  ".csv": readCsv,
  ".tsv": readCsv,
  ".txt": readCsv,
  ".jsonl": readJsonLines,
  ".ndjson": readJsonLines,
  ".json": readJsonLines,
  ".parquet": parquet,
  ".pq": parquet,
  ".npz": readNpz,
};

/** More bytes than a table of ours has. */
const LARGEST = 1 << 30;

/** What the names of tables may end in. */
export const TABLE_ENDINGS: readonly string[] = Object.keys(READERS);

/**
 * Reads the columns of a table that are asked for.
 *
 * @throws {DataError} When the file is missing, damaged, too large or of another kind.
 */
export async function readTable(path: string, choose: Choose): Promise<Table> {
  const file = basename(path);
  const reader = READERS[extname(path).toLowerCase()];
  if (reader === undefined) {
    throw new DataError(
      `${file} cannot be read as a table: its name must end in ${TABLE_ENDINGS.join(", ")}.`,
    );
  }
  const { size } = await Deno.stat(path).catch(() => ({ size: 0 }));
  if (size > LARGEST) {
    throw new DataError(
      `${file} cannot be read: it has ${size} bytes, and tables of up to ${LARGEST} are read; ` +
        `split it.`,
    );
  }
  const bytes = await readBytes(path);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { file, sha256, ...await reader(bytes, file, choose, resolve(path)) };
}
