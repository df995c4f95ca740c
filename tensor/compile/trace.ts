/**
 * A trace: the operations that a function asked for in one call, in its order, with where each of
 * their inputs comes from.
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

/** A tensor that was made from JavaScript's values. */
export interface LiteralOp extends TensorSpec {
  readonly kind: "literal";
  readonly values: Values;
}

/** Something that the function asked for. */
export type TraceOp = KernelOp | LiteralOp;

/** What a trace takes from outside, and what of it a later call gives anew. */
export interface Outside extends TensorSpec {
  /**
   * `fed`: the n-th tensor that a call is given. `host`: the n-th that JavaScript fills before a call.
   * `variable`: whatever the n-th variable of the trace holds by then. `constant`: always the same.
   */
  readonly kind: "fed" | "host" | "variable" | "constant";
  readonly index: number;
}

/** What an operation gives to those after it. */
export function outputsOf(op: TraceOp): readonly TensorSpec[] {
  return op.kind === "kernel" ? op.outputs : [op];
}

/** A source as text, equal for equal sources of a trace. */
export function keyOf(source: Source): string {
  return "input" in source ? `input ${source.input}` : `${source.op}.${source.output}`;
}

/** How an operation differs from the one that was asked for at the same point before; null when it does not. */
export function difference(
  before: TraceOp | undefined,
  now: Omit<TraceOp, "outputs">,
): string | null {
  const what = (op: Omit<TraceOp, "outputs">) =>
    op.kind === "literal" ? "a tensor made from numbers" : (op as KernelOp).name;
  if (before === undefined) return `${what(now)} was not there before`;
  if (before.kind !== now.kind) return `it was ${what(before)} and is ${what(now)}`;
  if (before.kind === "literal") {
    const { shape, dtype, values } = now as LiteralOp;
    if (before.dtype !== dtype || !same(before.shape, shape)) {
      return `a tensor made from numbers had the shape [${before.shape}] and has [${shape}]`;
    }
    return same(before.values, values)
      ? null
      : `a tensor made from numbers held ${few(before.values)} and holds ${few(values)}`;
  }
  const { name, inputs, attributes, xlaScope } = now as KernelOp;
  if (before.name !== name) return `it was ${before.name} and is ${name}`;
  if (!sameSources(before.inputs, inputs) || before.xlaScope !== xlaScope) {
    return `${name} has other inputs`;
  }
  return sameAttributes(before.attributes, attributes) ? null : `${name} has other attributes`;
}

function few(values: Values): string {
  const shown = [...values.subarray(0, 4)].map((value) => Number(value.toPrecision(6)));
  return values.length > 4 ? `${shown.join(", ")}, …` : shown.join(", ");
}

function sameSources(a: readonly Source[], b: readonly Source[]): boolean {
  return a.length === b.length && a.every((source, i) => keyOf(source) === keyOf(b[i]!));
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
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}
