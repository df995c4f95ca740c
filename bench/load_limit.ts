/**
 * A limit on how long a module may take to be loaded, even one that never gives this thread back: a
 * thread of its own ends the process then.
 *
 * @module
 */

/** What the thread is told. */
export interface Limited {
  readonly ms: number;
  readonly sentence: string;
}

/** Milliseconds by which the thread gives way to a limit that needs no such means. */
const GIVING_WAY_MS = 1000;

/**
 * Loads something.
 *
 * @param sentence Told when the process is ended, after so many milliseconds and a little more.
 */
export async function withinLimit<T>(
  load: () => Promise<T>,
  ms: number,
  sentence: string,
): Promise<T> {
  const thread = new Worker(new URL("load_limit_thread.ts", import.meta.url), { type: "module" });
  const limited: Limited = { ms: ms + GIVING_WAY_MS, sentence };
  const ready = new Promise((resolve) => thread.onmessage = resolve);
  thread.postMessage(limited);
  await ready; // else the module may take this thread before the other one has begun
  try {
    return await load();
  } finally {
    thread.terminate();
  }
}
