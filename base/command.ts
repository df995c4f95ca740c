/**
 * Other programs: where they are, and running one under a time limit.
 *
 * @module
 */
import { delimiter, join } from "node:path";
import { insideProject, projectPath } from "./paths.ts";

/** What a finished program gave. */
export interface Outcome {
  /** True when it ended by itself with exit code 0. */
  success: boolean;
  stdout: string;
  stderr: string;
  /** Why it did not succeed, in one line: its last words, or that its time was up; else empty. */
  reason: string;
}

/**
 * The full path of the first of these programs that PATH holds; undefined where it holds none.
 *
 * @param names Program names, or paths, in the order of preference.
 */
export async function findProgram(
  names: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const folders = (environment["PATH"] ?? environment["Path"] ?? "").split(delimiter);
  const endings = Deno.build.os === "windows" ? [".exe", ""] : [""];
  for (const name of names) {
    const places = /[\\/]/.test(name) ? [""] : folders.filter((folder) => folder !== "");
    for (const place of places) {
      for (const ending of endings) {
        const path = place === "" ? name + ending : join(place, name + ending);
        const info = await Deno.stat(path).catch(() => undefined);
        if (info?.isFile && (info.mode === null || (info.mode & 0o111) !== 0)) return path;
      }
    }
  }
  return undefined;
}

/**
 * Runs a program to its end, with nothing to read and its output caught.
 *
 * @param program The program's path.
 * @param options `minutes` is how long it may take; `environment` is all it sees.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: { environment: Readonly<Record<string, string>>; minutes: number; cwd?: string },
): Promise<Outcome> {
  const limit = AbortSignal.timeout(options.minutes * 60_000);
  try {
    const { success, code, signal, stdout, stderr } = await new Deno.Command(program, {
      args: [...args],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { ...options.environment, NO_COLOR: "1" },
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      signal: limit,
    }).output();
    const [out, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    const reason = limit.aborted
      ? `it was stopped after ${options.minutes} minutes`
      : lastWords(errors!) || lastWords(out!) || `it ended with ${signal ?? `code ${code}`}`;
    return { success, stdout: out!, stderr: errors!, reason: success ? "" : reason };
  } catch (error) {
    return {
      success: false,
      stdout: "",
      stderr: "",
      reason: `it did not start (${(error as Error).message})`,
    };
  }
}

/** The line of a program's output that most likely says why it failed. */
function lastWords(output: string): string {
  const lines = output.split(/[\r\n]+/).map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("at ")); // no stack traces
  const telling = lines.findLast((line) =>
    /error:|cannot|failed|not found|No matching/i.test(line)
  );
  return (telling ?? lines.at(-1) ?? "").slice(0, 300);
}

/** A word as the shell reads it. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * What the user types before a command: `mdlt` where npm has installed the package, which has no tasks.
 *
 * @param project The folder that the suite lies in.
 */
export function programName(project: string = projectPath("")): "mdlt" | "deno task" {
  return /[\\/]node_modules[\\/]/.test(project) ? "mdlt" : "deno task";
}

/** A path as a word of a command line that is shown: nothing in it does anything in a shell. */
export function pathWord(path: string): string {
  return /["$`\\!\n\r]/.test(path) ? quote(path) : `"${path}"`;
}

/** How a task is called from where the user stands: outside of the project its configuration is named. */
export function taskCommand(): string {
  if (programName() === "mdlt") return "mdlt";
  return insideProject() ? "deno task" : `deno task --config ${quote(projectPath("deno.json"))}`;
}

/** Signals that ask a process to stop. */
export function stopSignals(): readonly Deno.Signal[] {
  return Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
}
