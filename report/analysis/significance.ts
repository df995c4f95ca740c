/**
 * The tests that a data set's results are put to: whether methods differ at all, and which from
 * which.
 *
 * @module
 */
import {
  completeMethods,
  type DatasetResults,
  estimate,
  hasLearned,
  type MethodResults,
  scores,
} from "./arrange.ts";
import { blockedAnova, type FTest, type NotComputable, oneWayAnova } from "./statistics/anova.ts";
import { bestFirst, type Tested } from "./tested.ts";
import { compareAll, type Compared } from "./statistics/family.ts";
import { differences } from "./statistics/moderated.ts";
import { pairedTest } from "./statistics/pairs.ts";
import { scoreKey } from "../digest.ts";

/** The F tests of one figure of one data set. */
export interface Anova extends Tested {
  readonly test: "one-way" | "blocked";
  readonly result: FTest | NotComputable;
  /** Methods that the test leaves out because they lack runs. */
  readonly leftOut: readonly string[];
  /** Methods that the test leaves out because they did not learn: their spread is another kind. */
  readonly notLearned: readonly string[];
}

/**
 * One-way and blocked ANOVA of every tested figure.
 *
 * The one-way test takes every value there is. The blocked one needs a whole table: it leaves out
 * methods that lack a seed, and says which. Methods that did not learn are in neither.
 */
export function anovas(dataset: DatasetResults, tested: readonly Tested[]): Anova[] {
  return tested.flatMap(({ domain, metric }) => {
    const every = dataset.methods.map((method) => ({
      label: method.title,
      learned: hasLearned(method),
      values: scores(method, scoreKey(domain, metric.name)),
    }));
    const names = (methods: typeof every) => methods.map((method) => method.label);
    const all = every.filter(({ learned }) => learned);
    const some = all.map(({ values }) => values.filter((value) => value !== null));
    const whole = all.filter(({ values }) => values.every((value) => value !== null));
    const rest = all.filter((method) => !whole.includes(method));
    const common = { domain, metric, notLearned: names(every.filter(({ learned }) => !learned)) };
    return [
      {
        ...common,
        test: "one-way" as const,
        result: oneWayAnova(some),
        leftOut: names(all.filter((_, i) => some[i]!.length === 0)),
      },
      {
        ...common,
        test: "blocked" as const,
        result: blockedAnova(whole.map(({ values }) => values)),
        leftOut: names(rest),
      },
    ];
  });
}

/** Every pair of methods on one figure of a data set, judged as one family. */
export interface Pairwise extends Tested {
  /** The data set that the pairs are of. */
  readonly dataset: DatasetResults;
  /** The methods that have a value, in table order. */
  readonly methods: readonly MethodResults[];
  /** Each once, in table order. */
  readonly pairs: readonly Pair[];
}

/** Two methods, `first` before `second` in table order. All values are fractions. */
export interface Pair {
  /** Earlier in table order. */
  readonly first: MethodResults;
  /** Later in table order. */
  readonly second: MethodResults;
  /** First − second over the seeds that both have, and how the family of all pairs judges it. */
  readonly compared: Compared;
  /** Seeds that both have. */
  readonly seeds: number;
  /** Cohen's d_z of the differences; null where their spread is not known. */
  readonly effect: number | null;
  /** Hedges' g_z, the same without the bias of few seeds. */
  readonly hedges: number | null;
}

/** How families are judged. */
export interface Judgement {
  /** Chance of any false finding in a family. */
  readonly alpha: number;
  /** Differences below it do not matter, as a fraction; null where nobody said so. */
  readonly margin: number | null;
}

/** All pairs of methods on every tested figure that any method has a value of. */
export function pairwise(
  dataset: DatasetResults,
  figures: readonly Tested[],
  { alpha, margin }: Judgement,
): Pairwise[] {
  return figures.flatMap((tested) => {
    const key = scoreKey(tested.domain, tested.metric.name);
    const all = dataset.methods.map((method) => ({ method, values: scores(method, key) }))
      .filter(({ values }) => values.some((value) => value !== null));
    if (all.length === 0) return [];
    const both = all.flatMap((first, i) => all.slice(i + 1).map((second) => ({ first, second })));
    const rows = both.map(({ first, second }) => differences(first.values, second.values));
    const { compared } = compareAll(rows, {
      alpha,
      margin: marginOf(tested, margin),
      better: tested.metric.better,
      typical: both.map(({ first, second }) =>
        hasLearned(first.method) && hasLearned(second.method)
      ),
    });
    const pairs = both.map(({ first, second }, i): Pair => {
      const own = pairedTest(first.values, second.values);
      return {
        first: first.method,
        second: second.method,
        compared: compared[i]!,
        seeds: rows[i]!.filter((value) => value !== null).length,
        effect: own.computable ? own.effect : null,
        hedges: own.computable ? own.hedges : null,
      };
    });
    return [{ ...tested, dataset, methods: all.map(({ method }) => method), pairs }];
  });
}

/** A margin in points as the metric's own values; null for metrics that are not in percent. */
export function marginOf({ metric }: Pick<Tested, "metric">, margin: number | null): number | null {
  return metric.scale.unit === "%" && margin !== null ? margin / metric.scale.factor : null;
}

/** How the method with the highest mean of a data set stands to the others on one figure. */
export interface Comparison extends Tested {
  /** The data set that they are compared on. */
  readonly dataset: DatasetResults;
  /** The highest mean (of an error, the lowest) among the methods that lack no seed. */
  readonly best: MethodResults;
  /** The methods that lack no seed. */
  readonly complete: readonly MethodResults[];
  /** The best method's, over its seeds. */
  readonly mean: number;
  /** Every other method that has a value, from the closest to the farthest. */
  readonly others: readonly Rival[];
}

/** A method beside the one with the highest mean. All values are fractions. */
export interface Rival {
  /** The other method. */
  readonly method: MethodResults;
  /** Its own, over its seeds. */
  readonly mean: number;
  /** Highest − this, over the seeds that both have; null where there is none. */
  readonly difference: number | null;
  /** Simultaneous interval of the difference; null without a test. */
  readonly ends: readonly [low: number, high: number] | null;
  /** Holm-corrected over all pairs; null without a test. */
  readonly p: number | null;
  /** How the method with the highest mean stands to this one. */
  readonly verdict: Compared["verdict"];
  /** Why there is no test; null where there is one. */
  readonly why: string | null;
  /** Cohen's d_z of highest − this; null where the spread is not known. */
  readonly effect: number | null;
  /** Hedges' g_z, the same without the bias of few seeds. */
  readonly hedges: number | null;
}

/** The pairs of the method with the highest mean; null where no method lacks no seed. */
export function besideBest(pairwise: Pairwise): Comparison | null {
  const { dataset, domain, metric } = pairwise;
  const means = new Map(pairwise.methods.map((method) => [
    method,
    estimate(scores(method, scoreKey(domain, metric.name)))!.mean,
  ]));
  const mean = (method: MethodResults) => means.get(method)!;
  const order = bestFirst(metric);
  const complete = completeMethods(dataset).filter((method) => means.has(method));
  const [best] = complete.toSorted((a, b) => order(mean(a), mean(b)));
  if (!best) return null;
  const others = pairwise.pairs.flatMap((pair): Rival[] => {
    if (pair.first !== best && pair.second !== best) return [];
    const turned = pair.first !== best;
    const method = turned ? pair.first : pair.second;
    const { difference, test, together, p, verdict } = pair.compared;
    const sign = turned ? -1 : 1;
    return [{
      method,
      mean: mean(method),
      difference: difference && sign * difference,
      ends: together && (turned ? [-together[1], -together[0]] : together),
      p,
      verdict: turned ? opposite(verdict) : verdict,
      why: test.computable ? null : test.why,
      effect: pair.effect && sign * pair.effect,
      hedges: pair.hedges && sign * pair.hedges,
    }];
  }).sort((a, b) => order(a.mean, b.mean));
  return { domain, metric, dataset, best, complete, mean: mean(best), others };
}

/** The verdict with the two methods the other way round. */
export function opposite(verdict: Compared["verdict"]): Compared["verdict"] {
  return verdict === "better" ? "worse" : verdict === "worse" ? "better" : verdict;
}
