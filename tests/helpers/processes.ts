/**
 * Processes that tests start, each with rights that are written in `deno.json`.
 *
 * @module
 */
import { tmpdir } from "node:os";
import { cacheDirectory, projectPath } from "../../base/paths.ts";
import { narrowRun, rightsOf } from "../../base/rights.ts";
import { needsOf } from "../../cli/needs.ts";

/** Folders of what is there for a while, and of what was fetched. */
const written = () => [tmpdir(), projectPath(".tmp"), cacheDirectory()];

/** Arguments of `deno` for a command, with the rights that its task has. */
export async function commandLine(
  args: readonly string[],
  { cwd, env = {} }: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<string[]> {
  const { set, opened } = await needsOf(args, cwd, { ...Deno.env.toObject(), ...env });
  return [...narrowRun(set, opened), projectPath("cli/main.ts"), ...args];
}

/** Arguments of `deno` before a command: its task. */
export const LAUNCH = [
  ...["run", "-q", "-P=launch", "--config", projectPath("deno.json")],
  projectPath("cli/launch.ts"),
];

/** Arguments of `deno` before the options of `bench`, with the rights of one that writes where tests do. */
export function benchAsTest(): string[] {
  const opened = { write: written(), run: [Deno.execPath()] };
  return [...narrowRun("harness", opened), projectPath("cli/main.ts"), "bench"];
}

/** Arguments of `deno` for a program with the rights of a test; its path follows. */
export const RUN_AS_TEST = narrowRun("tests");

/** Options of `deno test` for files with the rights of a test. */
export const TEST_RIGHTS = rightsOf("tests");
