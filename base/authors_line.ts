/**
 * Where in an author's file an error comes from.
 *
 * @module
 */

/** Calls that a stack keeps: TensorFlow.js stands with many between an error and its author. */
const DEPTH = 100;

/** Folders in which no author's definition is written. */
const CORE = ["tensor/", "nn/", "base/", "bench/"].map(folderUrl);
/** Folders in which some are, but whose functions others call. */
const SHARED = ["methods/parts/", "networks/", "testing/"].map(folderUrl);

function folderUrl(folder: string): string {
  return new URL(`../${folder}`, import.meta.url).href;
}

/**
 * Where an error, or else this call, comes from in an author's file: ` (file:///…/mine.ts:12)`; nothing
 * where its stack does not say.
 *
 * @param caller The file that calls authors' functions: what called it is not theirs.
 */
export function authorsLine(error: Error = longStack(), caller?: string): string {
  const frames = (error.stack ?? "").split("\n");
  const end = caller === undefined ? -1 : frames.findIndex((frame) => frame.includes(caller));
  const places = frames.slice(0, end < 0 ? undefined : end)
    .flatMap((frame) =>
      /^\s+at .*?(file:\/\/[^\s()?#]+\.[mc]?[jt]sx?)[^\s():]*:(\d+):\d+\)?$/.exec(frame)
        ?.slice(1).join(":") ?? []
    )
    .filter((place) => !place.includes("/node_modules/") && !within(CORE, place));
  const place = places.find((place) => !within(SHARED, place)) ?? places[0];
  return place === undefined ? "" : ` (${place})`;
}

const within = (folders: readonly string[], place: string) =>
  folders.some((folder) => place.startsWith(folder));

function longStack(): Error {
  const restore = lengthenStacks();
  const error = new Error();
  restore();
  return error;
}

/** Lets the stacks of errors reach back to the author's file, until it is undone by what this returns. */
export function lengthenStacks(): () => void {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = Math.max(limit, DEPTH);
  return () => {
    Error.stackTraceLimit = limit;
  };
}
