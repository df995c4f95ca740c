/**
 * Smoothed densities of a few values, for violins.
 *
 * @module
 */
import { sampleStandardDeviation } from "simple-statistics";

/** A density at evenly spaced places. */
export interface Density {
  readonly at: readonly number[];
  /** Heights, the largest being 1. */
  readonly height: readonly number[];
}

/**
 * Gaussian kernel density with Scott's bandwidth (Scott 1992), from two and a half bandwidths below
 * the least value to as much above the largest; null for fewer than three different values.
 *
 * @param bounds Least and largest value that there can be: nothing is drawn beyond.
 * @param points How many places.
 */
export function density(
  values: readonly number[],
  bounds: readonly [low: number, high: number] = [-Infinity, Infinity],
  points = 41,
): Density | null {
  if (new Set(values).size < 3) return null;
  const bandwidth = sampleStandardDeviation([...values]) * values.length ** -0.2;
  const low = Math.max(bounds[0], Math.min(...values) - 2.5 * bandwidth);
  const high = Math.min(bounds[1], Math.max(...values) + 2.5 * bandwidth);
  const at = Array.from({ length: points }, (_, i) => low + ((high - low) * i) / (points - 1));
  const sums = at.map((place) =>
    values.reduce((sum, value) => sum + Math.exp(-0.5 * ((place - value) / bandwidth) ** 2), 0)
  );
  const most = Math.max(...sums);
  return { at, height: sums.map((sum) => sum / most) };
}
