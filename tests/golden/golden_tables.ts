/**
 * Golden files that are tables of figures: metrics, sampling and splits.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sampler } from "../../bench/train/batches.ts";
import accuracy from "../../metrics/accuracy.ts";
import { countsOf, mean, measure, METRICS, recalls, shotGroup } from "../../metrics/mod.ts";
import type { Confusion } from "../../bench/records/record.ts";
import { byScore } from "../../bench/plan/selection.ts";
import type { DatasetDefinition } from "../../datasets/dataset.ts";
import { DATASETS } from "../../datasets/mod.ts";
import { parseSplitCsv } from "../../datasets/formats/split_csv.ts";
import { type Profile, profileCounts } from "../../datasets/protocols/longtail.ts";

interface MetricsFile {
  readonly cases?: readonly {
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
  readonly selection?: { readonly cases: readonly SelectionCase[] };
}

/** Runs of a search at their checkpoints, and which of them MDLT's collector takes. */
interface SelectionCase {
  readonly case: string;
  readonly records: readonly {
    readonly hparams_seed: number;
    readonly seed: number;
    readonly val: readonly number[];
    readonly test: readonly number[];
  }[];
  readonly expected: {
    readonly per_trial_seed: readonly {
      readonly seed: number;
      readonly ranking: readonly {
        readonly hparams_seed: number;
        readonly val_acc: number;
        readonly test_acc: number;
      }[];
    }[];
    readonly mean_percent: number;
  };
}

/** Accuracies, shot groups and means of recorded predictions, and the choice among settings. */
export function checkMetrics({ cases = [], selection }: MetricsFile): void {
  selection?.cases.forEach(checkSelection);
  for (const { case: what, classes, many_threshold, few_threshold, domains, expected } of cases) {
    const shots = { many: many_threshold, few: few_threshold };
    const counts = domains.map((d) => d.train_counts);
    const tests = domains.map((d, i) =>
      countsOf(tally(classes, d.test_labels, d.test_predictions), { train: counts[i]!, shots })
    );
    const validations = domains.map((d) =>
      countsOf(tally(classes, d.val_labels, d.val_predictions))
    );
    expected.domains.forEach((domain, d) => {
      same(`${what}: accuracy`, accuracy.compute(tests[d]!), domain.accuracy);
      same(`${what}: validation accuracy`, accuracy.compute(validations[d]!), domain.val_accuracy);
      // The reference lists only classes that occur, and writes NaN for one that is only predicted.
      const perClass = recalls(tests[d]!);
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
    const evaluations = tests.map((counts) => ({ counts }));
    for (const [group, value] of Object.entries(expected.shots)) {
      const metric = METRICS.find(({ name }) => name === (group === "median" ? "medium" : group))!;
      const { pooled } = measure(metric, evaluations)!;
      same(`${what}: shots ${group}`, pooled, value === -1 ? null : value);
    }
    const all = tests.map((c) => accuracy.compute(c)!);
    same(`${what}: test mean`, mean(all), expected.test_mean);
    same(`${what}: test worst`, Math.min(...all), expected.test_worst);
    same(
      `${what}: validation mean`,
      mean(validations.map((c) => accuracy.compute(c)!)),
      expected.val_mean,
    );
  }
}

/**
 * Of each run the first of its best checkpoints counts, by the mean validation accuracy; of each
 * trial the setting that {@linkcode byScore} puts first.
 */
function checkSelection({ case: what, records, expected }: SelectionCase): void {
  const chosen: number[] = [];
  for (const { seed, ranking } of expected.per_trial_seed) {
    const runs = Map.groupBy(records.filter((r) => r.seed === seed), (r) => r.hparams_seed);
    const trials = [...runs].map(([trial, checkpoints]) => {
      const [best] = checkpoints
        .map(({ val, test }) => ({ worth: mean(val)!, test: mean(test)! }))
        .sort((a, b) => b.worth - a.worth);
      return { trial, ...best! };
    });
    const ranked = byScore(trials);
    same(`${what}: settings of trial ${seed}`, ranked.length, ranking.length);
    ranking.forEach(({ hparams_seed, val_acc, test_acc }, place) => {
      const { trial, worth, test } = ranked[place]!;
      same(`${what}: setting at place ${place} of trial ${seed}`, trial, hparams_seed);
      same(`${what}: its validation accuracy`, worth, val_acc);
      same(`${what}: its test accuracy`, test, test_acc);
    });
    chosen.push(ranked[0]!.test);
  }
  same(`${what}: mean in percent`, 100 * mean(chosen)!, expected.mean_percent, 1e-6);
}

interface SamplingFile {
  /** What MDLT's command line calls the profiles. */
  readonly letters?: Readonly<Record<string, string>>;
  readonly counts_per_class?: readonly {
    readonly classes: number;
    readonly max: number;
    readonly type: string;
    readonly factor: number;
    readonly counts: readonly number[];
  }[];
  readonly balanced_weights?: readonly {
    readonly counts: readonly number[];
    readonly weight_of_one_sample_per_class: readonly (number | null)[];
  }[];
}

/** Long-tailed class counts, and how often the class-balanced sampler draws an image. */
export function checkSampling(
  { letters = {}, counts_per_class = [], balanced_weights = [] }: SamplingFile,
): void {
  const countsOf = (type: string, classes: number, max: number, factor: number) =>
    profileCounts((type === "balanced" ? "balance" : type) as Profile, classes, max, factor);
  for (const type of Object.values(letters)) countsOf(type, 10, 1000, 0.1); // each is known
  for (const { classes, max, type, factor, counts } of counts_per_class) {
    const found = countsOf(type, classes, max, factor);
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

/** The data sets by the reference's names. */
const BY_REFERENCE_NAME: Readonly<Record<string, string>> = {
  ImbalancedColoredMNIST: "colored-mnist",
  ImbalancedRotatedMNIST: "rotated-mnist",
  ImbalancedDigits: "digits",
  VLCS: "vlcs",
  PACS: "pacs",
  OfficeHome: "officehome",
  TerraIncognita: "terrainc",
  DomainNet: "domainnet",
};

/** The data set that the reference calls so. */
export function referenceDataset(name: string): DatasetDefinition {
  const found = DATASETS.find((dataset) => dataset.name === BY_REFERENCE_NAME[name]);
  if (found === undefined) throw new Error(`no registered data set is the reference's "${name}"`);
  return found;
}

/** The folder of the split CSVs, or null where there is none. */
export async function splitsFolder(): Promise<string | null> {
  const folder = Deno.env.get("MDLT_TEST_SPLITS") ??
    fileURLToPath(new URL("../../../shared/splits", import.meta.url));
  return (await Deno.stat(folder).catch(() => null))?.isDirectory ? folder : null;
}

/** Domains, classes and shot thresholds of the data sets, and the images in the split CSVs. */
export async function checkSplits(
  { notes: _, thresholds, ...datasets }: SplitsFile & { readonly notes: unknown },
): Promise<void> {
  for (const [name, [many, few]] of Object.entries(thresholds)) {
    const { shots } = referenceDataset(name);
    same(`${name}: threshold of many`, shots.many, many);
    same(`${name}: threshold of few`, shots.few, few);
  }
  for (const [name, listed] of Object.entries(datasets)) {
    const { domains, classes } = referenceDataset(name);
    const found = [domains, classes].join();
    const wanted = [Object.keys(listed.domains), listed.classes].join();
    if (found !== wanted) throw new Error(`${name}: ${found}, expected ${wanted}`);
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
function same(
  what: string,
  found: number | null,
  expected: number | null,
  tolerance = 1e-8,
): void {
  if (found === expected) return;
  if (found === null || expected === null || !(Math.abs(found - expected) <= tolerance)) {
    throw new Error(`${what} is ${found}, expected ${expected}`);
  }
}
