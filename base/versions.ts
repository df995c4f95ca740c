/**
 * Which Deno it takes.
 *
 * @module
 */

/** The earliest that trains and reports: earlier ones strip no types for the pages, or lock no files. */
export const LEAST_DENO = "2.8.2";

/** Why this cannot run with a version of Deno, in a sentence; null where it can. */
export function whyTooOld(version: string): string | null {
  const [least, is] = [LEAST_DENO, version].map((text) => text.split(".").map(parseFloat)) as [
    number[],
    number[],
  ];
  const differs = least.findIndex((part, i) => part !== (is[i] ?? 0));
  if (differs < 0 || (is[differs] ?? 0) > least[differs]!) return null;
  return `Cannot run with Deno ${version}: it takes ${LEAST_DENO} or later; deno upgrade fetches the ` +
    `newest`;
}
