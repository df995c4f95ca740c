/**
 * How methods stand over all data sets together.
 *
 * @module
 */
import { completeMethods, type DatasetResults, type MethodResults, scores } from "./arrange.ts";
import type { Pairwise } from "./significance.ts";
import { oriented, type Tested } from "./tested.ts";
import type { NotComputable } from "./statistics/anova.ts";
import { mean } from "../../metrics/mod.ts";
import {
  improvementInterval,
  interquartileMean,
  type Interval,
  meanInterval,
  meanOfMeans,
  probabilityOfImprovement,
} from "./statistics/aggregates.ts";
import { type Friedman, friedman, rank } from "./statistics/ranks.ts";
import { scoreKey } from "../digest.ts";

/** One tested figure over all data sets. */
export interface Across extends Tested {
  /** In the manifest's order. */
  readonly datasets: readonly DatasetResults[];
  /** Every method of any data set, in table order. */
  readonly methods: readonly AcrossMethod[];
  /** Over the methods that no data set lacks; their average ranks are in `methods`. */
  readonly friedman: Friedman | NotComputable;
}

/** A method over all data sets. All values are fractions. */
export interface AcrossMethod {
  /** Tells it from the others, with network and settings where these differ. */
  readonly label: string;
  /** As the label, for readers. */
  readonly title: string;
  /** The method's name without network and settings. */
  readonly name: string;
  /** The network it is on; null where every data set has one network. */
  readonly network: MethodResults["network"];
  /** Its results on each data set; null where it was not planned. */
  readonly results: readonly (MethodResults | null)[];
  /** What follows for a method that has every seed of every data set; null for others. */
  readonly overall: Overall | null;
}

/** Aggregates of a method that lacks no run. */
export interface Overall {
  /** Average rank over data sets among the methods that lack no run; 1 is best. */
  readonly rank: number;
  /** Mean of the data sets' means. */
  readonly mean: number;
  /** 95 %, by the runs of each data set. */
  readonly meanInterval: Interval | NotComputable;
  /** Interquartile mean over all runs. */
  readonly iqm: number;
  /** Chance to beat a run of the control on the same network; null for the control and without it. */
  readonly improvement: Improvement | null;
}

/** Probability of improvement over the control. */
export interface Improvement {
  /** From 0 to 1; 0.5 for methods that are alike. */
  readonly probability: number;
  /** 95 %, by the runs of each data set. */
  readonly interval: Interval | NotComputable;
}

/**
 * Brings one figure of all data sets together.
 *
 * @param control Name of the method that the others are compared with; null when nobody asks.
 * @param alpha Level of the critical difference.
 */
export function across(
  datasets: readonly DatasetResults[],
  tested: Tested,
  control: string | null,
  alpha: number,
): Across {
  const { metric } = tested;
  const key = scoreKey(tested.domain, metric.name);
  const methods = new Map<string, MethodResults>();
  for (const dataset of datasets) {
    for (const method of dataset.methods) {
      if (!methods.has(method.label)) methods.set(method.label, method);
    }
  }
  const whole = new Set(datasets.flatMap((dataset) => completeMethods(dataset)));
  const all = [...methods.values()].map(({ label, title, name, network }) => {
    const results = datasets.map((dataset) =>
      dataset.methods.find((method) => method.label === label) ?? null
    );
    const strata = results.map((method) =>
      method && whole.has(method) ? scores(method, key).filter((value) => value !== null) : []
    );
    return { label, title, name, network, results, strata };
  });
  const complete = all.filter(({ strata }) => strata.every((values) => values.length > 0));
  const means = datasets.map((_, d) =>
    oriented(metric, complete.map(({ strata }) => mean(strata[d]!)!))
  );
  const places = means.map(rank);
  const controlOf = ({ network }: Pick<AcrossMethod, "network">) =>
    complete.find((method) => method.name === control && method.network?.name === network?.name);
  return {
    ...tested,
    datasets,
    friedman: friedman(means, alpha),
    methods: all.map(({ strata, ...method }) => {
      const place = complete.findIndex((other) => other.label === method.label);
      if (place < 0) return { ...method, overall: null };
      const base = controlOf(method);
      const both = base && base.label !== method.label
        ? strata.map((values, d) => ({
          first: oriented(metric, values),
          second: oriented(metric, base.strata[d]!),
        }))
        : null;
      return {
        ...method,
        overall: {
          rank: mean(places.map((row) => row[place]!))!,
          mean: meanOfMeans(strata),
          meanInterval: meanInterval(strata),
          iqm: interquartileMean(strata),
          improvement: both && {
            probability: probabilityOfImprovement(both),
            interval: improvementInterval(both),
          },
        },
      };
    }),
  };
}

/** How a method stands to the others on all data sets, by the tests of all pairs. */
export interface Standing {
  /** Comparisons with other methods on data sets in which it is better, and in which worse. */
  readonly better: number;
  readonly worse: number;
  /** Those that tell no difference. */
  readonly open: number;
  /**
   * Average of the least and the largest place that the tests leave it on each data set (Al Mohamad
   * et al. 2022); null for a method that lacks runs.
   */
  readonly range: readonly [least: number, largest: number] | null;
}

/**
 * Counts, for every method, the other methods on each data set that it is better and worse than by
 * the tests of all pairs, and the places that these leave it.
 *
 * @param pairwise Of one figure, one a data set; pairs without a test count nowhere.
 */
export function standings(pairwise: readonly Pairwise[], alpha: number): Map<string, Standing> {
  const labels = new Set(pairwise.flatMap(({ methods }) => methods.map(({ label }) => label)));
  return new Map([...labels].map((label) => {
    const own = pairwise.map((figure) => standing(figure, label, alpha, pairwise.length));
    const total = (key: "better" | "worse" | "open") =>
      own.reduce((sum, counts) => sum + counts[key], 0);
    const ranges = own.map(({ range }) => range);
    return [label, {
      ...{ better: total("better"), worse: total("worse"), open: total("open") },
      range: ranges.every((range) => range !== null)
        ? [mean(ranges.map(([least]) => least))!, mean(ranges.map(([, most]) => most))!]
        : null,
    }];
  }));
}

/** Of one data set. Its places hold with those of all others together, hence alpha / `datasets`. */
function standing(
  { dataset, methods, pairs }: Pairwise,
  label: string,
  alpha: number,
  datasets: number,
): Standing {
  const ranked = completeMethods(dataset).filter((method) => methods.includes(method));
  const counts = { better: 0, worse: 0, open: 0 };
  let [above, below] = [0, 0];
  for (const { first, second, compared: { p, verdict } } of pairs) {
    if (p === null || (first.label !== label && second.label !== label)) continue;
    const ahead = (verdict === "better") === (first.label === label);
    if (p >= alpha) counts.open++;
    else if (ahead) counts.better++;
    else counts.worse++;
    const other = first.label === label ? second : first;
    if (p >= alpha / datasets || !ranked.includes(other)) continue;
    if (ahead) below++;
    else above++;
  }
  const isRanked = ranked.some((method) => method.label === label);
  return { ...counts, range: isRanked ? [1 + above, ranked.length - below] : null };
}
