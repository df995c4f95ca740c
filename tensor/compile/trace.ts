/**
 * Traces: the operations that a function asked for in one call, in its order, and how a later call is
 * recognised as the same. The traces of a process share their beginnings: they are the paths of one
 * tree.
 *
 * @module
 */
import type { Attribute, Values } from "../native/binding.ts";

/** What is known of a tensor without its values. */
export interface TensorSpec {
  readonly shape: readonly number[];
  readonly dtype: number;
}

/** The n-th tensor that a trace takes from outside. */
export interface TraceInput {
  readonly input: number;
  readonly spec: TensorSpec;
}

/** An output of an operation of a trace. */
export interface TraceResult {
  /** Its number among the trace's operations. */
  readonly op: number;
  readonly output: number;
}

/** Where a value comes from. */
export type Source = TraceInput | TraceResult;

/** An operation of TensorFlow. */
export interface KernelOp {
  readonly kind: "kernel";
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly inputs: readonly Source[];
  readonly outputs: readonly TensorSpec[];
  /** The XLA scope that it was asked for in; null outside of any. */
  readonly xlaScope: number | null;
}

/** A small integer tensor that was made in JavaScript. */
export interface LiteralOp extends TensorSpec {
  readonly kind: "literal";
  readonly values: Values;
  /** Part of the graph, and compared; otherwise an input, given anew at each call. */
  fixed: boolean;
}

/** Something that the function asked for. */
export type TraceOp = KernelOp | LiteralOp;

/** A node of the tree of traces: what was asked for next, by trace. */
export interface TraceNode<Graph> {
  /** Null at the root. */
  readonly op: TraceOp | null;
  /** What its operation's outputs are to later operations. */
  readonly outputs: readonly (TensorSpec & { readonly source: TraceResult })[];
  readonly next: TraceNode<Graph>[];
  /** Graphs of traces that ended here, by which of their tensors were still in use. */
  readonly graphs: Map<string, Graph>;
  /** Such ends that TensorFlow refused to make a graph of, and what it said. */
  readonly refused: Map<string, string>;
}

/** A tensor of a trace that has no values yet. */
export interface SymbolicTensor extends TensorSpec {
  readonly source: TraceResult;
  /** The function has not given it up. */
  live: boolean;
}

/** The trace of a call that is going on. */
export class Trace<Graph> {
  readonly ops: TraceOp[] = [];
  /** What the symbols from `base` on stand for, in their order. */
  readonly tensors: SymbolicTensor[] = [];
  /** The first symbol of each operation. */
  readonly symbols: number[] = [];
  /** Tensors from outside, by number. */
  readonly inputs = new Map<number, TraceInput>();
  /** Native numbers of the tensors from outside, in the order of their first use. */
  readonly inputIds: number[] = [];
  /** Native tensors that the function gave up; kept until the graph has run. */
  readonly released: number[] = [];
  /** False once operations are executed one by one. */
  symbolic: boolean;
  /** Why this call cannot be run as a graph, if so. */
  graphBreak: string | null = null;
  /** The XLA scope that operations are asked for in now, and how many there were. */
  xlaScope: number | null = null;
  xlaScopes = 0;

  /**
   * @param node Where it begins.
   * @param base The first symbol that is its own.
   * @param useXla Whether XLA compiles its scopes.
   */
  constructor(public node: TraceNode<Graph>, readonly base: number, readonly useXla: boolean) {
    this.symbolic = node.next.length > 0;
  }

  /** What a number stands for, when it is a symbol of this trace. */
  symbol(id: number): SymbolicTensor | undefined {
    return id < this.base ? undefined : this.tensors[id - this.base];
  }

  /** The symbols that the function has not given up. */
  *live(): Generator<readonly [id: number, SymbolicTensor]> {
    for (const [index, tensor] of this.tensors.entries()) {
      if (tensor.live) yield [this.base + index, tensor];
    }
  }
}

/** A node of the tree, without what comes after it. */
export function newNode<Graph>(op: TraceOp | null, number: number): TraceNode<Graph> {
  const specs = op === null ? [] : op.kind === "kernel" ? op.outputs : [op];
  const outputs = specs.map(({ shape, dtype }, output) => ({
    shape: [...shape],
    dtype,
    source: { op: number, output },
  }));
  return { op, outputs, next: [], graphs: new Map(), refused: new Map() };
}

/** The node of the same operation after a node, if an earlier trace asked for it there. */
export function nextKernel<Graph>(
  { next }: TraceNode<Graph>,
  { name, inputs, attributes, xlaScope }: Omit<KernelOp, "kind" | "outputs">,
): TraceNode<Graph> | undefined {
  return next.find(({ op }) =>
    op!.kind === "kernel" && op!.name === name && op!.xlaScope === xlaScope &&
    sameSources(op!.inputs, inputs) && sameAttributes(op!.attributes, attributes)
  );
}

/** The node of the same literal after a node, if an earlier trace asked for it there. */
export function nextLiteral<Graph>(
  { next }: TraceNode<Graph>,
  { shape, dtype, values }: Pick<LiteralOp, "shape" | "dtype" | "values">,
): TraceNode<Graph> | undefined {
  return next.find(({ op }) =>
    op!.kind === "literal" && op!.dtype === dtype && same(op!.shape, shape) &&
    (!op!.fixed || same(op!.values, values))
  );
}

/** A source as text, equal for equal sources of a trace. */
export function keyOf(source: Source): string {
  return "input" in source ? `input ${source.input}` : `${source.op}.${source.output}`;
}

function sameSources(a: readonly Source[], b: readonly Source[]): boolean {
  return a.length === b.length && a.every((source, i) => {
    const other = b[i]!;
    if ("op" in source) {
      return "op" in other && source.op === other.op && source.output === other.output;
    }
    return "input" in other && source.input === other.input &&
      source.spec.dtype === other.spec.dtype && same(source.spec.shape, other.spec.shape);
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
