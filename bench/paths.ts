/**
 * Paths of the project itself.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** The path of something given relative to this folder. */
export function fromFileUrl(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
