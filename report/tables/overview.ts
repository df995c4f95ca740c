/**
 * Tables over all data sets.
 *
 * @module
 */
import type { Across, Wins } from "../analysis/across.ts";
import { missingSeedsNote, scores } from "../analysis/arrange.ts";
import type { NotComputable } from "../analysis/statistics/anova.ts";
import type { Interval } from "../analysis/statistics/bootstrap.ts";
import { scoreKey } from "../folder.ts";
import { estimates, METHOD } from "./columns.ts";
import { MARKED, selectedBy, spreadSpeaksFor } from "./captions.ts";
import { capitalized, figureTitle, scaledEstimate, shownIn, showP } from "./format.ts";
import { type Cell, type IntervalCell, MISSING, type Row, type Table } from "./table.ts";

/** A figure of every method on every data set, and over all of them. */
export function overviewTable(across: Across): Table {
  const { datasets, domain, metric } = across;
  const what = domain === "worst" ? "of the worst domain" : "averaged over domains";
  const columnGroup = "All data sets";
  const interval = {
    kind: "interval",
    digits: metric.scale.decimals,
    best: metric.better,
  } as const;
  const scale = (value: number) => metric.scale.factor * value;
  const title = capitalized(figureTitle(across));
  return {
    name: `overview-${domain}-${metric.name.replaceAll("_", "-")}`,
    title: `${title} on every data set`,
    caption:
      `Test ${metric.title} ${what} ${shownIn([metric])}, mean ± standard deviation (ddof 1) ` +
      "over seeds. Rank: the method's place on each data set, averaged over the data sets (1 is " +
      "best). Mean: over the data sets. IQM: interquartile mean over all runs. In brackets: 95 % " +
      "stratified bootstrap intervals over seeds. – while a data set lacks one of the method's " +
      [
        "runs.",
        spreadSpeaksFor(datasets.flatMap(({ methods }) => methods.flatMap(({ runs }) => runs))),
        selectedBy(datasets.flatMap(({ methods }) => methods.flatMap(({ runs }) => runs))),
        MARKED,
      ].filter((sentence) => sentence !== "").join(" "),
    columns: [
      METHOD,
      ...datasets.map(({ name, title }) => estimates(metric, { key: name, title })),
      { key: "mean_rank", title: "rank", columnGroup, kind: "number", digits: 1, best: "min" },
      { key: "mean", title: "mean", columnGroup, ...interval },
      { key: "iqm", title: "IQM", columnGroup, ...interval },
    ],
    groups: [{
      title: null,
      rows: across.methods.map((method): Row => {
        const notes = method.results.flatMap((results, d) => {
          const lack = results ? missingSeedsNote(datasets[d]!, results) : null;
          return lack === null ? [] : [`${datasets[d]!.title}, ${lack}`];
        });
        const { overall } = method;
        return {
          ...(notes.length > 0 ? { note: `${method.title}: ${notes.join("; ")}` } : {}),
          cells: [
            { name: method.label, title: method.title },
            ...method.results.map((results) =>
              results &&
              (scaledEstimate(metric, scores(results, scoreKey(domain, metric.name))) ?? MISSING)
            ),
            ...(overall
              ? [
                overall.rank,
                between(overall.mean, overall.meanInterval, scale),
                between(overall.iqm, overall.iqmInterval, scale),
              ]
              : new Array<Cell>(3).fill(null)),
          ],
        };
      }),
    }],
  };
}

function between(
  value: number,
  interval: Interval | NotComputable,
  scale: (value: number) => number,
): IntervalCell {
  const ends = interval.computable ? [scale(interval.low), scale(interval.high)] as const : null;
  return { value: scale(value), ends };
}

/**
 * Ranks, significant wins and losses, and the chance to beat the baseline.
 *
 * @param wins By method label.
 * @param baseline Title of the baseline; null without one.
 * @param alpha Level of significance.
 */
export function ranksTable(
  across: Across,
  wins: ReadonlyMap<string, Wins>,
  baseline: string | null,
  alpha: number,
): Table {
  const columnGroup = "Other methods, all data sets";
  const chance = baseline && `Beats ${baseline}`;
  return {
    name: "ranks",
    title: `Ranks, wins and losses on ${figureTitle(across)}`,
    caption: ranksCaption(across, chance, alpha),
    columns: [
      METHOD,
      {
        key: "rank",
        title: "Rank",
        kind: "number",
        ...(across.datasets.length > 1 ? { digits: 2 } : {}),
        best: "min",
      },
      { key: "wins", title: "won", columnGroup, kind: "number", best: "max" },
      { key: "ties", title: "even", columnGroup, kind: "number" },
      { key: "losses", title: "lost", columnGroup, kind: "number", best: "min" },
      ...(chance === null
        ? []
        : [{ key: "improvement", title: chance, kind: "interval", digits: 2 } as const]),
    ],
    groups: [{
      title: null,
      rows: [...across.methods]
        .sort((a, b) => (a.overall?.rank ?? Infinity) - (b.overall?.rank ?? Infinity) || 0)
        .map(({ label, title, overall }): Row => {
          const counts = wins.get(label);
          const improvement = overall?.improvement ?? null;
          return {
            cells: [
              { name: label, title },
              overall?.rank ?? null,
              ...(counts ? [counts.wins, counts.ties, counts.losses] : [null, null, null]),
              ...(chance === null ? [] : [
                improvement &&
                between(improvement.probability, improvement.interval, (chance) => chance),
              ]),
            ],
          };
        }),
    }],
  };
}

/** @param chance Title of the chance to beat the baseline; null without one. */
function ranksCaption(
  { friedman, datasets, methods }: Across,
  chance: string | null,
  alpha: number,
): string {
  const left = methods.filter(({ overall }) => overall === null);
  return [
    "Rank: place on each data set, averaged. Won, even, lost: comparisons with every other method " +
    "on every data set that are significantly better, not significant, and significantly worse " +
    `(Tukey's HSD, blocked by seed, α = ${alpha}).`,
    ...(chance === null ? [] : [
      `${chance}: the chance that a run of the method beats one of that method on a data set, ` +
      "averaged over data sets, with a 95 % stratified bootstrap interval.",
    ]),
    friedman.computable
      ? `Friedman's test of no difference in rank over ${datasets.length} data sets: ` +
        `χ² = ${friedman.statistic.toFixed(2)}, df = ${friedman.df}, ` +
        `p ${friedman.p < 0.001 ? "" : "= "}${showP(friedman.p)}; ranks that differ by less than ` +
        `${friedman.criticalDifference.toFixed(2)} cannot be told apart (Nemenyi, α = ${alpha}).`
      : `Friedman's test is not computable: ${friedman.why}.`,
    ...(left.length > 0
      ? [`Left out for want of runs: ${left.map(({ title }) => title).join(", ")}.`]
      : []),
  ].join(" ");
}
