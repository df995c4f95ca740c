/**
 * Getting native TensorFlow onto a machine: the sources it may come from are tried in order, each
 * builds into a folder of the cache, and the first that loads is linked into the npm package.
 *
 * A source that is ready costs a look at one small file; a clone of the project with a warm cache
 * only makes the link.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { delimiter, dirname, join } from "node:path";
import { addonName, compileAddon, findCompiler, findLibrary, placeAddon } from "./addon.ts";
import { buildFolder, exclusively, readJson, writeJson } from "../../base/cache.ts";
import { findProgram, runProgram } from "../../base/command.ts";
import { fetchWheel, findPip } from "./pip.ts";
import { unpack } from "./unpack.ts";
import type { WheelSet } from "./wheels.ts";

/** Everything the work depends on, so that a test can put its own in place. */
export interface Workshop {
  /** The cache folder; ours is `native` inside it. */
  cache: string;
  /** The environment variables: `MDLT_TENSORFLOW`, `CXX`, `PATH`, …. */
  environment: Readonly<Record<string, string>>;
  /** The folder of the npm package of TensorFlow.js, into which the addon is linked. */
  tfjsFolder: string;
  tfjsVersion: string;
  /** The folder of the npm package of the Node API's headers. */
  headersFolder: string;
  /** The wheels to try, in order; see `wheels.ts`. */
  wheelSets: readonly WheelSet[];
  /** Loads an addon elsewhere and gives the version of TensorFlow behind it, or throws. */
  tryAddon(addon: string): Promise<string>;
  onProgress(what: string, done: number, total: number): void;
  /** Told in one line of everything that was tried in vain, and of waiting. */
  onNote(line: string): void;
}

/** A native TensorFlow that was built and has been loaded once. */
export interface Ready {
  /** The addon's full path. */
  addon: string;
  /** The version of TensorFlow. */
  tensorflow: string;
  /** What it was made from. */
  source: string;
}

/** One place that TensorFlow can come from. */
interface Source {
  /** What it is, to be read after "from" or "with". */
  title: string;
  /** The name of its folder in the cache. */
  key: string;
  /** Says in one line what this machine lacks for it; undefined where nothing. */
  lacks(): Promise<string | undefined>;
  /** Fills a folder and gives the addon's path in it, or a full path elsewhere. */
  build(folder: string): Promise<string>;
}

/** A failure that needed the network is not tried again within this time if there is a way on. */
const patienceHours = 24;

/**
 * Makes native TensorFlow ready for use by the npm package, from the first source that works.
 *
 * @param insist Whether to repeat attempts that failed within the last day when nothing else works.
 * @returns What is ready, or undefined where every source failed; each failure was a note.
 */
export async function provision(
  shop: Workshop,
  insist: boolean,
): Promise<Ready | undefined> {
  const found = await firstThatWorks(shop, insist);
  if (found === undefined) return undefined;
  try {
    await placeAddon(found.addon, shop.tfjsFolder);
    return found;
  } catch (error) {
    shop.onNote(
      `Cannot link '${found.addon}' into '${shop.tfjsFolder}': ${(error as Error).message}.`,
    );
    return undefined;
  }
}

/** What is ready now, without building or linking anything. */
export async function findReady(shop: Workshop): Promise<Ready | undefined> {
  for (const source of await listSources(shop)) {
    const ready = await readReady(shop, source);
    if (ready !== undefined) return ready;
  }
  return undefined;
}

async function firstThatWorks(shop: Workshop, insist: boolean): Promise<Ready | undefined> {
  const postponed: Source[] = [];
  for (const source of await listSources(shop)) {
    const ready = await readReady(shop, source);
    if (ready !== undefined) return ready;
    const failure = await recentFailure(shop, source);
    if (failure !== undefined && insist) {
      postponed.push(source); // until it is clear that nothing else works
    } else if (failure !== undefined) {
      shop.onNote(note(source, failure));
    } else {
      const built = await attempt(shop, source);
      if (built !== undefined) return built;
    }
  }
  for (const source of postponed) {
    const built = await attempt(shop, source);
    if (built !== undefined) return built;
  }
  return undefined;
}

async function attempt(shop: Workshop, source: Source): Promise<Ready | undefined> {
  try {
    const lack = await source.lacks();
    if (lack !== undefined) throw new Error(lack);
    return await buildOnce(shop, source);
  } catch (error) {
    shop.onNote(note(source, (error as Error).message));
    return undefined;
  }
}

const note = (source: Source, reason: string) =>
  `Cannot use ${source.title}: ${reason.replace(/\s+/g, " ").replace(/\.$/, "")}.`;

const nativeFolder = (shop: Workshop) => join(shop.cache, "native");
const sourceFolder = (shop: Workshop, source: Source) => join(nativeFolder(shop), source.key);
const failureFile = (shop: Workshop, source: Source) => sourceFolder(shop, source) + ".failed.json";

/** Builds a source, or waits for the process that is building it. */
async function buildOnce(shop: Workshop, source: Source): Promise<Ready> {
  const folder = sourceFolder(shop, source);
  return await exclusively(nativeFolder(shop), async () => {
    const ready = await readReady(shop, source);
    if (ready !== undefined) return ready;
    try {
      await buildFolder(folder, async (temporary) => {
        const addon = await source.build(temporary);
        // From here the folder is finished but for its name, and the addon finds its library beside
        // itself, so it can be tried before anyone sees it.
        const tensorflow = await shop.tryAddon(join(temporary, addon));
        await writeJson(join(temporary, "ready.json"), { addon, tensorflow, source: source.title });
      });
    } catch (error) {
      const reason = (error as Error).message;
      await writeJson(failureFile(shop, source), { reason, time: Date.now() }).catch(() => {});
      throw error;
    }
    await Deno.remove(failureFile(shop, source)).catch(() => {});
    return (await readReady(shop, source))!;
  }, () => shop.onNote("Another process is preparing native TensorFlow: waiting for it."));
}

async function readReady(shop: Workshop, source: Source): Promise<Ready | undefined> {
  const folder = sourceFolder(shop, source);
  const ready = await readJson<Ready>(join(folder, "ready.json"));
  return ready && { ...ready, addon: join(folder, ready.addon) };
}

async function recentFailure(shop: Workshop, source: Source): Promise<string | undefined> {
  const failure = await readJson<{ reason: string; time: number }>(failureFile(shop, source));
  if (failure === undefined) return undefined;
  const hours = (Date.now() - failure.time) / 3_600_000;
  return hours < patienceHours
    ? `${failure.reason} (${hours.toFixed(1)} hours ago; --backend native tries again)`
    : undefined;
}

async function listSources(shop: Workshop): Promise<Source[]> {
  const named = shop.environment["MDLT_TENSORFLOW"];
  return [
    ...(named ? [await namedLibrary(shop, named)] : []),
    ...shop.wheelSets.map((wheels) => wheelSource(shop, wheels)),
    installScript(shop),
  ];
}

const keyPart = (shop: Workshop) => `tfjs-${shop.tfjsVersion}_${Deno.build.os}-${Deno.build.arch}`;

const noCompiler =
  "no C++ compiler was found ($CXX, g++, clang++ or c++); install one, g++ for instance";

/** The library that the user names. */
async function namedLibrary(shop: Workshop, path: string): Promise<Source> {
  // The library may be a gigabyte: its place, size and time tell it from others at no cost.
  const library = await findLibrary(path).catch((error: Error) => error);
  const marks: (string | number | undefined)[] = [path];
  if (!(library instanceof Error)) {
    for (const file of library.files) {
      const info = await Deno.stat(file).catch(() => undefined);
      marks.push(await Deno.realPath(file).catch(() => file), info?.size, info?.mtime?.getTime());
    }
  }
  const hash = createHash("sha256").update(JSON.stringify(marks)).digest("hex").slice(0, 16);
  return {
    title: `the TensorFlow that MDLT_TENSORFLOW names ('${path}')`,
    key: `${keyPart(shop)}_named-${hash}`,
    lacks: async () =>
      library instanceof Error
        ? library.message
        : await findCompiler(shop.environment)
        ? undefined
        : noCompiler,
    async build(folder) {
      if (library instanceof Error) throw library;
      shop.onProgress("compiling the addon", 0, 1);
      await compileAddon({
        ...shop,
        compiler: (await findCompiler(shop.environment))!,
        library,
        searchPath: dirname(await Deno.realPath(library.files[0]!)),
        output: join(folder, addonName),
      });
      shop.onProgress("compiling the addon", 1, 1);
      return addonName;
    },
  };
}

/** The pinned Python wheel, fetched by pip. */
function wheelSource(shop: Workshop, wheels: WheelSet): Source {
  const { name, version, sha256 } = wheels.tensorflow;
  return {
    title: `the Python wheel ${name} ${version}`,
    key: `${keyPart(shop)}_${name}-${version}-${sha256.slice(0, 8)}`,
    async lacks() {
      if (await findCompiler(shop.environment) === undefined) return noCompiler;
      if (await findPip(shop.environment) === undefined) {
        return "no Python with pip was found (python3, python); install python3 with pip";
      }
      return undefined;
    },
    async build(folder) {
      const pip = (await findPip(shop.environment))!;
      for (const wheel of [wheels.tensorflow, ...wheels.companions]) {
        const download = join(folder, "download");
        await Deno.mkdir(download);
        const path = await fetchWheel(
          wheel,
          download,
          pip,
          shop.environment,
          (done, total) => shop.onProgress(`downloading ${wheel.name}`, done, total),
        );
        await unpack(
          path,
          folder,
          wanted,
          (done, total) => shop.onProgress(`unpacking ${wheel.name}`, done, total),
        );
        await Deno.remove(download, { recursive: true });
      }
      shop.onProgress("compiling the addon", 0, 1);
      await compileAddon({
        ...shop,
        compiler: (await findCompiler(shop.environment))!,
        library: await findLibrary(join(folder, "tensorflow")),
        searchPath: "$ORIGIN/tensorflow",
        output: join(folder, addonName),
      });
      shop.onProgress("compiling the addon", 1, 1);
      return addonName;
    },
  };
}

/** Of a wheel: the C library, the headers the addon includes, and CUDA's libraries and tools. */
function wanted(path: string): boolean {
  return /^tensorflow\/libtensorflow_(cc|framework)\.[^/]+$/.test(path) ||
    /^tensorflow\/include\/(tensorflow|xla\/tsl)\/c\/.+\.h$/.test(path) ||
    /^tensorflow\/include\/(tensorflow\/core|tsl)\/platform\/ctstring[^/]*\.h$/.test(path) ||
    /^nvidia\/[^/]+\/(lib|bin|nvvm)\//.test(path);
}

/** The npm package's own install script, which downloads an older TensorFlow and an addon for it. */
function installScript(shop: Workshop): Source {
  return {
    title: "the npm package's own install script",
    key: `${keyPart(shop)}_npm`,
    lacks: () => Promise.resolve(undefined),
    async build(folder) {
      const what = "running the npm package's install script";
      shop.onProgress(what, 0, 1);
      // The script works in its package's folder: give it a copy, so that one that is stopped
      // half-way leaves the real package as it was. The copy needs the package's dependencies, and
      // one of their programs on the PATH, as npm would have it.
      const copy = join(folder, "node_modules", "package");
      const dependencies = join(shop.tfjsFolder, "..", "..");
      await copyFolder(shop.tfjsFolder, copy);
      await Deno.symlink(dependencies, join(copy, "node_modules"));
      const programs = join(folder, "programs");
      await Deno.mkdir(programs);
      await Deno.symlink(
        join(dependencies, "@mapbox", "node-pre-gyp", "bin", "node-pre-gyp"),
        join(programs, "node-pre-gyp"),
      );
      let node = await findProgram(["node"], shop.environment);
      if (node === undefined) { // Deno does as well
        node = join(programs, "node");
        const script =
          `#!/bin/sh\nexec '${Deno.execPath()}' run --quiet --allow-all --unstable-detect-cjs "$@"\n`;
        await Deno.writeTextFile(node, script, { mode: 0o755 });
      }
      const gpu = shop.wheelSets.some((wheels) => wheels.companions.length > 0);
      const { success, reason } = await runProgram(
        node,
        [join("scripts", "install.js"), gpu ? "gpu" : "cpu", "download"],
        {
          environment: {
            ...shop.environment,
            PATH: [programs, shop.environment["PATH"] ?? ""].join(delimiter),
          },
          minutes: 10,
          cwd: copy,
        },
      );
      if (!success) throw new Error(reason);
      shop.onProgress(what, 1, 1);
      return join("node_modules", "package", "lib", "napi-v8", addonName);
    },
  };
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const entry of Deno.readDir(from)) {
    if (entry.name === "lib" || entry.name === "deps") continue; // what an install leaves behind
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory) await copyFolder(source, target);
    else await Deno.copyFile(source, target);
  }
}
