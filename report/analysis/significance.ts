/**
 * The tests that a data set's results are put to.
 *
 * @module
 */
import {
  completeMethods,
  type DatasetResults,
  estimate,
  type MethodResults,
  scores,
} from "./arrange.ts";
import { blockedAnova, type FTest, type NotComputable, oneWayAnova } from "./statistics/anova.ts";
import { bestFirst, type Tested } from "./tested.ts";
import { holm, type PairedTest, pairedTest } from "./statistics/pairs.ts";
import { type Tukey, tukeyHsd } from "./statistics/tukey.ts";
import { scoreKey } from "../folder.ts";

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
export function anovas(dataset: DatasetResults, tested: readonly Tested[]): Anova[] {
  return tested.flatMap(({ domain, metric }) => {
    const all = dataset.methods.map((method) => ({
      label: method.title,
      values: scores(method, scoreKey(domain, metric.name)),
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

/** Every pair of methods on one figure of a data set: what all talk of significance rests on. */
export interface Pairwise extends Tested {
  /** The data set that the pairs are of. */
  readonly dataset: DatasetResults;
  /** The methods that have a value, in table order. */
  readonly methods: readonly MethodResults[];
  /** Tukey's HSD over the methods that lack no seed. */
  readonly tukey: Tukey | NotComputable;
  /** Each once, in table order. */
  readonly pairs: readonly Pair[];
}

/** Two methods, `first` before `second` in table order. All values are fractions. */
export interface Pair {
  /** Earlier in table order. */
  readonly first: MethodResults;
  /** Later in table order. */
  readonly second: MethodResults;
  /** First − second over the seeds that both have, or of the means where there is no test. */
  readonly difference: number;
  /** Paired t test over the seeds that both have. */
  readonly test: PairedTest | NotComputable;
  /** Of the paired t test, Holm-corrected over all pairs; null without a test. */
  readonly holm: number | null;
  /** Of Tukey's HSD; null where one of the two lacks seeds or there is no test. */
  readonly tukey: number | null;
}

/**
 * The p-value that decides about a pair: Tukey's, or the paired test's where one of the two lacks
 * seeds; null where neither can be computed.
 */
export function decisive(pair: Pick<Pair, "tukey" | "holm">): number | null {
  return pair.tukey ?? pair.holm;
}

/** All pairs of methods on every tested figure that any method has a value of. */
export function pairwise(
  dataset: DatasetResults,
  figures: readonly Tested[],
  alpha: number,
): Pairwise[] {
  return figures.flatMap((tested) => {
    const key = scoreKey(tested.domain, tested.metric.name);
    const all = dataset.methods.map((method) => ({ method, values: scores(method, key) }))
      .filter(({ values }) => values.some((value) => value !== null));
    if (all.length === 0) return [];
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

/** How the best method of a data set stands to the others on one figure. */
export interface Comparison extends Tested {
  /** The data set that they are compared on. */
  readonly dataset: DatasetResults;
  /** The best mean among the methods with as many seeds as any. */
  readonly best: MethodResults;
  /** The best method's, over its seeds. */
  readonly mean: number;
  /** Every other method that has a value, from the closest to the farthest. */
  readonly others: readonly Rival[];
}

/** A method beside the best one. All values are fractions; differences are best − this. */
export interface Rival {
  /** The other method. */
  readonly method: MethodResults;
  /** Its own, over its seeds. */
  readonly mean: number;
  /** Over the seeds that both have, or of the means where there is no test. */
  readonly difference: number;
  /** Simultaneous interval of the difference, by Tukey's HSD; null where that has no answer. */
  readonly ends: readonly [low: number, high: number] | null;
  /** Paired t test over the seeds that both have. */
  readonly test: PairedTest | NotComputable;
  /** p-value of Tukey's HSD; null where one of the two lacks seeds or there is no test. */
  readonly tukey: number | null;
  /** p-value of the paired t test, Holm-corrected over all pairs; null without a test. */
  readonly holm: number | null;
}

/** The pairs of the best method; null where none may be called best. */
export function besideBest(pairwise: Pairwise): Comparison | null {
  const { dataset, domain, metric, tukey } = pairwise;
  const means = new Map(pairwise.methods.map((method) => [
    method,
    estimate(scores(method, scoreKey(domain, metric.name)))!.mean,
  ]));
  const mean = (method: MethodResults) => means.get(method)!;
  const order = bestFirst(metric);
  const [best] = completeMethods(dataset).filter((method) => means.has(method))
    .sort((a, b) => order(mean(a), mean(b)));
  if (!best) return null;
  const others = pairwise.pairs.flatMap((pair): Rival[] => {
    if (pair.first !== best && pair.second !== best) return [];
    const [method, sign] = pair.first === best ? [pair.second, 1] : [pair.first, -1];
    const difference = sign * pair.difference;
    const { test } = pair;
    return [{
      method,
      mean: mean(method),
      difference,
      ends: tukey.computable && pair.tukey !== null
        ? [difference - tukey.leastSignificant, difference + tukey.leastSignificant]
        : null,
      test: sign === 1 || !test.computable ? test : turned(test),
      tukey: pair.tukey,
      holm: pair.holm,
    }];
  }).sort((a, b) => order(a.mean, b.mean));
  return { domain, metric, dataset, best, mean: mean(best), others };
}

/** The same test with the methods the other way round. */
function turned(test: PairedTest): PairedTest {
  return {
    ...test,
    difference: -test.difference,
    statistic: -test.statistic,
    effect: -test.effect,
    hedges: test.hedges === null ? null : -test.hedges,
  };
}
