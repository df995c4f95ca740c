/**
 * How the steps of a run are executed where nothing else is asked for.
 *
 * It is written into the specification, since the last bits of a graph's sums may differ from those
 * of its operations one by one.
 *
 * @module
 */
import type { Execution } from "../../tensor/compile/mod.ts";
import type { RunSpec } from "./record.ts";

/** Steps from which on a graph's making, a fraction of a second, is earned back. */
const GRAPH_FROM = 50;
/** Steps from which on XLA's work, some seconds, is. */
const XLA_FROM = 500;

/** Long runs are compiled, the longest by XLA too; WebAssembly knows no graphs. */
export function usualExecution(
  steps: number,
  backend: RunSpec["engine"]["backend"],
): Execution {
  if (backend === "wasm") return "eager";
  return steps >= XLA_FROM ? "xla" : steps >= GRAPH_FROM ? "graph" : "eager";
}
