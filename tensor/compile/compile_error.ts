/**
 * What is said of a function that cannot be run as a graph.
 *
 * @module
 */

/** A function that cannot be run as a graph; the message is one sentence. */
export class CompileError extends Error {
  override name = "CompileError";
}
