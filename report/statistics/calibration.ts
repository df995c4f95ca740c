/**
 * Does a confidence of 80 % mean that 80 % are right?
 *
 * @module
 */

/** Bins of equal width over the confidences from 0 to 1. */
export const BINS = 15;

/** What fell into a bin. */
export interface Bin {
  readonly images: number;
  /** Sum of the confidences. */
  readonly confidence: number;
  /** Images that were classified correctly. */
  readonly correct: number;
}

/** Sorts predictions into {@linkcode BINS} bins; a bin holds its upper edge, not its lower one. */
export function binned(
  confidence: readonly number[],
  correct: readonly boolean[],
): Bin[] {
  const bins = Array.from({ length: BINS }, () => ({ images: 0, confidence: 0, correct: 0 }));
  confidence.forEach((value, i) => {
    const bin = bins[Math.min(BINS - 1, Math.max(0, Math.ceil(value * BINS) - 1))]!;
    bin.images++;
    bin.confidence += value;
    if (correct[i]) bin.correct++;
  });
  return bins;
}

/** Joins the bins of several parts of the data. */
export function joined(parts: readonly (readonly Bin[])[]): Bin[] {
  return Array.from({ length: BINS }, (_, b) => ({
    images: total(parts, b, "images"),
    confidence: total(parts, b, "confidence"),
    correct: total(parts, b, "correct"),
  }));
}

function total(parts: readonly (readonly Bin[])[], b: number, key: keyof Bin): number {
  return parts.reduce((sum, bins) => sum + bins[b]![key], 0);
}

/**
 * Expected calibration error (Naeini et al. 2015; Guo et al. 2017): the gap between confidence and
 * accuracy of the bins, weighted by their images. Null without images.
 */
export function calibrationError(bins: readonly Bin[]): number | null {
  const images = bins.reduce((sum, bin) => sum + bin.images, 0);
  if (images === 0) return null;
  return bins.reduce((sum, bin) => sum + Math.abs(bin.confidence - bin.correct), 0) / images;
}
