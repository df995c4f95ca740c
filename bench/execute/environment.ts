/**
 * Where a run was made: versions, hardware, revision of the code.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { cpus } from "node:os";
import { projectPath } from "../../base/paths.ts";
import type { BackendInfo } from "../../tensor/backend.ts";

/**
 * What is worth knowing about the place of a run; unknown things are null.
 *
 * @param revision That of {@linkcode revisionOfCode}, which a worker is told by its harness.
 */
export async function environment(
  backend: BackendInfo | null,
  revision: string | null,
): Promise<Record<string, string | number | null>> {
  return {
    deno: Deno.version.deno,
    tfjs: backend?.tfjs ?? null,
    tensorflow: backend?.tensorflow ?? null,
    backend: backend?.backend ?? null,
    device: backend?.device ?? null,
    threads: backend?.threads ?? null,
    operations: backend && (backend.ownOperations ? "own" : "tensorflow"),
    platform: `${Deno.build.os}-${Deno.build.arch}`,
    cpu: cpus()[0]?.model ?? null,
    cores: cpus().length,
    revision,
    lock: await lockHash(),
  };
}

/** The commit of this checkout; null outside of one. */
export async function revisionOfCode(): Promise<string | null> {
  const root = projectPath("");
  const git = new Deno.Command("git", {
    args: ["-C", root, "describe", "--always", "--dirty", "--abbrev=12"],
    stdout: "piped",
    stderr: "null",
  });
  try {
    const { success, stdout } = await git.output();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch {
    return null;
  }
}

async function lockHash(): Promise<string | null> {
  try {
    const lock = await Deno.readFile(projectPath("deno.lock"));
    return createHash("sha256").update(lock).digest("hex");
  } catch {
    return null;
  }
}
