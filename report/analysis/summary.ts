/**
 * What a reader should know after ten seconds, computed from the results.
 *
 * @module
 */
import type { Metric } from "../../metrics/mod.ts";
import type { Across } from "./across.ts";
import type { Change } from "./compare.ts";
import {
  completeMethods,
  type DatasetResults,
  type Estimate,
  estimate,
  groupBy,
  type MethodResults,
  scores,
} from "./arrange.ts";
import type { Tested } from "./tested.ts";
import { anovas, type Comparison, decisive, type Rival } from "./significance.ts";
import { scoreKey, type Store } from "../folder.ts";
import { figureTitle, scaledEstimate, showP, signed } from "../tables/format.ts";

/** Who is best on one data set, and how clearly. */
export interface Finding extends Tested {
  readonly dataset: DatasetResults;
  /** The best method's title, and its figure as tables show it. */
  readonly best: string;
  readonly score: Estimate;
  /** The lead over the second, a method that lacks no seed either; null when there is none. */
  readonly second: Lead | null;
  /** The lead over the baseline; null when that is missing, is the best, or is second. */
  readonly baseline: Lead | null;
  /** Titles of the methods that are not significantly worse, from the closest on. */
  readonly level: readonly string[];
  /** Methods that were tested against the best. */
  readonly tested: number;
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
  /** The difference as tables show it, over the seeds that both have. */
  readonly difference: string;
  /** Null where there is no test. */
  readonly significant: boolean | null;
  /** `significant, p = 0.012`, or why there is no test. */
  readonly verdict: string;
}

/**
 * The best method of each data set by one metric, on the worst domain and on average.
 *
 * @param comparisons Of one or more data sets.
 * @param baseline Name of the method that every other should beat; null without one.
 * @param alpha Level of significance.
 */
export function findings(
  comparisons: readonly Comparison[],
  metric: Metric,
  baseline: string | null,
  alpha: number,
): Finding[] {
  const own = comparisons.filter((comparison) => comparison.metric.name === metric.name);
  const domains = (["worst", "average"] as const).flatMap((domain) =>
    own.filter((comparison) => comparison.domain === domain)
  );
  return domains.map(({ dataset, domain, best, others }) => {
    const whole = completeMethods(dataset);
    const second = others.find((rival) => whole.includes(rival.method));
    const lead = (rival: Rival | undefined) => rival ? leadOver(rival, metric, alpha) : null;
    const tested = others.filter((rival) => decisive(rival) !== null);
    return {
      dataset,
      domain,
      metric,
      best: best.title,
      score: scaledEstimate(metric, scores(best, scoreKey(domain, metric.name)))!,
      second: lead(second),
      baseline: best.name === baseline ? null : lead(
        others.find((rival) =>
          rival !== second && rival.method.name === baseline &&
          rival.method.network?.name === best.network?.name
        ),
      ),
      level: tested.filter((rival) => decisive(rival)! >= alpha).map(({ method }) => method.title),
      tested: tested.length,
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

function leadOver(rival: Rival, metric: Metric, alpha: number): Lead {
  const p = decisive(rival);
  const significant = p === null ? null : p < alpha;
  return {
    over: rival.method.title,
    difference: signed(metric, rival.difference),
    significant,
    verdict: p === null
      ? `not tested${rival.test.computable ? "" : `: ${rival.test.why}`}`
      : `${significant ? "significant" : "not significant"}, ${equalsP(p)}`,
  };
}

/** `p = 0.012` or `p < 0.001`, in one piece. */
function equalsP(p: number): string {
  return `p ${p < 0.001 ? "" : "= "}${showP(p)}`.replaceAll(" ", "\u00a0");
}

/** A sentence over all data sets on the worst domain and one on the average; none for one alone. */
export function headlines(all: readonly Finding[]): string[] {
  return (["worst", "average"] as const).flatMap((domain) => {
    const own = all.filter((finding) => finding.domain === domain);
    return own.length > 1 ? [tally(own, figureTitle(own[0]!))] : [];
  });
}

function tally(own: readonly Finding[], figure: string): string {
  const wins = [...groupBy(own, (finding) => finding.best)].sort(([, a], [, b]) =>
    b.length - a.length
  );
  const verdicts = own.map(({ second }) => second?.significant ?? null);
  const clear = verdicts.filter((significant) => significant === true).length;
  return `Best ${figure}: ` +
    (wins.length === own.length
      ? `another method on each of ${own.length} data sets`
      : wins.map(([best, won], i) =>
        `${best} on ${won.length}${i === 0 ? ` of ${own.length} data sets` : ""}`
      ).join(", ")) +
    (verdicts.every((significant) => significant === null)
      ? "; no lead can be tested."
      : `; the lead over the second is significant on ${
        clear === 0 ? "none" : clear === own.length ? "all" : clear
      }.`);
}

/**
 * Whether the methods differ at all: on the one data set, or in their ranks over several. Null
 * where nothing has a result.
 */
export function overallSentence(across: Across, alpha: number): string | null {
  const { datasets } = across;
  if (datasets.length === 1) return differSentence(datasets[0]!, across, alpha);
  const { friedman } = across;
  const ranked = across.methods.flatMap(({ title, overall }) => overall ? [{ title, overall }] : [])
    .sort((a, b) => a.overall.rank - b.overall.rank);
  const [best, second] = ranked;
  if (!best || !second) return null;
  return `Best average rank over ${datasets.length} data sets on ${figureTitle(across)}: ` +
    `${best.title} (${best.overall.rank.toFixed(1)}), before ${second.title} ` +
    `(${second.overall.rank.toFixed(1)})` +
    (friedman.computable
      ? `; that the methods differ in rank at all is ` +
        `${friedman.p < alpha ? "significant" : "not significant"} (Friedman, ` +
        `${equalsP(friedman.p)}).`
      : ".");
}

function differSentence(dataset: DatasetResults, tested: Tested, alpha: number): string | null {
  const anova = anovas(dataset, [tested]).find(({ test }) => test === "blocked");
  if (!anova?.result.computable) return null;
  const { p, df1 } = anova.result;
  const { domain } = tested;
  return `That ${df1 + 1} methods differ at all ${
    domain === "worst" ? "on the worst domain" : "on average"
  } is ` +
    `${p < alpha ? "significant" : "not significant"} (blocked F test, ${equalsP(p)}).`;
}

/** What has become of a earlier results' figures, in one sentence. */
export function changesSentence(changes: readonly Change[]): string {
  const counts = [...groupBy(changes, ({ verdict }) => verdict)]
    .map(([verdict, { length }]) => `${length} ${verdict}`);
  return `Since the earlier results, of ${changes.length} figures: ${counts.join(", ")}.`;
}

/** Why there is nothing to say yet. */
export function nothingYet({ runs }: Store): string {
  if (runs.every(({ study }) => study !== null)) {
    return "These are studies of one method; see below.";
  }
  const ended = runs.filter(({ state }) =>
    state.status === "diverged" || state.status === "failed"
  );
  return ended.length > 0 ? "No run has a result: see the failures." : "No run is finished yet.";
}
