/**
 * Which TensorFlow does the mathematics: the native library, or the WebAssembly one that needs
 * nothing but npm. The rest of the project sees `@tensorflow/tfjs-core` alone.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { programName } from "../base/command.ts";
import { addonPath, findCompiler, packageFolder, tryAddon } from "./native/addon.ts";
import { cacheDirectory } from "../base/paths.ts";
import {
  type Backend,
  type BackendChoice,
  BackendError,
  type BackendReport,
} from "./native/choice.ts";
import { nativeBackend } from "./native/binding.ts";
import { gpuSeen, visibleGpus } from "./native/gpus.ts";
import { registerGather } from "./native/gather.ts";
import { registerMatMul } from "./native/matmul.ts";
import {
  hasOperations,
  loadOperations,
  operationsAreThere,
  prepareOperations,
} from "./native/operations.ts";
import { findPip } from "./native/pip.ts";
import { findNativeBuild, provision, recentFailures } from "./native/provision.ts";
import { prepareApart } from "./native/provision_process.ts";
import type { ProvisionContext } from "./native/sources.ts";
import { withoutStandardError } from "./native/quiet.ts";
import { wheelSets } from "./native/wheels.ts";
import { startWasmBackend } from "./wasm.ts";

export { BackendError, cacheDirectory, visibleGpus };
export type { Backend, BackendChoice, BackendReport };

/** What does the mathematics in this process. */
export interface BackendInfo {
  backend: Backend;
  /** The version of TensorFlow, or of the wasm package. */
  tensorflow: string;
  /** The version of TensorFlow.js. */
  tfjs: string;
  device: "cpu" | "gpu";
  /** The threads one operation may use. */
  threads: number;
  /** Whether the project's own operations are used where it has some; they round otherwise. */
  ownOperations: boolean;
}

/**
 * Makes sure that the chosen backend can start on this machine, fetching and building what it needs;
 * loads nothing into this process.
 *
 * @param choice `auto` takes native where it can be had, else wasm.
 * @returns The backend to start.
 * @throws BackendError where `native` was chosen and cannot be had.
 */
export async function prepareBackend(
  choice: BackendChoice,
  report: BackendReport = {},
): Promise<Backend> {
  if (choice === "wasm") return choice;
  const ready = await isPrepared() ? "native" : await prepareApart(choice, report);
  return ready === "wasm" ? ready : await thatLoads(choice, await provisionContext(), report);
}

/**
 * Native where it loads on this machine: what was made may have lost a library since, or been made on
 * another machine that shares the cache.
 *
 * @throws BackendError where `native` was chosen and does not load.
 */
export async function thatLoads(
  choice: BackendChoice,
  ctx: ProvisionContext,
  report: BackendReport,
): Promise<Backend> {
  const found = await findNativeBuild(ctx);
  const why = found === undefined ? "it has gone" : await whyNotLoading(found.addon, ctx.tryAddon);
  if (why === null) return "native";
  const remedy = found && `; remove '${found.addon}' to have it made anew`;
  const sentence = `Cannot start the native backend here: ${why}${remedy ?? ""}`;
  if (choice === "native") throw new BackendError(`${sentence}, or use wasm instead.`);
  report.onNote?.(`${sentence}.`);
  report.onNote?.(USING_WASM);
  return "wasm";
}

const USING_WASM = "Using the wasm backend, several times slower than native TensorFlow.";

/** Whether nothing is left to be fetched, compiled or linked for the native backend. */
async function isPrepared(): Promise<boolean> {
  const { native } = await inspectBackend();
  return native !== undefined && native.linked && await operationsAreThere(native.addon);
}

/** {@linkcode prepareBackend} in this process, which must be free to start programs and to write. */
export async function prepareHere(
  choice: BackendChoice,
  report: BackendReport,
): Promise<Backend> {
  return await chooseBackend(choice, await provisionContext(), report);
}

/** {@linkcode prepareHere} in a provisionContext of the caller's, whose own reporting is not used. */
export async function chooseBackend(
  choice: BackendChoice,
  ctx: ProvisionContext,
  report: BackendReport,
): Promise<Backend> {
  if (choice === "wasm") return "wasm";
  const notes: string[] = [];
  const ready = await provision({
    ...ctx,
    onProgress: (what, done, total) => report.onProgress?.(what, done, total),
    onNote: (line) => {
      notes.push(line);
      if (choice === "auto") report.onNote?.(line);
    },
  }, choice === "native");
  if (ready !== undefined) {
    await prepareOperations(ready.addon, {
      environment: ctx.environment,
      onNote: (line) => report.onNote?.(line),
    });
    return "native";
  }
  if (choice === "native") {
    const reasons = notes.map((line) => line.replace(/^Cannot/, "cannot").replace(/\.$/, ""));
    throw new BackendError(
      `Cannot prepare the native backend here, use wasm instead: ${reasons.join("; ")}.`,
    );
  }
  report.onNote?.(USING_WASM);
  return "wasm";
}

/**
 * Loads a prepared backend into this process; to be called once, before any tensor is made.
 *
 * @param threads How many threads one operation may use; results differ in the last bits with it.
 *   The wasm backend uses one, whatever is asked for.
 * @throws BackendError where the backend was not prepared or does not load.
 */
export async function startBackend(backend: Backend, threads: number): Promise<BackendInfo> {
  return backend === "native" ? await startNative(threads) : await startWasm();
}

async function startNative(threads: number): Promise<BackendInfo> {
  const addon = addonPath(packageFolder("@tensorflow/tfjs-node-gpu"));
  if (await Deno.stat(addon).catch(() => undefined) === undefined) {
    throw new BackendError(
      `Cannot start the native backend: there is no addon at '${addon}'; prepareBackend makes it.`,
    );
  }
  // TensorFlow reads these once, when it is loaded.
  const settings = {
    TF_NUM_INTRAOP_THREADS: `${threads}`,
    TF_NUM_INTEROP_THREADS: "1",
    OMP_NUM_THREADS: `${threads}`,
  };
  // These are for the user to decide: no talk about what is well; oneDNN's kernels, which TensorFlow
  // takes by itself only on processors with AVX-512 and which are quicker on all; and on a GPU, memory
  // as needed, since several runs may share it.
  const talkative = Deno.env.has("TF_CPP_MIN_LOG_LEVEL");
  const defaults = {
    TF_CPP_MIN_LOG_LEVEL: "1",
    TF_ENABLE_ONEDNN_OPTS: "1",
    TF_FORCE_GPU_ALLOW_GROWTH: "true",
  };
  for (const [name, value] of Object.entries(settings)) Deno.env.set(name, value);
  for (const [name, value] of Object.entries(defaults)) {
    if (Deno.env.get(name) === undefined) Deno.env.set(name, value);
  }
  await import("./native/node_util.ts");
  const load = () => import("@tensorflow/tfjs-node-gpu");
  try {
    await (talkative ? load() : withoutStandardError(load));
  } catch (error) {
    throw new BackendError(
      `Cannot start the native backend: its addon does not load (${(error as Error).message}); ` +
        `remove '${addon}' to have it made anew.`,
    );
  }
  registerGather();
  registerMatMul();
  await loadOperations(addon);
  const native = nativeBackend()!;
  return {
    backend: "native",
    tensorflow: native.binding.TF_Version,
    tfjs: tf.version_core,
    device: native.isUsingGpuDevice ? "gpu" : "cpu",
    threads,
    ownOperations: hasOperations(),
  };
}

async function startWasm(): Promise<BackendInfo> {
  try {
    const version = await startWasmBackend();
    return {
      backend: "wasm",
      tensorflow: version,
      tfjs: tf.version_core,
      device: "cpu",
      threads: 1,
      ownOperations: false,
    };
  } catch (error) {
    throw new BackendError(`Cannot start the wasm backend: ${(error as Error).message}.`);
  }
}

/** What {@linkcode inspectBackend} found. */
export interface BackendInspection {
  /** The backend that `auto` would start now, without fetching anything. */
  backend: Backend;
  /**
   * Native TensorFlow, where it is ready: its addon, its version, what it was made from, and whether
   * it is linked into this clone's npm package ({@linkcode prepareBackend} sees to that).
   */
  native: { addon: string; tensorflow: string; source: string; linked: boolean } | undefined;
  /** What provisioning native TensorFlow would need and this machine lacks, one line each. */
  missing: string[];
  /** What was made before and may not be used, a sentence each. */
  passedOver: string[];
  /** What of it failed a short while ago and is not tried again by itself, a sentence each. */
  failed: string[];
  /** Whether an NVIDIA GPU is to be seen. */
  gpu: boolean;
  cache: string;
  /** The command that mends what is missing; undefined where nothing is. */
  mend: string | undefined;
}

/** Looks at what there is, without changing anything. */
export async function inspectBackend(): Promise<BackendInspection> {
  const environment = Deno.env.toObject();
  const passedOver: string[] = [];
  const ctx = { ...await provisionContext(), onNote: (line: string) => void passedOver.push(line) };
  const ready = await findNativeBuild(ctx);
  const link = await Deno.readLink(addonPath(ctx.tfjsFolder)).catch(() => undefined);
  const missing: string[] = [];
  if (ready === undefined) {
    if (await findCompiler(environment) === undefined) missing.push("a C++ compiler, such as g++");
    if (await findPip(environment) === undefined) missing.push("Python 3 with pip");
  }
  return {
    backend: ready === undefined ? "wasm" : "native",
    native: ready && { ...ready, linked: link === ready.addon },
    missing,
    passedOver,
    failed: ready === undefined ? await recentFailures(ctx) : [],
    gpu: await gpuSeen(environment),
    cache: ctx.cache,
    mend: ready === undefined
      ? `${programName()} bench --preset smoke --backend native`
      : undefined,
  };
}

/** Why a native TensorFlow that was made does not load here; null where it does. */
export async function whyNotLoading(
  addon: string,
  attempt = (path: string) => tryAddon(path, Deno.env.toObject()),
): Promise<string | null> {
  return await attempt(addon).then(
    () => null,
    (error: Error) => error.message.replace(/\s+/g, " "),
  );
}

/** The real provisionContext: this machine's environment, packages and wheels. */
async function provisionContext(): Promise<ProvisionContext> {
  const environment = Deno.env.toObject();
  return {
    cache: cacheDirectory(),
    environment,
    tfjsFolder: packageFolder("@tensorflow/tfjs-node-gpu"),
    tfjsVersion: tf.version_core,
    headersFolder: packageFolder("node-api-headers"),
    wheelSets: wheelSets(Deno.build.os, Deno.build.arch, await cudaWanted(environment)),
    tryAddon: (addon) => tryAddon(addon, environment),
    onProgress() {},
    onNote() {},
  };
}

/** Whether TensorFlow's CUDA build comes first: for a GPU, or for that of whoever runs an image. */
const cudaWanted = async (environment: Readonly<Record<string, string>>) =>
  environment["MDLT_BENCH_CUDA"] === "1" || await gpuSeen(environment);
