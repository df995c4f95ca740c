/**
 * What has changed between two output folders: the same methods before and after.
 *
 * @module
 */
import { isBetter } from "../../metrics/mod.ts";
import {
  type DatasetResults,
  distinguishingSuffixes,
  type Estimate,
  estimate,
  type MethodResults,
  scores,
  withoutSeed,
} from "./arrange.ts";
import type { Tested } from "./tested.ts";
import type { NotComputable } from "./statistics/anova.ts";
import { holm, type PairedTest, pairedTest } from "./statistics/pairs.ts";
import { scoreKey } from "../folder.ts";
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
  /** After − before, over the seeds that both folders have. */
  readonly test: PairedTest | NotComputable;
  /** Holm-corrected over all changes; null without a test. */
  readonly p: number | null;
  /** From `p` and the sign of the difference, where there is a test. */
  readonly verdict: Verdict;
  /** What the two sides do not share, in words; null when they were made alike. */
  readonly unlike: string | null;
}

/** What came of a comparison. */
export type Verdict =
  | "better"
  | "worse"
  | "no significant change"
  | "unchanged"
  | "not tested"
  | "new"
  | "gone";

/**
 * Compares the results of two folders, method by method, paired by seed.
 *
 * @param before Arranged results of the baseline.
 * @param after Arranged results to compare with it.
 * @param figures What is compared.
 * @param alpha Level of significance.
 */
export function changes(
  before: readonly DatasetResults[],
  after: readonly DatasetResults[],
  figures: readonly Tested[],
  alpha: number,
): Change[] {
  const old = index(before);
  const now = index(after);
  const untested = [...new Set([...now.keys(), ...old.keys()])].flatMap((key) => {
    const [first, second] = [old.get(key), now.get(key)];
    const { dataset, method } = (second ?? first)!;
    const seeds = [...new Set([first, second].flatMap((side) => side?.dataset.seeds ?? []))];
    return figures.flatMap((tested) => {
      const figure = scoreKey(tested.domain, tested.metric.name);
      const values = [first, second].map((side) => bySeed(side, seeds, figure));
      const [a, b] = values.map(estimate);
      if (!a && !b) return [];
      const test = pairedTest(values[1]!, values[0]!);
      const equal = seeds.every((_, i) => values[0]![i] === values[1]![i]);
      return [{
        ...tested,
        dataset: datasetName(dataset),
        method: nameOf(method),
        before: a ?? null,
        after: b ?? null,
        test,
        equal,
        unlike: first && second ? unlike(first, second) : null,
      }];
    });
  });
  const tests = untested.flatMap(({ test }) => test.computable ? [test] : []);
  const corrected = holm(tests.map((test) => test.p));
  return untested.map(({ equal, ...change }) => {
    const { test } = change;
    const p = test.computable ? corrected[tests.indexOf(test)]! : null;
    return { ...change, p, verdict: verdict(change, equal, p, alpha) };
  });
}

function verdict(
  { metric, before, after, test }: Pick<Change, "metric" | "before" | "after" | "test">,
  equal: boolean,
  p: number | null,
  alpha: number,
): Verdict {
  if (before === null) return "new";
  if (after === null) return "gone";
  if (equal) return "unchanged";
  if (!test.computable || p === null) return "not tested";
  if (p >= alpha) return "no significant change";
  return isBetter(metric, test.difference, 0) ? "better" : "worse";
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
