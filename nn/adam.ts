/**
 * Adam as PyTorch computes it.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor1D, Variable } from "../tensor/types.ts";
import { xlaScope } from "../tensor/compile/mod.ts";
import type { Parameter } from "./module.ts";

/** Settings of {@linkcode Adam}. */
export interface AdamSettings {
  readonly learningRate: number;
  /** Added to the gradient as weightDecay · w (L2, not decoupled). */
  readonly weightDecay: number;
  readonly betas?: readonly [number, number];
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
 * Parameters without a gradient are left alone. The moments of all others lie in one flat vector,
 * so a step takes a few operations however many parameters there are.
 */
export class Adam {
  readonly #settings: Required<AdamSettings>;
  /** Positions of the parameters that take part; known from the first step on. */
  #active: readonly number[] | null = null;
  #first: Variable | null = null;
  #second: Variable | null = null;
  #steps = 0;

  constructor(readonly parameters: readonly Parameter[], settings: AdamSettings) {
    this.#settings = { betas: [0.9, 0.999], epsilon: 1e-8, ...settings };
  }

  /**
   * One update.
   *
   * @param gradients One for each parameter, null where it has none.
   * @throws {RangeError} When other parameters have a gradient than in the first update.
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
    this.#steps++;
    const { learningRate, weightDecay, betas: [b1, b2], epsilon } = this.#settings;
    const variables = active.map((i) => this.parameters[i]!.variable);
    tf.tidy(() =>
      xlaScope(() => {
        const flat = (tensors: readonly Tensor[]) =>
          tf.concat1d(tensors.map((t) => (t.rank === 1 ? t : tf.reshape(t, [-1])) as Tensor1D));
        let gradient: Tensor = flat(active.map((i) => gradients[i]!));
        if (weightDecay !== 0) gradient = tf.add(gradient, tf.mul(flat(variables), weightDecay));
        // Zeros from JavaScript: the first update is then the same graph as all others.
        this.#first ??= tf.variable(tf.zeros(gradient.shape), false);
        this.#second ??= tf.variable(tf.zeros(gradient.shape), false);
        this.#first.assign(tf.add(tf.mul(this.#first, b1), tf.mul(gradient, 1 - b1)));
        this.#second.assign(tf.add(tf.mul(this.#second, b2), tf.mul(tf.square(gradient), 1 - b2)));
        const size = learningRate / (1 - b1 ** this.#steps);
        const root = Math.sqrt(1 - b2 ** this.#steps);
        const change = tf.div(
          tf.mul(this.#first, size),
          tf.add(tf.div(tf.sqrt(this.#second), root), epsilon),
        );
        const parts = tf.split(change, variables.map((v) => v.size));
        variables.forEach((v, i) => {
          const part = parts[i]!;
          v.assign(tf.sub(v, v.rank === 1 ? part : tf.reshape(part, v.shape)));
        });
      })
    );
  }

  /** Forgets moments and step count, as a new optimiser would start. */
  reset(): void {
    this.dispose();
    this.#steps = 0;
  }

  /** The state after the updates so far; the tensors stay this optimiser's own. */
  snapshot(): Snapshot {
    return {
      tensors: this.#first && this.#second ? { first: this.#first, second: this.#second } : {},
      numbers: { steps: [this.#steps], active: this.#active ?? [] },
    };
  }

  /** Continues from a {@linkcode snapshot} of an optimiser over the same parameters. */
  restore({ tensors, numbers }: Snapshot): void {
    this.dispose();
    this.#steps = numbers.steps![0]!;
    if (tensors.first === undefined || tensors.second === undefined) return;
    this.#active = numbers.active!;
    this.#first = tf.variable(tensors.first, false);
    this.#second = tf.variable(tensors.second, false);
  }

  /** Frees the moments. */
  dispose(): void {
    this.#first?.dispose();
    this.#second?.dispose();
    this.#first = this.#second = this.#active = null;
  }
}
