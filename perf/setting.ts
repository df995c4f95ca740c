/**
 * A run set up for measuring, and the medians of its steps.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import * as tf from "@tensorflow/tfjs-core";
import { find } from "../base/errors.ts";
import { stream } from "../base/random.ts";
import { RunContext } from "../bench/train/context.ts";
import { stepOf } from "../bench/train/prepare.ts";
import { defaultValues } from "../methods/hyperparameter.ts";
import type { DomainBatch } from "../methods/method.ts";
import { METHODS } from "../methods/mod.ts";
import { buildNetwork, NETWORKS } from "../networks/mod.ts";
import { type Execution, executor, type ExecutorOptions } from "../tensor/compile/mod.ts";

/**
 * Milliseconds to measure by: elapsed ones, or the process's own of the processors where
 * `perf --processor-time` asks for that.
 */
export function now(): number {
  if (!Deno.env.has("MDLT_PERF_PROCESSOR_TIME")) return performance.now();
  const { user, system } = cpuUsage();
  return (user + system) / 1000;
}

/** A run set up for measuring: random images. */
export interface Setting {
  readonly network: string;
  readonly width: number;
  /** Two where left out. */
  readonly domains?: number;
  /** Images of a domain. */
  readonly batch: number;
  readonly imageSize: number;
  /** Numbers of an image where it comes as features of a frozen network. */
  readonly features?: number;
  readonly method?: string;
}

/** Network, context, method and batches of a setting. */
export function prepare(
  { network: kind, width, domains = 2, batch, imageSize, features, method: wanted = "erm" }:
    Setting,
) {
  const numbers = Array.from({ length: domains }, (_, d) => d);
  executor("graph"); // a run has its executor before its tensors
  const inputShape = features === undefined ? [imageSize, imageSize, 3] : [features];
  const method = find("method", wanted, METHODS);
  const network = buildNetwork(find("network", kind, NETWORKS), 10, {
    inputShape,
    width,
    draws: (parameter) => stream(0, parameter),
    random: stream(0, "dropout"),
    classifierInputs: (features) => features * (method.classifierInputs ?? 1),
  });
  const counts = Array.from({ length: 10 }, (_, c) => 10 + 10 * c);
  const ctx = new RunContext({
    inputShape,
    network,
    classes: 10,
    counts: numbers.map((d) => d % 2 === 0 ? counts : counts.toReversed()),
    seed: 0,
    adam: { learningRate: 1e-3, weightDecay: 0 },
    // The pass of a feature bank is no part of an update.
    trainingSet: async function* () {},
  });
  // Everything that starts after some steps is at work from the first one on.
  const run = { learningRate: 1e-3, weightDecay: 1e-3 };
  const hyperparameters = defaultValues(method.hyperparameters, run, 0);
  const learner = method.create(ctx, hyperparameters);
  const batches = numbers.map((d): DomainBatch => ({
    images: tf.randomUniform([batch, ...inputShape], 0, 1, "float32", d),
    labels: tf.tensor1d(Array.from({ length: batch }, (_, i) => (i + d) % 10), "int32"),
  }));
  return { network, ctx, learner, batches };
}

/** Median of one update of a method; the first ones warm up and are left out. */
export function medianStep(
  setting: Setting,
  times: number,
  execution: Execution = "xla",
  options: ExecutorOptions = {},
): Promise<number> {
  const { ctx, learner, batches } = prepare(setting);
  const update = stepOf(ctx, learner, executor(execution, options));
  return median(times, 4, (i) => update(batches, i));
}

/** Median milliseconds of some work; the first times warm up and are left out. */
export async function median(
  times: number,
  warmUp: number,
  work: (i: number) => unknown,
): Promise<number> {
  const measured: number[] = [];
  for (let i = 0; i < times + warmUp; i++) {
    const start = now();
    await work(i);
    if (i >= warmUp) measured.push(now() - start);
  }
  return middle(measured);
}

/** The middle of some values. */
export function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
