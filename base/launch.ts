/**
 * Runs a program of the suite in a process that may do what it needs and no more.
 *
 * @module
 */
import { stopSignals } from "./command.ts";
import { printError } from "./terminal.ts";
import { narrowRun, type Opened, type PermissionSet } from "./rights.ts";

/**
 * Runs a program with the rights of a set, and with this process's terminal.
 *
 * @param opened What it may do beside the set.
 * @returns The program's exit code.
 */
export async function launch(
  set: PermissionSet,
  opened: Opened,
  program: string,
  args: readonly string[],
): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...narrowRun(set, opened), program, ...args],
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  // A terminal sends these to both; the command takes two at once for one.
  for (const signal of stopSignals()) {
    Deno.addSignalListener(signal, () => {
      try {
        child.kill(signal);
      } catch {
        // It has ended.
      }
    });
  }
  const { code, signal } = await child.status;
  if (signal !== null && !stopSignals().some((name) => name === signal)) {
    printError(
      `The command was ended by ${signal}` +
        (signal === "SIGKILL" ? ", as by a system that is short of memory" : "") +
        "; what it had finished is kept, and the same command goes on from there.",
    );
  }
  return code;
}
