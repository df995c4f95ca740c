/**
 * Texts without the folders of a machine.
 *
 * @module
 */

/** A path from the root or from a drive, of two names at least. */
const ABSOLUTE = /(?<![\w.:/\\-])(?:\/|[A-Za-z]:\\)(?:[\w.@-]+[/\\])+(?=[\w.@-])/g;

/** Every absolute path reduced to its last name; addresses and relative paths stay. */
export function withoutMachine(text: string): string {
  return text.replaceAll(ABSOLUTE, "");
}
