/**
 * Sums and means of figures.
 *
 * @module
 */

/** The sum of the values, from the first to the last. */
export function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Mean of the values; null without any. */
export function mean(values: readonly number[]): number | null {
  return values.length > 0 ? sum(values) / values.length : null;
}

/** The values that are there. */
export function known(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}
