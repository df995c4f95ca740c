/**
 * From a trace to a graph of TensorFlow.
 *
 * @module
 */
import type { AttributeTypes } from "../native/binding.ts";
import { GraphWriter, type Output } from "./graph.ts";
import {
  type KernelOp,
  keyOf,
  type Source,
  type SymbolicTensor,
  type TensorSpec,
  type Trace,
  type TraceOp,
} from "./trace.ts";

/** Inputs of operations at which integers are data, not shapes. */
const DATA_INPUTS: Readonly<Record<string, number>> = { GatherV2: 1, OneHot: 0, Cast: 0 };
/** Operations that have no attribute for the type of their inputs. */
const TYPELESS = new Set(["LogicalAnd", "LogicalOr", "LogicalNot"]);

/** A graph as the bytes of a saved model, with what it takes and gives. */
export interface LoweredGraph {
  readonly model: Uint8Array;
  readonly inputs: readonly Source[];
  /** Names as `runSavedModel` takes them. */
  readonly inputNames: string;
  readonly outputNames: string;
}

/**
 * Writes a trace as a graph.
 *
 * @param results What the graph gives.
 */
export function lower<Graph>(
  { ops, inputs: traceInputs, useXla }: Trace<Graph>,
  results: readonly SymbolicTensor[],
  types: AttributeTypes,
): LoweredGraph {
  const writer = new GraphWriter(types);
  const written = new Map<string, Output>();
  const inputs: Source[] = [];
  const feed = (source: Source, { dtype, shape }: TensorSpec) => {
    written.set(keyOf(source), writer.placeholder(dtype, shape));
    inputs.push(source);
  };
  for (const input of traceInputs.values()) feed(input, input.spec);
  ops.forEach((op, number) => {
    const result = (output: number): Source => ({ op: number, output });
    if (op.kind === "kernel") {
      const from = op.inputs.map((source) => written.get(keyOf(source))!);
      const node = writeKernel(writer, withType(op, ops, types), from, useXla);
      op.outputs.forEach((_, index) => written.set(keyOf(result(index)), { node, index }));
    } else if (op.fixed) {
      const { dtype, shape, values } = op;
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      written.set(keyOf(result(0)), writer.constant(dtype, shape, bytes));
    } else {
      feed(result(0), op);
    }
  });
  const outputs = results.map(({ source, dtype }) =>
    writer.result(written.get(keyOf(source))!, dtype)
  );
  const names = (list: readonly Output[]) => list.map(({ node }) => `${node}:0`).join();
  return {
    model: writer.encode(),
    inputs,
    inputNames: names(inputs.map((source) => written.get(keyOf(source))!)),
    outputNames: names(outputs),
  };
}

/** Literals whose every use is as data become inputs. */
export function markData(ops: readonly TraceOp[]): void {
  const uses = new Map<number, boolean>();
  for (const op of ops) {
    if (op.kind !== "kernel") continue;
    op.inputs.forEach((source, slot) => {
      if (!("op" in source)) return;
      const data = DATA_INPUTS[op.name] === slot;
      uses.set(source.op, data && (uses.get(source.op) ?? true));
    });
  }
  ops.forEach((op, number) => {
    if (op.kind === "literal" && uses.get(number) === true) op.fixed = false;
  });
}

/** Whether an operation takes as a shape what an earlier trace took for data. */
export function usesDataAsShape(
  ops: readonly TraceOp[],
  name: string,
  inputs: readonly Source[],
): boolean {
  return inputs.some((source, slot) => {
    if (!("op" in source)) return false;
    const op = ops[source.op]!;
    return op.kind === "literal" && !op.fixed && DATA_INPUTS[name] !== slot;
  });
}

/** An operation with the type of its inputs, which may be left out where it is executed at once. */
function withType(op: KernelOp, ops: readonly TraceOp[], types: AttributeTypes): KernelOp {
  const { attributes, inputs, name } = op;
  if (attributes.length > 0 || inputs.length === 0 || TYPELESS.has(name)) return op;
  const value = typeOf(inputs[0]!, ops);
  return { ...op, attributes: [{ name: "T", type: types.TF_ATTR_TYPE, value }] };
}

function typeOf(source: Source, ops: readonly TraceOp[]): number {
  if ("input" in source) return source.spec.dtype;
  const origin = ops[source.op]!;
  return origin.kind === "literal" ? origin.dtype : origin.outputs[source.output]!.dtype;
}

/** Writes an operation; those that exist only for one-by-one execution get their graph's form. */
function writeKernel(
  writer: GraphWriter,
  { name, attributes, xlaScope }: KernelOp,
  inputs: readonly Output[],
  useXla: boolean,
): string {
  if (name !== "_MklNativeConv2DWithBias") {
    return writer.operation(name, inputs, attributes, useXla ? xlaScope : null);
  }
  // Grappler fuses the two again, and a ReLU after them as well.
  const plain = attributes.filter((attribute) => attribute.name !== "_kernel");
  const convolved = writer.operation("Conv2D", inputs.slice(0, 2), plain);
  const shared = plain.filter((attribute) => ["T", "data_format"].includes(attribute.name));
  return writer.operation("BiasAdd", [{ node: convolved, index: 0 }, inputs[2]!], shared);
}
