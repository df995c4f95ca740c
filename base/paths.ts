/**
 * Paths of the project itself and of its cache.
 *
 * @module
 */
import { isAbsolute, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The path of a file of the project, given relative to its root folder. */
export function projectPath(relative: string): string {
  return fileURLToPath(new URL(`../${relative}`, import.meta.url));
}

/**
 * Makes the folder in which the user stands the working folder, so that paths of a command line are
 * meant from there, and results come to lie there. `deno task` takes the project's folder and leaves
 * the user's in `INIT_CWD`.
 */
export function enterUserFolder(): void {
  const from = Deno.env.get("INIT_CWD");
  if (from === undefined) return;
  const byTask = Deno.realPathSync(Deno.cwd()) === Deno.realPathSync(projectPath(""));
  if (byTask) Deno.chdir(from);
  Deno.env.delete("INIT_CWD"); // else processes that are started from here would go by it, too
}

/** Whether a folder is the project's or one below it; the working folder when left out. */
export function insideProject(folder: string = Deno.cwd()): boolean {
  const path = relative(projectPath(""), folder);
  return !isAbsolute(path) && path.split(sep)[0] !== "..";
}

/**
 * The folder that keeps what was downloaded and built, outside every clone of the project:
 * `MDLT_BENCH_CACHE`, else `mdlt-bench` in the platform's own cache folder.
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
