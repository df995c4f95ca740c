/**
 * How the steps of a run are executed.
 *
 * @module
 */

/** Operation by operation, as one graph, or as a graph of which XLA compiles the elementwise parts. */
export type Execution = "eager" | "graph" | "xla";

/** Steps from which on a graph's making, a fraction of a second, is earned back. */
const GRAPH_FROM = 50;
/** Steps from which on XLA's work, some seconds, is. */
const XLA_FROM = 500;

/**
 * Long runs are graphs, the longest compiled by XLA too. It follows from the steps asked for, since
 * the last bits of a graph's sums may differ from those of its operations one by one.
 */
export function executionFor(steps: number): Execution {
  return steps >= XLA_FROM ? "xla" : steps >= GRAPH_FROM ? "graph" : "eager";
}
