/**
 * The tests that a data set's results are put to.
 *
 * @module
 */
import { stream } from "../engine/random.ts";
import { type DatasetResults, estimate, type MethodResults, ranked, scores } from "./results.ts";
import { blockedAnova, type FTest, type NotComputable, oneWayAnova } from "./statistics/anova.ts";
import { bootstrapInterval, type Interval } from "./statistics/bootstrap.ts";
import { holm, type PairedTest, pairedTest } from "./statistics/pairs.ts";
import { type Tukey, tukeyHsd } from "./statistics/tukey.ts";
import { measure } from "./store.ts";

/** What is tested: accuracy and macro-F1, averaged over domains and of the worst domain. */
export const TESTED = (["average", "worst"] as const).flatMap((domain) =>
  (["accuracy", "macro_f1"] as const).map((metric) => ({ domain, metric }))
);

/** A figure that is tested. */
export type Tested = (typeof TESTED)[number];

/** The F tests of one figure of one data set. */
export interface Anova extends Tested {
  readonly test: "one-way" | "blocked";
  readonly result: FTest | NotComputable;
  /** Methods that the test leaves out because they lack runs. */
  readonly leftOut: readonly string[];
}

/**
 * One-way and blocked ANOVA of every tested figure.
 *
 * The one-way test takes every value there is. The blocked one needs a whole table: it leaves out
 * methods that lack a seed, and says which.
 */
export function anovas(dataset: DatasetResults): Anova[] {
  return TESTED.flatMap(({ domain, metric }) => {
    const all = dataset.methods.map((method) => ({
      label: method.title,
      values: scores(method, measure(domain, metric)),
    }));
    const names = (methods: typeof all) => methods.map((method) => method.label);
    const some = all.map(({ values }) => values.filter((value) => value !== null));
    const whole = all.filter(({ values }) => values.every((value) => value !== null));
    const rest = all.filter((method) => !whole.includes(method));
    return [
      {
        domain,
        metric,
        test: "one-way" as const,
        result: oneWayAnova(some),
        leftOut: names(all.filter((_, i) => some[i]!.length === 0)),
      },
      {
        domain,
        metric,
        test: "blocked" as const,
        result: blockedAnova(whole.map(({ values }) => values)),
        leftOut: names(rest),
      },
    ];
  });
}

/** How the best method of a data set stands to the others on one figure. */
export interface Comparison extends Tested {
  readonly dataset: DatasetResults;
  readonly best: MethodResults;
  readonly mean: number;
  /** Every other method that has a value, from the closest to the farthest. */
  readonly others: readonly Rival[];
}

/** A method beside the best one. All values are fractions. */
export interface Rival {
  readonly method: MethodResults;
  readonly mean: number;
  /** Mean of best − this over the seeds that both have. */
  readonly test: PairedTest | NotComputable;
  /** Two-sided p after Holm's correction over all rivals; null where there is no test. */
  readonly p: number | null;
  /** Bootstrap interval of the difference. */
  readonly interval: Interval | NotComputable;
}

/** Compares every method with the best one on every tested figure; none without a result. */
export function comparisons(dataset: DatasetResults): Comparison[] {
  return TESTED.flatMap((tested) => compareWithBest(dataset, tested) ?? []);
}

function compareWithBest(dataset: DatasetResults, tested: Tested): Comparison | null {
  const key = measure(tested.domain, tested.metric);
  const means = new Map(
    dataset.methods.map((method) => [method, estimate(scores(method, key))?.mean ?? null]),
  );
  const value = (method: MethodResults) => means.get(method) ?? -Infinity;
  const [best] = ranked(dataset).filter((method) => means.get(method) !== null)
    .sort((a, b) => value(b) - value(a));
  if (!best) return null;
  const rivals = dataset.methods
    .filter((method) => method !== best && means.get(method) !== null)
    .sort((a, b) => value(b) - value(a))
    .map((method) => {
      const test = pairedTest(scores(best, key), scores(method, key));
      const random = stream(0, "report", "bootstrap", dataset.name, key, method.label);
      const interval = bootstrapInterval([test.computable ? test.differences : []], random);
      return { method, mean: value(method), test, interval };
    });
  const tests = rivals.flatMap(({ test }) => test.computable ? [test] : []);
  const corrected = holm(tests.map((test) => test.p));
  return {
    ...tested,
    dataset,
    best,
    mean: value(best),
    others: rivals.map((rival) => ({
      ...rival,
      p: rival.test.computable ? corrected[tests.indexOf(rival.test)]! : null,
    })),
  };
}

/** Every pair of methods on one figure of a data set. */
export interface Pairwise extends Tested {
  readonly dataset: DatasetResults;
  /** The methods that have a value, in table order. */
  readonly methods: readonly MethodResults[];
  /** Tukey's HSD over the methods that lack no seed. */
  readonly tukey: Tukey | NotComputable;
  readonly pairs: readonly Pair[];
}

/** Two methods, `first` before `second` in table order. All values are fractions. */
export interface Pair {
  readonly first: MethodResults;
  readonly second: MethodResults;
  /** First − second over the seeds that both have, or of the means where there is no test. */
  readonly difference: number;
  readonly test: PairedTest | NotComputable;
  /** Of the paired t test, Holm-corrected over all pairs; null without a test. */
  readonly holm: number | null;
  /** Of Tukey's HSD; null where one of the two lacks seeds or there is no test. */
  readonly tukey: number | null;
}

/** All pairs of methods on every tested figure; none where fewer than two have a value. */
export function pairwise(dataset: DatasetResults, alpha: number): Pairwise[] {
  return TESTED.flatMap((tested) => {
    const key = measure(tested.domain, tested.metric);
    const all = dataset.methods.map((method) => ({ method, values: scores(method, key) }))
      .filter(({ values }) => values.some((value) => value !== null));
    if (all.length < 2) return [];
    const whole = all.filter(({ values }) => values.every((value) => value !== null));
    const tukey = tukeyHsd(whole.map(({ values }) => values), alpha);
    const untested = all.flatMap((first, i) =>
      all.slice(i + 1).map((second) => {
        const test = pairedTest(first.values, second.values);
        const places = [whole.indexOf(first), whole.indexOf(second)] as const;
        return {
          first: first.method,
          second: second.method,
          difference: test.computable
            ? test.difference
            : estimate(first.values)!.mean - estimate(second.values)!.mean,
          test,
          tukey: tukey.computable && Math.min(...places) >= 0 ? tukey.p(...places) : null,
        };
      })
    );
    const tests = untested.flatMap(({ test }) => test.computable ? [test] : []);
    const places = new Map(tests.map((test, i) => [test, i]));
    const corrected = holm(tests.map((test) => test.p));
    const pairs = untested.map((pair) => ({
      ...pair,
      holm: pair.test.computable ? corrected[places.get(pair.test)!]! : null,
    }));
    return [{ ...tested, dataset, methods: all.map(({ method }) => method), tukey, pairs }];
  });
}
