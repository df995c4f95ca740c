/**
 * Fetching one pinned Python wheel with whatever pip the machine has.
 *
 * @module
 */
import { join } from "node:path";
import { findProgram, runProgram } from "../../base/command.ts";
import { hashFile } from "../../base/files.ts";
import { OFFLINE_REMEDY, seemsOffline } from "../../base/offline.ts";
import { pythonVersion, type Wheel } from "./wheels.ts";

/** How to start pip: a program and the arguments before pip's own. */
export type Pip = readonly [program: string, ...args: string[]];

/** The pip of this machine; undefined where there is none. */
export async function findPip(
  environment: Readonly<Record<string, string>>,
): Promise<Pip | undefined> {
  for (const name of ["python3", "python"]) {
    const python = await findProgram([name], environment);
    if (python === undefined) continue;
    // Isolated: a pip.py in the folder where the command stands must not be taken for pip.
    const pip: Pip = [python, "-I", "-m", "pip"];
    const { success } = await runProgram(python, [...pip.slice(1), "--version"], {
      environment,
      minutes: 1,
    });
    if (success) return pip;
  }
  const pip = await findProgram(["pip3", "pip"], environment);
  return pip === undefined ? undefined : [pip];
}

/**
 * Downloads a wheel for a platform and a Python that need not be this machine's own.
 *
 * @param folder An empty folder to download into.
 * @param onProgress Told the bytes done, and in all; where the wheel's size is not known, 0 of 1.
 * @returns The wheel's path.
 * @throws Error where pip cannot get it, or what came is not the pinned file.
 */
export async function fetchWheel(
  wheel: Wheel,
  folder: string,
  pip: Pip,
  environment: Readonly<Record<string, string>>,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<string> {
  const title = `${wheel.name} ${wheel.version}`;
  const download = join(folder, "download");
  await Deno.mkdir(download, { recursive: true });
  // pip before 24.1 tells nobody how far it is, but its temporary file can be watched growing.
  const { bytes } = wheel;
  onProgress(0, bytes ?? 1);
  let watching = bytes !== undefined;
  const watch = setInterval(async () => {
    const size = watching ? await largestFile(folder) : 0;
    if (watching) onProgress(Math.min(size, bytes!), bytes!); // it may have ended meanwhile
  }, 500);
  try {
    const { success, stderr, reason } = await runProgram(pip[0], [
      ...pip.slice(1),
      ...["download", "--no-deps", "--only-binary=:all:", "--no-input", "--progress-bar", "off"],
      ...["--disable-pip-version-check", "--python-version", pythonVersion],
      ...["--implementation", "cp", "--abi", `cp${pythonVersion.replace(".", "")}`],
      ...["--platform", wheel.platform, "--dest", download],
      `${wheel.name}==${wheel.version}`,
    ], {
      environment: {
        ...environment,
        ...{ TMPDIR: folder, TMP: folder, TEMP: folder },
        PIP_REQUIRE_VIRTUALENV: "0", // nothing is installed
      },
      minutes: 60,
      cwd: download,
    });
    if (!success && seemsOffline(stderr)) {
      throw new Error(`${title} is not here, and ${OFFLINE_REMEDY}`);
    }
    if (!success) throw new Error(`pip could not download ${title} (${reason})`);
  } finally {
    watching = false;
    clearInterval(watch);
  }
  onProgress(bytes ?? 1, bytes ?? 1);
  for await (const entry of Deno.readDir(download)) {
    if (!entry.name.endsWith(".whl")) continue;
    const path = join(download, entry.name);
    const sha256 = await hashFile(path);
    if (sha256 !== wheel.sha256) {
      throw new Error(
        `the wheel of ${title} that pip brought has SHA-256 ${sha256} where ${wheel.sha256} is right`,
      );
    }
    return path;
  }
  throw new Error(`pip said it had downloaded ${title} but left no wheel`);
}

/** The size in bytes of the largest file in a folder and its subfolders. */
async function largestFile(folder: string): Promise<number> {
  let largest = 0;
  try {
    for await (const entry of Deno.readDir(folder)) {
      const path = join(folder, entry.name);
      const size = entry.isDirectory ? await largestFile(path) : (await Deno.stat(path)).size;
      largest = Math.max(largest, size);
    }
  } catch {
    // A file went while it was looked at.
  }
  return largest;
}
