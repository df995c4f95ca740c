/**
 * Golden files that are tables of figures: metrics, sampling and splits.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sampler } from "../bench/batches.ts";
import { accuracy, classAccuracy, mean, shotAccuracy, shotGroup } from "../bench/metrics.ts";
import type { Confusion } from "../bench/record.ts";
import { DATASETS } from "../datasets/mod.ts";
import { parseSplitCsv } from "../datasets/formats/split_csv.ts";
import { type Profile, profileCounts } from "../datasets/longtail.ts";

interface MetricsFile {
  readonly cases: readonly {
    readonly case: string;
    readonly classes: number;
    readonly many_threshold: number;
    readonly few_threshold: number;
    readonly domains: readonly {
      readonly train_counts: readonly number[];
      readonly test_labels: readonly number[];
      readonly test_predictions: readonly number[];
      readonly val_labels: readonly number[];
      readonly val_predictions: readonly number[];
    }[];
    readonly expected: {
      readonly domains: readonly {
        readonly accuracy: number;
        readonly val_accuracy: number;
        readonly class_accuracy: readonly (number | string)[];
        readonly classes_of_class_accuracy: readonly number[];
        readonly shots: Readonly<Record<string, readonly number[]>>;
      }[];
      readonly shots: Readonly<Record<string, number>>;
      readonly test_mean: number;
      readonly test_worst: number;
      readonly val_mean: number;
    };
  }[];
}

/** Accuracies, shot groups and means of recorded predictions. */
export function checkMetrics({ cases }: MetricsFile): void {
  for (const { case: what, classes, many_threshold, few_threshold, domains, expected } of cases) {
    const shots = { many: many_threshold, few: few_threshold };
    const counts = domains.map((d) => d.train_counts);
    const tests = domains.map((d) => tally(classes, d.test_labels, d.test_predictions));
    const validations = domains.map((d) => tally(classes, d.val_labels, d.val_predictions));
    expected.domains.forEach((domain, d) => {
      same(`${what}: accuracy`, accuracy(tests[d]!), domain.accuracy);
      same(`${what}: validation accuracy`, accuracy(validations[d]!), domain.val_accuracy);
      // The reference lists only classes that occur, and writes NaN for one that is only predicted.
      const perClass = classAccuracy(tests[d]!);
      domain.classes_of_class_accuracy.forEach((c, i) => {
        const value = domain.class_accuracy[i]!;
        same(
          `${what}: accuracy of class ${c}`,
          perClass[c]!,
          value === "NaN" ? null : Number(value),
        );
      });
      const groups: Record<string, number[]> = { many: [], median: [], few: [], zero: [] };
      perClass.forEach((value, c) => {
        const group = shotGroup(counts[d]![c]!, shots);
        if (value !== null) groups[group === "medium" ? "median" : group]!.push(value);
      });
      for (const [group, values] of Object.entries(domain.shots)) {
        if (groups[group]!.length !== values.length) {
          throw new Error(`${what}: size of group ${group}`);
        }
        values.forEach((value, i) => same(`${what}: ${group}`, groups[group]![i]!, value));
      }
    });
    const joined = shotAccuracy(tests, counts, shots);
    for (const [group, value] of Object.entries(expected.shots)) {
      const found = joined[group === "median" ? "medium" : group as "many"];
      same(`${what}: shots ${group}`, found, value === -1 ? null : value);
    }
    const all = tests.map((c) => accuracy(c)!);
    same(`${what}: test mean`, mean(all), expected.test_mean);
    same(`${what}: test worst`, Math.min(...all), expected.test_worst);
    same(`${what}: validation mean`, mean(validations.map((c) => accuracy(c)!)), expected.val_mean);
  }
}

interface SamplingFile {
  readonly counts_per_class: readonly {
    readonly classes: number;
    readonly max: number;
    readonly type: string;
    readonly factor: number;
    readonly counts: readonly number[];
  }[];
  readonly balanced_weights: readonly {
    readonly counts: readonly number[];
    readonly weight_of_one_sample_per_class: readonly (number | null)[];
  }[];
}

/** Long-tailed class counts, and how often the class-balanced sampler draws an image. */
export function checkSampling({ counts_per_class, balanced_weights }: SamplingFile): void {
  for (const { classes, max, type, factor, counts } of counts_per_class) {
    const name = type === "balanced" ? "balance" : type;
    const found = profileCounts(name as Profile, classes, max, factor);
    if (found.join() !== counts.join()) {
      throw new Error(`${type} ${factor}: ${found}, expected ${counts}`);
    }
  }
  const draws = 200_000;
  for (const { counts, weight_of_one_sample_per_class: weights } of balanced_weights) {
    const labels = Uint16Array.from(counts.flatMap((n, c) => new Array<number>(n).fill(c)));
    const split = { labels, read: () => Promise.reject(new Error("no pixels are needed")) };
    const domain = { name: "d", train: split, validation: split, test: split };
    const seen = new Array<number>(labels.length).fill(0);
    for (const image of sampler(domain, "class-balanced", draws, 0).next()) seen[image]!++;
    const total = weights.reduce<number>((sum, w, c) => sum + (w ?? 0) * counts[c]!, 0);
    seen.forEach((times, image) => {
      const share = weights[labels[image]!]! / total;
      const error = Math.abs(times / draws - share);
      if (error > 5 * Math.sqrt(share / draws)) {
        throw new Error(
          `image ${image} of counts ${counts} is drawn ${times} times, expected ${share * draws}`,
        );
      }
    });
  }
}

/** Images by domain, split and class of the data sets whose split files ship with the reference. */
type SplitsFile =
  & Readonly<
    Record<string, {
      readonly classes: readonly string[];
      readonly domains: Readonly<
        Record<string, Readonly<Record<"train" | "val" | "test", readonly number[]>>>
      >;
    }>
  >
  & { readonly thresholds: Readonly<Record<string, readonly [many: number, few: number]>> };

/** What the reference calls the data sets. */
const REFERENCE_NAMES: Readonly<Record<string, string>> = {
  digits: "ImbalancedDigits",
  vlcs: "VLCS",
  pacs: "PACS",
  officehome: "OfficeHome",
  terrainc: "TerraIncognita",
  domainnet: "DomainNet",
};

/** The folder of the split CSVs, or null where there is none. */
export async function splitsFolder(): Promise<string | null> {
  const folder = Deno.env.get("MDLT_TEST_SPLITS") ??
    fileURLToPath(new URL("../../shared/splits", import.meta.url));
  return (await Deno.stat(folder).catch(() => null))?.isDirectory ? folder : null;
}

/** Domains, classes and shot thresholds of the data sets, and the images in the split CSVs. */
export async function checkSplits(
  { notes: _, thresholds, ...datasets }: SplitsFile & { readonly notes: unknown },
): Promise<void> {
  for (const { name, shots, domains, classes } of DATASETS) {
    const reference = REFERENCE_NAMES[name];
    if (reference === undefined) continue; // a data set that the reference does not have
    const listed = datasets[reference];
    const found = [shots.many, shots.few, domains, classes];
    const wanted = [
      ...thresholds[reference]!,
      listed ? Object.keys(listed.domains) : domains,
      listed?.classes ?? classes,
    ];
    if (found.join() !== wanted.join()) throw new Error(`${name}: ${found}, expected ${wanted}`);
  }
  const folder = await splitsFolder();
  for (const [name, { classes, domains }] of Object.entries(datasets)) {
    const file = `${name}.csv`;
    const text = await Deno.readTextFile(join(folder!, file));
    const counts = Object.values(domains).map(() => ({
      train: new Array<number>(classes.length).fill(0),
      validation: new Array<number>(classes.length).fill(0),
      test: new Array<number>(classes.length).fill(0),
    }));
    for (const row of parseSplitCsv(text, file, Object.keys(domains), classes.length)) {
      counts[row.domain]![row.split][row.label]!++;
    }
    Object.entries(domains).forEach(([domain, { train, val, test }], d) => {
      for (const [split, wanted] of Object.entries({ train, validation: val, test })) {
        const found = counts[d]![split as "train"];
        if (found.join() !== wanted.join()) {
          throw new Error(`${name}, ${domain}, ${split}: ${found}, expected ${wanted}`);
        }
      }
    });
  }
}

function tally(classes: number, truth: readonly number[], predicted: readonly number[]): Confusion {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  truth.forEach((label, i) => counts[label]![predicted[i]!]!++);
  return counts;
}

/** The files keep nine significant digits. */
function same(what: string, found: number | null, expected: number | null): void {
  if (found === expected) return;
  if (found === null || expected === null || !(Math.abs(found - expected) <= 1e-8)) {
    throw new Error(`${what} is ${found}, expected ${expected}`);
  }
}
