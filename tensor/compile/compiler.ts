/**
 * The compiler: traces functions, and runs a trace as a graph.
 *
 * @module
 */
import { LeastRecentlyUsed } from "../../base/lru.ts";
import type { Attribute, Binding, NativeBackend, NativeTensor, Values } from "../native/binding.ts";
import { loadGraph } from "./graph.ts";
import { lower, type LoweredGraph, markData, usesDataAsShape } from "./lower.ts";
import { listen } from "./patch.ts";
import {
  keyOf,
  type LiteralOp,
  newNode,
  nextKernel,
  nextLiteral,
  type Source,
  type SymbolicTensor,
  type TensorSpec,
  Trace as AnyTrace,
  type TraceNode as AnyTraceNode,
} from "./trace.ts";

/** A graph that is ready to run. */
interface CompiledGraph extends Omit<LoweredGraph, "model"> {
  /** The binding's number of the loaded model. */
  readonly model: number;
}

type Trace = AnyTrace<CompiledGraph>;
type TraceNode = AnyTraceNode<CompiledGraph>;

/**
 * Numbers of tensors that exist only as a place in a graph, or stand for another tensor. Far above
 * the native ones, and for long in the range of V8's small integers.
 */
const FIRST_SYMBOL = 2 ** 30;
/** Integer tensors up to this size made in JavaScript are shapes and axes: part of the graph. */
const FIXED_SIZE = 16;
/** Graphs kept at once. */
const GRAPHS = 64;

/** Traces and runs the functions of this process. */
export class Compiler {
  readonly #native: Binding;
  readonly #root: TraceNode = newNode(null, -1);
  /** From symbols to the native tensors that they stand for. */
  readonly #aliases = new Map<number, number>();
  /** Values of fixed literals that were never made natively. */
  readonly #constants = new Map<number, LiteralOp>();
  readonly #specs = new Map<number, TensorSpec>();
  /** Every graph, and how to forget it. */
  readonly #graphs = new LeastRecentlyUsed<CompiledGraph, () => void>(GRAPHS, (graph, forget) => {
    forget();
    this.#native.deleteSavedModel(graph.model);
  });
  #nextSymbol = FIRST_SYMBOL;
  #trace: Trace | null = null;

  constructor(backend: NativeBackend) {
    this.#native = listen(backend, {
      executeOp: (name, attributes, inputs, outputs) =>
        this.#trace === null
          ? this.#executeNow(name, attributes, inputs, outputs)
          : this.#traceKernel(this.#trace, name, attributes, inputs, outputs),
      createTensor: (shape, dtype, values) =>
        this.#trace === null
          ? this.#create(shape, dtype, values)
          : this.#traceTensor(this.#trace, shape, dtype, values),
      deleteTensor: (id) => this.#delete(id),
      tensorDataSync: (id) => this.#read(id),
      runSavedModel: (id, inputs, names, outputs) =>
        this.#native.runSavedModel(id, inputs.map((input) => this.#resolve(input)), names, outputs),
    }, () => this.#trace === null);
  }

  /** Why the last call was not run as a graph; null when it was. */
  graphBreak: string | null = null;

  /** Runs a function as one graph. */
  run<T>(work: () => T, useXla: boolean): T {
    if (this.#trace !== null) return work(); // inside another compiled function: part of its graph
    const trace = this.#trace = new AnyTrace(this.#root, this.#nextSymbol, useXla);
    try {
      const result = work();
      this.#finish(trace);
      this.graphBreak = trace.graphBreak;
      return result;
    } catch (error) {
      this.#abandon(trace);
      throw error;
    } finally {
      this.#trace = null;
      trace.released.forEach((id) => this.#free(id));
    }
  }

  /** Runs a part of a function whose operations are one XLA scope. */
  xlaScope<T>(work: () => T): T {
    const trace = this.#trace;
    if (trace === null || trace.xlaScope !== null) return work();
    trace.xlaScope = trace.xlaScopes++;
    try {
      return work();
    } finally {
      trace.xlaScope = null;
    }
  }

  /** A native tensor, and a note of what it is. */
  #create(shape: readonly number[], dtype: number, values: Values): number {
    const id = this.#native.createTensor([...shape], dtype, values);
    this.#specs.set(id, { shape: [...shape], dtype });
    return id;
  }

  #free(id: number): void {
    this.#specs.delete(id);
    this.#native.deleteTensor(id);
  }

  /** An operation outside of any call. */
  #executeNow(name: string, attributes: Attribute[], inputs: number[], outputs: number) {
    const ids = inputs.map((id) => this.#resolve(id));
    const results = this.#native.executeOp(name, attributes, ids, outputs);
    results.forEach(({ id, shape, dtype }) => this.#specs.set(id, { shape, dtype }));
    return results;
  }

  /** The values of a tensor; those of a symbol end the call's being a graph. */
  #read(id: number): Values {
    const trace = this.#trace;
    if (trace?.symbol(id) !== undefined) {
      trace.graphBreak = "it reads a tensor's values half-way";
      this.#execute(trace);
    }
    return this.#native.tensorDataSync(this.#resolve(id));
  }

  /** An operation inside a call. */
  #traceKernel(
    trace: Trace,
    name: string,
    attributes: Attribute[],
    ids: number[],
    count: number,
  ): NativeTensor[] {
    const inputs = ids.map((id) => this.#source(trace, id));
    if (usesDataAsShape(trace.ops, name, inputs)) {
      trace.graphBreak = "it uses integers both as data and as a shape";
    }
    const { xlaScope } = trace;
    const kernel = { name, attributes, inputs, xlaScope };
    if (trace.symbolic) {
      const node = nextKernel(trace.node, kernel);
      if (node !== undefined) return this.#symbols(trace, node);
      this.#execute(trace);
    }
    const ready = ids.map((id) => this.#resolve(id));
    const found = this.#native.executeOp(name, attributes, ready, count);
    const outputs = found.map(({ shape, dtype }) => ({ shape, dtype }));
    const node: TraceNode = newNode({ kind: "kernel", ...kernel, outputs }, trace.ops.length);
    const symbols = this.#symbols(trace, node);
    found.forEach(({ id }, i) => this.#aliases.set(symbols[i]!.id, id));
    return symbols;
  }

  /** A tensor made from JavaScript's values inside a call. */
  #traceTensor(trace: Trace, shape: number[], dtype: number, values: Values): number {
    const mayBeFixed = dtype !== this.#native.TF_FLOAT && values.length <= FIXED_SIZE;
    if (!mayBeFixed) return this.#create(shape, dtype, values); // a tensor from outside
    const literal = { shape, dtype, values };
    if (trace.symbolic) {
      const node = nextLiteral(trace.node, literal);
      if (node !== undefined) {
        const op = node.op as LiteralOp;
        const [{ id }] = this.#symbols(trace, node) as [NativeTensor];
        // Data are this call's own; fixed values are in the graph already.
        if (op.fixed) this.#constants.set(id, op);
        else this.#aliases.set(id, this.#create(shape, dtype, values));
        return id;
      }
      this.#execute(trace);
    }
    const op: LiteralOp = { kind: "literal", shape, dtype, values: values.slice(), fixed: true };
    const [{ id }] = this.#symbols(trace, newNode(op, trace.ops.length)) as [NativeTensor];
    this.#aliases.set(id, this.#create(shape, dtype, values));
    return id;
  }

  /** Goes to a node, new or known, and gives symbols for the outputs of its operation. */
  #symbols(trace: Trace, node: TraceNode): NativeTensor[] {
    if (!trace.symbolic) trace.node.next.push(node);
    trace.node = node;
    trace.ops.push(node.op!);
    trace.symbols.push(this.#nextSymbol);
    return node.outputs.map(({ source, shape, dtype }) => {
      trace.tensors.push({ source, shape, dtype, live: true });
      return { id: this.#nextSymbol++, shape: [...shape], dtype };
    });
  }

  #source(trace: Trace, id: number): Source {
    const known = trace.symbol(id)?.source ?? trace.inputs.get(id);
    if (known !== undefined) return known;
    const spec = this.#specs.get(id) ?? this.#inspect(id);
    const source = { input: trace.inputIds.push(this.#resolve(id)) - 1, spec };
    trace.inputs.set(id, source);
    return source;
  }

  /** What is known of a tensor that was made before this compiler. */
  #inspect(id: number): TensorSpec {
    const [same] = this.#native.executeOp("Identity", [], [id], 1);
    const { shape, dtype } = same!;
    this.#native.deleteTensor(same!.id);
    this.#specs.set(id, { shape, dtype });
    return { shape, dtype };
  }

  /** The native tensor of a number; a fixed literal that has none gets it now. */
  #resolve(id: number): number {
    if (id < FIRST_SYMBOL) return id;
    let native = this.#aliases.get(id);
    if (native === undefined) {
      const constant = this.#constants.get(id);
      if (constant === undefined) {
        throw new RangeError(`Cannot use tensor ${id}: it was never computed`);
      }
      native = this.#create(constant.shape, constant.dtype, constant.values);
      this.#aliases.set(id, native);
    }
    return native;
  }

  #delete(id: number): void {
    const trace = this.#trace;
    if (id < FIRST_SYMBOL) {
      if (trace === null) this.#free(id);
      else trace.released.push(id);
      return;
    }
    const tensor = trace?.symbol(id);
    if (trace === null || tensor === undefined) {
      this.#forget(id, trace);
      return;
    }
    tensor.live = false;
    // What was computed one by one is no input of the graph and goes at once; all else may be.
    if (trace.symbolic || trace.ops[tensor.source.op]!.kind !== "kernel") return;
    const native = this.#aliases.get(id);
    if (native === undefined) return;
    this.#aliases.delete(id);
    this.#free(native);
  }

  /** Frees what a symbol stands for. */
  #forget(id: number, trace: Trace | null): void {
    const native = this.#aliases.get(id);
    this.#aliases.delete(id);
    this.#constants.delete(id);
    this.#specs.delete(id);
    if (native === undefined) return;
    if (trace === null) this.#free(native);
    else trace.released.push(native);
  }

  /** Executes one by one what a call has asked for so far; from here on nothing is symbolic. */
  #execute(trace: Trace): void {
    if (!trace.symbolic) return;
    trace.symbolic = false;
    trace.ops.forEach((op, number) => {
      if (op.kind !== "kernel") return;
      const inputs = op.inputs.map((source) => this.#nativeOf(trace, source));
      const { name, attributes, outputs } = op;
      const found = this.#native.executeOp(name, [...attributes], inputs, outputs.length);
      found.forEach(({ id }, i) => this.#aliases.set(trace.symbols[number]! + i, id));
    });
  }

  #nativeOf(trace: Trace, source: Source): number {
    return "input" in source
      ? trace.inputIds[source.input]!
      : this.#resolve(trace.symbols[source.op]! + source.output);
  }

  /** The end of a call: the graph is run, and the tensors in use stand for its outputs. */
  #finish(trace: Trace): void {
    const live = [...trace.live()].filter(([, { source }]) =>
      trace.ops[source.op]!.kind === "kernel"
    );
    const results = live.map(([, tensor]) => tensor);
    const runs = trace.graphBreak === null && results.length > 0;
    const graph = runs ? this.#graph(trace, results) : null;
    if (graph === null) {
      this.#execute(trace);
    } else {
      const inputs = graph.inputs.map((source) => this.#nativeOf(trace, source));
      const { model, inputNames, outputNames } = graph;
      const outputs = this.#native.runSavedModel(model, inputs, inputNames, outputNames);
      live.forEach(([id], i) => {
        const computed = this.#aliases.get(id); // by the tracing call, one by one
        if (computed !== undefined) this.#free(computed);
        this.#aliases.set(id, outputs[i]!.id);
      });
    }
    this.#clear(trace);
  }

  /** After an error: tensors in use keep their values, all others are freed. */
  #abandon(trace: Trace): void {
    try {
      this.#execute(trace);
    } catch {
      // The error that is on its way says what was wrong.
    }
    this.#clear(trace);
  }

  /** Frees what a call has made and its function has given up; the rest may be used outside. */
  #clear(trace: Trace): void {
    trace.tensors.forEach(({ shape, dtype, live }, index) => {
      const id = trace.base + index;
      if (live) this.#specs.set(id, { shape, dtype });
      else this.#forget(id, null);
    });
  }

  /** The graph of a call, made at its first appearance. Null where TensorFlow refuses it. */
  #graph(trace: Trace, results: readonly SymbolicTensor[]): CompiledGraph | null {
    const { graphs, refused } = trace.node;
    const key = `${trace.useXla} ${results.map(({ source }) => keyOf(source)).join()}`;
    let graph = graphs.get(key);
    if (graph === undefined && !refused.has(key)) {
      markData(trace.ops);
      try {
        graph = this.#load(lower(trace, results, this.#native));
      } catch (error) {
        refused.set(key, `TensorFlow refused its graph: ${(error as Error).message}`);
      }
      if (graph !== undefined) graphs.set(key, graph);
    }
    if (graph === undefined) {
      trace.graphBreak = refused.get(key)!;
      return null;
    }
    this.#graphs.use(graph, () => graphs.delete(key));
    return graph;
  }

  #load({ model, ...rest }: LoweredGraph): CompiledGraph {
    const load = (folder: string, tag: string) => this.#native.loadSavedModel(folder, tag);
    return { ...rest, model: loadGraph(model, load) };
  }
}
