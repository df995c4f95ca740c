/**
 * What could have been seen: the least difference that a family of comparisons finds, and the seeds
 * that a difference takes.
 *
 * @module
 */
import { quantile } from "simple-statistics";
import { stream } from "../../../base/random.ts";
import { noncentralUpperTail, tUpperQuantile } from "./distributions.ts";
import { differences, priorOf } from "./moderated.ts";

/** A family of comparisons over seeds, made or planned. */
export interface Design {
  /** Standard deviation over seeds of a paired difference. */
  readonly spread: number;
  /** Seeds of each method. */
  readonly seeds: number;
  /** Comparisons that are corrected for. */
  readonly comparisons: number;
  /** Chance of any false finding in the family. */
  readonly alpha: number;
  /** Degrees of freedom that the family's spreads are worth beside a difference's own. */
  readonly priorDf: number;
}

/** Four out of five, as is usual (Cohen 1988). */
export const USUAL_POWER = 0.8;

/** The chance to find a difference in the family, at the hardest step of Holm's correction. */
export function powerOf(difference: number, design: Design): number {
  const { spread, seeds, comparisons, alpha, priorDf } = design;
  const df = seeds - 1 + priorDf;
  const critical = tUpperQuantile(alpha / 2 / comparisons, df);
  const shift = (Math.abs(difference) * Math.sqrt(seeds)) / spread;
  return noncentralUpperTail(critical, df, shift) + noncentralUpperTail(critical, df, -shift);
}

/** The least difference that is found with probability `power`; null for fewer than two seeds. */
export function detectable(design: Design, power = USUAL_POWER): number | null {
  if (design.seeds < 2 || design.comparisons < 1) return null;
  let [low, high] = [0, design.spread];
  while (powerOf(high, design) < power) high *= 2;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (powerOf(middle, design) < power) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * The fewest seeds with which a difference is found with probability `power`, where methods have
 * equal spreads; null where it takes more than `most`.
 */
export function seedsNeeded(
  difference: number,
  { spread, comparisons, alpha }: Omit<Design, "seeds" | "priorDf">,
  { power = USUAL_POWER, most = 500 }: { power?: number; most?: number } = {},
): number | null {
  const enough = (seeds: number) =>
    powerOf(difference, {
      ...{ spread, comparisons, alpha, seeds },
      priorDf: expectedPriorDf(comparisons, seeds),
    }) >= power;
  let high = 2;
  while (!enough(high)) {
    if (high >= most) return null;
    high = Math.min(most, 2 * high);
  }
  let low = Math.max(1, Math.floor(high / 2));
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (middle >= 2 && enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Tables that a planned family is made up of. */
const TABLES = 100;

/** Families are worth different degrees of freedom: so many are worth less than what is planned with. */
const LOWER = 0.25;

const expected = new Map<string, number>();

/**
 * Degrees of freedom that comparisons with a control are worth to each other where all methods have
 * one spread, as made-up tables have it.
 */
export function expectedPriorDf(comparisons: number, seeds: number): number {
  // Beyond some seeds and comparisons the worth hardly grows, and a test needs no more.
  const [rows, columns] = [Math.min(comparisons, 60), Math.min(seeds, 40)];
  const key = `${rows} ${columns}`;
  const known = expected.get(key);
  if (known !== undefined) return known;
  const random = stream(0, "report", "planned", key);
  const draw = () => Array.from({ length: columns }, () => random.normal());
  const dfs = Array.from({ length: TABLES }, () => {
    const control = draw();
    return priorOf(Array.from({ length: rows }, () => differences(draw(), control)))?.df ?? 0;
  });
  const df = quantile(dfs, LOWER);
  expected.set(key, df);
  return df;
}
