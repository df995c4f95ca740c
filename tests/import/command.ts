/**
 * The command line in a process of its own.
 *
 * @module
 */
import { projectPath } from "../../base/paths.ts";

/** Runs a command: its exit code, and all that it printed. */
export async function command(...args: string[]): Promise<{ code: number; said: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-q", projectPath("cli/main.ts"), ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, said: out! + error! };
}
