/**
 * Runs of a small network on the debug data, one step after the other.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs-core";
import { draw } from "../bench/plan/search.ts";
import type { RunSpec } from "../bench/records/record.ts";
import { type PreparedRun, prepareRun, type Step } from "../bench/train/prepare.ts";
import { feedOf } from "../bench/train/feed.ts";
import type { TrainOptions } from "../bench/train/trainer.ts";
import type { Execution } from "../tensor/compile/mod.ts";
import { stream } from "../base/random.ts";
import type { Value } from "../base/setting.ts";
import { defaultValues } from "../methods/hyperparameter.ts";
import type { Method } from "../methods/method.ts";
import { METHODS } from "../methods/mod.ts";
import { debugDataset, onFeatures } from "./debug_dataset.ts";

/** The data set. */
export const TOY = debugDataset();

/**
 * Hyperparameters: the defaults (setting 0), or drawn from the search ranges by a seeded stream.
 * Numbers of steps are cut to `phase`, so that a short run sees every phase of a method.
 */
function hyperparameters(method: Method, setting: number, phase: number): Record<string, Value> {
  const run = { learningRate: 0.01, weightDecay: 0 };
  const values = defaultValues(method.hyperparameters, run, phase);
  if (setting === 0) return values;
  return Object.fromEntries(
    Object.entries(method.hyperparameters).map(([key, { search, scalesWithSteps }]) => {
      if (search === undefined) return [key, values[key]!];
      const value = draw(search, stream(setting, "conformance", method.name, key));
      return [key, scalesWithSteps === undefined ? value : Math.min(Number(value), phase)];
    }),
  );
}

/** A run of a method on the toy data. */
export interface ToyRun {
  readonly ctx: PreparedRun["ctx"];
  readonly predict: (images: tf.Tensor, domain: number) => tf.Tensor2D;
  readonly averaging: PreparedRun["averaging"];
  /** Draws batches and does the next step. */
  step(): Promise<Record<string, number>>;
  /** The step of that number on given batches. */
  update: Step;
}

/** Starts a run; a method for a second stage starts from the weights that it is given. */
export function start(
  method: Method,
  options: {
    readonly setting?: number;
    /** Values in place of those of the setting, by name. */
    readonly hyperparameters?: Readonly<Record<string, Value>>;
    readonly seed?: number;
    readonly batch?: number;
    /** The largest value of hyperparameters that are a number of steps. */
    readonly phase?: number;
    /** Steps that are taken to be done. */
    readonly done?: number;
    readonly stage1Weights?: TrainOptions["stage1Weights"];
    readonly onGradients?: TrainOptions["onGradients"];
    /** How steps are executed; operation by operation by default. */
    readonly execution?: Execution;
    /** Every compiled step is compared with the first of its phase. */
    readonly auditAll?: boolean;
    /** How many of the domains there are; all by default. */
    readonly domains?: number;
    /** Whether batches are `[images, features]`, as under a frozen network. */
    readonly features?: boolean;
  } = {},
): ToyRun {
  const {
    setting = 0,
    seed = 1,
    batch = 6,
    phase = 3,
    done = 0,
    onGradients,
    execution = "eager",
  } = options;
  const dataset = options.features ? onFeatures(TOY) : TOY;
  const spec: RunSpec = {
    format: 2,
    dataset: { name: TOY.name, imageSize: TOY.inputShape[0]!, settings: {} },
    method: {
      name: method.name,
      version: method.version,
      hyperparameters: { ...hyperparameters(method, setting, phase), ...options.hyperparameters },
    },
    stage1: null,
    seed,
    training: {
      network: { name: options.features ? "head" : "mlp", width: 1 / 16 },
      steps: 50,
      batch,
      checkpointEvery: 50,
      learningRate: 0.01,
      weightDecay: 0,
      selection: "last",
    },
    engine: { backend: "native", threads: 1, execution },
  };
  const run = prepareRun(spec, {
    dataset: { ...dataset, domains: dataset.domains.slice(0, options.domains) },
    method,
    stage1Weights: options.stage1Weights,
    ...(options.auditAll && { auditAll: true }),
    ...(onGradients && { onGradients }),
  });
  let next = done;
  return {
    ctx: run.ctx,
    predict: run.predictor.predict,
    averaging: run.averaging,
    async step() {
      const feeds = await run.nextBatch(next);
      const terms = await run.update(feeds, next++);
      feeds.forEach((feed) => feed.dispose());
      return terms;
    },
    update: (batches, step) => run.update(batches.map(feedOf), step),
  };
}

/** The registered method of that name. */
export function methodNamed(name: string): Method {
  return METHODS.find((method) => method.name === name)!;
}
