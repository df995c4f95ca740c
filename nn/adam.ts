/**
 * Adam as PyTorch computes it.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor1D, Variable } from "../tensor/types.ts";
import { hostInput, xlaScope } from "../tensor/compile/mod.ts";
import { type AdamState, nativeAdam } from "../tensor/kernels.ts";
import type { Parameter } from "./module.ts";

/** Settings of {@linkcode Adam}. */
export interface AdamSettings {
  /** The size of a step, before the moments scale it. */
  readonly learningRate: number;
  /** Added to the gradient as weightDecay · w (L2, not decoupled). */
  readonly weightDecay: number;
  /** Decay of the first and of the second moment; 0.9 and 0.999 when left out. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second moment; 1e-8 when left out. */
  readonly epsilon?: number;
}

/** Tensors and numbers from which something continues where it was. */
export interface Snapshot {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly numbers: Readonly<Record<string, readonly number[]>>;
}

/**
 * Adam (Kingma and Ba 2015, algorithm 1) with PyTorch's conventions:
 * w ← w − lr · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε), ε outside the root.
 *
 * The moments of all parameters lie in one flat vector, so a step takes a few operations however many
 * parameters there are. A step may be part of a compiled function: its count, and with it the
 * correction of the moments, comes into it anew at each call.
 */
export class Adam {
  readonly #settings: Required<AdamSettings>;
  /** Of the gradients and of their squares, over all parameters. */
  readonly #moments: readonly [Variable, Variable];
  /** Positions of the parameters that take part; known from the first step on. */
  #active: readonly number[] | null = null;
  #steps = 0;

  constructor(readonly parameters: readonly Parameter[], settings: AdamSettings) {
    this.#settings = { betas: [0.9, 0.999], epsilon: 1e-8, ...settings };
    const size = parameters.reduce((sum, { variable }) => sum + variable.size, 0);
    const moments = () => tf.tidy(() => tf.variable(tf.zeros([size]), false));
    this.#moments = [moments(), moments()];
  }

  /**
   * One step.
   *
   * @param gradients One for each parameter; null where it has none: it stays as it is.
   * @throws {RangeError} When other parameters have a gradient than in the first step.
   */
  step(gradients: readonly (Tensor | null)[]): void {
    const active = gradients.flatMap((g, i) => (g === null ? [] : [i]));
    this.#active ??= active;
    if (active.join() !== this.#active.join()) {
      throw new RangeError(
        `Cannot update parameters ${active.join()}: this Adam started with gradients for ${this.#active.join()}, and the set must stay the same`,
      );
    }
    if (active.length === 0) return;
    const { learningRate, betas: [b1, b2] } = this.#settings;
    const size = hostInput([], "float32", () => {
      this.#steps++;
      return Float32Array.of(learningRate / (1 - b1 ** this.#steps));
    });
    const root = hostInput([], "float32", () => Float32Array.of(Math.sqrt(1 - b2 ** this.#steps)));
    tf.tidy(() => {
      const variables = active.map((i) => this.parameters[i]!.variable);
      const own = active.map((i) => gradients[i]!);
      const [first, second] = this.#moments.map((moment) => this.#part(moment, active));
      const state = { weights: variables, first: first!, second: second! };
      const next = nativeAdam(state, own, this.#settings, size, root) ??
        xlaScope(() => this.#next(state, own, size, root));
      variables.forEach((v, i) => v.assign(next.weights[i]!));
      [next.first, next.second].forEach((moment, i) => this.#setPart(i, active, moment));
    });
    tf.dispose([size, root]);
  }

  /** The moment of the parameters that take part. */
  #part(moment: Variable, active: readonly number[]): Tensor1D {
    if (active.length === this.parameters.length) return moment as Tensor1D;
    const parts = tf.split(moment as Tensor1D, this.#sizes());
    return tf.concat(active.map((i) => parts[i]!)) as Tensor1D;
  }

  #setPart(which: number, active: readonly number[], value: Tensor): void {
    const moment = this.#moments[which]!;
    if (active.length === this.parameters.length) return moment.assign(value);
    const parts = tf.split(moment as Tensor1D, this.#sizes());
    const sizes = this.#sizes();
    tf.split(value as Tensor1D, active.map((i) => sizes[i]!))
      .forEach((part, i) => parts[active[i]!] = part);
    moment.assign(tf.concat(parts));
  }

  #sizes(): number[] {
    return this.parameters.map(({ variable }) => variable.size);
  }

  /** A step in TensorFlow's own operations. */
  #next(
    { weights, first, second }: AdamState,
    gradients: readonly Tensor[],
    size: Tensor,
    root: Tensor,
  ): AdamState {
    const { weightDecay, betas: [b1, b2], epsilon } = this.#settings;
    const flat = (tensors: readonly Tensor[]) =>
      tf.concat1d(tensors.map((t) => (t.rank === 1 ? t : tf.reshape(t, [-1])) as Tensor1D));
    let gradient: Tensor = flat(gradients);
    if (weightDecay !== 0) gradient = tf.add(gradient, tf.mul(flat(weights), weightDecay));
    const newFirst = tf.add(tf.mul(first, b1), tf.mul(gradient, 1 - b1));
    const newSecond = tf.add(tf.mul(second, b2), tf.mul(tf.square(gradient), 1 - b2));
    const change = tf.div(
      tf.mul(newFirst, size),
      tf.add(tf.div(tf.sqrt(newSecond), root), epsilon),
    );
    const parts = tf.split(change, weights.map((v) => v.size));
    return {
      weights: weights.map((v, i) =>
        tf.sub(v, v.rank === 1 ? parts[i]! : tf.reshape(parts[i]!, v.shape))
      ),
      first: newFirst,
      second: newSecond,
    };
  }

  /** Forgets moments and step count, as a new optimiser would start. */
  reset(): void {
    this.#steps = 0;
    this.#active = null;
    tf.tidy(() => this.#moments.forEach((moment) => moment.assign(tf.zeros(moment.shape))));
  }

  /** The state after the steps so far; the tensors stay this optimiser's own. */
  snapshot(): Snapshot {
    const [first, second] = this.#moments;
    return {
      tensors: { first, second },
      numbers: { steps: [this.#steps], active: this.#active ?? [] },
    };
  }

  /** Continues from a {@linkcode snapshot} of an optimiser over the same parameters. */
  restore({ tensors, numbers }: Snapshot): void {
    this.#steps = numbers.steps![0]!;
    // Steps that are replayed run no JavaScript: after a reset it is not known again which take part.
    this.#active = numbers.active!.length === 0 ? null : numbers.active!;
    this.#moments[0].assign(tensors.first!);
    this.#moments[1].assign(tensors.second!);
  }

  /** Frees the moments. */
  dispose(): void {
    this.#moments.forEach((moment) => moment.dispose());
  }
}
