/**
 * The compiler: traces a function's calls, and runs a trace as a graph.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Attribute, Binding, NativeBackend, NativeTensor, Values } from "../native/binding.ts";
import { authorsLine } from "../../base/authors_line.ts";
import { CompileError } from "./compile_error.ts";
import { GraphCache } from "./graph_cache.ts";
import { lower } from "./lower.ts";
import { FIRST_SYMBOL, NativeTensors } from "./native_tensors.ts";
import { listen } from "./patch.ts";
import {
  type Ends,
  type Fill,
  type Host,
  type Program,
  requireSame,
  type Results,
} from "./program.ts";
import {
  difference,
  outputsOf,
  type Outside,
  type Source,
  type TensorSpec,
  type TraceOp,
} from "./trace.ts";

/** A tensor of a call that has no values yet. */
interface SymbolicTensor extends TensorSpec {
  readonly source: Source;
  /** The function has not given it up. */
  live: boolean;
}

/** A call that is being traced. */
interface Trace {
  /** What an earlier call asked for, when this one is compared with it. */
  readonly before: Program | null;
  readonly ops: TraceOp[];
  /** What the symbols from `base` on stand for, in their order. */
  readonly tensors: SymbolicTensor[];
  readonly base: number;
  readonly outside: Outside[];
  /** Tensors from outside, by native number. */
  readonly inputs: Map<number, Source>;
  /** What the native numbers of this call's inputs are, unless constants. */
  readonly known: Map<number, { readonly kind: Outside["kind"]; readonly index: number }>;
  readonly variables: readonly tf.Variable[];
  /** What each of them holds before the call; undefined for those that are no more. */
  readonly variableIds: readonly (number | undefined)[];
  readonly constants: number[];
  readonly hosts: Host[];
  readonly hostIds: number[];
  /** Native tensors that the function gave up; kept until the graph has run. */
  readonly released: number[];
  xlaScope: number | null;
  xlaScopes: number;
}

/** Traces and runs the functions of this process. */
export class Compiler {
  readonly #native: Binding;
  readonly #tensors: NativeTensors;
  readonly #graphs: GraphCache;
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
          ? this.#tensors.create(shape, dtype, values)
          : this.#traceLiteral(this.#trace, shape, dtype, values),
      deleteTensor: (id) => this.#delete(id),
      tensorDataSync: (id) => this.#read(id),
      runSavedModel: (id, inputs, names, outputs) =>
        this.#native.runSavedModel(
          id,
          inputs.map((input) => this.#tensors.resolve(input)),
          names,
          outputs,
        ),
    }, () => this.#trace === null);
    this.#tensors = new NativeTensors(backend, this.#native);
    this.#graphs = new GraphCache(this.#native);
  }

  /** Whether a function is being traced: what is called inside becomes part of its graph. */
  get tracing(): boolean {
    return this.#trace !== null;
  }

  /**
   * Traces a call and runs it as a graph.
   *
   * @param fed What is fed to this call, and others in their place to later ones.
   * @param before What an earlier call asked for, to be compared; null to begin with this one.
   * @returns What the call returned, with values, and the program that does the same.
   * @throws {CompileError} When it asks for something else than the call before, reads values or keeps
   *   tensors.
   */
  trace<R extends Results>(
    work: () => R,
    fed: readonly tf.Tensor[],
    before: Program | null,
    useXla: boolean,
  ): { results: R; program: Program } {
    const trace = this.#trace = this.#begin(fed, before);
    try {
      const results = work();
      return { results, program: this.#finish(trace, results, fed, useXla) };
    } catch (error) {
      this.#undo(trace);
      throw error;
    } finally {
      this.#trace = null;
      this.#clear(trace);
    }
  }

  /** Runs a program: its function's operations without its JavaScript. */
  run(program: Program, fed: readonly tf.Tensor[]): Results {
    const hostIds = program.hosts.map(({ shape, dtype, fill }) =>
      this.#native.createTensor([...shape], dtype, fill())
    );
    const outputs = this.#runGraph(
      program,
      fed.map((tensor) => this.#tensors.idOf(tensor)),
      hostIds,
      (index) => this.#tensors.idOf(program.variables[index]!),
    );
    hostIds.forEach((id) => this.#native.deleteTensor(id));
    program.written.forEach((variable, i) =>
      this.#tensors.set(program.variables[variable]!, outputs[i]!)
    );
    const returned = outputs.slice(program.written.length);
    return Object.fromEntries(
      program.names.map((
        name,
        i,
      ) => [name, this.#tensors.backend.createOutputTensor(returned[i]!)]),
    );
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

  /** A tensor that JavaScript fills anew for each call of the function that is being traced. */
  hostInput(shape: readonly number[], dtype: "float32" | "int32", fill: Fill): tf.Tensor {
    const tensor = tf.tensor(fill() as Float32Array, [...shape], dtype);
    const trace = this.#trace;
    if (trace === null) return tensor;
    const info = this.#tensors.backend.tensorMap.get(tensor.dataId);
    info.id = this.#tensors.create(info.shape, info.dtype, info.values!);
    info.values = null;
    trace.known.set(info.id, { kind: "host", index: trace.hosts.length });
    trace.hosts.push({ shape, dtype: info.dtype, fill });
    trace.hostIds.push(info.id);
    return tensor;
  }

  #begin(fed: readonly tf.Tensor[], before: Program | null): Trace {
    const variables = before?.variables ??
      Object.values((tf.engine() as unknown as Engine).registeredVariables);
    const known: Trace["known"] = new Map();
    const variableIds = variables.map((variable, index) => {
      if (variable.isDisposed) return undefined;
      let id = this.#tensors.idOf(variable);
      if (known.has(id)) { // it began as a copy of another one
        this.#tensors.set(variable, this.#native.executeOp("Identity", [], [id], 1)[0]!);
        id = this.#tensors.idOf(variable);
      }
      known.set(id, { kind: "variable", index });
      return id;
    });
    fed.forEach((tensor, index) => known.set(this.#tensors.idOf(tensor), { kind: "fed", index }));
    return {
      before,
      ops: [],
      tensors: [],
      base: this.#nextSymbol,
      outside: [],
      inputs: new Map(),
      known,
      variables,
      variableIds,
      constants: [],
      hosts: [],
      hostIds: [],
      released: [],
      xlaScope: null,
      xlaScopes: 0,
    };
  }

  /** An operation outside of any call. */
  #executeNow(name: string, attributes: Attribute[], inputs: number[], outputs: number) {
    const ids = inputs.map((id) => this.#tensors.resolve(id));
    return this.#native.executeOp(name, attributes, ids, outputs);
  }

  #read(id: number): Values {
    if (this.#trace !== null && id >= this.#trace.base) {
      throw new CompileError(
        `Cannot run a step as one graph: it reads a tensor's values half-way${authorsLine()}; ` +
          `compute with tensors, or before the step`,
      );
    }
    return this.#native.tensorDataSync(this.#tensors.resolve(id));
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
    const kernel = { kind: "kernel", name, attributes, inputs, xlaScope: trace.xlaScope } as const;
    if (trace.before !== null) return this.#symbols(trace, this.#same(trace, kernel));
    const ready = ids.map((id) => this.#tensors.resolve(id));
    const found = this.#native.executeOp(name, attributes, ready, count);
    const outputs = found.map(({ shape, dtype }) => ({ shape, dtype }));
    const symbols = this.#symbols(trace, { ...kernel, outputs });
    found.forEach(({ id }, i) => this.#tensors.stand(symbols[i]!.id, id));
    return symbols;
  }

  /** A tensor made from JavaScript's values inside a call. */
  #traceLiteral(trace: Trace, shape: number[], dtype: number, values: Values): number {
    const literal = { kind: "literal", shape, dtype, values: values.slice() } as const;
    if (trace.before !== null) return this.#symbols(trace, this.#same(trace, literal))[0]!.id;
    const [{ id }] = this.#symbols(trace, literal) as [NativeTensor];
    this.#tensors.stand(id, this.#native.createTensor(shape, dtype, values));
    return id;
  }

  /** The operation of the call before at this point. */
  #same(trace: Trace, now: Omit<TraceOp, "outputs">): TraceOp {
    const before = trace.before!.ops[trace.ops.length];
    const differs = difference(before, now);
    if (differs === null) return before!;
    throw new CompileError(
      `Cannot run a step as one graph: its operation ${trace.ops.length + 1} is not the same at ` +
        `every step: ${differs}${authorsLine()}; declare what changes as a schedule, a draw or a phase`,
    );
  }

  /** Notes an operation, and gives symbols for its outputs. */
  #symbols(trace: Trace, op: TraceOp): NativeTensor[] {
    const number = trace.ops.push(op) - 1;
    return outputsOf(op).map(({ shape, dtype }, output) => {
      trace.tensors.push({ source: { op: number, output }, shape, dtype, live: true });
      return { id: this.#nextSymbol++, shape: [...shape], dtype };
    });
  }

  /** What a number stands for in a call. */
  #source(trace: Trace, id: number): Source {
    if (id >= trace.base) return trace.tensors[id - trace.base]!.source;
    const native = this.#tensors.resolve(id);
    const known = trace.inputs.get(native);
    if (known !== undefined) return known;
    const source = { input: trace.outside.length };
    const { shape, dtype } = this.#tensors.specOf(native);
    const named = trace.known.get(native);
    const index = named?.index ?? trace.constants.push(native) - 1;
    trace.outside.push({ shape, dtype, kind: named?.kind ?? "constant", index });
    trace.inputs.set(native, source);
    return source;
  }

  #delete(id: number): void {
    const trace = this.#trace;
    const tensor = trace !== null && id >= trace.base ? trace.tensors[id - trace.base] : undefined;
    if (tensor !== undefined) {
      tensor.live = false;
      const native = this.#tensors.release(id); // computed one by one in the first call
      if (native !== undefined) this.#native.deleteTensor(native);
      return;
    }
    const native = this.#tensors.release(id);
    if (native === undefined) return;
    if (trace === null) this.#tensors.free(native);
    else trace.released.push(native);
  }

  /** The end of a call: its graph is made, or found, and run; what it assigned and returned gets values. */
  #finish(trace: Trace, results: Results, fed: readonly tf.Tensor[], useXla: boolean): Program {
    const names = Object.keys(results);
    const returned = names.map((name) => this.#symbolOf(trace, results[name]!));
    const written: number[] = [];
    const assigned: number[] = [];
    trace.variables.forEach((variable, index) => {
      if (variable.isDisposed) return;
      const { id, values } = this.#tensors.backend.tensorMap.get(variable.dataId);
      if (id < trace.base && (values === null || values === undefined)) return;
      written.push(index);
      assigned.push(this.#symbolOf(trace, variable));
    });
    const symbols = [...assigned, ...returned];
    this.#refuseKept(trace, new Set(symbols));
    const sources = symbols.map((id) => this.#source(trace, id));
    const program = trace.before === null
      ? this.#compile(trace, { written, sources, names }, useXla)
      : this.#repeated(trace, trace.before, { written, sources, names });
    const outputs = this.#runGraph(
      program,
      fed.map((tensor) => this.#tensors.idOf(tensor)),
      trace.hostIds,
      (index) => trace.variableIds[index]!,
    );
    symbols.forEach((id, i) => {
      const { id: native, shape, dtype } = outputs[i]!;
      if (id < trace.base || symbols.indexOf(id) !== i) return this.#native.deleteTensor(native);
      const computed = this.#tensors.stand(id, native); // one by one, in the first call
      if (computed !== undefined) this.#native.deleteTensor(computed);
      this.#tensors.note({ id: native, shape, dtype });
    });
    return program;
  }

  /** The number of a tensor at the end of a call; one made from numbers and not used yet is noted. */
  #symbolOf(trace: Trace, tensor: tf.Tensor): number {
    return this.#tensors.upload(
      tensor.dataId,
      (shape, dtype, values) => this.#traceLiteral(trace, shape, dtype, values),
    );
  }

  #refuseKept(trace: Trace, used: ReadonlySet<number>): void {
    const kept = trace.tensors.filter(({ live }, i) => live && !used.has(trace.base + i));
    if (kept.length === 0) return;
    const op = trace.ops[(kept[0]!.source as { op: number }).op]!;
    throw new CompileError(
      `Cannot run a step as one graph: it keeps ${kept.length} of its tensors for later, the first ` +
        `one of ${op.kind === "kernel" ? op.name : "numbers"} and shape [${
          kept[0]!.shape
        }]; keep ` +
        `values in a buffer of the context`,
    );
  }

  /** The program of the call before, which this one must have repeated. */
  #repeated({ ops, outside, hosts, constants }: Trace, before: Program, ends: Ends): Program {
    requireSame(before, { ops, outside, hosts, constants, ...ends });
    return before;
  }

  #compile(
    trace: Trace,
    ends: Ends,
    useXla: boolean,
  ): Program {
    const { ops, outside, hosts, variables, constants } = trace;
    const { model, ...lowered } = lower({
      ops,
      outside,
      results: ends.sources,
      useXla,
      types: this.#native,
      constant: ({ index }) => this.#native.tensorDataSync(constants[index]!),
    });
    return {
      ...lowered,
      ...ends,
      ops,
      outside,
      hosts,
      variables,
      constants,
      graph: this.#graphs.acquire(model),
    };
  }

  #runGraph(
    { graph, inputs, inputNames, outputNames }: Program,
    fedIds: readonly number[],
    hostIds: readonly number[],
    variableId: (index: number) => number,
  ): NativeTensor[] {
    if (outputNames === "") return [];
    const ids = inputs.map(({ kind, index }) =>
      kind === "fed" ? fedIds[index]! : kind === "host" ? hostIds[index]! : variableId(index)
    );
    return this.#native.runSavedModel(graph.id, ids, inputNames, outputNames);
  }

  /** After an error variables hold again what they held before the call. */
  #undo(trace: Trace): void {
    trace.variables.forEach((variable, index) => {
      const before = trace.variableIds[index];
      if (before === undefined || variable.isDisposed) return;
      const info = this.#tensors.backend.tensorMap.get(variable.dataId);
      const kept = trace.released.indexOf(before);
      if (kept < 0) return;
      trace.released.splice(kept, 1);
      this.#delete(info.id);
      info.id = before;
      info.values = null;
    });
  }

  /** Frees what a call has made and its function has given up. */
  #clear(trace: Trace): void {
    trace.tensors.forEach(({ live }, index) => {
      if (live) return;
      const native = this.#tensors.release(trace.base + index);
      if (native !== undefined) this.#native.deleteTensor(native);
    });
    trace.released.forEach((id) => this.#tensors.free(id));
  }
}

/** What TensorFlow.js's engine knows of variables. */
interface Engine {
  readonly registeredVariables: Readonly<Record<string, tf.Variable>>;
}
