/**
 * Every figure of a table, derived from confusion counts.
 *
 * Pure functions over `confusion[true][predicted]`: no tensors, no files. Undefined values are
 * `null`, never NaN.
 *
 * @module
 */
import type { Calibration, Confusion, RunRecord } from "../bench/records/record.ts";

/** The shot groups, by training images of a (domain, class) cell. */
export const SHOT_GROUPS = ["many", "medium", "few", "zero"] as const;
export type ShotGroup = (typeof SHOT_GROUPS)[number];

/** The sums of a confusion matrix that every figure follows from, one number a class. */
interface Sums {
  /** Images of the class. */
  readonly images: readonly number[];
  /** Images that were taken for it. */
  readonly predicted: readonly number[];
  /** Images of both kinds. */
  readonly correct: readonly number[];
}

/** One pass over the matrix: with hundreds of classes it is large, and a grid has thousands of them. */
function sumsOf(confusion: Confusion): Sums {
  const images: number[] = [];
  const predicted = new Array<number>(confusion.length).fill(0);
  for (const row of confusion) {
    let total = 0;
    for (let c = 0; c < row.length; c++) {
      total += row[c]!;
      predicted[c]! += row[c]!;
    }
    images.push(total);
  }
  return { images, predicted, correct: confusion.map((row, c) => row[c]!) };
}

/** Share of images that were classified correctly; null without images. */
export function accuracy(confusion: Confusion): number | null {
  return accuracyOf(sumsOf(confusion));
}

function accuracyOf({ images, correct }: Sums): number | null {
  const total = sum(images);
  return total > 0 ? sum(correct) / total : null;
}

/** Recall of each class; null for a class without images. */
export function classAccuracy(confusion: Confusion): (number | null)[] {
  return classAccuracyOf(sumsOf(confusion));
}

function classAccuracyOf({ images, correct }: Sums): (number | null)[] {
  return images.map((total, c) => total > 0 ? correct[c]! / total : null);
}

/**
 * F1 of each class, 2·TP / (2·TP + FP + FN). A class that has no image counts only where it was
 * predicted (then 0); otherwise it is null and left out of means.
 */
export function classF1(confusion: Confusion): (number | null)[] {
  return classF1Of(sumsOf(confusion));
}

function classF1Of({ images, predicted, correct }: Sums): (number | null)[] {
  return images.map((count, c) => {
    const total = count + predicted[c]!;
    return total > 0 ? (2 * correct[c]!) / total : null;
  });
}

/** Unweighted mean of {@linkcode classF1} over the classes that have images; null without images. */
export function macroF1(confusion: Confusion): number | null {
  return macroF1Of(sumsOf(confusion));
}

function macroF1Of(sums: Sums): number | null {
  return mean(classF1Of(sums).flatMap((f1, c) => sums.images[c]! > 0 ? [f1 ?? 0] : []));
}

/** Mean recall over the classes that have images; null without images. */
export function balancedAccuracy(confusion: Confusion): number | null {
  return balancedAccuracyOf(sumsOf(confusion));
}

function balancedAccuracyOf(sums: Sums): number | null {
  return mean(classAccuracyOf(sums).filter((value) => value !== null));
}

/**
 * Expected calibration error (Guo et al. 2017): the gap between confidence and accuracy of each bin,
 * weighted by its images; null without images.
 */
export function calibrationError(calibration: Calibration): number | null {
  const images = sum(calibration.map((bin) => bin.images));
  if (images === 0) return null;
  return sum(calibration.map((bin) => Math.abs(bin.correct - bin.confidence))) / images;
}

/** The shot group of a cell with `count` training images. */
export function shotGroup(count: number, shots: { many: number; few: number }): ShotGroup {
  if (count > shots.many) return "many";
  if (count === 0) return "zero";
  return count <= shots.few ? "few" : "medium";
}

/**
 * Mean class accuracy of each shot group: a plain mean over (domain, class) cells that have test
 * images, all domains joined, as the reference defines it. Null for an empty group (the reference
 * writes −1).
 */
export function shotAccuracy(
  confusions: readonly Confusion[],
  trainCounts: readonly (readonly number[])[],
  shots: { many: number; few: number },
): Record<ShotGroup, number | null> {
  return shotAccuracyOf(confusions.map(sumsOf), trainCounts, shots);
}

function shotAccuracyOf(
  all: readonly Sums[],
  trainCounts: readonly (readonly number[])[],
  shots: { many: number; few: number },
): Record<ShotGroup, number | null> {
  const groups: Record<ShotGroup, number[]> = { many: [], medium: [], few: [], zero: [] };
  all.forEach((sums, d) =>
    classAccuracyOf(sums).forEach((value, c) => {
      if (value !== null) groups[shotGroup(trainCounts[d]![c]!, shots)].push(value);
    })
  );
  return Object.fromEntries(SHOT_GROUPS.map((g) => [g, mean(groups[g])])) as Record<
    ShotGroup,
    number | null
  >;
}

/** Mean of the values; null without any. */
export function mean(values: readonly number[]): number | null {
  return values.length > 0 ? sum(values) / values.length : null;
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Metrics that each domain has, whose `average` is the mean over domains. */
const DOMAIN_METRICS = ["accuracy", "macro_f1", "balanced_accuracy", "ece"] as const;

/** One figure: a row of `results.csv`. */
export interface Figure {
  readonly dataset: string;
  readonly method: string;
  readonly seed: number;
  readonly split: "validation" | "test";
  /** A domain's name, `average` or `worst`. */
  readonly domain: string;
  readonly metric: (typeof DOMAIN_METRICS)[number] | ShotGroup;
  readonly value: number;
}

/**
 * The tidy figures of a run: accuracy, macro-F1, balanced accuracy, expected calibration error (test
 * only) and shot groups, by domain, averaged over domains and of the worst domain. Shot groups of
 * `average` join the cells of all domains; `worst` is the least value among the domains that have
 * such cells (the largest of calibration errors). Undefined figures have no row.
 */
export function figures(record: RunRecord): Figure[] {
  if (record.result === null || record.outcome.status !== "done") return [];
  const { domains, shots, counts } = record.data;
  const rows: Figure[] = [];
  for (const split of ["validation", "test"] as const) {
    const all = record.result[split].map(sumsOf);
    const calibration = split === "test" ? record.result.calibration : undefined;
    const add = (domain: string, metric: Figure["metric"], value: number | null) => {
      if (value === null) return;
      rows.push({
        dataset: record.spec.dataset.name,
        method: record.name,
        seed: record.spec.seed,
        split,
        domain,
        metric,
        value,
      });
    };
    const byDomain = all.map((sums, d) => ({
      accuracy: accuracyOf(sums),
      macro_f1: macroF1Of(sums),
      balanced_accuracy: balancedAccuracyOf(sums),
      ece: calibration?.[d] === undefined ? null : calibrationError(calibration[d]),
      ...shotAccuracyOf([sums], [counts.train[d]!], shots),
    }));
    const joined = shotAccuracyOf(all, counts.train, shots);
    for (const metric of [...DOMAIN_METRICS, ...SHOT_GROUPS] as const) {
      const values = byDomain.map((figure) => figure[metric]);
      values.forEach((value, d) => add(domains[d]!, metric, value));
      const known = values.filter((value) => value !== null);
      const worst = metric === "ece" ? Math.max : Math.min;
      add("average", metric, metric in joined ? joined[metric as ShotGroup] : mean(known));
      add("worst", metric, known.length > 0 ? worst(...known) : null);
    }
  }
  return rows;
}
