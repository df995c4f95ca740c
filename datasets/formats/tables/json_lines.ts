/**
 * Tables as JSON lines: an object a row.
 *
 * @module
 */
import { DataError } from "../../../base/errors.ts";
import { requireColumns } from "./csv.ts";
import { type Choose, Collector, type Columns } from "./table.ts";

/** More bytes than a line of ours has. */
const LONGEST_LINE = 4 << 20;

/** A line of JSON with its number, from 1. */
export interface JsonLine {
  readonly line: number;
  /** What it holds; an error where that is no object. */
  readonly value: Readonly<Record<string, unknown>> | SyntaxError;
}

/** The lines of a file that are not empty, one after the other. */
export function* jsonLines(bytes: Uint8Array): Generator<JsonLine> {
  const decoder = new TextDecoder();
  for (let start = 0, line = 1; start < bytes.length; line++) {
    const newline = bytes.indexOf(10, start);
    const end = newline < 0 ? bytes.length : newline;
    const raw = bytes.subarray(start, end);
    start = end + 1;
    if (raw.length > LONGEST_LINE) {
      yield { line, value: new SyntaxError(`it is longer than ${LONGEST_LINE} bytes`) };
      continue;
    }
    const text = decoder.decode(raw).trim();
    if (text !== "") yield { line, value: objectOf(text) };
  }
}

function objectOf(text: string): JsonLine["value"] {
  try {
    // Python writes numbers that JSON does not know.
    const value: unknown = JSON.parse(text.replace(/(?<=[:,[]\s*)(-?Infinity|NaN)\b/g, "null"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
    return new SyntaxError("it is no object");
  } catch (error) {
    const deep = error instanceof RangeError;
    return new SyntaxError(deep ? "it is nested too deeply" : "it is not valid JSON");
  }
}

/**
 * Reads columns of JSON lines; the first one names them.
 *
 * @param bytes The file; @param file its name, for messages.
 * @throws {DataError} When a line is no object.
 */
export function readJsonLines(bytes: Uint8Array, file: string, choose: Choose): Columns {
  let collector: Collector | undefined;
  let at = 0;
  const refuse = (reason: string) => new DataError(`${file}, line ${at}: ${reason}.`);
  for (const { line, value } of jsonLines(bytes)) {
    at = line;
    if (value instanceof SyntaxError) throw refuse(value.message);
    if (collector === undefined) {
      const names = Object.keys(value);
      requireColumns(names, file);
      collector = new Collector(choose(names), (_, reason) => refuse(reason));
    }
    collector.add((name) => Object.hasOwn(value, name) ? value[name] : undefined);
  }
  if (collector === undefined) throw new DataError(`${file} is empty: it has no line of JSON.`);
  return collector.columns();
}
