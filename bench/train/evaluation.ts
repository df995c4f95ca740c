/**
 * Evaluation: a network's predictions over a split.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { classCounts, type SplitName } from "../../datasets/dataset.ts";
import type { Executor } from "../../tensor/compile/mod.ts";
import { pass, readBatch } from "./batches.ts";
import type { Residents } from "./feed.ts";
import type { SeenDataset } from "./normalise.ts";
import {
  type Evaluation,
  evaluationOf,
  measure,
  type Metric,
  type Predictions,
  type Shots,
} from "../../metrics/mod.ts";
import type { CurveFigures, RecordedScores } from "../records/record.ts";

/** Logits from which no probability follows; a chance figure must never be made of them. */
export class NotFiniteError extends Error {
  override name = "NotFiniteError";

  /** @param where The image, its split and its domain. */
  constructor(readonly where: string) {
    super(`Cannot evaluate ${where}: a logit is NaN or infinite`);
  }
}

/** What predicts the classes of images. */
export interface Predictor {
  readonly executor: Executor;
  readonly residents: Residents;
  /** Whether the last batch of a pass is filled, see {@linkcode pass}. */
  readonly filled: boolean;
  /** Whether a method predicts in a way of its own; else logits are the network's. */
  readonly own: boolean;
  /** Domains with the same key are predicted by the same operations; null for one that is unseen. */
  key(domain: number | null): string;
  /** From normalised images of a domain, null for one that is unseen, to logits `[images, classes]`. */
  predict(images: tf.Tensor, domain: number | null): tf.Tensor2D;
}

/** How a split is evaluated. */
export interface EvaluationOptions {
  /** What is going to be measured. */
  readonly metrics: readonly Metric[];
  /** The data set's thresholds of shot groups. */
  readonly shots: Shots;
  /** Whether the domains are others than the run is trained on. */
  readonly unseen?: boolean;
}

/**
 * Predicts every image of a split once, and gives what metrics are computed from, domain by domain.
 *
 * @throws {NotFiniteError} As {@linkcode predictions}.
 */
export async function evaluate(
  dataset: SeenDataset,
  split: SplitName,
  predictor: Predictor,
  { metrics, shots, unseen = false }: EvaluationOptions,
) {
  const classes = dataset.classes.length;
  const probabilities = metrics.some(({ needs }) => needs === "probabilities");
  const found = await predictions(dataset, split, predictor, { probabilities, unseen });
  return {
    predictions: found,
    evaluations: found.map((domain, d) => {
      // Of an unseen domain no image is trained on: all its classes are zero-shot.
      const train = unseen
        ? new Array<number>(classes).fill(0)
        : classCounts(dataset.domains[d]!.train.labels, classes);
      return evaluationOf(domain, classes, { train, shots });
    }),
  };
}

/** Metrics by name, as a record keeps them; without those whose input is not known. */
export function scoresOf(
  metrics: readonly Metric[],
  evaluations: readonly Evaluation[],
): RecordedScores {
  return Object.fromEntries(metrics.flatMap((metric) => {
    const measured = measure(metric, evaluations);
    return measured === null ? [] : [[metric.name, measured]];
  }));
}

/** Metrics of each domain by name, as a curve keeps them. */
export function curveFigures(
  metrics: readonly Metric[],
  evaluations: readonly Evaluation[],
): CurveFigures {
  const scores = Object.entries(scoresOf(metrics, evaluations));
  return Object.fromEntries(scores.map(([name, { domains }]) => [name, domains]));
}

/**
 * Predicts every image of a split once, domain by domain. The class of the largest logit counts as
 * predicted, the first one on ties.
 *
 * @param options `probabilities`: whether the probability of every class is kept; `unseen`: whether
 *   the domains are others than the run is trained on.
 * @throws {NotFiniteError} When the probabilities of an image are no numbers.
 */
export async function predictions(
  dataset: SeenDataset,
  split: SplitName,
  { executor, residents, filled, key, predict }: Predictor,
  { probabilities = false, unseen = false } = {},
): Promise<Predictions[]> {
  const result: Predictions[] = [];
  const classes = dataset.classes.length;
  for (const [d, domain] of dataset.domains.entries()) {
    const told = unseen ? null : d;
    const labels = Array.from(domain[split].labels);
    const found = { labels, predicted: [] as number[], confidence: [] as number[] };
    const values = new Float32Array(probabilities ? labels.length * classes : 0);
    for await (const { feed, count } of pass(dataset, domain[split], residents, filled)) {
      // One graph, whether or not all probabilities are read.
      const { predicted, confidence, shares } = executor.run(
        key(told),
        feed.tensors,
        () =>
          tf.tidy(() => {
            const logits = predict(feed.batch().images, told);
            const shares = tf.softmax(logits);
            return { predicted: tf.argMax(logits, 1), confidence: tf.max(shares, 1), shares };
          }),
      );
      if (probabilities) {
        const read = shares.dataSync().subarray(0, count * classes);
        values.set(read.map(asProbability), found.predicted.length * classes);
      }
      const sure = confidence.dataSync().subarray(0, count);
      const broken = sure.findIndex((share) => !Number.isFinite(share));
      const at = found.predicted.length + broken + 1;
      found.predicted.push(...predicted.dataSync().subarray(0, count));
      found.confidence.push(...sure);
      tf.dispose([predicted, confidence, shares]);
      feed.dispose();
      if (broken >= 0) throw new NotFiniteError(`${split} image ${at} of domain "${domain.name}"`);
    }
    result.push(probabilities ? { ...found, probabilities: values } : found);
  }
  return result;
}

/** Rounding may put a softmax a little above 1. */
const asProbability = (share: number) => Math.min(share, 1);

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
  dataset: SeenDataset,
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
