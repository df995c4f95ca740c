/**
 * Compiled functions: a function's TensorFlow operations run as one graph, in one native call.
 *
 * A function is traced once a key: its JavaScript runs and its operations are written down
 * (`trace.ts`), then they are one graph (`lower.ts`) that every later call of the key runs, without the
 * function's JavaScript. So it must be a pure function of what it is fed and of TensorFlow.js's
 * variables, which it may assign. What JavaScript gives it anew at each call is fed, or a
 * {@linkcode hostInput}.
 *
 * That is checked: the two calls after the first, and about every hundredth later one, run the
 * JavaScript again and compare it with the trace, operation by operation and number by number
 * (`compiler.ts`). A difference is an error that names the operation.
 *
 * The result of a call is always the graph's, the traced calls included, so it depends on the
 * operations and their inputs alone.
 *
 * Elementwise parts that are asked for in an {@linkcode xlaScope} can be compiled by XLA besides.
 *
 * On backends other than native TensorFlow functions run as they stand.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs-core";
import { tensor } from "@tensorflow/tfjs-core";
import { nativeBackend } from "../native/binding.ts";
import { Compiler } from "./compiler.ts";
import type { Fill, Program, Results } from "./program.ts";

export { CompileError } from "./compile_error.ts";
export type { Fill, Results } from "./program.ts";

/** One a process, since it stands between tfjs-node's only backend and its native side. */
let compiler: Compiler | null = null;

/** How functions are run: operation by operation, as graphs, or as graphs with XLA. */
export type Execution = "eager" | "graph" | "xla";

/** Runs functions of tensors. */
export interface Executor {
  /**
   * Runs a function.
   *
   * @param key Calls with the same key, and inputs of the same shapes, ask for the same operations.
   * @param fed The tensors that differ from call to call.
   * @param work Synchronous.
   * @returns What the function returns; the tensors are the caller's.
   */
  run<R extends Results>(key: string, fed: readonly tf.Tensor[], work: () => R): R;
  /** Frees the graphs; the executor is not used any more. */
  dispose(): void;
}

/** Choices of an {@linkcode executor}. */
export interface ExecutorOptions {
  /** Every call is compared with the first (tests), not only some. */
  readonly auditAll?: boolean;
  /** XLA on a GPU as well (measurements): it needs parts of CUDA that TensorFlow does not bring. */
  readonly xlaOnGpu?: boolean;
}

/** Makes an executor. */
export function executor(execution: Execution, options: ExecutorOptions = {}): Executor {
  const backend = nativeBackend();
  if (execution === "eager" || backend === null) return EAGER;
  compiler ??= new Compiler(backend);
  const useXla = execution === "xla" && (options.xlaOnGpu || !backend.isUsingGpuDevice);
  return new GraphExecutor(compiler, useXla, options.auditAll ?? false);
}

/** Runs functions as they stand. */
const EAGER: Executor = { run: (_key, _fed, work) => work(), dispose() {} };

class GraphExecutor implements Executor {
  readonly #programs = new Map<string, { program: Program; calls: number }>();

  constructor(
    readonly compiler: Compiler,
    readonly useXla: boolean,
    readonly auditAll: boolean,
  ) {}

  run<R extends Results>(key: string, fed: readonly tf.Tensor[], work: () => R): R {
    if (this.compiler.tracing) return work(); // inside another function: part of its graph
    const full = JSON.stringify([key, fed.map(({ shape, dtype }) => [shape, dtype])]);
    const known = this.#programs.get(full);
    if (known !== undefined && !this.auditAll && !auditIsDue(known.calls)) {
      known.calls++;
      return this.compiler.run(known.program, fed) as R;
    }
    const before = known?.program ?? null;
    const { results, program } = this.compiler.trace(work, fed, before, this.useXla);
    this.#programs.set(full, { program, calls: (known?.calls ?? 0) + 1 });
    return results;
  }

  dispose(): void {
    this.#programs.forEach(({ program }) => program.graph.release());
    this.#programs.clear();
  }
}

/** The two calls after the first, and a hundredth of all later ones, at irregular distances. */
function auditIsDue(calls: number): boolean {
  if (calls <= 2) return true;
  const mixed = Math.imul(calls ^ (calls >>> 7), 0x9e3779b1);
  return (mixed ^ (mixed >>> 15)) >>> 0 < 2 ** 32 / 100;
}

/**
 * A tensor that JavaScript fills: once where functions run as they stand, anew for every call of a
 * compiled one, in the order in which its first call asked. This is how random draws and other numbers
 * that change from call to call come into a function by themselves.
 *
 * @param fill Gives as many numbers as the shape holds.
 */
export function hostInput(
  shape: readonly number[],
  dtype: "float32" | "int32",
  fill: Fill,
): tf.Tensor {
  return compiler === null
    ? tensor(fill() as Float32Array, [...shape], dtype)
    : compiler.hostInput(shape, dtype, fill);
}

/** A part of a function of tensors that is worth making into one kernel by XLA. */
export function xlaScope<T>(work: () => T): T {
  return compiler === null ? work() : compiler.xlaScope(work);
}
