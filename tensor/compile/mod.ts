/**
 * Compiled steps: a function's TensorFlow operations run as one graph, in one native call.
 *
 * The function's JavaScript runs at every call, its operations do not. While it runs, each operation
 * that it asks for is compared with what an earlier call asked for at the same point: name,
 * attributes, where its inputs come from, the small integer tensors (shapes, axes) that were made in
 * JavaScript (`trace.ts`). As long as all agree, nothing is computed; at the end the traced graph
 * (`lower.ts`) is run at once, with every tensor from outside and every number made in JavaScript as
 * an input. So a value cannot be baked in and go stale: whatever JavaScript computes anew is fed
 * anew, and where the operations themselves differ, the ones so far are executed one by one, the rest
 * is traced, and a further graph is made (`compiler.ts`).
 *
 * The result of a call is always the graph's, the tracing call included, so it depends on the
 * operations and their inputs alone, not on what was compiled before.
 *
 * Elementwise parts that are asked for in an {@linkcode xlaScope} can be compiled by XLA besides
 * ({@linkcode fused}).
 *
 * A function that reads a tensor's values half-way cannot be compiled; it runs as without this
 * module. So does everything on backends other than native TensorFlow.
 *
 * @module
 */
import { nativeBackend } from "../native/binding.ts";
import { Compiler } from "./compiler.ts";

/** One a process, since it stands between tfjs-node's only backend and its native side. */
let compiler: Compiler | null = null;

/** How a function of tensors is run: as it stands, or {@linkcode compiled}. */
export type Execute = <T>(work: () => T) => T;

/** Runs a function as it stands, operation by operation. */
export const eager: Execute = (work) => work();

/**
 * Runs a function of tensors, on native TensorFlow as one graph; see the module's text.
 *
 * @param work Synchronous; which tensors it leaves in use must follow from its operations alone.
 * @returns What the function returns; its tensors have their values.
 */
export const compiled: Execute = (work) => runCompiled(work, false);

/**
 * As {@linkcode compiled}, and XLA makes one kernel of each {@linkcode xlaScope}: fewer passes over
 * memory, for seconds more before the first result. On a GPU the scopes stay as they are: XLA needs
 * parts of CUDA there that TensorFlow's package does not bring.
 */
export const fused: Execute = (work) => runCompiled(work, true);

/** Why the last function was not run as a graph; null when it was. */
export function lastGraphBreak(): string | null {
  return compiler === null ? "nothing was compiled yet" : compiler.graphBreak;
}

/** A part of a function of tensors that is worth {@linkcode fused} into one kernel. */
export function xlaScope<T>(work: () => T): T {
  return compiler === null ? work() : compiler.xlaScope(work);
}

function runCompiled<T>(work: () => T, useXla: boolean): T {
  const backend = nativeBackend();
  if (backend === null) return work();
  compiler ??= new Compiler(backend);
  return compiler.run(work, useXla && !backend.isUsingGpuDevice);
}
