/**
 * Programs: what is known of a traced function, by which it runs without its JavaScript.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs-core";
import type { Values } from "../native/binding.ts";
import { CompileError } from "./compile_error.ts";
import type { LoweredGraph } from "./lower.ts";
import { keyOf, type Outside, type Source, type TensorSpec, type TraceOp } from "./trace.ts";

/** What a compiled function gives: tensors by name. */
export type Results = Readonly<Record<string, tf.Tensor>>;

/** Fills a tensor with JavaScript's numbers, anew for each call. */
export type Fill = () => Values;

/** A function's operations, ready to be run without its JavaScript. */
export interface Program extends Omit<LoweredGraph, "model"> {
  readonly ops: readonly TraceOp[];
  readonly outside: readonly Outside[];
  readonly hosts: readonly Host[];
  readonly variables: readonly tf.Variable[];
  /** Native numbers of the outside constants, by their index. */
  readonly constants: readonly number[];
  /** Variables that the function assigns, by their index, in the order of the graph's first results. */
  readonly written: readonly number[];
  /** What it assigns, then what it returns. */
  readonly sources: readonly Source[];
  /** The names of the graph's other results. */
  readonly names: readonly string[];
  readonly graph: { readonly id: number; release(): void };
}

/** A tensor that JavaScript fills before each call. */
export interface Host extends TensorSpec {
  readonly fill: Fill;
}

/** What a traced function assigns and returns. */
export type Ends = Pick<Program, "written" | "sources" | "names">;

/** What a traced call asked for. */
export type Asked = Ends & Pick<Program, "ops" | "outside" | "hosts" | "constants">;

/** @throws {CompileError} When a call asked for something else than the one before. */
export function requireSame(before: Program, now: Asked): void {
  const told = ({ ops, outside, hosts, constants, written, sources, names }: Asked) =>
    JSON.stringify([
      [ops.length, outside, hosts.length, constants],
      [written, sources.map(keyOf), names],
    ]);
  if (told(now) === told(before)) return;
  throw new CompileError(
    `Cannot run a step as one graph: it had ${before.ops.length} operations on ` +
      `${before.outside.length} tensors and has ${now.ops.length} on ${now.outside.length}; ` +
      `declare what changes as a schedule, a draw or a phase`,
  );
}
