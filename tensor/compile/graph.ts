/**
 * TensorFlow graphs: written as a saved model, loaded by the native package, run as one call.
 *
 * @module
 */
import { join } from "node:path";
import protobuf from "protobufjs";
import { cacheDirectory } from "../../base/paths.ts";
import type { Attribute, AttributeTypes } from "../native/binding.ts";

/** Where a value comes from: an output of a node of the graph. */
export interface Output {
  readonly node: string;
  readonly index: number;
}

/** The parts of TensorFlow's protocol buffers that a graph needs, with their field numbers. */
const proto = protobuf.parse(
  `
  syntax = "proto3";
  message Dim { int64 size = 1; }
  message Shape { repeated Dim dim = 2; }
  message TensorValue { int32 dtype = 1; Shape tensor_shape = 2; bytes tensor_content = 4; }
  message ListValue {
    repeated bytes s = 2; repeated int64 i = 3; repeated float f = 4;
    repeated bool b = 5; repeated int32 type = 6; repeated Shape shape = 7;
  }
  message AttrValue {
    oneof value {
      ListValue list = 1; bytes s = 2; int64 i = 3; float f = 4;
      bool b = 5; int32 type = 6; Shape shape = 7; TensorValue tensor = 8;
    }
  }
  message NodeDef { string name = 1; string op = 2; repeated string input = 3; map<string, AttrValue> attr = 5; }
  message Versions { int32 producer = 1; }
  message GraphDef { repeated NodeDef node = 1; Versions versions = 4; }
  message MetaInfo { repeated string tags = 4; }
  message MetaGraph { MetaInfo meta_info_def = 1; GraphDef graph_def = 2; }
  message SavedModel { int64 saved_model_schema_version = 1; repeated MetaGraph meta_graphs = 2; }
`,
  { keepCase: true },
).root.lookupType("SavedModel");

/** The version of the operations' definitions that the graph was written for. */
const PRODUCER = 1882;
/** The tag under which the graph is stored and asked for. */
const TAG = "serve";

/** As many digits in every name: TensorFlow's rewriting sorts by name, and so decides orders of sums. */
const FIRST_NAME = 1_000_000;

interface NodeDef {
  name: string;
  op: string;
  input: string[];
  attr: Record<string, object>;
}

/** A graph being written. */
export class GraphWriter {
  readonly #nodes: NodeDef[] = [];
  constructor(readonly types: AttributeTypes) {}

  /** A value that is given at each run. */
  placeholder(dtype: number, shape: readonly number[]): Output {
    return this.#add("Placeholder", [], {
      dtype: { type: dtype },
      shape: { shape: shapeOf(shape) },
    });
  }

  /** A value that is part of the graph. */
  constant(dtype: number, shape: readonly number[], content: Uint8Array): Output {
    const tensor = { dtype, tensor_shape: shapeOf(shape), tensor_content: content };
    return this.#add("Const", [], { dtype: { type: dtype }, value: { tensor } });
  }

  /**
   * An operation; its outputs are told apart by their index.
   *
   * @param xlaScope Operations of the same scope are compiled by XLA into one; null for none.
   */
  operation(
    op: string,
    inputs: readonly Output[],
    attributes: readonly Attribute[],
    xlaScope: number | null = null,
  ): string {
    const attr = Object.fromEntries(attributes.map((a) => [a.name, this.#attribute(a)]));
    const marks: Record<string, object> = xlaScope === null
      ? {}
      : { _XlaCompile: { b: true }, _XlaScope: { s: new TextEncoder().encode(`c${xlaScope}`) } };
    return this.#add(op, inputs, { ...attr, ...marks }).node;
  }

  /** A node that only passes a value on, so that it can be asked for by name. */
  result(value: Output, dtype: number): Output {
    return this.#add("Identity", [value], { T: { type: dtype } });
  }

  /** The graph as the bytes of a saved model. */
  encode(): Uint8Array {
    const graph_def = { node: this.#nodes, versions: { producer: PRODUCER } };
    const meta_graphs = [{ meta_info_def: { tags: [TAG] }, graph_def }];
    return proto.encode(proto.fromObject({ saved_model_schema_version: 1, meta_graphs })).finish();
  }

  #add(op: string, inputs: readonly Output[], attr: Record<string, object>): Output {
    const name = `n${FIRST_NAME + this.#nodes.length}`;
    const input = inputs.map(({ node, index }) => (index === 0 ? node : `${node}:${index}`));
    this.#nodes.push({ name, op, input, attr });
    return { node: name, index: 0 };
  }

  #attribute({ type, value }: Attribute): object {
    const { types } = this;
    const bytes = (text: unknown) => new TextEncoder().encode(String(text));
    const many = Array.isArray(value);
    switch (type) {
      case types.TF_ATTR_TYPE:
        return many ? { list: { type: value } } : { type: value };
      case types.TF_ATTR_INT:
        return many ? { list: { i: value } } : { i: value };
      case types.TF_ATTR_FLOAT:
        return many ? { list: { f: value } } : { f: value };
      case types.TF_ATTR_BOOL:
        return many ? { list: { b: value } } : { b: value };
      case types.TF_ATTR_STRING:
        return many ? { list: { s: value.map(bytes) } } : { s: bytes(value) };
      case types.TF_ATTR_SHAPE:
        return { shape: shapeOf(value as number[]) };
      default:
        throw new RangeError(
          `Cannot write an attribute of type ${type}: it is none of the binding's`,
        );
    }
  }
}

function shapeOf(shape: readonly number[]): object {
  return { dim: shape.map((size) => ({ size })) };
}

/**
 * Gives a saved model to a loader that wants it as a folder.
 *
 * @returns What the loader gives; the folder is gone by then.
 */
export function loadGraph<T>(model: Uint8Array, load: (folder: string, tag: string) => T): T {
  const cache = cacheDirectory();
  Deno.mkdirSync(cache, { recursive: true });
  const folder = Deno.makeTempDirSync({ dir: cache, prefix: "graph-" });
  try {
    Deno.writeFileSync(join(folder, "saved_model.pb"), model);
    return load(folder, TAG);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
