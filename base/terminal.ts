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

/**
 * What a terminal would obey, and characters that nobody sees: they turn writing around, or make two
 * names look like one. Signs of numbers that are seen, and joiners after letters that may need them
 * (none of Europe's), are not among them.
 */
export const UNSEEN: RegExp =
  // deno-lint-ignore no-control-regex
  /[[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u115f\u1160\u3164\uffa0\p{Cf}]--[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}\u200c\u200d]]|(?<![[\p{L}\p{M}\p{So}]--[\x00-\u052f]])[\u200c\u200d]/gv;

/** A text without what is obeyed or unseen: names that come out of files may hold anything. */
export function printable(text: string): string {
  return text.replaceAll(UNSEEN, "\ufffd");
}

/** A text without what is unseen, by which names that look alike are known. */
export function withoutUnseen(text: string): string {
  return text.replaceAll(UNSEEN, "");
}

/** Prints a value as one line of JSON on standard output; what is unseen is written as JSON may. */
export function printJson(value: unknown): void {
  const escaped = (found: string) =>
    Array.from(
      { length: found.length },
      (_, i) => `\\u${found.charCodeAt(i).toString(16).padStart(4, "0")}`,
    ).join("");
  print(JSON.stringify(value).replaceAll(UNSEEN, escaped));
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
