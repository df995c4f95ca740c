/**
 * Runs an hour of the harness, in processes of its own: `measure_runs.ts NAME THREADS` prints how
 * many runs of preset quick are trained in an hour with as many workers of one thread as `THREADS`,
 * and, as the figure beside it, by one worker with so many threads.
 *
 * @module
 */
import { cacheDirectory, projectPath } from "../base/paths.ts";
import { narrowRun } from "../base/rights.ts";
import { printJson } from "../base/terminal.ts";

/** Short enough to be measured in pairs, long enough that starting the workers is a small part. */
const RUNS = ["--methods", "erm,irm,dann,boda", "--seeds", "4", "--preset", "quick"];

const threads = Deno.args[1]!;
const value = await runsPerHour("--jobs", threads, "--threads", "1");
const peer = await runsPerHour("--jobs", "1", "--threads", threads);
printJson({ value, peer });

async function runsPerHour(...arrangement: string[]): Promise<number> {
  const out = await Deno.makeTempDir();
  try {
    const rights = narrowRun("harness", {
      write: [out, cacheDirectory()],
      run: [Deno.execPath()],
    });
    const bench = [projectPath("cli/main.ts"), "bench", ...RUNS, ...arrangement];
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...rights, ...bench, "--out", out, "--json"],
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    if (!success) throw new Error(text(stderr));
    const events = text(stdout).trim().split("\n").map((line) => JSON.parse(line));
    const { done, seconds } = events.findLast(({ event }) => event === "result");
    return 3600 * done / seconds;
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}
