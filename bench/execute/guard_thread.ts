/**
 * The thread of `guard.ts`: ends its process when the parent has been gone for a while.
 *
 * @module
 */
import type { Guarded } from "./guard.ts";

/** Milliseconds between looks. */
const LOOK_MS = 500;

self.addEventListener("message", ({ data }: MessageEvent<Guarded>) => {
  let goneAt: number | null = null;
  setInterval(() => {
    if (Deno.ppid === data.parent) return;
    goneAt ??= performance.now();
    if (performance.now() - goneAt >= 1000 * data.graceSeconds) Deno.kill(Deno.pid, "SIGKILL");
  }, LOOK_MS);
});
