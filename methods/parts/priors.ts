/**
 * How frequent classes are.
 *
 * @module
 */

/**
 * Logarithm of each class's mean share in the domains. A class without any image counts as one with
 * a single image in one domain: it stays in the softmax, far below the others.
 */
export function logShares(counts: readonly (readonly number[])[]): number[] {
  const totals = counts.map((row) => row.reduce((sum, n) => sum + n, 0));
  const least = 1 / (counts.length * Math.max(...totals));
  return counts[0]!.map((_, c) => {
    const share = counts.reduce((sum, row, d) => sum + row[c]! / totals[d]! / counts.length, 0);
    return Math.log(Math.max(share, least));
  });
}

/** The same values, the largest where the smallest was, and so on by rank. */
export function reversedRanks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const reversed = new Array<number>(values.length);
  order.forEach((place, rank) => reversed[place] = values[order[values.length - 1 - rank]!]!);
  return reversed;
}
