/**
 * Figures from class accuracies: those that follow from them, whatever the wrong predictions were.
 *
 * A metric is computed for several ways in which the images may have been classified that all have
 * the class accuracies known. Where these agree, the figure is determined; where they do not, such
 * as macro-F1, it is not given.
 *
 * @module
 */
import {
  type ClassCounts,
  type Confusion,
  countsOf,
  measure,
  type Measured,
  type Metric,
  type Shots,
} from "../../metrics/mod.ts";
import type { RecordedScores } from "../records/record.ts";

/** What is known of a domain. */
export interface KnownDomain {
  /** The share of each class that was recognised; null of a class without images. */
  readonly accuracies: readonly (number | null)[];
  /** Images of each class; null where they are not known. */
  readonly images: readonly number[] | null;
  /** Images of each class to train on; null where they are not known. */
  readonly train: readonly number[] | null;
}

/** How far two values of a figure may lie apart to be one. */
const SAME = 1e-9;

/** The figures of domains that follow from their class accuracies. */
export function determinedScores(
  domains: readonly KnownDomain[],
  shots: Shots,
  metrics: readonly Metric[],
): RecordedScores {
  const ways = [0, 1, 2, 3].map((way) =>
    domains.map((domain) => ({ counts: counted(domain, shots, way) }))
  );
  return Object.fromEntries(metrics.flatMap((metric): [string, Measured][] => {
    const found = ways.map((way) => measure(metric, way));
    if (found.some((measured) => measured === null)) return [];
    const all = found as Measured[];
    const domains = all[0]!.domains.map((_, d) => agreed(all.map((one) => one.domains[d]!)));
    const pooled = agreed(all.map((one) => one.pooled));
    return domains.every((value) => value === null) && pooled === null
      ? []
      : [[metric.name, { domains, pooled }]];
  }));
}

function agreed(values: readonly (number | null)[]): number | null {
  const [first] = values as [number | null];
  return first !== null &&
      values.every((value) => value !== null && Math.abs(value - first) < SAME)
    ? first
    : null;
}

/** One of the ways in which a domain's images may have been classified. */
function counted(
  { accuracies, images, train }: KnownDomain,
  shots: Shots,
  way: number,
): ClassCounts {
  const classes = accuracies.length;
  const confusion: Confusion = accuracies.map((accuracy, c) => {
    const row = new Array<number>(classes).fill(0);
    if (accuracy === null) return row;
    const total = images?.[c] ?? 100 * (1 + (way * (c + 1)) % 5);
    const wrong = total * (1 - accuracy);
    row[c] = total - wrong;
    const others = classes - 1;
    if (way === 0 || others < 1) row[(c + 1) % classes]! += wrong;
    else if (way === 1) row[(c + others) % classes]! += wrong;
    else if (way === 2) row[c === 0 ? 1 : 0]! += wrong;
    else for (let o = 1; o <= others; o++) row[(c + o) % classes]! += wrong / others;
    return row;
  });
  // Where training images are not known, they may be none, few, some or many.
  const untold = [0, shots.few, (shots.few + shots.many) / 2, shots.many + 1][way]!;
  return countsOf(confusion, { train: train ?? accuracies.map(() => untold), shots });
}
