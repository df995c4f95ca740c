/**
 * The sources of native TensorFlow: a library that the user names, and a pinned Python wheel. The npm
 * package's own install script is none: what it downloads is neither pinned nor checked.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { unzip } from "../../base/unzip.ts";
import { addonName, compileAddon, findCompiler, findLibrary } from "./addon.ts";
import { fetchWheel, findPip } from "./pip.ts";
import type { WheelSet } from "./wheels.ts";

/** Everything the work depends on, so that a test can put its own in place. */
export interface ProvisionContext {
  /** The cache folder; ours is `native` inside it, or what `MDLT_BENCH_NATIVE` names. */
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

/** One place that TensorFlow can come from. */
export interface Source {
  /** What it is, to be read after "from" or "with". */
  title: string;
  /** The name of its folder in the cache. */
  key: string;
  /** Says in one line what this machine missingRequirement for it; undefined where nothing. */
  missingRequirement(): Promise<string | undefined>;
  /** Fills a folder and gives the addon's path in it, or a full path elsewhere. */
  build(folder: string): Promise<string>;
}

/** Where TensorFlow may come from on this machine, in the order in which it is tried. */
export async function listSources(ctx: ProvisionContext): Promise<Source[]> {
  const named = ctx.environment["MDLT_TENSORFLOW"];
  return [
    ...(named ? [await namedLibrary(ctx, named)] : []),
    ...ctx.wheelSets.map((wheels) => wheelSource(ctx, wheels)),
  ];
}

const keyPart = (ctx: ProvisionContext) =>
  `tfjs-${ctx.tfjsVersion}_${Deno.build.os}-${Deno.build.arch}`;

const noCompiler =
  "no C++ compiler was found ($CXX, g++, clang++ or c++); install one, g++ for instance";

/** The library that the user names. */
async function namedLibrary(ctx: ProvisionContext, path: string): Promise<Source> {
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
    key: `${keyPart(ctx)}_named-${hash}`,
    missingRequirement: async () =>
      library instanceof Error
        ? library.message
        : await findCompiler(ctx.environment)
        ? undefined
        : noCompiler,
    async build(folder) {
      if (library instanceof Error) throw library;
      ctx.onProgress("compiling the addon", 0, 1);
      await compileAddon({
        ...ctx,
        compiler: (await findCompiler(ctx.environment))!,
        library,
        searchPath: dirname(await Deno.realPath(library.files[0]!)),
        output: join(folder, addonName),
      });
      ctx.onProgress("compiling the addon", 1, 1);
      return addonName;
    },
  };
}

/** The pinned Python wheel, fetched by pip. */
function wheelSource(ctx: ProvisionContext, wheels: WheelSet): Source {
  const { name, version, sha256 } = wheels.tensorflow;
  return {
    title: `the Python wheel ${name} ${version}`,
    key: `${keyPart(ctx)}_${name}-${version}-${sha256.slice(0, 8)}`,
    async missingRequirement() {
      if (await findCompiler(ctx.environment) === undefined) return noCompiler;
      if (await findPip(ctx.environment) === undefined) {
        return "no Python with pip was found (python3, python); install python3 with pip";
      }
      return undefined;
    },
    async build(folder) {
      const pip = (await findPip(ctx.environment))!;
      for (const wheel of [wheels.tensorflow, ...wheels.companions]) {
        const download = join(folder, "download");
        await Deno.mkdir(download);
        const path = await fetchWheel(
          wheel,
          download,
          pip,
          ctx.environment,
          (done, total) => ctx.onProgress(`downloading ${wheel.name}`, done, total),
        );
        await unzip(path, folder, {
          wanted,
          replace: true, // companions share files
          onProgress: (done, total) => ctx.onProgress(`unpacking ${wheel.name}`, done, total),
        });
        await Deno.remove(download, { recursive: true });
      }
      ctx.onProgress("compiling the addon", 0, 1);
      await compileAddon({
        ...ctx,
        compiler: (await findCompiler(ctx.environment))!,
        library: await findLibrary(join(folder, "tensorflow")),
        searchPath: "$ORIGIN/tensorflow",
        output: join(folder, addonName),
      });
      ctx.onProgress("compiling the addon", 1, 1);
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
