/**
 * What a reader should know after ten seconds, computed from the results.
 *
 * @module
 */
import type { Metric } from "../../metrics/mod.ts";
import type { Across } from "./across.ts";
import type { Controlled } from "./control.ts";
import {
  type DatasetResults,
  type Estimate,
  estimate,
  groupBy,
  hasLearned,
  type MethodResults,
  scores,
} from "./arrange.ts";
import type { Tested } from "./tested.ts";
import type { Comparison, Rival } from "./significance.ts";
import type { Verdict } from "./statistics/family.ts";
import { scoreKey } from "../digest.ts";
import type { Store } from "../folder.ts";
import { figureTitle, listed, scaledEstimate, showP, signed } from "../tables/format.ts";

/** Who has the highest mean on one data set, and what that is worth. */
export interface Finding extends Tested {
  readonly dataset: DatasetResults;
  /** The method of the highest mean (the lowest of an error), and others of the same mean. */
  readonly highest: readonly string[];
  /** As tables show it. */
  readonly score: Estimate;
  /** How it stands to the control; null when that is missing or is the highest itself. */
  readonly control: Lead | null;
  /** How it stands to the second, a method that lacks no seed either; null when there is none. */
  readonly second: Lead | null;
  /** The other methods by what the tests of all pairs say of the highest beside them. */
  readonly others: Readonly<Record<Verdict, readonly string[]>>;
  /** Where the method fails most; null where no class has an F1. */
  readonly hardest: HardCell | null;
}

/** A class in a domain, with its F1 (a fraction, mean over seeds). */
export interface HardCell {
  readonly class: string;
  readonly domain: string;
  readonly f1: number;
}

/** By how much the method of the highest mean leads another. */
export interface Lead {
  readonly over: string;
  /**
   * The difference as tables show it, over the seeds that both have, with its interval; null where
   * they share none.
   */
  readonly difference: string | null;
  readonly verdict: Verdict;
  /** `better, p = 0.012`, or why there is no test. */
  readonly words: string;
}

/**
 * The method of the highest mean on each data set by one metric, on the worst domain and on
 * average.
 *
 * @param comparisons Of one or more data sets.
 * @param controls Every method beside the control, of the same figures; none without a control.
 */
export function findings(
  comparisons: readonly Comparison[],
  controls: readonly Controlled[],
  metric: Metric,
): Finding[] {
  const own = comparisons.filter((comparison) => comparison.metric.name === metric.name);
  const domains = (["worst", "average"] as const).flatMap((domain) =>
    own.filter((comparison) => comparison.domain === domain)
  );
  return domains.map((comparison) => {
    const { dataset, domain, best, others } = comparison;
    const whole = others.filter((rival) => comparison.complete.includes(rival.method));
    const tied = whole.filter(({ mean }) => Math.abs(mean - comparison.mean) < 1e-12);
    const second = whole.find((rival) => !tied.includes(rival));
    const control = controls.find((other) =>
      other.dataset === dataset && other.domain === domain && other.metric.name === metric.name
    )?.rows.find(({ method }) => method === best);
    const verdicts = (verdict: Verdict) =>
      others.filter((rival) => rival.verdict === verdict).map(({ method }) => method.title);
    return {
      ...{ dataset, domain, metric },
      highest: [best, ...tied.map(({ method }) => method)].map(({ title }) => title),
      score: scaledEstimate(metric, scores(best, scoreKey(domain, metric.name)))!,
      second: second ? leadOver(second, metric) : null,
      control: control === undefined || control.difference === null ? null : {
        over: control.control.title,
        difference: withInterval(metric, control.difference, control.interval),
        verdict: control.verdict,
        words: words(control.verdict, control.p, control.test),
      },
      others: {
        "better": verdicts("better"),
        "worse": verdicts("worse"),
        "equivalent within the margin": verdicts("equivalent within the margin"),
        "not told apart": verdicts("not told apart"),
        "not tested": verdicts("not tested"),
      },
      hardest: hardest(dataset, best),
    };
  });
}

/** The class that a method fails most in, of those that have test images; null where it fails in none. */
function hardest({ data }: DatasetResults, method: MethodResults): HardCell | null {
  const tables = method.runs.flatMap((run) =>
    run?.state.status === "done" && run.digest!.classF1.length > 0 ? [run.digest!.classF1] : []
  );
  const cells = data!.domains.flatMap((domain, d) =>
    data!.classes.flatMap((name, c) => {
      if (data!.counts.test[d]![c] === 0) return [];
      const f1 = estimate(tables.map((table) => table[d]![c]!))?.mean;
      return f1 === undefined ? [] : [{ class: name, domain, f1 }];
    })
  );
  if (!cells.some(({ f1 }) => f1 < 1)) return null;
  return cells.reduce((least, cell) => cell.f1 < least.f1 ? cell : least);
}

function leadOver(rival: Rival, metric: Metric): Lead {
  const test = rival.why === null ? { computable: true } : { computable: false, why: rival.why };
  return {
    over: rival.method.title,
    difference: rival.difference === null
      ? null
      : withInterval(metric, rival.difference, rival.ends),
    verdict: rival.verdict,
    words: words(rival.verdict, rival.p, test),
  };
}

function words(
  verdict: Verdict,
  p: number | null,
  test: { computable: boolean; why?: string },
): string {
  if (p === null) return `not tested${test.computable ? "" : `: ${test.why}`}`;
  return `${verdict}, ${equalsP(p)}`;
}

/** `+1.2 points [0.3, 2.1]`. */
function withInterval(
  metric: Metric,
  difference: number,
  ends: readonly [number, number] | null,
): string {
  const { factor, decimals } = metric.scale;
  const shown = (value: number) => (factor * value).toFixed(decimals).replace("-", "−");
  return signed(metric, difference) + (ends ? ` [${ends.map(shown).join(", ")}]` : "");
}

/** `p = 0.012` or `p < 0.001`, in one piece. */
export function equalsP(p: number): string {
  return `p ${p < 0.001 ? "" : "= "}${showP(p)}`.replaceAll(" ", "\u00a0");
}

/** So many methods are named with their differences in a sentence. */
const NAMED = 3;

/**
 * Which methods are better and worse than the control on one figure, by how much, and how sure that
 * is: the answer to a report's first question.
 *
 * @param control The control's title.
 */
export function controlSentence(controlled: Controlled, control: string): string {
  const { metric, rows, dataset } = controlled;
  const sign = metric.better === "max" ? 1 : -1;
  const of = (verdict: Verdict) =>
    rows.filter((row) => row.verdict === verdict && row.difference !== null)
      .sort((a, b) => sign * (b.difference! - a.difference!));
  const told = ({ method, difference, interval }: typeof rows[number]) =>
    `${method.title} ${withInterval(metric, difference!, interval)}`;
  const better = of("better");
  const worse = of("worse").reverse();
  const named = (found: typeof better) =>
    found.length === 0 ? "" : ` (${
      [
        ...found.slice(0, NAMED).map(told),
        ...(found.length > NAMED ? [`and ${found.length - NAMED} more`] : []),
      ].join("; ")
    })`;
  const equivalent = of("equivalent within the margin");
  const open = of("not told apart").length;
  const untested = rows.filter(({ verdict }) => verdict === "not tested").length;
  const where = dataset === null ? ", averaged over all data sets" : "";
  return `On ${figureTitle(controlled)}${where}, ${better.length} of ` +
    `${rows.length} ${rows.length === 1 ? "method" : "methods"} ` +
    `${better.length === 1 || rows.length === 1 ? "is" : "are"} better than ${control}` +
    `${named(better)}, ${worse.length} worse${named(worse)}` +
    (equivalent.length > 0 ? `, ${equivalent.length} equivalent within the margin` : "") +
    `; ${open} cannot be told apart from it` +
    (untested > 0 ? `, ${untested} cannot be tested` : "") + ".";
}

/** Which methods did not learn, in a sentence for each data set that has some. */
export function notLearnedSentences(datasets: readonly DatasetResults[]): string[] {
  return datasets.flatMap((dataset) => {
    const idle = dataset.methods.filter((method) => !hasLearned(method));
    if (idle.length === 0) return [];
    const on = datasets.length > 1 ? ` on ${dataset.title}` : "";
    return [
      `${listed(idle.map(({ title }) => title))} did not learn${on}: most runs are no better on ` +
      "validation images than at their first checkpoint, or than guessing. None of their figures " +
      "is marked, and their spread is kept out of the tests of others.",
    ];
  });
}

/**
 * Who stands first in average rank over several data sets, and whether ranks differ at all. Null for
 * one data set and without results.
 */
export function ranksSentence(across: Across, alpha: number): string | null {
  const { datasets, friedman } = across;
  const ranked = across.methods.flatMap(({ title, overall }) => overall ? [{ title, overall }] : [])
    .sort((a, b) => a.overall.rank - b.overall.rank);
  const [first] = ranked;
  if (datasets.length < 2 || ranked.length < 2 || !first) return null;
  const tied = ranked.filter(({ overall }) => overall.rank === first.overall.rank);
  return `Lowest average rank over ${datasets.length} data sets on ${figureTitle(across)}: ` +
    `${listed(tied.map(({ title }) => title))} (${first.overall.rank.toFixed(1)}` +
    `${tied.length > 1 ? " each" : ""}); ` +
    (friedman.computable
      ? `that ranks differ at all is ${friedman.p < alpha ? "significant" : "not significant"} ` +
        `(Friedman's test by ${friedman.by}, ${equalsP(friedman.p)}).`
      : `whether ranks differ at all cannot be tested: ${friedman.why}.`);
}

/** Who has the highest mean on how many data sets: one sentence a kind of figure. */
export function headlines(all: readonly Finding[]): string[] {
  return (["worst", "average"] as const).flatMap((domain) => {
    const own = all.filter((finding) => finding.domain === domain);
    return own.length > 1 ? [tally(own, figureTitle(own[0]!))] : [];
  });
}

function tally(own: readonly Finding[], figure: string): string {
  const wins = [...groupBy(own, ({ highest }) => listed(highest))].sort(([, a], [, b]) =>
    b.length - a.length
  );
  const verdicts = own.map(({ second }) => second?.verdict ?? "not tested");
  const clear = verdicts.filter((verdict) => verdict === "better").length;
  return `Highest mean ${figure}: ` +
    (wins.length === own.length
      ? `another method on each of ${own.length} data sets`
      : wins.map(([names, won], i) =>
        `${names} on ${won.length}${i === 0 ? ` of ${own.length} data sets` : ""}`
      ).join(", ")) +
    (verdicts.every((verdict) => verdict === "not tested")
      ? "; no lead can be tested."
      : `; it is told apart from the second on ${
        clear === 0 ? "none" : clear === own.length ? "all" : clear
      }.`);
}

/** Why there is nothing to say yet. */
export function nothingYet({ runs, unseen }: Store): string {
  if (runs.length === 0 && unseen.length > 0) {
    return "Every run leaves out a domain of the training: see the unseen domains below.";
  }
  if (runs.every(({ study }) => study !== null)) {
    return "These are studies of one method; see below.";
  }
  const ended = runs.filter(({ state }) =>
    state.status === "diverged" || state.status === "failed"
  );
  return ended.length > 0 ? "No run has a result: see the failures." : "No run is finished yet.";
}
