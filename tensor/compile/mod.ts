/**
 * Compiled steps: a function's TensorFlow operations run as one graph, in one native call.
 *
 * The function's JavaScript runs at every call, its operations do not. While it runs, each operation
 * that it asks for is compared with what an earlier call asked for at the same place: name,
 * attributes, where its inputs come from, the small integer tensors (shapes, axes) that were made in
 * JavaScript. As long as all agree, nothing is computed; at the end the recorded graph is run at
 * once, with every tensor from outside and every number made in JavaScript as an input. So a value
 * cannot be baked in and go stale: whatever JavaScript computes anew is fed anew, and where the
 * operations themselves differ, the ones so far are executed one by one, the rest is recorded, and a
 * further graph is made.
 *
 * The result of a call is always the graph's, the recording call included, so it depends on the
 * operations and their inputs alone, not on what was compiled before.
 *
 * Elementwise parts that are asked for in a {@linkcode cluster} can be compiled by XLA besides
 * ({@linkcode fused}).
 *
 * A function that reads a tensor's values half-way cannot be compiled; it runs as without this
 * module. So does everything on backends other than native TensorFlow.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import {
  type Attribute,
  type AttributeTypes,
  GraphWriter,
  loadGraph,
  type Output,
} from "./graph.ts";

type Values = Float32Array | Int32Array | Uint8Array;

/** What an operation gives: a tensor that the native side knows by a number. */
interface Metadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** The native side of tfjs-node. */
interface Binding extends AttributeTypes {
  readonly TF_FLOAT: number;
  createTensor(shape: number[], dtype: number, values: Values): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Values;
  executeOp(name: string, attributes: Attribute[], inputs: number[], outputs: number): Metadata[];
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(id: number, inputs: number[], names: string, outputs: string): Metadata[];
}

/** tfjs-node's backend, as far as it is used here. */
interface NativeBackend {
  binding: Binding;
  readonly isUsingGpuDevice: boolean;
  readonly tensorMap: {
    get(dataId: object): { id: number; values: Values | null; shape: number[]; dtype: number };
  };
  write(values: Values, shape: number[], dtype: string): object;
}

/** What is known of a tensor without its values. */
interface Kind {
  readonly shape: readonly number[];
  readonly dtype: number;
}

/** The n-th tensor from outside. */
interface Outside {
  readonly outside: number;
  readonly kind: Kind;
}

/** An output of an event. */
interface Inside {
  readonly event: number;
  readonly output: number;
}

/** Where an input comes from. */
type Source = Outside | Inside;

/** Something that the function asked for, in its order. */
type Event =
  | {
    readonly kind: "operation";
    readonly name: string;
    readonly attributes: readonly Attribute[];
    readonly inputs: readonly Source[];
    readonly outputs: readonly Kind[];
    /** The {@linkcode cluster} that it was asked for in; null outside of any. */
    readonly cluster: number | null;
  }
  | {
    readonly kind: "tensor";
    readonly shape: readonly number[];
    readonly dtype: number;
    readonly values: Values;
    /** Part of the graph, and compared; otherwise an input, and given anew at each call. */
    fixed: boolean;
  };

type Operation = Event & { readonly kind: "operation" };
type TensorEvent = Event & { readonly kind: "tensor" };

/** A place in the recorded calls: what came next, by call. */
interface Place {
  readonly event: Event | null;
  /** What its event's outputs are to later events. */
  readonly outputs: readonly (Kind & { readonly source: Inside })[];
  readonly next: Place[];
  /** Graphs of calls that ended here, by which of their tensors were still in use. */
  readonly graphs: Map<string, CompiledGraph>;
  /** Such ends that TensorFlow refused to make a graph of, and what it said. */
  readonly refused: Map<string, string>;
}

/** A graph that is ready to run. */
interface CompiledGraph {
  readonly model: number;
  readonly inputs: readonly Source[];
  readonly inputNames: string;
  readonly outputNames: string;
}

/**
 * Numbers of tensors that exist only as a place in a graph, or stand for another tensor. Far above
 * the native ones, and for long in the range of V8's small integers.
 */
const FIRST_SYMBOL = 2 ** 30;
/** Integer tensors up to this size made in JavaScript are shapes and axes: part of the graph. */
const FIXED_SIZE = 16;
/** Inputs of operations at which integers are data, not shapes. */
const DATA_INPUTS: Readonly<Record<string, number>> = { GatherV2: 1, OneHot: 0, Cast: 0 };
/** Graphs kept at once; the one that was not used for longest goes first. */
const GRAPHS = 64;

/** A symbol of the call that is going on. */
interface Made extends Kind {
  readonly source: Inside;
  /** The function has not given it up. */
  alive: boolean;
}

/** The way through one call. */
class Call {
  readonly events: Event[] = [];
  /** What the symbols from `base` on stand for, in their order. */
  readonly made: Made[] = [];
  /** The first symbol of each event. */
  readonly symbols: number[] = [];
  /** Tensors from outside, by number. */
  readonly sources = new Map<number, Outside>();
  /** Native numbers of the tensors from outside, in the order of their first use. */
  readonly outside: number[] = [];
  /** Native tensors that the function gave up; kept until the graph has run. */
  readonly released: number[] = [];
  /** False once operations are executed one by one. */
  symbolic: boolean;
  /** Why this call cannot be compiled, if so. */
  obstacle: string | null = null;
  /** The cluster that operations are asked for in now, and how many there were. */
  cluster: number | null = null;
  clusters = 0;

  constructor(public place: Place, readonly base: number, readonly fuse: boolean) {
    this.symbolic = place.next.length > 0;
  }

  /** What a number stands for, when it is a symbol of this call. */
  symbol(id: number): Made | undefined {
    return id < this.base ? undefined : this.made[id - this.base];
  }

  /** The symbols that the function has not given up. */
  *alive(): Generator<readonly [id: number, Made]> {
    for (const [index, made] of this.made.entries()) {
      if (made.alive) yield [this.base + index, made];
    }
  }
}

/** Compiles the steps of this process. */
class Compiler {
  readonly #native: Binding;
  readonly #root = newPlace(null, -1);
  /** From symbols to the native tensors that they stand for. */
  readonly #aliases = new Map<number, number>();
  /** Values of fixed tensors that were never made natively. */
  readonly #constants = new Map<number, TensorEvent>();
  readonly #kinds = new Map<number, Kind>();
  /** Every graph, the least recently used first, and how to forget it. */
  readonly #graphs = new Map<CompiledGraph, () => void>();
  #nextSymbol = FIRST_SYMBOL;
  #call: Call | null = null;

  constructor(backend: NativeBackend) {
    const native = this.#native = backend.binding;
    // The addon's properties cannot be written, so the backend gets a copy.
    const names = Object.getOwnPropertyNames(native) as (keyof Binding)[];
    const copy = Object.fromEntries(names.map((name) => [name, native[name]]));
    const binding = copy as unknown as Binding;
    binding.executeOp = (name, attributes, inputs, outputs) => {
      if (this.#call !== null) {
        return this.#operation(this.#call, name, attributes, inputs, outputs);
      }
      const made = native.executeOp(name, attributes, inputs.map((id) => this.#real(id)), outputs);
      made.forEach(({ id, shape, dtype }) => this.#kinds.set(id, { shape, dtype }));
      return made;
    };
    binding.createTensor = (shape, dtype, values) =>
      this.#call === null
        ? this.#create(shape, dtype, values)
        : this.#tensor(this.#call, shape, dtype, values);
    binding.deleteTensor = (id) => this.#delete(id);
    binding.tensorDataSync = (id) => {
      const call = this.#call;
      if (call?.symbol(id) !== undefined) {
        call.obstacle = "it reads a tensor's values half-way";
        this.#execute(call);
      }
      return native.tensorDataSync(this.#real(id));
    };
    binding.runSavedModel = (id, inputs, names, outputs) =>
      native.runSavedModel(id, inputs.map((input) => this.#real(input)), names, outputs);
    backend.binding = binding;
    // tfjs-node uploads a tensor at its first use. One that was made outside of a step must not look
    // like one made inside of it, so it is uploaded at once.
    const write = backend.write.bind(backend);
    backend.write = (values, shape, dtype) => {
      const dataId = write(values, shape, dtype);
      const info = backend.tensorMap.get(dataId);
      if (this.#call === null && info.values !== null && dtype !== "string") {
        info.id = this.#create(info.shape, info.dtype, info.values);
        info.values = null;
      }
      return dataId;
    };
  }

  /** Why the last call was not run as a graph; null when it was. */
  obstacle: string | null = null;

  /** Runs a function as one graph. */
  run<T>(work: () => T, fuse: boolean): T {
    if (this.#call !== null) return work(); // inside another compiled function: part of its graph
    const call = this.#call = new Call(this.#root, this.#nextSymbol, fuse);
    try {
      const result = work();
      this.#finish(call);
      this.obstacle = call.obstacle;
      return result;
    } catch (error) {
      this.#abandon(call);
      throw error;
    } finally {
      this.#call = null;
      call.released.forEach((id) => this.#free(id));
    }
  }

  /** Runs a part of a function whose operations are a cluster. */
  cluster<T>(work: () => T): T {
    const call = this.#call;
    if (call === null || call.cluster !== null) return work();
    call.cluster = call.clusters++;
    try {
      return work();
    } finally {
      call.cluster = null;
    }
  }

  /** A native tensor, and a note of what it is. */
  #create(shape: readonly number[], dtype: number, values: Values): number {
    const id = this.#native.createTensor([...shape], dtype, values);
    this.#kinds.set(id, { shape: [...shape], dtype });
    return id;
  }

  #free(id: number): void {
    this.#kinds.delete(id);
    this.#native.deleteTensor(id);
  }

  /** An operation inside a call. */
  #operation(
    call: Call,
    name: string,
    attributes: Attribute[],
    ids: number[],
    count: number,
  ): Metadata[] {
    const inputs = ids.map((id) => this.#source(call, id));
    if (inputs.some((source, slot) => usesDataAsShape(call, name, source, slot))) {
      call.obstacle = "it uses integers both as data and as a shape";
    }
    if (call.symbolic) {
      const place = call.place.next.find(({ event }) =>
        event!.kind === "operation" && event!.name === name && event!.cluster === call.cluster &&
        sameSources(event!.inputs, inputs) && sameAttributes(event!.attributes, attributes)
      );
      if (place !== undefined) return this.#symbols(call, place);
      this.#execute(call);
    }
    const found = this.#native.executeOp(name, attributes, ids.map((id) => this.#real(id)), count);
    const outputs = found.map(({ shape, dtype }) => ({ shape, dtype }));
    const { cluster } = call;
    const event: Event = { kind: "operation", name, attributes, inputs, outputs, cluster };
    const place = newPlace(event, call.events.length);
    const symbols = this.#symbols(call, place);
    found.forEach(({ id }, i) => this.#aliases.set(symbols[i]!.id, id));
    return symbols;
  }

  /** A tensor made from JavaScript's values inside a call. */
  #tensor(call: Call, shape: number[], dtype: number, values: Values): number {
    const mayBeFixed = dtype !== this.#native.TF_FLOAT && values.length <= FIXED_SIZE;
    if (!mayBeFixed) return this.#create(shape, dtype, values); // a tensor from outside
    if (call.symbolic) {
      const place = call.place.next.find(({ event }) =>
        event!.kind === "tensor" && event!.dtype === dtype && same(event!.shape, shape) &&
        (!event!.fixed || same(event!.values, values))
      );
      if (place !== undefined) {
        const event = place.event as TensorEvent;
        const [{ id }] = this.#symbols(call, place) as [Metadata];
        // Data are this call's own; fixed values are in the graph already.
        if (event.fixed) this.#constants.set(id, event);
        else this.#aliases.set(id, this.#create(shape, dtype, values));
        return id;
      }
      this.#execute(call);
    }
    const event: Event = { kind: "tensor", shape, dtype, values: values.slice(), fixed: true };
    const [{ id }] = this.#symbols(call, newPlace(event, call.events.length)) as [Metadata];
    this.#aliases.set(id, this.#create(shape, dtype, values));
    return id;
  }

  /** Goes to a place, new or known, and gives symbols for the outputs of its event. */
  #symbols(call: Call, place: Place): Metadata[] {
    if (!call.symbolic) call.place.next.push(place);
    call.place = place;
    call.events.push(place.event!);
    call.symbols.push(this.#nextSymbol);
    return place.outputs.map(({ source, shape, dtype }) => {
      call.made.push({ source, shape, dtype, alive: true });
      return { id: this.#nextSymbol++, shape: [...shape], dtype };
    });
  }

  #source(call: Call, id: number): Source {
    const known = call.symbol(id)?.source ?? call.sources.get(id);
    if (known !== undefined) return known;
    const kind = this.#kinds.get(id) ?? this.#inspect(id);
    const source = { outside: call.outside.push(this.#real(id)) - 1, kind };
    call.sources.set(id, source);
    return source;
  }

  /** The kind of a tensor that was made before this compiler. */
  #inspect(id: number): Kind {
    const [same] = this.#native.executeOp("Identity", [], [id], 1);
    const { shape, dtype } = same!;
    this.#native.deleteTensor(same!.id);
    this.#kinds.set(id, { shape, dtype });
    return { shape, dtype };
  }

  /** The native tensor of a number; a fixed tensor that has none gets it now. */
  #real(id: number): number {
    if (id < FIRST_SYMBOL) return id;
    let real = this.#aliases.get(id);
    if (real === undefined) {
      const constant = this.#constants.get(id);
      if (constant === undefined) {
        throw new RangeError(`Cannot use tensor ${id}: it was never computed`);
      }
      real = this.#create(constant.shape, constant.dtype, constant.values);
      this.#aliases.set(id, real);
    }
    return real;
  }

  #delete(id: number): void {
    const call = this.#call;
    if (id < FIRST_SYMBOL) {
      if (call === null) this.#free(id);
      else call.released.push(id);
      return;
    }
    const made = call?.symbol(id);
    if (call === null || made === undefined) {
      this.#forget(id, call);
      return;
    }
    made.alive = false;
    // What was computed one by one is no input of the graph and goes at once; all else may be.
    if (call.symbolic || call.events[made.source.event]!.kind !== "operation") return;
    const real = this.#aliases.get(id);
    if (real === undefined) return;
    this.#aliases.delete(id);
    this.#free(real);
  }

  /** Frees what a symbol stands for. */
  #forget(id: number, call: Call | null): void {
    const real = this.#aliases.get(id);
    this.#aliases.delete(id);
    this.#constants.delete(id);
    this.#kinds.delete(id);
    if (real === undefined) return;
    if (call === null) this.#free(real);
    else call.released.push(real);
  }

  /** Executes one by one what a call has asked for so far; from here on nothing is symbolic. */
  #execute(call: Call): void {
    if (!call.symbolic) return;
    call.symbolic = false;
    call.events.forEach((event, number) => {
      if (event.kind !== "operation") return;
      const inputs = event.inputs.map((source) => this.#nativeOf(call, source));
      const { name, attributes, outputs } = event;
      const found = this.#native.executeOp(name, [...attributes], inputs, outputs.length);
      found.forEach(({ id }, i) => this.#aliases.set(call.symbols[number]! + i, id));
    });
  }

  #nativeOf(call: Call, source: Source): number {
    return "outside" in source
      ? call.outside[source.outside]!
      : this.#real(call.symbols[source.event]! + source.output);
  }

  /** The end of a call: the graph is run, and the tensors in use stand for its outputs. */
  #finish(call: Call): void {
    const results = [...call.alive()].filter(([, { source }]) =>
      call.events[source.event]!.kind === "operation"
    );
    const wanted = results.map(([, made]) => made);
    const graph = call.obstacle === null && results.length > 0 ? this.#graph(call, wanted) : null;
    if (graph === null) {
      this.#execute(call);
    } else {
      const inputs = graph.inputs.map((source) => this.#nativeOf(call, source));
      const { model, inputNames, outputNames } = graph;
      const outputs = this.#native.runSavedModel(model, inputs, inputNames, outputNames);
      results.forEach(([id], i) => {
        const computed = this.#aliases.get(id); // by the recording call, one by one
        if (computed !== undefined) this.#free(computed);
        this.#aliases.set(id, outputs[i]!.id);
      });
    }
    this.#clear(call);
  }

  /** After an error: tensors in use keep their values, all others are freed. */
  #abandon(call: Call): void {
    try {
      this.#execute(call);
    } catch {
      // The error that is on its way says what was wrong.
    }
    this.#clear(call);
  }

  /** Frees what a call has made and its function has given up; the rest may be used outside. */
  #clear(call: Call): void {
    call.made.forEach(({ shape, dtype, alive }, index) => {
      const id = call.base + index;
      if (alive) this.#kinds.set(id, { shape, dtype });
      else this.#forget(id, null);
    });
  }

  /** The graph of a call, made at its first appearance. Null where TensorFlow refuses it. */
  #graph(call: Call, wanted: readonly Made[]): CompiledGraph | null {
    const { place } = call;
    const key = `${call.fuse} ${wanted.map(({ source }) => keyOf(source)).join()}`;
    let graph = place.graphs.get(key);
    if (graph === undefined && !place.refused.has(key)) {
      markData(call.events);
      try {
        graph = this.#build(call, wanted);
      } catch (error) {
        place.refused.set(key, `TensorFlow refused its graph: ${(error as Error).message}`);
      }
      if (graph !== undefined) place.graphs.set(key, graph);
    }
    if (graph === undefined) {
      call.obstacle = place.refused.get(key)!;
      return null;
    }
    this.#graphs.delete(graph);
    this.#graphs.set(graph, () => place.graphs.delete(key));
    if (this.#graphs.size > GRAPHS) {
      const [oldest, forget] = this.#graphs.entries().next().value!;
      forget();
      this.#graphs.delete(oldest);
      this.#native.deleteSavedModel(oldest.model);
    }
    return graph;
  }

  #build({ events, sources, fuse }: Call, wanted: readonly Made[]) {
    const writer = new GraphWriter(this.#native);
    const written = new Map<string, Output>();
    const inputs: Source[] = [];
    const feed = (source: Source, { dtype, shape }: Kind) => {
      written.set(keyOf(source), writer.placeholder(dtype, shape));
      inputs.push(source);
    };
    for (const source of sources.values()) feed(source, source.kind);
    events.forEach((event, number) => {
      const place = (output: number): Source => ({ event: number, output });
      if (event.kind === "operation") {
        const inputs = event.inputs.map((source) => written.get(keyOf(source))!);
        const node = writeOperation(writer, withType(event, events), inputs, fuse);
        event.outputs.forEach((_, index) => written.set(keyOf(place(index)), { node, index }));
      } else if (event.fixed) {
        const { dtype, shape, values } = event;
        const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
        written.set(keyOf(place(0)), writer.constant(dtype, shape, bytes));
      } else {
        feed(place(0), event);
      }
    });
    const outputs = wanted.map(({ source, dtype }) =>
      writer.result(written.get(keyOf(source))!, dtype)
    );
    const names = (list: readonly Output[]) => list.map(({ node }) => `${node}:0`).join();
    return {
      model: loadGraph(writer.encode(), (folder, tag) => this.#native.loadSavedModel(folder, tag)),
      inputs,
      inputNames: names(inputs.map((source) => written.get(keyOf(source))!)),
      outputNames: names(outputs),
    };
  }
}

function newPlace(event: Event | null, number: number): Place {
  const kinds = event === null ? [] : event.kind === "operation" ? event.outputs : [event];
  const outputs = kinds.map(({ shape, dtype }, output) => ({
    shape: [...shape],
    dtype,
    source: { event: number, output },
  }));
  return { event, outputs, next: [], graphs: new Map(), refused: new Map() };
}

function keyOf(source: Source): string {
  return "outside" in source ? `outside ${source.outside}` : `${source.event}.${source.output}`;
}

/** Integer tensors whose every use is as data become inputs. */
function markData(events: readonly Event[]): void {
  const uses = new Map<number, boolean>();
  for (const event of events) {
    if (event.kind !== "operation") continue;
    event.inputs.forEach((source, slot) => {
      if (!("event" in source)) return;
      const data = DATA_INPUTS[event.name] === slot;
      uses.set(source.event, data && (uses.get(source.event) ?? true));
    });
  }
  events.forEach((event, number) => {
    if (event.kind === "tensor" && uses.get(number) === true) event.fixed = false;
  });
}

function usesDataAsShape(call: Call, name: string, source: Source, slot: number): boolean {
  if (!("event" in source)) return false;
  const event = call.events[source.event]!;
  return event.kind === "tensor" && !event.fixed && DATA_INPUTS[name] !== slot;
}

/** Operations that have no attribute for the type of their inputs. */
const TYPELESS = new Set(["LogicalAnd", "LogicalOr", "LogicalNot"]);

/** An operation with the type of its inputs, which may be left out where it is executed at once. */
function withType(event: Operation, events: readonly Event[]): Operation {
  const { attributes, inputs, name } = event;
  if (attributes.length > 0 || inputs.length === 0 || TYPELESS.has(name)) return event;
  const [first] = inputs as [Source];
  const origin = "event" in first ? events[first.event]! : null;
  const value = "outside" in first
    ? first.kind.dtype
    : origin!.kind === "tensor"
    ? origin!.dtype
    : origin!.outputs[first.output]!.dtype;
  const { TF_ATTR_TYPE } = (tf.backend() as unknown as NativeBackend).binding;
  return { ...event, attributes: [{ name: "T", type: TF_ATTR_TYPE, value }] };
}

/** Writes an operation; those that exist only for one-by-one execution get their graph's form. */
function writeOperation(
  writer: GraphWriter,
  { name, attributes, cluster }: Operation,
  inputs: readonly Output[],
  fuse: boolean,
): string {
  if (name !== "_MklNativeConv2DWithBias") {
    return writer.operation(name, inputs, attributes, fuse ? cluster : null);
  }
  // Grappler fuses the two again, and a ReLU after them as well.
  const plain = attributes.filter((attribute) => attribute.name !== "_kernel");
  const convolved = writer.operation("Conv2D", inputs.slice(0, 2), plain);
  const shared = plain.filter((attribute) => ["T", "data_format"].includes(attribute.name));
  return writer.operation("BiasAdd", [{ node: convolved, index: 0 }, inputs[2]!], shared);
}

function sameSources(a: readonly Source[], b: readonly Source[]): boolean {
  return a.length === b.length && a.every((source, i) => {
    const other = b[i]!;
    if ("event" in source) {
      return "event" in other && source.event === other.event && source.output === other.output;
    }
    return "outside" in other && source.outside === other.outside &&
      source.kind.dtype === other.kind.dtype && same(source.kind.shape, other.kind.shape);
  });
}

function sameAttributes(a: readonly Attribute[], b: readonly Attribute[]): boolean {
  return a.length === b.length && a.every(({ name, value }, i) => {
    const other = b[i]!;
    if (name !== other.name) return false;
    return value === other.value ||
      (Array.isArray(value) && Array.isArray(other.value) && same(value, other.value));
  });
}

function same(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

let compiler: Compiler | null = null;

/** Why the last function was not run as a graph; null when it was. */
export function lastObstacle(): string | null {
  return compiler === null ? "nothing was compiled yet" : compiler.obstacle;
}

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
export function compiled<T>(work: () => T): T {
  return runCompiled(work, false);
}

/**
 * As {@linkcode compiled}, and XLA makes one kernel of each {@linkcode cluster}: fewer passes over
 * memory, for seconds more before the first result. On a GPU the clusters stay as they are: XLA needs
 * parts of CUDA there that TensorFlow's package does not bring.
 */
export function fused<T>(work: () => T): T {
  return runCompiled(work, true);
}

function runCompiled<T>(work: () => T, fuse: boolean): T {
  if (tf.getBackend() !== "tensorflow") return work();
  const backend = tf.backend() as unknown as NativeBackend;
  compiler ??= new Compiler(backend);
  return compiler.run(work, fuse && !backend.isUsingGpuDevice);
}

/** A part of a function of tensors that is worth {@linkcode fused} into one kernel. */
export function cluster<T>(work: () => T): T {
  return compiler === null ? work() : compiler.cluster(work);
}
