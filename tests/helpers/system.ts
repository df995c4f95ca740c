/**
 * Other processes of this machine, as Linux tells of them.
 *
 * @module
 */
import { readSystemFile } from "../../base/system_files.ts";

/** Whether a process is there and goes on; one whose end nobody has asked for yet does not. */
export async function isRunning(pid: number): Promise<boolean> {
  const status = await readSystemFile(`/proc/${pid}/status`);
  return status !== null && !/^State:\s+Z/m.test(status);
}

/** The command line of a process; empty where it has ended. */
export async function commandOf(pid: number): Promise<string> {
  return await readSystemFile(`/proc/${pid}/cmdline`) ?? "";
}

/** A child is listed under the thread that started it; Deno lists no folder of these itself. */
const CHILDREN =
  'for list in /proc/$0/task/*/children; do read -r line <"$list"; echo "$line"; done';

/** The processes that a process has started and that have not ended. */
export async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", CHILDREN, String(pid)],
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout).split(/\s+/).filter((part) => part !== "").map(Number);
}
