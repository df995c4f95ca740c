/**
 * Mistakes in what was asked for or handed in.
 *
 * @module
 */
import { closest, distance } from "fastest-levenshtein";
import { printable } from "./terminal.ts";

/** More letters than a sentence has; what is longer quotes a file. */
const LONGEST = 2000;

/**
 * A sentence as it is shown: what it quotes may hold anything, so it stands on one line, without what a
 * terminal would obey, and the middle of a very long one is left out.
 */
export function oneLine(text: string): string {
  const line = printable(text.replaceAll(/\s*[\r\n\t\v\f\u2028\u2029]\s*/g, " "));
  if (line.length <= LONGEST) return line;
  return `${line.slice(0, LONGEST - 600)} … ${line.slice(-500)}`;
}

/** A command that cannot be understood; the message is one sentence. Ends the program with 2. */
export class UsageError extends Error {
  /** Tells it from other errors in messages and logs. */
  override name = "UsageError";

  /** Says it on one line, whatever it quotes. */
  constructor(message: string, options?: ErrorOptions) {
    super(oneLine(message), options);
  }
}

/** Data that cannot be used as asked; the message is one sentence for the user. */
export class DataError extends Error {
  /** Tells it from other errors in messages and logs. */
  override name = "DataError";

  /** Says it on one line, whatever it quotes. */
  constructor(message: string, options?: ErrorOptions) {
    super(oneLine(message), options);
  }
}

/**
 * Finds a definition by its name, whether its words are joined by `-` or `_`.
 *
 * @param elsewhere What else to give for one that is not among those known.
 * @throws {UsageError} Naming the nearest known name, where one is near, and all known ones.
 */
export function find<T extends { readonly name: string }>(
  what: string,
  name: string,
  known: readonly T[],
  elsewhere = "its --plugin",
): T {
  const found = known.find((item) => item.name === name.toLowerCase()) ??
    known.find((item) => hyphenated(item.name) === hyphenated(name.toLowerCase()));
  if (found !== undefined) return found;
  const names = known.map((item) => item.name);
  const hint = nearestOf(name, names) === undefined ? `; or give ${elsewhere}` : "";
  throw new UsageError(notFoundMessage(what, name, names) + hint);
}

/**
 * The sentence about a name that is not known.
 *
 * @param listed What the sentence lists, where that is not every name.
 */
export function notFoundMessage(
  what: string,
  name: string,
  known: readonly string[],
  listed = known,
): string {
  const nearest = nearestOf(name, known);
  const hint = nearest === undefined ? "" : `did you mean "${nearest}"? `;
  const list = known.length > 0 ? `known are ${listed.join(", ")}` : "there is none";
  return `Cannot find ${what} "${name}": ${hint}${list}`;
}

/**
 * The known name that was probably meant: one with the same letters in another order, or one of
 * which at most a third has been mistyped; undefined when none is near.
 */
export function nearestOf(name: string, known: readonly string[]): string | undefined {
  if (name === "" || known.length === 0) return undefined;
  const given = name.toLowerCase();
  const letters = (word: string) => [...word].sort().join("");
  const permuted = known.find((other) => letters(other) === letters(given));
  if (permuted !== undefined) return permuted;
  const nearest = closest(given, [...known]);
  const near = distance(given, nearest) <= Math.max(1, name.length / 3);
  return near && nearest !== "" ? nearest : undefined;
}

/** The form of a name on the command line. */
export function hyphenated(name: string): string {
  return name.replaceAll("_", "-");
}

/** Names of JavaScript's own errors, whose messages are for programmers. */
const RAW = ["Error", "TypeError", "ReferenceError", "SyntaxError"];

/** Whether an error says in a sentence for the user what cannot be done. */
export function isSentence(error: Error): boolean {
  return error instanceof UsageError || error instanceof DataError ||
    (!RAW.includes(error.name) && /^Cannot [^\n]+$/.test(error.message));
}

/** Codes of the operating system's errors that say nothing about the run: no space, no memory. */
const MACHINE = ["ENOSPC", "EDQUOT", "EIO", "ENOMEM", "EAGAIN", "EMFILE", "ENFILE", "ESTALE"];

/** Whether a run failed for want of space or memory, so that the same run may well succeed later. */
export function machineAtFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return MACHINE.includes((error as { code?: string }).code ?? "") ||
    /out of memory|allocation failed|cannot allocate|bad_alloc|OOM when allocating|resource.?exhausted/i
      .test(error.message);
}
