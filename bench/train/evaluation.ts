/**
 * Evaluation: a network's predictions over a split, counted.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Dataset, SplitName } from "../../datasets/dataset.ts";
import { eager } from "../../tensor/compile/mod.ts";
import { epoch, readBatch } from "./batches.ts";
import { accuracy, macroF1, mean } from "../../metrics/mod.ts";
import type { Calibration, Confusion, SelectionRule, TrainingSettings } from "../records/record.ts";

/** What was predicted for the images of a domain's split, in their order. */
export interface Predictions {
  readonly labels: readonly number[];
  readonly predicted: readonly number[];
  /** The softmax probability of the predicted class. */
  readonly confidence: readonly number[];
}

/**
 * Predicts every image of a split once, domain by domain.
 *
 * @param predict From normalised images of a domain to logits `[images, classes]`; the class of the
 * largest logit counts as predicted, the first one on ties.
 */
export async function predictions(
  dataset: Dataset,
  split: SplitName,
  predict: (images: tf.Tensor, domain: number) => tf.Tensor2D,
  execute = eager,
): Promise<Predictions[]> {
  const result: Predictions[] = [];
  for (const [d, domain] of dataset.domains.entries()) {
    const found = { labels: [] as number[], predicted: [] as number[], confidence: [] as number[] };
    for await (const { images, labels } of epoch(dataset, domain[split])) {
      const [classes, shares] = execute(() =>
        tf.tidy(() => {
          const logits = predict(images, d);
          return [tf.argMax(logits, 1), tf.max(tf.softmax(logits), 1)];
        })
      );
      found.labels.push(...labels.dataSync());
      found.predicted.push(...classes.dataSync());
      found.confidence.push(...shares.dataSync());
      tf.dispose([images, labels, classes, shares]);
    }
    result.push(found);
  }
  return result;
}

/** Predictions counted. */
export function confusionOf({ labels, predicted }: Predictions, classes: number): Confusion {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  labels.forEach((truth, i) => counts[truth]![predicted[i]!]!++);
  return counts;
}

/** Bins of a {@linkcode Calibration}, as is usual in the literature. */
const BINS = 15;

/** Predictions by how sure they were. */
export function calibrationOf({ labels, predicted, confidence }: Predictions): Calibration {
  const bins = Array.from({ length: BINS }, () => ({ images: 0, correct: 0, confidence: 0 }));
  confidence.forEach((value, i) => {
    const share = Number.isNaN(value) ? 0 : value; // a diverged network is sure of nothing
    // Bins are open below and closed above; rounding may put a softmax a little above 1.
    const bin = bins[Math.min(BINS - 1, Math.max(0, Math.ceil(share * BINS) - 1))]!;
    bin.images++;
    bin.confidence += share;
    if (predicted[i] === labels[i]) bin.correct++;
  });
  return bins;
}

/** Features of some test images, for pictures of the feature space. */
export interface FeatureSample {
  /** `[images, features]`. */
  readonly features: tf.Tensor2D;
  /** Domain and class of each image. */
  readonly domains: readonly number[];
  readonly labels: readonly number[];
}

/**
 * The features of at most `count` test images, spread evenly over the domains and over each
 * domain's images: the same images for every method and seed.
 */
export async function featureSample(
  dataset: Dataset,
  count: number,
  features: (images: tf.Tensor) => tf.Tensor2D,
): Promise<FeatureSample> {
  const share = Math.floor(count / dataset.domains.length);
  const parts: tf.Tensor2D[] = [];
  const domains: number[] = [], labels: number[] = [];
  for (const [d, { test }] of dataset.domains.entries()) {
    const size = Math.min(share, test.labels.length);
    const chosen = Int32Array.from(
      { length: size },
      (_, i) => Math.floor((i * test.labels.length) / size),
    );
    if (size === 0) continue;
    const batch = await readBatch(dataset, test, chosen);
    parts.push(tf.tidy(() => features(batch.images)));
    tf.dispose([batch.images, batch.labels]);
    chosen.forEach((image) => {
      domains.push(d);
      labels.push(test.labels[image]!);
    });
  }
  const joined = tf.concat(parts) as tf.Tensor2D;
  tf.dispose(parts);
  return { features: joined, domains, labels };
}

/** A checkpoint, as the selection rules see it. */
export interface Candidate {
  readonly step: number;
  readonly validation: readonly Confusion[];
  /** Null where test images are not looked at. */
  readonly test: readonly Confusion[] | null;
}

/** What a checkpoint is worth by each selection rule; the highest wins, the first one on ties. */
const SCORES: Readonly<Record<SelectionRule, (candidate: Candidate) => number>> = {
  "validation-macro-f1": ({ validation }) => average(validation.map(macroF1)),
  "validation-accuracy": ({ validation }) => average(validation.map(accuracy)),
  "validation-worst-f1": ({ validation }) => Math.min(...known(validation.map(macroF1)), 1),
  "last": ({ step }) => step,
  "oracle-test-macro-f1": ({ test }) => average(test!.map(macroF1)),
};

/** Whether a run looks at test images at its checkpoints. */
export function looksAtTest({ selection, traceTest }: TrainingSettings): boolean {
  return traceTest === true || selection === "oracle-test-macro-f1";
}

/** What a checkpoint is worth by a selection rule. */
export function score(rule: SelectionRule, candidate: Candidate): number {
  return SCORES[rule](candidate);
}

/** The mean over the domains that have a value; 0 without any. */
function average(values: readonly (number | null)[]): number {
  return mean(known(values)) ?? 0;
}

function known(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}
