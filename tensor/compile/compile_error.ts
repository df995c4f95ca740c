/**
 * What is said of a function that cannot be run as a graph, and where its author wrote it.
 *
 * @module
 */

/** A function that cannot be run as a graph; the message is one sentence. */
export class CompileError extends Error {
  override name = "CompileError";
}

/** Folders in which no author's step is written. */
const LIBRARIES = ["tensor/", "nn/", "base/", "bench/"]
  .map((folder) => new URL(`../../${folder}`, import.meta.url).href);

/** Where in an author's file a call comes from: the first line outside of the libraries. */
export function authorsLine(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100; // TensorFlow.js stands in between with many calls
  const frames = new Error().stack?.split("\n") ?? [];
  Error.stackTraceLimit = limit;
  const place = frames.map((frame) => /(\w+:\/\/[^\s()]+\.tsx?:\d+):\d+/.exec(frame)?.[1])
    .find((place) =>
      place !== undefined && !place.includes("/node_modules/") &&
      !LIBRARIES.some((folder) => place.startsWith(folder))
    );
  return place === undefined ? "" : ` (${place})`;
}
