/**
 * The NVIDIA GPUs of this machine, as far as this process may use them.
 *
 * @module
 */
import { findProgram, runProgram } from "../../base/command.ts";
import { exists } from "../../base/files.ts";

/** The NVIDIA GPUs that this process may use, as CUDA names them. */
export async function visibleGpus(): Promise<string[]> {
  const environment = Deno.env.toObject();
  if (!await gpuSeen(environment)) return [];
  const chosen = environment["CUDA_VISIBLE_DEVICES"];
  if (chosen !== undefined) return chosen.split(",").map((name) => name.trim());
  const tool = await findProgram(["nvidia-smi"], environment);
  const list = tool && await runProgram(tool, ["--list-gpus"], { environment, minutes: 1 });
  const count = list ? list.stdout.split("\n").filter((line) => /^GPU \d+:/.test(line)).length : 0;
  return Array.from({ length: Math.max(1, count) }, (_, i) => String(i));
}

/** Whether there is an NVIDIA GPU that this process may use. */
export async function gpuSeen(environment: Readonly<Record<string, string>>): Promise<boolean> {
  if (/^(-1)?$/.test(environment["CUDA_VISIBLE_DEVICES"] ?? "all")) return false;
  return await exists("/dev/nvidia0") ||
    await findProgram(["nvidia-smi"], environment) !== undefined;
}
