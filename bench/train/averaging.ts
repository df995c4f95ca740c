/**
 * Weights averaged over the steps of a stretch of the training, for methods that ask for it.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Averaging } from "../../methods/method.ts";
import type { RunContext } from "./context.ts";
import { withoutPrefix, withPrefix } from "./prefix.ts";

type Weights = Record<string, tf.Tensor>;

/** Weights averaged over some steps. */
interface Mean {
  /** How many steps. */
  readonly steps: number;
  readonly weights: Weights;
}

/** How far the averages are, apart from the weights; JSON can hold it. */
export interface AveragingProgress {
  /** Of every checkpoint: the steps done, and the validation loss. */
  readonly checkpoints: readonly { readonly step: number; readonly loss: number }[];
  /** Steps in the segment after the last checkpoint, in each that is kept, and in the stretch. */
  readonly steps: { readonly segment: number; readonly kept: number[]; readonly stretch: number };
  /** The checkpoint whose segment the stretch begins with, and the first that is not in it. */
  readonly from: number;
  readonly to: number;
}

/** The steps of a stretch: the first of its steps, and the last. */
export interface Averaged {
  readonly from: number;
  readonly to: number;
}

/** The averages of a run's weights over the steps between checkpoints, and over the stretch. */
export class WeightAverage {
  #checkpoints: AveragingProgress["checkpoints"] = [];
  /** Since the last checkpoint. */
  #segment: Mean = NOTHING;
  /** Of the latest checkpoints, as far as they may still come into the stretch. */
  #kept: Mean[] = [];
  #stretch: Mean = NOTHING;
  #from = 0;
  #to = 0;

  constructor(readonly averaging: Averaging, readonly ctx: RunContext) {}

  /** Takes the weights after a step in. */
  step(): void {
    this.#segment = joined(this.#segment, { steps: 1, weights: this.#weights() });
  }

  /** Ends a segment; `loss` is the mean cross-entropy on validation images now. */
  checkpoint(step: number, loss: number): void {
    this.#checkpoints = [...this.#checkpoints, { step, loss }];
    this.#kept.push(this.#segment);
    this.#segment = NOTHING;
    this.#extend(false);
    const spare = this.#kept.length - this.averaging.lag;
    this.#kept.splice(0, Math.max(0, spare)).forEach(({ weights }) => tf.dispose(weights));
  }

  /**
   * The averaged weights, which are the caller's, when the training is over; the last segment's where
   * no stretch was chosen. Null where there was no checkpoint.
   */
  end(): { readonly weights: Weights; readonly averaged: Averaged } | null {
    if (this.#checkpoints.length === 0) return null;
    if (!this.#extend(true)) this.#take(this.#checkpoints.length - 1, this.#checkpoints.length);
    const before = this.#checkpoints[this.#from - 1]?.step ?? 0;
    const averaged = { from: before + 1, to: this.#checkpoints[this.#to - 1]!.step };
    return { weights: cloned(this.#stretch.weights), averaged };
  }

  /** All from which the averages continue; the tensors are the caller's. */
  state(): { readonly tensors: Weights; readonly progress: AveragingProgress } {
    const parts = [this.#segment, this.#stretch, ...this.#kept];
    const tensors = Object.assign(
      {},
      ...parts.map(({ weights }, i) => withPrefix(`${i}.`, cloned(weights))),
    ) as Weights;
    const steps = {
      segment: this.#segment.steps,
      stretch: this.#stretch.steps,
      kept: this.#kept.map(({ steps }) => steps),
    };
    const progress = { checkpoints: this.#checkpoints, steps, from: this.#from, to: this.#to };
    return { tensors, progress };
  }

  /** Continues from a {@linkcode state}, whose tensors stay the caller's. */
  restore(tensors: Readonly<Weights>, { checkpoints, steps, from, to }: AveragingProgress): void {
    const mean = (steps: number, i: number): Mean => ({
      steps,
      weights: cloned(withoutPrefix(`${i}.`, tensors)),
    });
    this.#checkpoints = checkpoints;
    this.#segment = mean(steps.segment, 0);
    this.#stretch = mean(steps.stretch, 1);
    this.#kept = steps.kept.map((count, i) => mean(count, i + 2));
    [this.#from, this.#to] = [from, to];
  }

  /** Frees all. */
  dispose(): void {
    for (const { weights } of [this.#segment, this.#stretch, ...this.#kept]) tf.dispose(weights);
  }

  /** Lengthens the stretch as the method says; whether there is one. */
  #extend(ended: boolean): boolean {
    const stretch = this.averaging.stretch(this.#checkpoints.map(({ loss }) => loss), ended);
    if (stretch !== null) this.#take(stretch.from, stretch.to);
    return stretch !== null;
  }

  #take(from: number, to: number): void {
    if (this.#stretch.steps === 0) [this.#from, this.#to] = [from, from];
    const first = this.#checkpoints.length - this.#kept.length;
    for (; this.#to < to; this.#to++) {
      const next = this.#kept[this.#to - first]!;
      this.#stretch = joined(this.#stretch, { ...next, weights: cloned(next.weights) });
    }
  }

  #weights(): Weights {
    return Object.fromEntries(
      this.ctx.parameters.map(({ name, variable }) => [name, tf.clone(variable)]),
    );
  }
}

const NOTHING: Mean = { steps: 0, weights: {} };

/** The mean over the steps of both; both are given away. */
function joined(a: Mean, b: Mean): Mean {
  if (a.steps === 0) return b;
  const steps = a.steps + b.steps;
  const weights = tf.tidy(() =>
    Object.fromEntries(
      Object.entries(a.weights).map(([name, own]) => [
        name,
        tf.add(own, tf.mul(tf.sub(b.weights[name]!, own), b.steps / steps)),
      ]),
    )
  );
  tf.dispose([a.weights, b.weights]);
  return { steps, weights };
}

const cloned = (weights: Readonly<Weights>): Weights =>
  Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [name, tf.clone(tensor)]));
