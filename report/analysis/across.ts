/**
 * How methods stand over all data sets together.
 *
 * @module
 */
import { stream } from "../../base/random.ts";
import { completeMethods, type DatasetResults, type MethodResults, scores } from "./arrange.ts";
import type { Pairwise } from "./significance.ts";
import { oriented, type Tested } from "./tested.ts";
import type { NotComputable } from "./statistics/anova.ts";
import { isBetter, mean } from "../../metrics/mod.ts";
import {
  bootstrapInterval,
  interquartileMean,
  type Interval,
  meanOfMeans,
  probabilityOfImprovement,
} from "./statistics/bootstrap.ts";
import { type Friedman, friedman, rank } from "./statistics/ranks.ts";
import { scoreKey } from "../folder.ts";

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
  /** What follows for a method with all runs on every data set; null for others. */
  readonly overall: Overall | null;
}

/** Aggregates of a method that lacks no run. */
export interface Overall {
  /** Average rank over data sets among the methods that lack no run; 1 is best. */
  readonly rank: number;
  /** Mean of the data sets' means. */
  readonly mean: number;
  /** 95 %, over runs resampled within each data set. */
  readonly meanInterval: Interval | NotComputable;
  /** Interquartile mean over all runs. */
  readonly iqm: number;
  /** 95 %, over runs resampled within each data set. */
  readonly iqmInterval: Interval | NotComputable;
  /** Chance to beat a run of the baseline on the same network; null for the baseline and without it. */
  readonly improvement: Improvement | null;
}

/** Probability of improvement over the baseline. */
export interface Improvement {
  /** From 0 to 1; 0.5 for methods that are alike. */
  readonly probability: number;
  /** 95 %, over runs resampled within each data set. */
  readonly interval: Interval | NotComputable;
}

/**
 * Brings one figure of all data sets together.
 *
 * @param baseline Name of the method that every other should beat; null when nobody asks.
 * @param alpha Level of the critical difference.
 */
export function across(
  datasets: readonly DatasetResults[],
  tested: Tested,
  baseline: string | null,
  alpha: number,
): Across {
  const { metric } = tested;
  const key = scoreKey(tested.domain, metric.name);
  const methods = new Map<string, MethodResults>();
  for (const dataset of datasets) {
    for (const method of dataset.methods) {
      const known = methods.get(method.label);
      if (!known || (known.about === null && method.about !== null)) {
        methods.set(method.label, method);
      }
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
  const baselineOf = ({ network }: Pick<AcrossMethod, "network">) =>
    complete.find((method) => method.name === baseline && method.network?.name === network?.name);
  const random = (what: string, label: string) =>
    stream(0, "report", "bootstrap", what, key, label);
  return {
    ...tested,
    datasets,
    friedman: friedman(means, alpha),
    methods: all.map(({ strata, ...method }) => {
      const place = complete.findIndex((other) => other.label === method.label);
      if (place < 0) return { ...method, overall: null };
      const base = baselineOf(method);
      const both = base && base.label !== method.label
        ? [...strata, ...base.strata].map((values) => oriented(metric, values))
        : null;
      return {
        ...method,
        overall: {
          rank: mean(places.map((row) => row[place]!))!,
          mean: meanOfMeans(strata),
          meanInterval: bootstrapInterval(strata, random("mean", method.label)),
          iqm: interquartileMean(strata),
          iqmInterval: bootstrapInterval(strata, random("iqm", method.label), {
            statistic: interquartileMean,
          }),
          improvement: both && {
            probability: probabilityOfImprovement(both),
            interval: bootstrapInterval(both, random("improvement", method.label), {
              statistic: probabilityOfImprovement,
            }),
          },
        },
      };
    }),
  };
}

/** Comparisons with other methods on data sets that a method won, drew and lost. */
export interface Wins {
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
}

/**
 * Counts, for every method, the other methods on each data set that it is significantly better
 * than, not different from, and significantly worse than, by Tukey's HSD.
 *
 * @param pairwise Of one figure, one a data set; pairs without a test count nowhere.
 */
export function winsTiesLosses(pairwise: readonly Pairwise[], alpha: number): Map<string, Wins> {
  const all = new Map<string, { wins: number; ties: number; losses: number }>();
  const of = (method: MethodResults) => {
    const found = all.get(method.label) ?? { wins: 0, ties: 0, losses: 0 };
    all.set(method.label, found);
    return found;
  };
  for (const { pairs, metric } of pairwise) {
    for (const { first, second, difference, tukey } of pairs) {
      if (tukey === null) continue;
      const [a, b] = [of(first), of(second)];
      if (tukey >= alpha) {
        a.ties++;
        b.ties++;
      } else {
        const [winner, loser] = isBetter(metric, difference, 0) ? [a, b] : [b, a];
        winner.wins++;
        loser.losses++;
      }
    }
  }
  return all;
}
