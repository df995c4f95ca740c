/**
 * The folder that keeps what was downloaded and built, outside every clone of the project, and the
 * rules by which several processes share it.
 *
 * @module
 */
import { join } from "node:path";

/**
 * The cache folder: `MDLT_BENCH_CACHE`, else `mdlt-bench` in the platform's own cache folder.
 *
 * @param environment The environment variables to go by.
 */
export function cacheDirectory(
  environment: Readonly<Record<string, string>> = Deno.env.toObject(),
): string {
  if (environment["MDLT_BENCH_CACHE"]) return environment["MDLT_BENCH_CACHE"];
  if (environment["XDG_CACHE_HOME"]) return join(environment["XDG_CACHE_HOME"], "mdlt-bench");
  if (Deno.build.os === "windows" && environment["LOCALAPPDATA"]) {
    return join(environment["LOCALAPPDATA"], "mdlt-bench", "cache");
  }
  const home = environment["HOME"] ?? environment["USERPROFILE"] ?? ".";
  return Deno.build.os === "darwin"
    ? join(home, "Library", "Caches", "mdlt-bench")
    : join(home, ".cache", "mdlt-bench");
}

/** True where there is a file, folder or link of that name. */
export async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

/** What a small JSON file holds; undefined where there is none or it cannot be read. */
export async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch {
    return undefined;
  }
}

/** Writes a small JSON file so that it exists whole or not at all. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const temporary = `${path}${temporaryMark}${crypto.randomUUID()}`;
  await Deno.writeTextFile(temporary, JSON.stringify(value, null, 2) + "\n");
  await Deno.rename(temporary, path);
}

/** What the names of unfinished files and folders hold and no finished one does. */
const temporaryMark = ".unfinished-";

/**
 * Fills a folder under another name and renames it at the end, so that the folder exists whole or
 * not at all, wherever the process is killed.
 *
 * @param folder The folder's final path; whatever is there is replaced.
 * @param fill Fills the folder it is given.
 */
export async function buildFolder(
  folder: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = `${folder}${temporaryMark}${crypto.randomUUID()}`;
  await Deno.mkdir(temporary, { recursive: true });
  try {
    await fill(temporary);
    await Deno.remove(folder, { recursive: true }).catch(() => {});
    await Deno.rename(temporary, folder);
  } finally {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
  }
}

/**
 * Does work that only one process may do at a time; the lock goes with the process that holds it.
 * What earlier holders left unfinished in the folder is removed first.
 *
 * @param folder The folder that the work is on; made if need be.
 * @param onWait Called once when another process is at work.
 */
export async function exclusively<T>(
  folder: string,
  work: () => Promise<T>,
  onWait: () => void,
): Promise<T> {
  await Deno.mkdir(folder, { recursive: true });
  const file = await Deno.open(join(folder, "lock"), { create: true, write: true });
  const timer = setTimeout(onWait, 300);
  try {
    // Some network file systems know no locks: then two processes may do the same work, harmlessly.
    const locked = await file.lock(true).then(() => true, () => false);
    clearTimeout(timer);
    if (locked) await removeUnfinished(folder);
    return await work();
  } finally {
    clearTimeout(timer);
    file.close(); // gives the lock back
  }
}

async function removeUnfinished(folder: string): Promise<void> {
  for await (const entry of Deno.readDir(folder)) {
    if (entry.name.includes(temporaryMark)) {
      await Deno.remove(join(folder, entry.name), { recursive: true }).catch(() => {});
    }
  }
}
