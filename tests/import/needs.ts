/**
 * What tests of imports need of a machine.
 *
 * @module
 */
import { projectPath } from "../../base/paths.ts";
import { exists } from "../../base/files.ts";

/** A path in the folder of data that lies beside the repository. */
export function shared(path: string): string {
  return projectPath(`../shared/${path}`);
}

/** Why a test cannot be run: Python's modules or data that are not here; null when all are. */
export async function missing(modules: readonly string[], data?: string): Promise<string | null> {
  if (data !== undefined && !await exists(shared(data))) return `${shared(data)} is not here`;
  const probe = new Deno.Command("python3", {
    args: ["-c", modules.map((module) => `import ${module}`).join("\n")],
    ...{ stdout: "null", stderr: "null" },
  });
  const found = await probe.output().then(({ success }) => success, () => false);
  return found ? null : `python3 has not all of ${modules.join(", ")}`;
}
