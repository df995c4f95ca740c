/**
 * Long tails across domains: settings of imbalanced domain generalisation, in which what is rare
 * depends on all domains together.
 *
 * The formulas are those of NDCL's public code (`idg_generate.py`), for all domains of a set at once
 * where that code makes one table for each unseen domain, and with two departures: of equal counts the
 * first class or domain goes first, and Duality has its mirrored tail with two domains too, where that
 * code has none.
 *
 * @module
 * @see Cao, Liu and Chen 2026, Negatives-Dominant Contrastive Learning for Imbalanced Domain
 * Generalization.
 */
import type { Random } from "../../base/random.ts";
import type { Range } from "../../base/setting.ts";

/**
 * How images are distributed over domains and classes together.
 *
 * - `total-heavy-tail`: the sums over domains have a long tail, whatever share each domain has.
 * - `cross`: what is frequent in one half of the domains is rare in the other; a domain between them
 *   has all classes alike.
 * - `duality`: a domain with a long tail, one with the mirrored tail and a size of its own, and one
 *   with hardly any images.
 */
export const ACROSS = ["total-heavy-tail", "cross", "duality"] as const;
/** One of {@linkcode ACROSS}. */
export type Across = (typeof ACROSS)[number];

/** The shape of the tails where none is asked for, as in that code. */
export const USUAL_SHAPE = 3;

/** Possible shapes of the tails: below it the law has no tail that falls. */
export const SHAPE: Range = {
  wanted: "a number of at least 1.5",
  fits: (value) => Number.isFinite(value) && value >= 1.5,
};

/** Part of the other domains' mean class that the domain between them gets of each class. */
const CROSS_MIDDLE = 0.3;

/** The smallest and the largest size of a domain with hardly any images, over all classes. */
const DUALITY_FEW = [40, 50] as const;

/** What decides the counts beside the images that there are. */
export interface AcrossOptions {
  /** Shape of the log-logistic tails, at least 1.5: the larger, the flatter. */
  readonly shape?: number;
  /** What sizes of domains are drawn from, for `duality`. */
  readonly random: Pick<Random, "integer" | "beta">;
}

/**
 * Training images of every domain and class.
 *
 * @param have `[domain][class]`: images that there are.
 * @returns `[domain][class]`, none more than there are, and at least one where there is any.
 */
export function acrossCounts(
  across: Across,
  have: readonly (readonly number[])[],
  options: AcrossOptions,
): number[][] {
  return COUNTS[across](have, { shape: USUAL_SHAPE, ...options });
}

/**
 * Shares of `count` classes from the most frequent to the rarest, by a log-logistic law: its density
 * from 1 / mean to the 99 % quantile, in equal steps, scaled to sum 1.
 */
export function logLogisticShares(shape: number, count: number): number[] {
  if (count === 1) return [1];
  const first = Math.sin(Math.PI / shape) / (Math.PI / shape);
  const last = 99 ** (1 / shape);
  const density = Array.from({ length: count }, (_, i) => {
    const x = first + (last - first) * i / (count - 1);
    return shape * x ** (shape - 1) / (1 + x ** shape) ** 2;
  });
  const total = sum(density);
  return density.map((value) => value / total);
}

type Counting = (
  have: readonly (readonly number[])[],
  options: Required<AcrossOptions>,
) => number[][];

const COUNTS: Readonly<Record<Across, Counting>> = {
  "total-heavy-tail": (have, { shape }) => {
    const classes = have[0]!.length;
    const totals = Array.from({ length: classes }, (_, c) => sum(have.map((row) => row[c]!)));
    const shares = logLogisticShares(shape, classes);
    const order = descending(totals);
    const whole = totals[order[0]!]! / shares[0]!;
    return have.map((row) =>
      row.map((there, c) => {
        const wanted = Math.min(whole * shares[order.indexOf(c)]!, totals[c]!);
        return within(totals[c] === 0 ? 0 : wanted * there / totals[c]!, there);
      })
    );
  },
  cross: (have, { shape }) => {
    const half = Math.floor(have.length / 2);
    const bySize = ascending(have.map(sum));
    const middle = bySize.slice(0, have.length - 2 * half);
    const positive = bySize.slice(middle.length, middle.length + half);
    const negative = bySize.slice(middle.length + half);
    const counts = have.map((row) => [...row]);
    const order = descending(have[positive[0] ?? 0]!);
    const reversed = order.toReversed();
    positive.forEach((d, i) => counts[d] = tail(have[d]!, order, shape * (i + 1)));
    negative.forEach((d, i) => counts[d] = tail(have[d]!, reversed, shape * (i + 1)));
    const others = [...positive, ...negative].map((d) => sum(counts[d]!) / order.length);
    for (const d of middle) {
      const wanted = others.length === 0 ? Infinity : CROSS_MIDDLE * sum(others) / others.length;
      const each = Math.min(wanted, ...have[d]!);
      counts[d] = have[d]!.map((there) => within(each, there));
    }
    return counts;
  },
  duality: (have, { shape, random }) => {
    const third = Math.round(have.length / 3);
    const bySize = ascending(have.map(sum));
    const positive = bySize.slice(0, Math.max(1, third));
    const mirrored = Math.max(1, have.length - 2 * third);
    const negative = bySize.slice(positive.length, positive.length + mirrored);
    const few = bySize.slice(positive.length + negative.length);
    const counts = have.map((row) => [...row]);
    const order = descending(have[positive[0]!]!);
    const reversed = order.toReversed();
    positive.forEach((d, i) => counts[d] = tail(have[d]!, order, shape * (i + 1)));
    const largest = Math.max(...positive.map((d) => sum(counts[d]!)));
    const [least, most] = DUALITY_FEW;
    const size = Math.max(least + random.integer(most - least + 1), order.length);
    for (const d of few) {
      counts[d] = have[d]!.map((there) => within(Math.ceil(size / order.length), there));
    }
    negative.forEach((d, i) => {
      const own = Math.round(random.beta(0.5) * (largest - size) + size);
      counts[d] = tail(have[d]!, reversed, shape * (i + 1), own);
    });
    return counts;
  },
};

/**
 * A tail over the classes in an order.
 *
 * @param size Images of all classes; left out, as many as give the first class all that it has.
 */
function tail(
  have: readonly number[],
  order: readonly number[],
  shape: number,
  size?: number,
): number[] {
  const shares = logLogisticShares(shape, order.length);
  const whole = size ?? have[order[0]!]! / shares[0]!;
  return have.map((there, c) => within(whole * shares[order.indexOf(c)]!, there));
}

/** A whole number of the images that there are, at least one of some. */
function within(wanted: number, there: number): number {
  // What rounding took from a whole number is given back.
  return Math.min(Math.max(Math.floor(wanted + 1e-9), 1), there);
}

/** Places of numbers from the largest to the smallest; of equal ones the first goes first. */
function descending(numbers: readonly number[]): number[] {
  return numbers.map((_, i) => i).sort((a, b) => numbers[b]! - numbers[a]! || a - b);
}

/** The same from the smallest to the largest. */
function ascending(numbers: readonly number[]): number[] {
  return descending(numbers.map((value) => -value));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
