/**
 * What a reader should know after ten seconds, computed from the results.
 *
 * @module
 */
import type { Across } from "./across.ts";
import {
  type DatasetResults,
  type Estimate,
  estimate,
  groupBy,
  type MethodResults,
  ranked,
  scores,
} from "./results.ts";
import type { Comparison, Rival } from "./significance.ts";
import { measure } from "./store.ts";
import { percent, percentEstimate, showP } from "./tables/format.ts";

/** Who is best on one data set, and how clearly. */
export interface Finding {
  readonly dataset: DatasetResults;
  readonly domain: "worst" | "average";
  /** The best method's label and its macro-F1 in percent. */
  readonly best: string;
  readonly score: Estimate;
  /** The lead over the second, a method that lacks no seed either; null when there is none. */
  readonly second: Lead | null;
  /** The lead over the reference method; null when that is missing, is the best, or is second. */
  readonly reference: Lead | null;
  /** Where the best method fails most; null where no class has an F1. */
  readonly hardest: HardCell | null;
}

/** A class in a domain, with its F1 (a fraction, mean over seeds). */
export interface HardCell {
  readonly class: string;
  readonly domain: string;
  readonly f1: number;
}

/** By how much the best method leads another. */
export interface Lead {
  readonly over: string;
  /** Percentage points, over the seeds that both have. */
  readonly points: number;
  /** Holm-corrected; null where no test could be computed. */
  readonly p: number | null;
  readonly significant: boolean;
  /** `significant, p = 0.012`, or why there is no test. */
  readonly verdict: string;
}

/**
 * The best method of each data set on macro-F1, of the worst domain and on average.
 *
 * @param comparisons Of one or more data sets.
 * @param reference Name of the method that every other should beat.
 * @param alpha Level of significance.
 */
export function findings(
  comparisons: readonly Comparison[],
  reference: string,
  alpha: number,
): Finding[] {
  const onF1 = comparisons.filter(({ metric }) => metric === "macro_f1");
  const domains = (["worst", "average"] as const).flatMap((domain) =>
    onF1.filter((comparison) => comparison.domain === domain)
  );
  return domains.map(({ dataset, domain, best, mean, others }) => {
    const whole = ranked(dataset);
    const second = others.find((rival) => whole.includes(rival.method));
    const lead = (rival: Rival | undefined) => rival ? leadOver(rival, mean, alpha) : null;
    return {
      dataset,
      domain,
      best: best.title,
      score: percentEstimate(scores(best, measure(domain, "macro_f1")))!,
      second: lead(second),
      reference: best.name === reference
        ? null
        : lead(others.find((rival) => rival !== second && rival.method.name === reference)),
      hardest: hardest(dataset, best),
    };
  });
}

function hardest({ data }: DatasetResults, method: MethodResults): HardCell | null {
  const tables = method.runs.flatMap((run) =>
    run?.state.status === "done" ? [run.digest!.classF1] : []
  );
  const cells = data!.domains.flatMap((domain, d) =>
    data!.classes.flatMap((name, c) => {
      const f1 = estimate(tables.map((table) => table[d]![c]!))?.mean;
      return f1 === undefined ? [] : [{ class: name, domain, f1 }];
    })
  );
  return cells.length > 0 ? cells.reduce((least, cell) => cell.f1 < least.f1 ? cell : least) : null;
}

function leadOver(rival: Rival, best: number, alpha: number): Lead {
  const { test, p, method, mean } = rival;
  const significant = p !== null && p < alpha;
  return {
    over: method.title,
    points: percent(test.computable ? test.difference : best - mean),
    p,
    significant,
    verdict: p === null
      ? `no test: ${test.computable ? "" : test.why}`
      : (significant ? "significant" : "not significant") +
        `, p\u00a0${p < 0.001 ? "" : "=\u00a0"}${showP(p).replace(" ", "\u00a0")}`,
  };
}

/** One sentence over all data sets for the worst domain and one for the average. */
export function headlines(all: readonly Finding[]): string[] {
  return (["worst", "average"] as const).flatMap((domain) => {
    const own = all.filter((finding) => finding.domain === domain);
    if (own.length < 2) return [];
    const wins = [...groupBy(own, (finding) => finding.best)]
      .sort(([, a], [, b]) => b.length - a.length);
    const clear = own.filter((finding) => finding.second?.significant).length;
    const what = domain === "worst" ? "worst-domain macro-F1" : "average macro-F1";
    return [
      `Best ${what}: ` +
      (wins.length === own.length
        ? `another method on each of ${own.length} data sets`
        : wins.map(([best, won], i) =>
          `${best} on ${won.length}${i === 0 ? ` of ${own.length} data sets` : ""}`
        ).join(", ")) +
      `; the lead over the second is significant on ${
        clear === 0 ? "none" : clear === own.length ? "all" : clear
      }.`,
    ];
  });
}

/** Who stands best over all data sets together; null for fewer than two. */
export function overallSentence(across: Across, alpha: number): string | null {
  const { friedman, datasets } = across;
  const ranked = across.methods.flatMap(({ title, overall }) => overall ? [{ title, overall }] : [])
    .sort((a, b) => a.overall.rank - b.overall.rank);
  const [best, second] = ranked;
  if (datasets.length < 2 || !best || !second) return null;
  const p = (value: number) => `p${value < 0.001 ? " " : " = "}${showP(value)}`;
  return `Best average rank over ${datasets.length} data sets on worst-domain macro-F1: ` +
    `${best.title} (${best.overall.rank.toFixed(1)}), before ${second.title} ` +
    `(${second.overall.rank.toFixed(1)})` +
    (friedman.computable
      ? `; that the methods differ in rank at all is ` +
        `${friedman.p < alpha ? "significant" : "not significant"} (Friedman, ${p(friedman.p)}).`
      : ".");
}
