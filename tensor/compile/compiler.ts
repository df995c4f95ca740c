/**
 * The compiler: traces a function's calls, and runs a trace as a graph.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Attribute, Binding, NativeBackend, NativeTensor, Values } from "../native/binding.ts";
import { GraphCache } from "./graph_cache.ts";
import { lower, type LoweredGraph } from "./lower.ts";
import { listen } from "./patch.ts";
import {
  difference,
  keyOf,
  outputsOf,
  type Outside,
  type Source,
  type TensorSpec,
  type TraceOp,
} from "./trace.ts";

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
interface Host extends TensorSpec {
  readonly fill: Fill;
}

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

/** Far above the native numbers, and for long in the range of V8's small integers. */
const FIRST_SYMBOL = 2 ** 30;

/** A function that cannot be run as a graph; the message is one sentence. */
export class CompileError extends Error {
  override name = "CompileError";
}

/** Traces and runs the functions of this process. */
export class Compiler {
  readonly #backend: NativeBackend;
  readonly #native: Binding;
  readonly #graphs: GraphCache;
  /** From symbols to the native tensors that they stand for. */
  readonly #aliases = new Map<number, number>();
  readonly #specs = new Map<number, TensorSpec>();
  #nextSymbol = FIRST_SYMBOL;
  #trace: Trace | null = null;

  constructor(backend: NativeBackend) {
    this.#backend = backend;
    this.#native = listen(backend, {
      executeOp: (name, attributes, inputs, outputs) =>
        this.#trace === null
          ? this.#executeNow(name, attributes, inputs, outputs)
          : this.#traceKernel(this.#trace, name, attributes, inputs, outputs),
      createTensor: (shape, dtype, values) =>
        this.#trace === null
          ? this.#create(shape, dtype, values)
          : this.#traceLiteral(this.#trace, shape, dtype, values),
      deleteTensor: (id) => this.#delete(id),
      tensorDataSync: (id) => this.#read(id),
      runSavedModel: (id, inputs, names, outputs) =>
        this.#native.runSavedModel(id, inputs.map((input) => this.#resolve(input)), names, outputs),
    }, () => this.#trace === null);
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
      fed.map((tensor) => this.#idOf(tensor)),
      hostIds,
      (index) => this.#idOf(program.variables[index]!),
    );
    hostIds.forEach((id) => this.#native.deleteTensor(id));
    program.written.forEach((variable, i) => this.#set(program.variables[variable]!, outputs[i]!));
    const returned = outputs.slice(program.written.length);
    return Object.fromEntries(
      program.names.map((name, i) => [name, this.#backend.createOutputTensor(returned[i]!)]),
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
    const info = this.#backend.tensorMap.get(tensor.dataId);
    info.id = this.#create(info.shape, info.dtype, info.values!);
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
      let id = this.#idOf(variable);
      if (known.has(id)) { // it began as a copy of another one
        this.#set(variable, this.#native.executeOp("Identity", [], [id], 1)[0]!, true);
        id = this.#idOf(variable);
      }
      known.set(id, { kind: "variable", index });
      return id;
    });
    fed.forEach((tensor, index) => known.set(this.#idOf(tensor), { kind: "fed", index }));
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

  /** The native tensor behind one of TensorFlow.js, which is uploaded if that was put off. */
  #idOf(tensor: tf.Tensor): number {
    const info = this.#backend.tensorMap.get(tensor.dataId);
    if (info.values !== null && info.values !== undefined) {
      info.id = this.#create(info.shape, info.dtype, info.values);
      info.values = null;
    }
    return this.#resolve(info.id);
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
    return this.#native.executeOp(name, attributes, ids, outputs);
  }

  #read(id: number): Values {
    if (this.#trace !== null && id >= this.#trace.base) {
      throw new CompileError(
        `Cannot run a step as one graph: it reads a tensor's values half-way${authorsLine()}; ` +
          `compute with tensors, or before the step`,
      );
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
    const kernel = { kind: "kernel", name, attributes, inputs, xlaScope: trace.xlaScope } as const;
    if (trace.before !== null) return this.#symbols(trace, this.#same(trace, kernel));
    const ready = ids.map((id) => this.#resolve(id));
    const found = this.#native.executeOp(name, attributes, ready, count);
    const outputs = found.map(({ shape, dtype }) => ({ shape, dtype }));
    const symbols = this.#symbols(trace, { ...kernel, outputs });
    found.forEach(({ id }, i) => this.#aliases.set(symbols[i]!.id, id));
    return symbols;
  }

  /** A tensor made from JavaScript's values inside a call. */
  #traceLiteral(trace: Trace, shape: number[], dtype: number, values: Values): number {
    const literal = { kind: "literal", shape, dtype, values: values.slice() } as const;
    if (trace.before !== null) return this.#symbols(trace, this.#same(trace, literal))[0]!.id;
    const [{ id }] = this.#symbols(trace, literal) as [NativeTensor];
    this.#aliases.set(id, this.#native.createTensor(shape, dtype, values));
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
    const native = this.#resolve(id);
    const known = trace.inputs.get(native);
    if (known !== undefined) return known;
    const source = { input: trace.outside.length };
    const { shape, dtype } = this.#specs.get(native) ?? this.#inspect(native);
    const named = trace.known.get(native);
    const index = named?.index ?? trace.constants.push(native) - 1;
    trace.outside.push({ shape, dtype, kind: named?.kind ?? "constant", index });
    trace.inputs.set(native, source);
    return source;
  }

  /** What is known of a tensor, which the native side tells with a copy. */
  #inspect(id: number): TensorSpec {
    const [same] = this.#native.executeOp("Identity", [], [id], 1);
    const { shape, dtype } = same!;
    this.#native.deleteTensor(same!.id);
    this.#specs.set(id, { shape, dtype });
    return { shape, dtype };
  }

  /** The native tensor of a number. */
  #resolve(id: number): number {
    if (id < FIRST_SYMBOL) return id;
    const native = this.#aliases.get(id);
    if (native === undefined) {
      throw new RangeError(`Cannot use tensor ${id}: it was never computed`);
    }
    return native;
  }

  #delete(id: number): void {
    const trace = this.#trace;
    const tensor = trace !== null && id >= trace.base ? trace.tensors[id - trace.base] : undefined;
    if (tensor !== undefined) {
      tensor.live = false;
      const native = this.#aliases.get(id); // computed one by one in the first call
      if (native === undefined) return;
      this.#aliases.delete(id);
      this.#native.deleteTensor(native);
      return;
    }
    const native = id < FIRST_SYMBOL ? id : this.#aliases.get(id);
    this.#aliases.delete(id);
    if (native === undefined) return;
    if (trace === null) this.#free(native);
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
      const { id, values } = this.#backend.tensorMap.get(variable.dataId);
      if (id < trace.base && (values === null || values === undefined)) return;
      written.push(index);
      assigned.push(this.#symbolOf(trace, variable));
    });
    const symbols = [...assigned, ...returned];
    this.#refuseKept(trace, new Set(symbols));
    const sources = symbols.map((id) => this.#source(trace, id));
    const program = trace.before === null
      ? this.#compile(trace, { written, sources, names }, useXla)
      : this.#requireSame(trace, trace.before, { written, sources, names });
    const outputs = this.#runGraph(
      program,
      fed.map((tensor) => this.#idOf(tensor)),
      trace.hostIds,
      (index) => trace.variableIds[index]!,
    );
    symbols.forEach((id, i) => {
      const { id: native, shape, dtype } = outputs[i]!;
      if (id < trace.base || symbols.indexOf(id) !== i) return this.#native.deleteTensor(native);
      const computed = this.#aliases.get(id); // one by one, in the first call
      if (computed !== undefined) this.#native.deleteTensor(computed);
      this.#aliases.set(id, native);
      this.#specs.set(native, { shape, dtype });
    });
    return program;
  }

  /** The number of a tensor at the end of a call; one made from numbers and not used yet is noted. */
  #symbolOf(trace: Trace, tensor: tf.Tensor): number {
    const info = this.#backend.tensorMap.get(tensor.dataId);
    if (info.values !== null && info.values !== undefined) {
      info.id = this.#traceLiteral(trace, info.shape, info.dtype, info.values);
      info.values = null;
    }
    return info.id;
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

  #requireSame(
    trace: Trace,
    before: Program,
    now: Pick<Program, "written" | "sources" | "names">,
  ): Program {
    const told = ({ written, sources, names }: Pick<Program, "written" | "sources" | "names">) =>
      JSON.stringify([written, sources.map(keyOf), names]);
    const outside = (list: readonly Outside[]) => JSON.stringify(list);
    const whole = trace.ops.length === before.ops.length && told(now) === told(before) &&
      outside(trace.outside) === outside(before.outside) &&
      trace.constants.join() === before.constants.join() &&
      trace.hosts.length === before.hosts.length;
    if (whole) return before;
    throw new CompileError(
      `Cannot run a step as one graph: it had ${before.ops.length} operations on ` +
        `${before.outside.length} tensors and has ${trace.ops.length} on ${trace.outside.length}; ` +
        `declare what changes as a schedule, a draw or a phase`,
    );
  }

  #compile(
    trace: Trace,
    ends: Pick<Program, "written" | "sources" | "names">,
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

  /** Gives a variable another native tensor. */
  #set(variable: tf.Variable, value: NativeTensor, apart = false): void {
    const info = this.#backend.tensorMap.get(variable.dataId);
    if (apart || info.refCount > 1) { // what it holds is also somebody else's
      const tensor = this.#backend.createOutputTensor(value);
      variable.assign(tensor);
      tensor.dispose();
      return;
    }
    this.#delete(info.id);
    info.id = value.id;
    this.#specs.set(value.id, { shape: value.shape, dtype: value.dtype });
  }

  /** After an error variables hold again what they held before the call. */
  #undo(trace: Trace): void {
    trace.variables.forEach((variable, index) => {
      const before = trace.variableIds[index];
      if (before === undefined || variable.isDisposed) return;
      const info = this.#backend.tensorMap.get(variable.dataId);
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
      const native = this.#aliases.get(trace.base + index);
      if (live || native === undefined) return;
      this.#aliases.delete(trace.base + index);
      this.#native.deleteTensor(native);
    });
    trace.released.forEach((id) => this.#free(id));
  }
}

/** Folders in which no author's step is written. */
const LIBRARIES = ["tensor/", "nn/", "base/", "bench/"]
  .map((folder) => new URL(`../../${folder}`, import.meta.url).href);

/** Where in an author's file a call comes from: the first line outside of the libraries. */
function authorsLine(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100; // TensorFlow.js stands in between with many calls
  const frames = new Error().stack?.split("\n") ?? [];
  Error.stackTraceLimit = limit;
  const place = frames.map((frame) => /(\w+:\/\/[^\s()]+\.tsx?:\d+):\d+/.exec(frame)?.[1])
    .find((place) =>
      place !== undefined && !place.includes("/node_modules/") &&
      !LIBRARIES.some((folder) => place.startsWith(folder))
    );
  return place === undefined ? "" : ` (${place})`;
}

/** What TensorFlow.js's engine knows of variables. */
interface Engine {
  readonly registeredVariables: Readonly<Record<string, tf.Variable>>;
}
