/**
 * What a run costs the process that carries it out, apart from what the process carried out before.
 *
 * @module
 */
import { readSystemFile, writeSystemFile } from "../../base/system_files.ts";
import type { RunRecord } from "../records/record.ts";

/** What a meter reads. */
export type RunCost = Pick<RunRecord["timing"], "memoryAbove" | "runsBefore">;

let runs = 0;

/**
 * Begins to measure a run. The process's mark of its largest size is taken back to its present size
 * where the system lets us (Linux, `/proc/self/clear_refs`); elsewhere memory is not told.
 *
 * @returns What to call when the run has ended.
 */
export async function startMeter(): Promise<() => Promise<RunCost>> {
  const runsBefore = runs++;
  giveBack();
  const marked = await writeSystemFile("/proc/self/clear_refs", "5");
  const before = marked ? await residentBytes("VmRSS") : null;
  return async () => {
    const peak = before === null ? null : await residentBytes("VmHWM");
    return {
      runsBefore,
      ...(before !== null && peak !== null && { memoryAbove: Math.max(0, peak - before) }),
    };
  };
}

/**
 * Gives freed memory back to the system, where the C library is glibc: what earlier runs let go would
 * else be used again without being counted.
 */
function giveBack(): void {
  try {
    const libc = Deno.dlopen("libc.so.6", {
      malloc_trim: { parameters: ["usize"], result: "i32" },
    });
    libc.symbols.malloc_trim(0n);
    libc.close();
  } catch {
    // Another C library, or no leave to call it: the run's memory is then told a little too low.
  }
}

/** Resident memory of this process as Linux tells it: now, or the largest since the last mark. */
export async function residentBytes(what: "VmRSS" | "VmHWM"): Promise<number | null> {
  const status = await readSystemFile("/proc/self/status") ?? "";
  const [, kilobytes] = new RegExp(`${what}:\\s*(\\d+) kB`).exec(status) ?? [];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}
