/**
 * Balance of classes, within a domain and between domains, from the counts of training images.
 *
 * n_dc are the training images of class c in domain d, n_d and n_c their sums.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { crossEntropyPerExample } from "../parts/losses.ts";

/** Training images by domain and class. */
export type Counts = readonly (readonly number[])[];

/** Weights are kept within this factor of 1, so that no image decides a step alone. */
const CLIP = 10;

/** What the counts of a domain are drawn towards: the same for all classes, or those of all domains. */
export type Prior = "uniform" | "pooled";

/**
 * log π_d(c) with π_d(c) = (n_dc + Cε t_c) / (n_d + Cε), where t_c is 1 / C or the pooled share n_c / n:
 * finite also where n_dc is 0, if ε > 0 (and, pooled, where some domain has the class).
 */
export function logPriors(counts: Counts, epsilon: number, towards: Prior = "uniform"): number[][] {
  const all = counts.flat().reduce((a, b) => a + b, 0);
  const targets = counts[0]!.map((_, c) =>
    towards === "uniform"
      ? 1 / counts[0]!.length
      : counts.reduce((sum, row) => sum + row[c]!, 0) / all
  );
  return counts.map((row) => {
    const added = row.length * epsilon;
    const total = row.reduce((a, b) => a + b, 0) + added;
    return row.map((count, c) => Math.log(Math.max(1e-12, (count + added * targets[c]!) / total)));
  });
}

/** How much an image of a cell counts, up to a factor, before the exponent. */
export type Rarity = (count: number, ofClass: number) => number;

/** The forms of {@linkcode Rarity}: n_c / n_dc; 1 / n_dc; (1 − b) / (1 − b^n_dc) with b = 0.999. */
export const RARITIES = {
  share: (count, ofClass) => ofClass / count,
  inverse: (count) => 1 / count,
  effective: (count) => 0.001 / (1 - 0.999 ** count),
} as const satisfies Record<string, Rarity>;

/** What the balanced cross-entropy balances by, of every domain and class. */
export interface Balance {
  /** Added to the logits. */
  readonly priors: readonly (readonly number[])[];
  /** Weights of cells. */
  readonly cells: readonly (readonly number[])[];
}

/** The balance of a training set. */
export function balanceOf(
  counts: Counts,
  { smoothing, prior, tau, kappa, rarity }: {
    readonly smoothing: number;
    readonly prior: Prior;
    readonly tau: number;
    readonly kappa: number;
    readonly rarity: keyof typeof RARITIES;
  },
): Balance {
  return {
    priors: logPriors(counts, smoothing, prior).map((row) => row.map((log) => tau * log)),
    cells: cellWeights(counts, RARITIES[rarity], kappa),
  };
}

/** No balance: all classes and cells count the same. */
export function noBalance(counts: Counts): Balance {
  return {
    priors: counts.map((row) => row.map(() => 0)),
    cells: counts.map((row) => row.map(() => 1)),
  };
}

/**
 * Weights of the cells, q_dc = rarity^κ for n_dc > 0: scaled so that the mean over these cells is 1,
 * then clipped to [1/10, 10]. A cell without images gets 1; no image asks for it.
 */
export function cellWeights(counts: Counts, rarity: Rarity, kappa: number): number[][] {
  const ofClass = counts[0]!.map((_, c) => counts.reduce((sum, row) => sum + row[c]!, 0));
  const raw = counts.map((row) =>
    row.map((count, c) => (count > 0 ? rarity(count, ofClass[c]!) ** kappa : null))
  );
  const known = raw.flat().filter((weight) => weight !== null);
  const mean = known.reduce((a, b) => a + b, 0) / known.length;
  return raw.map((row) =>
    row.map((weight) => weight === null ? 1 : Math.min(CLIP, Math.max(1 / CLIP, weight / mean)))
  );
}

/** Each image's entry of its domain's row: int32 `[images]` → `[images]`. */
export function ofLabels(row: readonly number[], labels: tf.Tensor1D): tf.Tensor1D {
  return tf.gather(tf.tensor1d([...row]), labels);
}

/** Logits `[images, classes]` plus the log prior of their domain. */
export function balanced(logits: tf.Tensor2D, logPrior: readonly number[]): tf.Tensor2D {
  return tf.add(logits, tf.tensor1d([...logPrior]));
}

/**
 * Mean over images of weight · cross-entropy of logits + log prior.
 *
 * @param logits `[images, classes]`.
 * @param weights `[images]`, with mean 1 over the images of all domains.
 */
export function balancedRisk(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  logPrior: readonly number[],
  weights: tf.Tensor1D,
): tf.Scalar {
  const losses = crossEntropyPerExample(balanced(logits, logPrior), labels);
  return tf.mean(tf.mul(losses, weights));
}

/** Weights clipped to [mean/10, 10·mean], then scaled to mean 1. */
export function stabilised(weights: tf.Tensor1D): tf.Tensor1D {
  const relative = tf.div(weights, tf.maximum(tf.mean(weights), 1e-30));
  return scaled(tf.minimum(tf.maximum(relative, 1 / CLIP), CLIP));
}

/** Positive weights scaled to mean 1. */
export function scaled(weights: tf.Tensor1D): tf.Tensor1D {
  return tf.div(weights, tf.mean(weights));
}
