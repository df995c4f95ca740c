/**
 * What a network predicts for the images of a domain, and what is counted of it.
 *
 * @module
 */
import type { Confusion } from "./counts.ts";
import { sum } from "./sums.ts";

/** What was predicted for the images of a domain's split, in their order. */
export interface Predictions {
  /** True class of each image. */
  readonly labels: readonly number[];
  /** Predicted class of each image. */
  readonly predicted: readonly number[];
  /** The softmax probability of the predicted class. */
  readonly confidence: readonly number[];
  /** Of every class, where a metric asks for it. */
  readonly probabilities?: Probabilities["values"];
}

/** The probability of every class for every image. */
export interface Probabilities {
  /** True class of each image. */
  readonly labels: readonly number[];
  /** How many classes there are. */
  readonly classes: number;
  /** `[images, classes]`, row by row, each from 0 to 1. */
  readonly values: Float32Array | Float64Array;
}

/** Several domains' images, one after the other. */
export function pooledProbabilities(domains: readonly Probabilities[]): Probabilities {
  const single = domains.every((domain) => domain.values instanceof Float32Array);
  const values = new (single ? Float32Array : Float64Array)(
    sum(domains.map((domain) => domain.values.length)),
  );
  let at = 0;
  for (const domain of domains) {
    values.set(domain.values, at);
    at += domain.values.length;
  }
  return {
    labels: domains.flatMap(({ labels }) => labels),
    classes: domains[0]!.classes,
    values,
  };
}

/** Predictions counted. */
export function confusionOf(
  { labels, predicted }: Pick<Predictions, "labels" | "predicted">,
  classes: number,
): Confusion {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  labels.forEach((truth, i) => counts[truth]![predicted[i]!]!++);
  return counts;
}

/**
 * How sure the network was of its predictions and how often it was right, in bins of equal width
 * over (0, 1], the least confident first.
 */
export type Calibration = readonly {
  /** Predictions in the bin. */
  readonly images: number;
  /** Those that were right. */
  readonly correct: number;
  /** Sum of the softmax probabilities of the predicted classes. */
  readonly confidence: number;
}[];

/** Bins of a {@linkcode Calibration}, as is usual in the literature. */
const BINS = 15;

/** Predictions by how sure they were. */
export function calibrationOf(
  { labels, predicted, confidence }: Omit<Predictions, "probabilities">,
): Calibration {
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

/** Adds up the bins of several parts of the data. */
export function pooledCalibration(parts: readonly Calibration[]): Calibration {
  return parts[0]!.map((_, b) => {
    const total = (key: keyof Calibration[number]) => sum(parts.map((bins) => bins[b]![key]));
    return { images: total("images"), confidence: total("confidence"), correct: total("correct") };
  });
}
