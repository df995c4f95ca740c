/**
 * The project's own operations of TensorFlow (`ops/*.cc`): group norm, Adam and the normalisation of
 * images in one pass over memory each. They are compiled once a machine, into a library beside the
 * addon. Where that cannot be done the same is computed by TensorFlow's operations or in JavaScript,
 * more slowly.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { runProgram } from "../../base/command.ts";
import { createAtomically, exists } from "../../base/files.ts";
import { projectPath } from "../../base/paths.ts";
import { findCompiler, findLibrary, type Library } from "./addon.ts";
import { nativeBackend } from "./binding.ts";

const FOLDER = "tensor/native/ops";
const HEADERS = ["capi.h", "kernel.h"];
const SOURCES = ["adam.cc", "group_norm.cc", "images.cc", "register.cc"];

/** What compiling needs of the machine. */
interface Toolchain {
  readonly environment: Readonly<Record<string, string>>;
  onNote(line: string): void;
}

/** Where the library of an addon is: it has a name of its own for every form of its sources. */
async function libraryPath(addon: string): Promise<string> {
  const hash = createHash("sha256");
  for (const name of [...HEADERS, ...SOURCES]) {
    hash.update(await Deno.readFile(projectPath(`${FOLDER}/${name}`)));
  }
  const version = hash.digest("hex").slice(0, 12);
  return join(dirname(await Deno.realPath(addon)), `mdlt_operations_${version}.so`);
}

/** Whether the library of an addon has been compiled. */
export async function operationsAreThere(addon: string): Promise<boolean> {
  return await exists(await libraryPath(addon));
}

/** Compiles the library of an addon, if that has not been done; a failure is a note. */
export async function prepareOperations(addon: string, toolchain: Toolchain): Promise<void> {
  const { environment, onNote } = toolchain;
  try {
    const path = await libraryPath(addon);
    if (await exists(path)) return;
    const compiler = await findCompiler(environment);
    if (compiler === undefined) throw new Error("no C++ compiler was found");
    const { files } = await libraryOf(addon, environment["MDLT_TENSORFLOW"]);
    await createAtomically(path, async (temporary) => {
      const { success, reason } = await runProgram(compiler, [
        ...["-std=c++17", "-O3", "-fno-math-errno", "-fno-trapping-math", "-fPIC", "-shared"],
        ...SOURCES.map((name) => projectPath(`${FOLDER}/${name}`)),
        ...["-o", temporary, "-pthread"],
        ...files,
        ...files.map((file) => `-Wl,-rpath,${dirname(file)}`),
      ], { environment, minutes: 5 });
      if (!success) throw new Error(`${compiler} could not compile them (${reason})`);
    });
  } catch (error) {
    const reason = (error as Error).message.replace(/\s+/g, " ").replace(/\.$/, "");
    onNote(`Cannot use the project's own TensorFlow operations, steps will be slower: ${reason}.`);
  }
}

/** The TensorFlow that an addon was linked with: beside it, in an npm package, or where the user says. */
async function libraryOf(addon: string, named: string | undefined): Promise<Library> {
  const folder = dirname(await Deno.realPath(addon));
  const places = [folder, join(folder, "..", "..", "deps"), ...(named ? [named] : [])];
  let failure: unknown;
  for (const place of places) {
    try {
      return await findLibrary(place);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** One TensorFlow a process: what it knows holds for all that is built in it. */
let loaded = false;

/** Loads the library of an addon that this process has loaded; nothing happens where there is none. */
export async function loadOperations(addon: string): Promise<void> {
  const path = await libraryPath(addon);
  if (loaded || !await exists(path)) return;
  try {
    Deno.dlopen(path, {}); // its operations make themselves known to TensorFlow
    loaded = true;
  } catch {
    // Compiled for another machine that shares the cache: TensorFlow's own operations do as well.
  }
}

let wanted = true;

/** Decides whether what is built from here on uses the project's own operations where it has some. */
export function useOperations(use: boolean): void {
  wanted = use;
}

/** Whether the project's own operations are used: this process has them, no GPU, and may. */
export function hasOperations(): boolean {
  return loaded && wanted && nativeBackend()?.isUsingGpuDevice === false;
}
