/**
 * Paths of the project itself.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** The path of a file of the project, given relative to its root folder. */
export function projectPath(relative: string): string {
  return fileURLToPath(new URL(`../${relative}`, import.meta.url));
}
