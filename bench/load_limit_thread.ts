/**
 * The thread of `load_limit.ts`: ends its process, with a sentence, unless it is ended itself before.
 *
 * @module
 */
import { printError } from "../base/terminal.ts";
import type { Limited } from "./load_limit.ts";

/** Milliseconds after which a process that does not heed is ended all the same. */
const HEED_MS = 1000;

self.addEventListener("message", ({ data: { ms, sentence } }: MessageEvent<Limited>) => {
  setTimeout(() => {
    printError(sentence);
    Deno.kill(Deno.pid, "SIGTERM");
    setTimeout(() => Deno.kill(Deno.pid, "SIGKILL"), HEED_MS);
  }, ms);
  (self as unknown as Worker).postMessage("begun");
});
