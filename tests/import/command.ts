/**
 * The command line in a process of its own.
 *
 * @module
 */
import { commandLine } from "../helpers/processes.ts";

/** Runs a command: its exit code, and all that it printed. */
export async function command(...args: string[]): Promise<{ code: number; said: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: await commandLine(args),
    env: { NO_COLOR: "1" },
  }).output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, said: out! + error! };
}
