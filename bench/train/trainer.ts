/**
 * One run: train, validate at each checkpoint, test once with the best weights.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { classCounts, type Dataset } from "../../datasets/dataset.ts";
import { compiled, eager, type Execute, fused } from "../../tensor/compile/mod.ts";
import { buildNetwork, type NetworkDefinition, NETWORKS } from "../../networks/mod.ts";
import { find } from "../../base/errors.ts";
import { stream } from "../../base/random.ts";
import { fromTensors, type Parameter } from "../../nn/module.ts";
import type { Weights } from "../../networks/weights.ts";
import type { DomainBatch, Learner, Method } from "../../methods/method.ts";
import { augmentationKey, batchReader, epoch, sampler } from "./batches.ts";
import {
  curveFigures,
  evaluate,
  type FeatureSample,
  featureSample,
  scoresOf,
} from "./evaluation.ts";
import { type Metric, METRICS, type Predictions, type Shots } from "../../metrics/mod.ts";
import { ruleOf } from "../../metrics/selection.ts";
import { looksAtTest, score } from "../plan/selection.ts";
import type {
  Confusion,
  CurvePoint,
  RecordedScores,
  RunRecord,
  RunSpec,
} from "../records/record.ts";
import { RunContext } from "./context.ts";

/** What a run is given besides its spec. */
export interface TrainOptions {
  readonly dataset: Dataset;
  readonly method: Method;
  /** The run's network; the repository's own of that name when left out. */
  readonly network?: NetworkDefinition;
  /** What is measured; every metric of the suite when left out. */
  readonly metrics?: readonly Metric[];
  /** The data set's thresholds of shot groups. */
  readonly shots?: Shots;
  /** Pretrained weights of the network; needed when the spec names some. */
  readonly weights?: Weights | undefined;
  /** The weights of the first stage, by name; needed when the spec has one. */
  readonly stage1Weights?: Readonly<Record<string, tf.Tensor>> | undefined;
  /** Where to continue a run of the same spec; its tensors stay the caller's. */
  readonly resume?: RunState | undefined;
  /**
   * Called after every update. `state` gives all from which the run would continue now; its tensors
   * are the caller's. The run is broken off when this throws.
   */
  readonly onStep?: (done: number, total: number, state: () => RunState) => void | Promise<void>;
  /** Sees every gradient before it is applied (tests). */
  readonly onGradients?: (
    parameters: readonly Parameter[],
    gradients: readonly (tf.Tensor | null)[],
  ) => void;
  /** How updates are executed; by default the length of the run decides. */
  readonly execute?: Execute;
}

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

/** What a run has spent, all its parts together where it was broken off and continued. */
export interface Seconds {
  readonly training: number;
  readonly evaluation: number;
  readonly data: number;
  readonly total: number;
}

/** A run between two updates: all from which it continues to the same bits. */
export interface RunState {
  /** Of the {@linkcode RunContext} (`run.…`), and the best weights (`best.…`). */
  readonly tensors: Readonly<Record<string, tf.Tensor>>;
  readonly numbers: Readonly<Record<string, readonly number[]>>;
  readonly progress: Progress;
}

/** How far a run is, apart from its weights; JSON can hold it. */
interface Progress {
  /** Updates done. */
  step: number;
  curve: CurvePoint[];
  /** Of every term since the last checkpoint. */
  sums: Record<string, { total: number; updates: number }>;
  /** The checkpoint that would be tested if training ended now. */
  best: {
    readonly score: number;
    readonly step: number;
    readonly validation: readonly Confusion[];
    /** Validation metrics that do not follow from the counts. */
    readonly scores: RecordedScores;
  } | null;
  seconds: Seconds;
}

const NO_SHOTS: Shots = { many: 0, few: 0 };

/** Test images whose features are kept. */
const SAMPLE = 300;

/**
 * Trains one run from its spec.
 *
 * @throws {DataError} When a domain has no training image or an image cannot be read.
 */
export async function train(spec: RunSpec, options: TrainOptions): Promise<TrainResult> {
  const { dataset, method } = options;
  const { training } = spec;
  const steps = method.postHoc ? 0 : training.steps;
  const { ctx, draw, update, predict } = prepareRun(spec, options);
  const progress: Progress = options.resume === undefined
    ? {
      step: 0,
      curve: [],
      sums: {},
      best: null,
      seconds: { training: 0, evaluation: 0, data: 0, total: 0 },
    }
    : structuredClone(options.resume.progress);
  let bestWeights: Record<string, tf.Tensor> = {};
  let outcome: RunRecord["outcome"] = { status: "done" };

  const began = performance.now() - 1000 * progress.seconds.total;
  const spend = (what: Exclude<keyof Seconds, "total">, since: number) => {
    const now = performance.now();
    const spent = progress.seconds[what] + (now - since) / 1000;
    progress.seconds = { ...progress.seconds, [what]: spent, total: (now - began) / 1000 };
  };
  const timed = async <T>(what: Exclude<keyof Seconds, "total">, work: () => Promise<T> | T) => {
    const start = performance.now();
    try {
      return await work();
    } finally {
      spend(what, start);
    }
  };
  const { metrics = METRICS, shots = NO_SHOTS } = options;
  const rule = ruleOf(training.selection, metrics);
  const traced = metrics.filter((metric) => metric.headline || metric === rule?.metric);
  const evaluated = (split: "validation" | "test", metrics: readonly Metric[]) =>
    timed(
      "evaluation",
      () => evaluate(dataset, split, predict, { metrics, shots, execute: executionOf(spec) }),
    );
  /** Validates, and keeps the weights when they are the best so far. */
  const checkpoint = async () => {
    const { step, curve, sums, best } = progress;
    const { evaluations: validation } = await evaluated("validation", traced);
    const test = looksAtTest(training, rule) ? (await evaluated("test", traced)).evaluations : null;
    curve.push({
      step,
      terms: Object.fromEntries(
        Object.entries(sums).map(([name, { total, updates }]) => [name, total / updates]),
      ),
      validation: curveFigures(traced, validation),
      ...(test && { test: curveFigures(traced, test) }),
    });
    progress.sums = {};
    const value = score(rule, { step, validation, test });
    if (best !== null && value <= best.score) return;
    tf.dispose(bestWeights);
    progress.best = {
      score: value,
      step,
      validation: validation.map(({ counts }) => counts.confusion),
      scores: scoresOf(traced.filter(({ needs }) => needs !== "counts"), validation),
    };
    bestWeights = ctx.weights();
  };
  const state = (): RunState => {
    const { tensors, numbers } = ctx.snapshot();
    const best = Object.entries(bestWeights).map(([name, t]) => [name, tf.clone(t)] as const);
    return {
      tensors: { ...under("run.", Object.entries(tensors)), ...under("best.", best) },
      numbers,
      progress: structuredClone(progress),
    };
  };

  try {
    if (options.resume !== undefined) {
      const { tensors, numbers } = options.resume;
      ctx.restore({ tensors: inside("run.", tensors), numbers });
      const best = Object.entries(inside("best.", tensors));
      bestWeights = Object.fromEntries(best.map(([name, tensor]) => [name, tf.clone(tensor)]));
    }
    if (steps === 0) await checkpoint();
    while (progress.step < steps) {
      const { step, sums } = progress;
      const batches = await timed("data", () => draw(step));
      const terms = await timed("training", () => update(batches, step));
      batches.forEach(({ images, labels }) => tf.dispose([images, labels]));
      progress.step++;
      if (Object.values(terms).some((value) => !Number.isFinite(value))) {
        outcome = { status: "diverged", step: progress.step };
        break;
      }
      for (const [name, value] of Object.entries(terms)) {
        const { total, updates } = sums[name] ?? { total: 0, updates: 0 };
        sums[name] = { total: total + value, updates: updates + 1 };
      }
      if (step % training.checkpointEvery === 0 || progress.step === steps) await checkpoint();
      await options.onStep?.(progress.step, steps, state);
    }
    const { curve, best } = progress;
    const common = { outcome, curve, weights: bestWeights };
    if (best === null) {
      return {
        ...common,
        result: null,
        predictions: null,
        sample: null,
        seconds: progress.seconds,
      };
    }
    ctx.setWeights(bestWeights);
    const { predictions, evaluations: tested } = await evaluated("test", metrics);
    const sample = await featureSample(dataset, SAMPLE, (images) => ctx.network.features(images));
    const { step, validation, scores } = best;
    const result = {
      step,
      validation,
      test: tested.map(({ counts }) => counts.confusion),
      calibration: tested.map(({ confidence }) => confidence),
      scores: {
        validation: scores,
        test: scoresOf(metrics.filter(({ needs }) => needs === "probabilities"), tested),
      },
    };
    return { ...common, result, predictions, sample, seconds: progress.seconds };
  } catch (error) {
    tf.dispose(bestWeights);
    throw error;
  } finally {
    ctx.dispose();
  }
}

/** Entries as a record, each name with a prefix. */
function under<T>(prefix: string, entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries(entries.map(([name, value]) => [prefix + name, value]));
}

/** What {@linkcode under} put under a prefix. */
function inside<T>(prefix: string, record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : []
    ),
  );
}

/** A run before its first update. */
export interface PreparedRun {
  /** Its snapshot, with the number of updates done, is all from which the run continues exactly. */
  readonly ctx: RunContext;
  /** Draws a batch of every domain for an update; they are the caller's to free. */
  draw(step: number): Promise<DomainBatch[]>;
  /** One update, and every term that the method reports. */
  update(batches: readonly DomainBatch[], step: number): Promise<Record<string, number>>;
  /** `[images, classes]` for the evaluation of images of one domain. */
  predict(images: tf.Tensor, domain: number): tf.Tensor2D;
}

/** Updates from which on a graph's making, a fraction of a second, is earned back. */
const COMPILE_FROM = 50;
/** Updates from which on XLA's work, some seconds, is. */
const FUSE_FROM = 500;

/**
 * Long runs are compiled, the longest by XLA too. It follows from the spec, since the last bits of a
 * graph's sums may differ from those of its operations one by one.
 */
export function executionOf({ training: { steps } }: Pick<RunSpec, "training">): Execute {
  return steps >= FUSE_FROM ? fused : steps >= COMPILE_FROM ? compiled : eager;
}

/** Makes the network, workbench, method and samplers of a run. */
export function prepareRun(
  spec: RunSpec,
  { dataset, method, network: definition, weights, stage1Weights, onGradients, execute }:
    TrainOptions,
): PreparedRun {
  const { training, seed } = spec;
  const dropout = stream(seed, "dropout");
  const network = buildNetwork(
    definition ?? find("network", training.network.name, NETWORKS),
    dataset.classes.length,
    {
      imageSize: dataset.imageSize,
      width: training.network.width,
      dropout: training.network.dropout,
      features: dataset.features,
      weights,
      draws: (name) => stream(seed, "initial", name),
      random: dropout,
      classifierInputs: method.classifierInputs,
    },
  );
  if (stage1Weights !== undefined) {
    for (const part of ["featurizer", "classifier"] as const) {
      if (part === "classifier" && method.inherits !== "network") continue;
      const named = network[part].parameters.map((p) => [`${part}.${p.name}`, p.variable] as const);
      fromTensors(named, stage1Weights);
    }
  }
  const samplers = dataset.domains.map((domain) =>
    sampler(domain, method.sampler ?? "uniform", training.batch, seed)
  );
  const augmentations = dataset.domains.map(({ name }) => augmentationKey(seed, "batches", name));
  let step = 0;
  const ctx = new RunContext({
    network,
    classes: dataset.classes.length,
    counts: dataset.domains.map(({ train }) => classCounts(train.labels, dataset.classes.length)),
    seed,
    adam: { learningRate: training.learningRate, weightDecay: training.weightDecay },
    trainingSet: (d) => {
      const { train, name } = dataset.domains[d]!;
      return epoch(dataset, train, augmentationKey(seed, "training set", name, step));
    },
    streams: [dropout, ...samplers.map(({ random }) => random)],
    ...(onGradients && { onGradients }),
  });
  const learner = method.create(ctx, spec.method.hyperparameters);
  if (!method.postHoc && !learner.loss && !learner.update) {
    throw new RangeError(
      `Cannot train "${method.name}": it gives neither a loss nor an update; give one, or declare it postHoc`,
    );
  }
  const update = method.postHoc
    ? () => ({})
    : updateOf(ctx, learner, execute ?? (method.readsValues ? eager : executionOf(spec)));
  return {
    ctx,
    draw: batchReader(dataset, samplers, augmentations, training.steps),
    async update(batches, now) {
      step = now;
      await learner.beforeStep?.(now);
      return update(batches, now);
    },
    predict: (images, domain) => learner.predict?.(images, domain) ?? ctx.network.logits(images),
  };
}

/** One update as numbers: the method's own, or an Adam step down its loss over all weights. */
export function updateOf(
  ctx: RunContext,
  learner: Learner,
  execute: Execute = eager,
): (domains: readonly DomainBatch[], step: number) => Record<string, number> {
  let run = learner.update?.bind(learner);
  if (run === undefined) {
    const optimizer = ctx.optimizer(ctx.parameters);
    run = (domains, step) => optimizer.minimize(() => learner.loss!(domains, step));
  }
  return (domains, step) => {
    const terms = execute(() => tf.tidy(() => run(domains, step)));
    const numbers = Object.entries(terms).map(([name, term]): [string, number] => [
      name,
      term.dataSync()[0]!,
    ]);
    tf.dispose(terms);
    return Object.fromEntries(numbers);
  };
}
