/**
 * A worker process does not outlive its harness, whatever it is doing: a thread of its own looks
 * whether the harness is there, and where Linux can, a worker that was stopped is woken by its end.
 *
 * @module
 */

/** What the thread is told. */
export interface Guarded {
  /** The process that must not be outlived. */
  readonly parent: number;
  readonly graceSeconds: number;
}

/** Seconds that a worker whose harness is gone may take to keep its run. */
const GRACE_SECONDS = 30;

/** From Linux's `sys/prctl.h` and `signal.h`. */
const PR_SET_PDEATHSIG = 1, SIGCONT = 18n;

/** Guards this process; for a worker, whose parent is its harness. */
export function dieWithParent(): void {
  const guarded: Guarded = { parent: Deno.ppid, graceSeconds: GRACE_SECONDS };
  continueAtItsEnd();
  const guard = new Worker(new URL("guard_thread.ts", import.meta.url), { type: "module" });
  guard.postMessage(guarded);
}

/** Has the kernel continue this process when its parent ends: then the guard ends it. */
function continueAtItsEnd(): void {
  if (Deno.build.os !== "linux") return;
  for (const library of ["libc.so.6", "libc.so"]) {
    try {
      const { symbols } = Deno.dlopen(library, {
        prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
      });
      symbols.prctl(PR_SET_PDEATHSIG, SIGCONT, 0n, 0n, 0n);
      return;
    } catch {
      // Another C library, or none that may be called: what was stopped by hand stays so.
    }
  }
}
