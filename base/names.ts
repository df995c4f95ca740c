/**
 * Names that files and folders may be called after.
 *
 * @module
 */

/**
 * Letters and digits of any script, `.`, `_` and `-`, beginning with a letter or digit: such a name
 * stays inside the folder that it is put into, and needs no quoting in a shell, a page or a table.
 */
export const SAFE_NAME = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]{0,99}$/u;

/** Whether a file or folder may be called so. */
export function isSafeName(name: string): boolean {
  return SAFE_NAME.test(name) && !name.endsWith(".");
}

/**
 * A name for a part of a path.
 *
 * @throws {RangeError} When a path with it could lead elsewhere.
 */
export function safeName(name: string): string {
  if (isSafeName(name)) return name;
  throw new RangeError(
    `Cannot call a file ${JSON.stringify(name)}: names of files consist of letters, digits, ".", ` +
      `"_" and "-"`,
  );
}
