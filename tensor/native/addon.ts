/**
 * The addon through which TensorFlow.js calls TensorFlow's C library: compiling it from the sources
 * in the npm package, trying it out, and putting it where the package looks for it.
 *
 * @module
 */
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findProgram, runProgram } from "../../base/command.ts";
import { createAtomically, exists } from "../../base/files.ts";
import { narrowRun } from "../../base/rights.ts";

/** The addon's file name. */
export const addonName = "tfjs_binding.node";

/** TensorFlow's C library on disk. */
export interface Library {
  /** The shared libraries to link against, full paths in one folder. */
  files: string[];
  /** The folder that holds `tensorflow/c/c_api.h`. */
  include: string;
}

/** The folder of an npm package that this project depends on. */
export function packageFolder(name: string): string {
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
}

/** Where the npm package of TensorFlow.js looks for its addon. */
export function addonPath(tfjsFolder: string): string {
  // Version 8 of the Node API is the newest the package knows, and Deno has it.
  return join(tfjsFolder, "lib", "napi-v8", addonName);
}

/**
 * Finds TensorFlow's C library in a folder laid out as the C archive (`lib/`, `include/`), as an
 * installed Python package, as a folder of Python packages, or around a library file.
 *
 * @param path One of those folders, or the library file itself.
 * @throws Error that says in one line what is not there.
 */
export async function findLibrary(path: string): Promise<Library> {
  const info = await Deno.stat(path).catch(() => undefined);
  if (info === undefined) throw new Error(`there is nothing at '${path}'`);
  const folders = info.isFile
    ? [dirname(path)]
    : [path, join(path, "lib"), join(path, "tensorflow"), join(path, "lib64")];
  for (const folder of folders) {
    const files = await librariesIn(folder, info.isFile ? basename(path) : undefined);
    if (files === undefined) continue;
    for (const include of [join(folder, "include"), join(folder, "..", "include")]) {
      if (await exists(join(include, "tensorflow", "c", "c_api.h"))) return { files, include };
    }
    throw new Error(`'${folder}' has TensorFlow's library but no include/tensorflow/c/c_api.h`);
  }
  throw new Error(`'${path}' holds no libtensorflow or libtensorflow_cc shared library`);
}

async function librariesIn(folder: string, name?: string): Promise<string[] | undefined> {
  const endings = ["so.2", "2.dylib", "so", "dylib"];
  const cores = name === undefined
    ? endings.flatMap((end) => [`libtensorflow_cc.${end}`, `libtensorflow.${end}`])
    : [name];
  for (const core of cores) {
    if (!/^libtensorflow(_cc)?\./.test(core) || !await exists(join(folder, core))) continue;
    const framework = core.replace(/^libtensorflow(_cc)?\./, "libtensorflow_framework.");
    return [core, framework].map((file) => join(folder, file));
  }
  return undefined;
}

/** The C++ compiler to use: `$CXX`, else g++, clang++ or c++; undefined where there is none. */
export async function findCompiler(
  environment: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const chosen = environment["CXX"];
  return await findProgram([...(chosen ? [chosen] : []), "g++", "clang++", "c++"], environment);
}

/**
 * Compiles the addon.
 *
 * @param job `tfjsFolder` and `headersFolder` are the npm packages of TensorFlow.js and of the Node
 *   API's headers; `searchPath` is where the addon looks for the library when it is loaded, with
 *   `$ORIGIN` for its own folder; `output` is the addon's path.
 * @throws Error with the compiler's reason.
 */
export async function compileAddon(job: {
  compiler: string;
  environment: Readonly<Record<string, string>>;
  tfjsFolder: string;
  headersFolder: string;
  library: Library;
  searchPath: string;
  output: string;
}): Promise<void> {
  const sources = join(job.tfjsFolder, "binding");
  const files: string[] = [];
  for await (const entry of Deno.readDir(sources)) {
    if (entry.name.endsWith(".cc")) files.push(join(sources, entry.name));
  }
  const mac = Deno.build.os === "darwin";
  const { success, reason } = await runProgram(job.compiler, [
    ...["-std=c++17", "-O2", "-fPIC", "-shared", "-DNAPI_VERSION=8"],
    ...["-I", join(job.headersFolder, "include"), "-I", job.library.include],
    ...files.sort(),
    ...["-o", job.output],
    ...job.library.files,
    `-Wl,-rpath,${mac ? job.searchPath.replace("$ORIGIN", "@loader_path") : job.searchPath}`,
    // The Node API's functions are in the program that loads the addon.
    ...(mac ? ["-undefined", "dynamic_lookup"] : []),
  ], { environment: job.environment, minutes: 10 });
  if (!success) throw new Error(`${job.compiler} could not compile the addon (${reason})`);
}

/**
 * Loads an addon in a process of its own, so that one that crashes takes nothing with it.
 *
 * @returns The version of TensorFlow behind it.
 * @throws Error with the loader's reason.
 */
export async function tryAddon(
  addon: string,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const probe = fileURLToPath(new URL("./probe.ts", import.meta.url));
  const { success, stdout, reason } = await runProgram(Deno.execPath(), [
    ...narrowRun("probe"),
    probe,
    addon,
  ], { environment, minutes: 5 });
  if (!success) throw new Error(`the addon does not load (${reason.replace(/^error: /, "")})`);
  return stdout.trim();
}

/**
 * Puts a link to an addon where the npm package looks for it, in one step: processes that start at
 * the same moment find the old one or the new one.
 */
export async function placeAddon(addon: string, tfjsFolder: string): Promise<void> {
  const path = addonPath(tfjsFolder);
  if (addon === path || await Deno.readLink(path).catch(() => "") === addon) return;
  await createAtomically(path, (temporary) => Deno.symlink(addon, temporary));
}
