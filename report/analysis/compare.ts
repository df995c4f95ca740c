/**
 * What has changed between two output folders: the same methods before and after.
 *
 * @module
 */
import { mean } from "simple-statistics";
import {
  type DatasetResults,
  distinguishingSuffixes,
  type Estimate,
  estimate,
  groupBy,
  type MethodResults,
  scores,
  withoutSeed,
} from "./arrange.ts";
import { type Judgement, marginOf } from "./significance.ts";
import type { Tested } from "./tested.ts";
import { blockedAnova, type FTest, type NotComputable } from "./statistics/anova.ts";
import { compareAll, type Compared, type Verdict } from "./statistics/family.ts";
import { differences, type MeanTest, meanTest } from "./statistics/moderated.ts";
import { scoreKey } from "../digest.ts";
import { datasetName, nameOf } from "../tables/format.ts";
import type { Name } from "../tables/table.ts";

/** A figure of a method on a data set in two folders. All values are fractions. */
export interface Change extends Tested {
  /** The data set. */
  readonly dataset: Name;
  /** The method, with network and settings where these differ. */
  readonly method: Name;
  /** Over all seeds of each folder; null where it has none. */
  readonly before: Estimate | null;
  /** The same of the folder compared with it. */
  readonly after: Estimate | null;
  /** After − before, over the seeds that both folders have; null where one has none. */
  readonly compared: Compared | null;
  /** From the tests, where there are any. */
  readonly verdict: ChangeVerdict;
  /** What the two sides do not share, in words; null when they were made alike. */
  readonly unlike: string | null;
}

/** What came of a comparison. */
export type ChangeVerdict = Verdict | "unchanged" | "new" | "gone";

/** What has become of all methods together, on one figure of a data set. */
export interface JointChange extends Tested {
  /** The data set. */
  readonly dataset: Name;
  /** Methods that both folders have on the same seeds. */
  readonly methods: number;
  /** How many of them are the same to the last digit. */
  readonly unchanged: number;
  /** Mean change of these methods, over seeds. */
  readonly mean: MeanTest | NotComputable;
  /** Whether methods changed by different amounts: blocked by seed. */
  readonly apart: FTest | NotComputable;
}

/** What has changed between two folders. */
export interface Changes {
  /** Method by method. */
  readonly all: readonly Change[];
  /** All methods together. */
  readonly joint: readonly JointChange[];
}

/** A change before it is judged. */
interface Open extends Omit<Change, "compared" | "verdict"> {
  /** After − before by seed. */
  readonly row: readonly (number | null)[];
  /** Whether no seed has changed. */
  readonly equal: boolean;
}

/**
 * Compares the results of two folders, paired by seed: method by method, one family a figure of a
 * data set, and all methods of it together.
 *
 * @param before Arranged results of the earlier folder.
 * @param after Arranged results to compare with it.
 * @param figures What is compared.
 */
export function changes(
  before: readonly DatasetResults[],
  after: readonly DatasetResults[],
  figures: readonly Tested[],
  judgement: Judgement,
): Changes {
  const old = index(before);
  const now = index(after);
  const open = [...new Set([...now.keys(), ...old.keys()])].flatMap((key): Open[] => {
    const [first, second] = [old.get(key), now.get(key)];
    const { dataset, method } = (second ?? first)!;
    const seeds = [...new Set([first, second].flatMap((side) => side?.dataset.seeds ?? []))];
    return figures.flatMap((tested) => {
      const figure = scoreKey(tested.domain, tested.metric.name);
      const values = [first, second].map((side) => bySeed(side, seeds, figure));
      const [a, b] = values.map(estimate);
      if (!a && !b) return [];
      return [{
        ...tested,
        dataset: datasetName(dataset),
        method: nameOf(method),
        before: a ?? null,
        after: b ?? null,
        row: differences(values[1]!, values[0]!),
        equal: seeds.every((_, i) => values[0]![i] === values[1]![i]),
        unlike: first && second ? unlike(first, second) : null,
      }];
    });
  });
  const families = [
    ...groupBy(
      open,
      ({ dataset, domain, metric }) => JSON.stringify([dataset.name, domain, metric.name]),
    ).values(),
  ];
  const judged = new Map(families.flatMap((family) => judge(family, judgement)));
  return {
    all: open.map((change) => judged.get(change)!),
    joint: families.flatMap((family) => jointly(family) ?? []),
  };
}

/** The changes of one figure of a data set, as one family. */
function judge(
  family: readonly Open[],
  { alpha, margin }: Judgement,
): (readonly [Open, Change])[] {
  const tested = family.filter(({ before, after, equal }) => before && after && !equal);
  const { compared } = compareAll(tested.map(({ row }) => row), {
    alpha,
    margin: marginOf(family[0]!, margin),
    better: family[0]!.metric.better,
  });
  return family.map((change) => {
    const own = compared[tested.indexOf(change)] ?? null;
    const { row: _, equal, ...rest } = change;
    const verdict = change.before === null
      ? "new"
      : change.after === null
      ? "gone"
      : equal
      ? "unchanged"
      : own!.verdict;
    return [change, { ...rest, compared: own, verdict }];
  });
}

/** All methods of a family together; null where no two folders have a seed of one in common. */
function jointly(family: readonly Open[]): JointChange | null {
  const { dataset, domain, metric } = family[0]!;
  const seedsOf = ({ row }: Open) => row.flatMap((value, seed) => value === null ? [] : [seed]);
  const most = Math.max(...family.map((change) => seedsOf(change).length));
  const fullest = family.find((change) => seedsOf(change).length === most)!;
  const seeds = seedsOf(fullest);
  const shared = family.filter(({ row }) => seeds.every((seed) => (row[seed] ?? null) !== null));
  if (seeds.length === 0) return null;
  const rows = shared.map(({ row }) => seeds.map((seed) => row[seed]!));
  return {
    ...{ dataset, domain, metric },
    methods: shared.length,
    unchanged: shared.filter(({ equal }) => equal).length,
    mean: meanTest(seeds.map((_, s) => mean(rows.map((row) => row[s]!))), null),
    apart: blockedAnova(rows),
  };
}

interface Side {
  readonly dataset: DatasetResults;
  readonly method: MethodResults;
}

/** Other settings, or other images. */
function unlike(before: Side, after: Side): string | null {
  const specs = [before, after].map(({ method }) => method.spec);
  const same = JSON.stringify(withoutSeed(specs[0]!)) === JSON.stringify(withoutSeed(specs[1]!));
  const data = (side: Side) =>
    new Map(
      side.method.runs.flatMap((run) =>
        run?.digest ? [[run.spec.seed, run.digest.data.fingerprint] as const] : []
      ),
    );
  const [old, now] = [data(before), data(after)];
  const parts = [
    ...(same ? [] : [`other settings:${distinguishingSuffixes(specs).join(" before,")} after`]),
    ...([...now].some(([seed, print]) => old.has(seed) && old.get(seed) !== print)
      ? ["other images, so seeds are no pairs"]
      : []),
  ];
  return parts.length > 0 ? parts.join("; ") : null;
}

/** Methods by data set and label, in table order. */
function index(datasets: readonly DatasetResults[]): Map<string, Side> {
  return new Map(
    datasets.flatMap((dataset) =>
      dataset.methods.map((method) =>
        [JSON.stringify([dataset.name, method.label]), { dataset, method }] as const
      )
    ),
  );
}

function bySeed(side: Side | undefined, seeds: readonly number[], key: string): (number | null)[] {
  const values = side ? scores(side.method, key) : [];
  return seeds.map((seed) => values[side?.dataset.seeds.indexOf(seed) ?? -1] ?? null);
}
