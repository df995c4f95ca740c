/**
 * A run at work: its steps, checkpoints, test, and the state from which it continues.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { METRICS, type Predictions } from "../../metrics/mod.ts";
import nll from "../../metrics/nll.ts";
import { measure, summarize } from "../../metrics/measure.ts";
import { score } from "../plan/selection.ts";
import { bestOf, glimpses, lookedAt, type Progress as Shown } from "../records/progress.ts";
import type { CurvePoint, RunRecord, RunSpec } from "../records/record.ts";
import { type Averaged, type AveragingProgress, WeightAverage } from "./averaging.ts";
import { type FeatureSample, featureSample, NotFiniteError } from "./evaluation.ts";
import { Examiner, type Kept } from "./examiner.ts";
import { noLogits } from "./mistakes.ts";
import { withoutPrefix, withPrefix } from "./prefix.ts";
import { type PreparedRun, prepareRun } from "./prepare.ts";
import { type Seconds, Stopwatch } from "./stopwatch.ts";
import type { TrainOptions } from "./trainer.ts";

/** What a run gives: the part of its record that training decides, and the tested weights. */
export interface TrainResult extends Pick<RunRecord, "outcome" | "curve" | "result"> {
  /** What the tested weights predict for each domain's test images; null like `result`. */
  readonly predictions: readonly Predictions[] | null;
  /** Features of some test images; the tensor is the caller's. Null like `result`. */
  readonly sample: FeatureSample | null;
  /** Tensors of the caller's. */
  readonly weights: Record<string, tf.Tensor>;
  readonly seconds: Seconds;
}

/** A run between two steps: all from which it continues to the same bits. */
export interface RunState {
  /** Of the {@linkcode RunContext} (`run.…`), and the best weights (`best.…`). */
  readonly tensors: Readonly<Record<string, tf.Tensor>>;
  readonly numbers: Readonly<Record<string, readonly number[]>>;
  readonly progress: Progress;
}

/** How far a run is, apart from its weights; JSON can hold it. */
interface Progress {
  /** Steps done. */
  step: number;
  curve: CurvePoint[];
  /** Of every term since the last checkpoint. */
  sums: Record<string, { total: number; steps: number }>;
  /** The checkpoint that would be tested if training ended now. */
  best: (Kept & { readonly score: number; readonly step: number }) | null;
  /** Of the averaged weights, in methods that have them averaged. */
  averaging?: AveragingProgress;
  seconds: Seconds;
}

/** What averages of weights are chosen by. */
const LOSS = nll;

/** Test images whose features are kept. */
const SAMPLE = 300;

/** One run, from its first step (or where it was broken off) to its test. */
export class Run {
  outcome: RunRecord["outcome"] = { status: "done" };
  readonly #prepared: PreparedRun;
  readonly #progress: Progress;
  readonly #stopwatch: Stopwatch;
  readonly #examiner: Examiner;
  readonly #average: WeightAverage | null;
  #bestWeights: Record<string, tf.Tensor> = {};

  constructor(readonly spec: RunSpec, readonly options: TrainOptions) {
    this.#prepared = prepareRun(spec, options);
    this.#progress = structuredClone(options.resume?.progress ?? START);
    this.#stopwatch = new Stopwatch(this.#progress);
    const { averaging, ctx, predictor } = this.#prepared;
    this.#average = averaging === undefined ? null : new WeightAverage(averaging, ctx);
    const besides = averaging === undefined ? [] : [LOSS];
    this.#examiner = new Examiner(spec, options, predictor, this.#stopwatch, besides);
    if (options.resume !== undefined) this.#restore(options.resume);
  }

  /** Steps done. */
  get done(): number {
    return this.#progress.step;
  }

  /** Steps in all. */
  get steps(): number {
    return this.options.method.steps ?? this.spec.training.steps;
  }

  /** Whether a term or a logit is no finite number any more. */
  get diverged(): boolean {
    return this.outcome.status === "diverged";
  }

  /** Whether the run is at a checkpoint: after the first step, every so many more, and the last. */
  get atCheckpoint(): boolean {
    const { done, steps, spec: { training } } = this;
    return done === steps || (done > 0 && (done - 1) % training.checkpointEvery === 0);
  }

  /** How far it is, for whoever looks on. */
  look(): Shown {
    const { step, sums: { loss: sum }, curve } = this.#progress;
    const looked = lookedAt(this.spec.training.selection, this.options.metrics ?? METRICS);
    const points = glimpses(curve, looked);
    return {
      ...{ step, steps: this.steps, metric: looked.metric.name, curve: points },
      loss: sum === undefined ? points.at(-1)?.loss ?? null : sum.total / sum.steps,
      best: bestOf(points, looked.metric),
    };
  }

  /** The next step. When a term is no longer a finite number, the run has diverged. */
  async step(): Promise<void> {
    const progress = this.#progress;
    const { nextBatch, update } = this.#prepared;
    const feeds = await this.#stopwatch.time("data", () => nextBatch(progress.step));
    const terms = await this.#stopwatch.time("training", () => update(feeds, progress.step));
    feeds.forEach((feed) => feed.dispose());
    progress.step++;
    const broken = Object.entries(terms).find(([, value]) => !Number.isFinite(value));
    if (broken !== undefined) {
      this.outcome = { status: "diverged", step: progress.step, term: broken[0] };
      return;
    }
    this.#average?.step();
    for (const [name, value] of Object.entries(terms)) {
      const { total, steps } = progress.sums[name] ?? { total: 0, steps: 0 };
      progress.sums[name] = { total: total + value, steps: steps + 1 };
    }
  }

  /**
   * Validates, and keeps the weights when they are the best so far. When a logit is no longer a finite
   * number, the run has diverged.
   */
  async checkpoint(): Promise<void> {
    await this.#unlessDiverged(() => this.#validate());
  }

  async #validate(): Promise<void> {
    const { step, curve, sums, best } = this.#progress;
    const { figures, ...checked } = await this.#examiner.check();
    const means = Object.entries(sums).map(([name, { total, steps }]) => [name, total / steps]);
    curve.push({ step, terms: Object.fromEntries(means), ...figures });
    this.#progress.sums = {};
    if (this.#average !== null) {
      this.#average.checkpoint(step, summarize(LOSS, measure(LOSS, checked.validation)!).average!);
    }
    const value = score(this.#examiner.rule, { step, ...checked });
    if (best !== null && value <= best.score) return;
    this.#progress.best = { score: value, step, ...this.#examiner.keep(checked.validation) };
    tf.dispose(this.#bestWeights);
    this.#bestWeights = this.#prepared.ctx.weights();
  }

  /** Takes the averaged weights for the best. */
  async #selectAverage(): Promise<{ averaged?: Averaged }> {
    const found = this.#average?.end() ?? null;
    if (found === null) return {};
    const { ctx } = this.#prepared;
    tf.tidy(() => ctx.setWeights({ ...ctx.weights(), ...found.weights }));
    tf.dispose([found.weights, this.#bestWeights]);
    this.#bestWeights = ctx.weights();
    const { averaged } = found;
    const kept = this.#examiner.keep(await this.#examiner.validate());
    this.#progress.best = { score: 0, step: averaged.to, ...kept };
    return { averaged };
  }

  /** Tests the best weights; what the run gives. */
  async test(): Promise<TrainResult> {
    return await this.#unlessDiverged(() => this.#tested()) ?? this.#untested();
  }

  #untested(): TrainResult {
    const { outcome } = this;
    const { curve, seconds } = this.#progress;
    const weights = this.#bestWeights;
    return { outcome, curve, weights, seconds, result: null, predictions: null, sample: null };
  }

  /**
   * Does something with predictions; undefined where the network gives no finite logits any more.
   *
   * @throws {MethodError} When the weights are finite, and what the method predicts with them is not.
   */
  async #unlessDiverged<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof NotFiniteError)) throw error;
      const { ctx, predictor: { own } } = this.#prepared, { step } = this.#progress;
      if (own && ctx.isFinite()) throw noLogits(this.options.method.name, error.where, step);
      // On the way, the terms of the next step tell more.
      if (this.done === this.steps) {
        this.outcome = { status: "diverged", step, term: "a logit" };
      }
      return undefined;
    }
  }

  async #tested(): Promise<TrainResult> {
    const { averaged } = await this.#selectAverage();
    const { curve, best } = this.#progress;
    if (best === null) return this.#untested();
    const common = { outcome: this.outcome, curve, weights: this.#bestWeights };
    const { ctx } = this.#prepared;
    ctx.setWeights(this.#bestWeights);
    const { predictions, test, scores } = await this.#examiner.test();
    const { dataset } = this.options;
    const sample = await featureSample(dataset, SAMPLE, (images) => ctx.network.features(images));
    const { step, validation } = best;
    const result = {
      step,
      ...(averaged && { averaged }),
      validation,
      ...test,
      scores: { validation: best.scores, test: scores },
    };
    return { ...common, result, predictions, sample, seconds: this.#progress.seconds };
  }

  /** All from which the run would continue now; the tensors are the caller's. */
  state(): RunState {
    const { tensors, numbers } = this.#prepared.ctx.snapshot();
    const average = this.#average?.state();
    return {
      tensors: {
        ...withPrefix("run.", tensors),
        ...withPrefix("best.", cloned(this.#bestWeights)),
        ...withPrefix("average.", average?.tensors ?? {}),
      },
      numbers,
      progress: structuredClone({
        ...this.#progress,
        ...(average && { averaging: average.progress }),
      }),
    };
  }

  /**
   * What predictions follow from: the network's weights, or all there are where the method predicts in a
   * way of its own. The tensors are the caller's.
   */
  predicting(): Record<string, tf.Tensor> {
    const { ctx, predictor: { own } } = this.#prepared;
    const all = Object.entries(ctx.weights());
    const kept = all.filter(([name]) => own || /^(featurizer|classifier)\./.test(name));
    tf.dispose(all.filter((each) => !kept.includes(each)).map(([, tensor]) => tensor));
    return Object.fromEntries(kept);
  }

  /** Frees the run's tensors, but for the weights that a {@linkcode test} gave away. */
  dispose(): void {
    this.#average?.dispose();
    this.#prepared.dispose();
  }

  /** Frees the best weights, where the run is given up. */
  abandon(): void {
    tf.dispose(this.#bestWeights);
  }

  #restore({ tensors, numbers }: RunState): void {
    this.#prepared.ctx.restore({ tensors: withoutPrefix("run.", tensors), numbers });
    this.#bestWeights = cloned(withoutPrefix("best.", tensors));
    const { averaging } = this.#progress;
    if (averaging) this.#average?.restore(withoutPrefix("average.", tensors), averaging);
  }
}

/** The progress of a run that begins. */
const START: Progress = {
  step: 0,
  curve: [],
  sums: {},
  best: null,
  seconds: { training: 0, evaluation: 0, data: 0, total: 0 },
};

const cloned = (tensors: Readonly<Record<string, tf.Tensor>>) =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tf.clone(tensor)]));
