/**
 * Puts back two functions that Node removed from `util` and TensorFlow.js 4.22 still calls; to be
 * imported before it.
 *
 * @module
 */
import { createRequire } from "node:module";

// The object that `require` gives is the one the package sees; a module's namespace is frozen.
const util = createRequire(import.meta.url)("node:util") as Record<string, unknown>;
util["isNullOrUndefined"] ??= (value: unknown) => value === null || value === undefined;
util["isArray"] ??= Array.isArray;
