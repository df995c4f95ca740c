/**
 * Whole lines on the standard streams.
 *
 * @module
 */

/** Prints a line on standard output. */
export function print(line: string): void {
  writeAllSync(Deno.stdout, new TextEncoder().encode(`${printable(line)}\n`));
}

/** Prints a line on standard error. */
export function printError(line: string): void {
  writeAllSync(Deno.stderr, new TextEncoder().encode(`${printable(line)}\n`));
}

/** A text without what a terminal would obey: names that come out of files may hold anything. */
export function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}

/** Prints a value as one line of JSON on standard output. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value));
}

/** Writes all bytes: a pipe that is nearly full takes fewer at a time. */
export function writeAllSync(stream: SyncWriter, bytes: Uint8Array): void {
  for (let sent = 0; sent < bytes.length;) sent += stream.writeSync(bytes.subarray(sent));
}

/** A stream such as `Deno.stdout`. */
export interface SyncWriter {
  /** Writes some of the bytes and says how many. */
  writeSync(bytes: Uint8Array): number;
}
