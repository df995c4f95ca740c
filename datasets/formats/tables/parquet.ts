/**
 * Tables as Parquet.
 *
 * A file's footer and the headers of its pages say how much there is to read; they are held to the
 * file's size and to what a table may have before anything is read by them.
 *
 * @module
 */
import { parquetMetadata, parquetRead, parquetSchema } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { compressors } from "hyparquet-compressors";
import { DataError } from "../../../base/errors.ts";
import { requireColumns } from "./csv.ts";
import { endOfStruct } from "./thrift.ts";
import { type Choose, Collector, type Columns, MOST_NUMBERS, MOST_ROWS } from "./table.ts";

type Metadata = ReturnType<typeof parquetMetadata>;

/** An error that names the file and what is wrong with it. */
function broken(file: string, reason: string): DataError {
  return new DataError(`${file} cannot be read: ${reason}.`);
}

/** More bytes than a file of ours unpacks to. */
const LARGEST = 1 << 30;

/**
 * Reads columns.
 *
 * @param bytes The file; @param file its name, for messages.
 * @throws {DataError} When it is damaged, or says that it holds more than it can.
 */
export async function readParquet(
  bytes: Uint8Array,
  file: string,
  choose: Choose,
): Promise<Columns> {
  const damaged = (error: unknown) => broken(file, `its Parquet is damaged (${reasonOf(error)})`);
  const buffer = bytes.slice().buffer;
  let metadata: Metadata, names: string[];
  try {
    requireFooter(bytes);
    metadata = parquetMetadata(buffer);
    names = parquetSchema(metadata).children.map(({ element }) => element.name);
  } catch (error) {
    throw damaged(error);
  }
  requireColumns(names, file);
  const chosen = choose(names);
  const rows = Number(metadata.num_rows);
  const listed = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (!(rows >= 0 && rows <= MOST_ROWS) || listed !== rows) {
    throw broken(file, `its footer tells of ${rows} rows and of groups of ${listed}`);
  }
  try {
    requirePages(bytes, metadata, chosen);
  } catch (error) {
    throw damaged(error);
  }
  const collector = new Collector(
    chosen,
    (row, reason) => broken(file, `in row ${row}, ${reason}`),
  );
  for (let start = 0, group = 0; start < rows; group++) {
    const end = start + Number(metadata.row_groups[group]!.num_rows);
    const columns = new Map([...chosen.keys()].map((name): [string, unknown[]] => [name, []]));
    try {
      await parquetRead({
        ...{ file: buffer, metadata, compressors, columns: [...chosen.keys()] },
        ...{ rowStart: start, rowEnd: end },
        onChunk({ columnName, columnData, rowStart }) {
          const column = columns.get(columnName);
          for (let i = 0; i < columnData.length; i++) column![rowStart - start + i] = columnData[i];
        },
      });
    } catch (error) {
      throw damaged(error);
    }
    for (const [name, column] of columns) {
      if (column.length === end - start) continue;
      throw broken(file, `its column ${name} has ${column.length} of ${end - start} rows`);
    }
    for (let i = 0; i < end - start; i++) collector.add((name) => columns.get(name)![i]);
    start = end;
  }
  return collector.columns();
}

/** Looks whether the footer is whole: `length PAR1` at the end, and before it the footer. */
function requireFooter(bytes: Uint8Array): void {
  const { length } = bytes;
  if (length < 12) throw new Error("it is too short");
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(length - 8, true);
  if (size > length - 8) throw new Error("its footer is longer than the file");
  endOfStruct(bytes.subarray(0, length - 8), length - 8 - size);
}

/** Looks whether the pages of the chosen columns can hold what their headers say. */
function requirePages(
  bytes: Uint8Array,
  { row_groups: groups }: Metadata,
  chosen: ReadonlyMap<string, unknown>,
): void {
  let unpacked = 0;
  for (const { meta_data: about } of groups.flatMap(({ columns }) => columns)) {
    if (about === undefined || !chosen.has(about.path_in_schema[0]!)) continue;
    const values = Number(about.num_values);
    const begin = Number(about.dictionary_page_offset ?? about.data_page_offset);
    const start = Math.min(begin, Number(about.data_page_offset));
    const end = start + Number(about.total_compressed_size);
    if (!(start >= 0 && end <= bytes.length && start <= end)) {
      throw new Error("a column lies outside of the file");
    }
    if (!(values >= 0 && values <= MOST_NUMBERS)) throw new Error(`a column of ${values} values`);
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
    const reader = { view, offset: 0 };
    let found = 0;
    while (reader.offset < view.byteLength - 1) {
      endOfStruct(bytes, start + reader.offset);
      const header = parquetHeader(reader);
      const size = Number(header.compressed_page_size);
      const full = Number(header.uncompressed_page_size);
      const held = header.dictionary_page_header?.num_values ??
        header.data_page_header?.num_values ?? header.data_page_header_v2?.num_values ?? 0;
      if (header.data_page_header !== undefined || header.data_page_header_v2 !== undefined) {
        found += held;
      }
      unpacked += full;
      if (!(size >= 0 && reader.offset + size <= view.byteLength)) {
        throw new Error("a page is cut short");
      }
      if (!(full >= 0 && unpacked <= LARGEST)) {
        throw new Error(`it would unpack to more than ${LARGEST} bytes`);
      }
      if (!(held >= 0 && held <= MOST_NUMBERS && found <= values)) {
        throw new Error("a page says that it holds more values than its column");
      }
      reader.offset += size;
    }
  }
}

/** The library's word on what is wrong. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.split("\n")[0]!.replace(/\.$/, "") : String(error);
}
