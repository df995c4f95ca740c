/**
 * Mutations after which the code does the same: no test can notice them.
 *
 * @module
 */
import type { Mutation } from "./slips.ts";

/** The changed line as it stands afterwards, without its indentation, by file; with why. */
const EQUIVALENT: readonly (readonly [file: string, after: string, why: string])[] = [];

/** Why a mutation changes nothing; undefined where it does. */
export function whyEquivalent({ file, after }: Mutation): string | undefined {
  return EQUIVALENT.find(([path, line]) => path === file && line === after.trim())?.[2];
}
