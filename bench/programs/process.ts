/**
 * A program in a process group of its own, with limits on its time and memory.
 *
 * @module
 */
import { writeAll } from "../../base/files.ts";

/** What is started, and what it may use. */
export interface ProgramRequest {
  /** As a shell reads it. */
  readonly line: string;
  /** The folder that it is started in. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The file that gets all that it prints. */
  readonly log: string;
  readonly minutes?: number | undefined;
  /** Bytes. */
  readonly memory?: number | undefined;
  /** Ends it. */
  readonly stop: AbortSignal;
  /** Called about every second while it works. */
  readonly onTick?: () => Promise<void>;
}

/** How a program ended. */
export interface ProgramEnd {
  /** Its exit code; null where a signal ended it. */
  readonly code: number | null;
  /** The name of that signal. */
  readonly signal: string | null;
  /** What it was ended for; null where it ended by itself. */
  readonly endedFor: "stop" | "time" | "memory" | null;
  /** The last lines of its standard error, joined into one. */
  readonly words: string;
  /** The most that it and all that it started held together, bytes; 0 where that is not known. */
  readonly peakMemory: number;
}

/**
 * Starts the program apart from this process, and ends it with all that it has started when standard
 * input ends: when this process does, in whatever way.
 */
const GUARD = `
command -v setsid >/dev/null 2>&1 && apart=setsid || { apart=; set -m; }
exec 3<&0
$apart sh -c "$1" </dev/null 3<&- &
program=$!
{ cat <&3 >/dev/null; kill -TERM "-$program"; sleep 10; kill -KILL "-$program"; } >/dev/null 2>&1 &
exec 3<&-
wait "$program"; code=$?
kill -KILL "-$program" 2>/dev/null
exit "$code"
`;

/** Signals by the number that a shell adds to 128. */
const SIGNALS: Readonly<Record<number, string>> = {
  ...{ 1: "SIGHUP", 2: "SIGINT", 4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE" },
  ...{ 9: "SIGKILL", 11: "SIGSEGV", 13: "SIGPIPE", 15: "SIGTERM", 24: "SIGXCPU" },
};

const TICK_MS = 1000;

/** Runs a program to its end. */
export async function runToEnd(request: ProgramRequest): Promise<ProgramEnd> {
  const { line, folder, environment, log, minutes, memory, stop } = request;
  const child = new Deno.Command("sh", {
    args: ["-c", GUARD, "sh", line],
    cwd: folder,
    env: { ...environment },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  using file = await Deno.open(log, { write: true, create: true, truncate: true });
  const output = keep(child.stdout, file);
  const errors = keep(child.stderr, file);
  let endedFor: ProgramEnd["endedFor"] = null;
  let peakMemory = 0;
  const end = (why: ProgramEnd["endedFor"]) => {
    if (endedFor !== null) return;
    endedFor = why;
    child.stdin.close().catch(() => {}); // it may have ended already
  };
  const onStop = () => end("stop");
  stop.addEventListener("abort", onStop);
  if (stop.aborted) onStop();
  const until = minutes === undefined ? Infinity : performance.now() + 60_000 * minutes;
  let ended = false;
  const watch = (async () => {
    while (!ended) {
      const held = await memoryBelow(child.pid);
      peakMemory = Math.max(peakMemory, held);
      if (performance.now() > until) end("time");
      if (memory !== undefined && held > memory) end("memory");
      await request.onTick?.();
      await Promise.race([child.status, new Promise((done) => setTimeout(done, TICK_MS))]);
    }
  })();
  const { code } = await child.status;
  ended = true;
  stop.removeEventListener("abort", onStop);
  child.stdin.close().catch(() => {});
  await watch;
  const [, words] = await Promise.all([output, errors]);
  const signal = code > 128 ? SIGNALS[code - 128] ?? `signal ${code - 128}` : null;
  return { code: signal === null ? code : null, signal, endedFor, words, peakMemory };
}

/** Writes a stream into a file. Returns its last lines, joined into one. */
async function keep(stream: ReadableStream<Uint8Array>, file: Deno.FsFile): Promise<string> {
  const decoder = new TextDecoder();
  let tail = "";
  for await (const bytes of stream) {
    await writeAll(file, bytes);
    tail = (tail + decoder.decode(bytes, { stream: true })).slice(-4000);
  }
  return tail.split(/[\r\n]+/).map((line) => line.trim()).filter((line) => line !== "").slice(-5)
    .map((line) => line.slice(0, 200)).join(" | ");
}

/** Resident memory of all processes that descend from one, bytes; 0 where the system does not say. */
async function memoryBelow(ancestor: number): Promise<number> {
  if (Deno.build.os !== "linux") return 0;
  const processes = new Map<number, { parent: number; bytes: number }>();
  // Deno keeps these files from who may not do everything, and may start programs.
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", "cat /proc/[0-9]*/status"],
    stderr: "null",
  }).output();
  for (const status of new TextDecoder().decode(stdout).split(/^(?=Name:)/m)) {
    const number = (key: string) =>
      Number(new RegExp(`^${key}:\\s*(\\d+)`, "m").exec(status)?.[1] ?? 0);
    processes.set(number("Pid"), { parent: number("PPid"), bytes: 1024 * number("VmRSS") });
  }
  const descends = (pid: number): boolean => {
    const parent = processes.get(pid)?.parent ?? 0;
    return parent > 0 && (parent === ancestor || descends(parent));
  };
  let sum = 0;
  for (const [pid, { bytes }] of processes) if (descends(pid)) sum += bytes;
  return sum;
}
