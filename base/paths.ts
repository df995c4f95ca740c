/**
 * Paths of the project itself and of its cache.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The path of a file of the project, given relative to its root folder. */
export function projectPath(relative: string): string {
  return fileURLToPath(new URL(`../${relative}`, import.meta.url));
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
