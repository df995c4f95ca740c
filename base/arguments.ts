/**
 * How values on a command line are read: from text to a value, or one sentence about what is wrong.
 *
 * @module
 */
import { notFoundMessage, UsageError } from "./errors.ts";

/** `a,b , c` → `["a", "b", "c"]`. */
export function list(text: string): string[] {
  return text.split(",").map((part) => part.trim()).filter((part) => part !== "");
}

/** {@linkcode list} of at least one. */
export function nonEmptyList(option: string): (text: string) => string[] {
  return (text) => {
    const found = list(text);
    if (found.length > 0) return found;
    throw new UsageError(`Cannot use ${option} "${text}": name at least one`);
  };
}

/** A path; an empty one would silently be the working folder. */
export function nonEmptyPath(option: string): (text: string) => string {
  return (text) => {
    if (text.trim() !== "") return text;
    throw new UsageError(`Cannot use ${option} "${text}": it is empty, give a path`);
  };
}

/** A whole number from `least` up. */
export function integerAtLeast(option: string, least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text.trim()) || value < least || !Number.isSafeInteger(value)) {
      throw new UsageError(
        `Cannot use ${option} "${text}": it must be a whole number from ${least} up`,
      );
    }
    return value;
  };
}

/** One of some names. */
export function oneOf<T extends string>(what: string, known: readonly T[]): (text: string) => T {
  return (text) => {
    const found = known.find((name) => name === text.toLowerCase());
    if (found === undefined) throw new UsageError(notFoundMessage(what, text, known));
    return found;
  };
}
