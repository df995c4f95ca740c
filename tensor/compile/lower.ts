/**
 * From a trace to a graph of TensorFlow.
 *
 * @module
 */
import type { AttributeTypes, Values } from "../native/binding.ts";
import { GraphWriter, type Output } from "./graph.ts";
import {
  type KernelOp,
  keyOf,
  outputsOf,
  type Outside,
  type Source,
  type TraceOp,
} from "./trace.ts";

/** Operations that have no attribute for the type of their inputs. */
const TYPELESS = /^(LogicalAnd|LogicalOr|LogicalNot|Mdlt.*)$/;

/** What is written as a graph. */
export interface Lowering {
  readonly ops: readonly TraceOp[];
  readonly outside: readonly Outside[];
  /** What the graph gives. */
  readonly results: readonly Source[];
  /** Whether XLA compiles its scopes. */
  readonly useXla: boolean;
  readonly types: AttributeTypes;
  /** The values of an outside constant, which become part of the graph. */
  constant(outside: Outside): Values;
}

/** A graph as the bytes of a saved model, with what it takes and gives. */
export interface LoweredGraph {
  readonly model: Uint8Array;
  /** What is fed at each run, in this order. */
  readonly inputs: readonly Outside[];
  /** Names as `runSavedModel` takes them. */
  readonly inputNames: string;
  readonly outputNames: string;
}

/** Writes a trace as a graph. */
export function lower({ ops, outside, results, useXla, types, constant }: Lowering): LoweredGraph {
  const writer = new GraphWriter(types);
  const written = new Map<string, Output>();
  const literal = ({ dtype, shape }: { dtype: number; shape: readonly number[] }, values: Values) =>
    writer.constant(
      dtype,
      shape,
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    );
  const inputs = outside.filter(({ kind }) => kind !== "constant");
  outside.forEach((taken, input) => {
    const value = taken.kind === "constant"
      ? literal(taken, constant(taken))
      : writer.placeholder(taken.dtype, taken.shape);
    written.set(keyOf({ input }), value);
  });
  const typeOf = (source: Source) =>
    "input" in source
      ? outside[source.input]!.dtype
      : outputsOf(ops[source.op]!)[source.output]!.dtype;
  ops.forEach((op, number) => {
    if (op.kind === "literal") {
      written.set(keyOf({ op: number, output: 0 }), literal(op, op.values));
      return;
    }
    const from = op.inputs.map((source) => written.get(keyOf(source))!);
    const node = writeKernel(writer, withType(op, types, typeOf), from, useXla);
    op.outputs.forEach((_, output) =>
      written.set(keyOf({ op: number, output }), { node, index: output })
    );
  });
  const outputs = results.map((source) =>
    writer.result(written.get(keyOf(source))!, typeOf(source))
  );
  const names = (list: readonly Output[]) => list.map(({ node }) => `${node}:0`).join();
  const fed = outside.flatMap(({ kind }, input) =>
    kind === "constant" ? [] : [written.get(keyOf({ input }))!]
  );
  return { model: writer.encode(), inputs, inputNames: names(fed), outputNames: names(outputs) };
}

/** An operation with the type of its inputs, which may be left out where it is executed at once. */
function withType(
  op: KernelOp,
  types: AttributeTypes,
  typeOf: (source: Source) => number,
): KernelOp {
  const { attributes, inputs, name } = op;
  if (attributes.length > 0 || inputs.length === 0 || TYPELESS.test(name)) return op;
  return {
    ...op,
    attributes: [{ name: "T", type: types.TF_ATTR_TYPE, value: typeOf(inputs[0]!) }],
  };
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
