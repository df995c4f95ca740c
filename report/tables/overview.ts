/**
 * Tables over all data sets.
 *
 * @module
 */
import type { Across, Standing } from "../analysis/across.ts";
import { missingSeedsNote, scores } from "../analysis/arrange.ts";
import type { NotComputable } from "../analysis/statistics/anova.ts";
import type { Interval } from "../analysis/statistics/aggregates.ts";
import { canSeparate } from "../analysis/statistics/ranks.ts";
import { scoreKey } from "../digest.ts";
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
      "best). Mean: over the data sets, with its 95 % t interval by the runs of each data set. " +
      "IQM: interquartile mean over all runs. – while the method lacks a seed that others have on " +
      [
        "a data set.",
        spreadSpeaksFor(datasets.flatMap(({ methods }) => methods.flatMap(({ runs }) => runs))),
        selectedBy(datasets.flatMap(({ methods }) => methods.flatMap(({ runs }) => runs))),
        MARKED,
      ].filter((sentence) => sentence !== "").join(" "),
    columns: [
      METHOD,
      ...datasets.map(({ name, title }) => estimates(metric, { key: name, title })),
      { key: "mean_rank", title: "rank", columnGroup, kind: "number", digits: 1, best: "min" },
      { key: "mean", title: "mean", columnGroup, ...interval },
      { key: "iqm", title: "IQM", columnGroup, ...interval, kind: "number" },
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
                scale(overall.iqm),
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
 * Ranks, how methods stand to all others, and the chance to beat the control.
 *
 * @param standings By method label.
 * @param control Title of the control; null without one.
 * @param alpha Level of significance.
 */
export function ranksTable(
  across: Across,
  standings: ReadonlyMap<string, Standing>,
  control: string | null,
  alpha: number,
): Table {
  const columnGroup = "Other methods, all data sets";
  const chance = control && `Beats ${control}`;
  return {
    name: "ranks",
    title: `Ranks and all pairs on ${figureTitle(across)}`,
    caption: ranksCaption(across, chance, alpha),
    columns: [
      METHOD,
      { key: "rank", title: "Rank", kind: "interval", digits: across.datasets.length > 1 ? 1 : 0 },
      { key: "wins", title: "better than", columnGroup, kind: "number" },
      { key: "ties", title: "not told apart", columnGroup, kind: "number" },
      { key: "losses", title: "worse than", columnGroup, kind: "number" },
      ...(chance === null
        ? []
        : [{ key: "improvement", title: chance, kind: "interval", digits: 2 } as const]),
    ],
    groups: [{
      title: null,
      rows: [...across.methods]
        .sort((a, b) => (a.overall?.rank ?? Infinity) - (b.overall?.rank ?? Infinity) || 0)
        .map(({ label, title, overall }): Row => {
          const counts = standings.get(label);
          const improvement = overall?.improvement ?? null;
          return {
            cells: [
              { name: label, title },
              overall && { value: overall.rank, ends: counts?.range ?? null },
              ...(counts ? [counts.better, counts.open, counts.worse] : [null, null, null]),
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

/** @param chance Title of the chance to beat the control; null without one. */
function ranksCaption(
  { friedman, datasets, methods }: Across,
  chance: string | null,
  alpha: number,
): string {
  const left = methods.filter(({ overall }) => overall === null);
  const sets = `${datasets.length} data sets`;
  return [
    "Rank: place on each data set, averaged; methods of the same mean share places. In brackets: " +
    "the places that the tests of all pairs leave a method" +
    (datasets.length > 1 ? ", averaged, for all methods and data sets" : ", for all methods") +
    ` together (${
      Math.round(100 * (1 - alpha))
    } %). Better than, not told apart from, worse than: ` +
    "the other methods on every data set, by moderated paired t tests, Holm-corrected over all " +
    `pairs of a data set (α = ${alpha}).`,
    ...(chance === null ? [] : [
      `${chance}: the chance that a run of the method beats one of that method on a data set, ` +
      "averaged over data sets, with a 95 % interval of its own (Newcombe 2006); no test is made " +
      "of it.",
    ]),
    friedman.computable
      ? `Friedman's test of no difference in rank over ${sets}: ` +
        `χ² = ${friedman.statistic.toFixed(2)}, p ${friedman.p < 0.001 ? "" : "= "}` +
        `${showP(friedman.p)} (${friedman.by}). ` +
        (canSeparate(friedman, datasets.length)
          ? `Average ranks that differ by ${friedman.criticalDifference.toFixed(2)} or less are ` +
            `not told apart by Nemenyi's test (α = ${alpha}).`
          : `Nemenyi's test cannot tell ${friedman.ranks.length} methods apart with ${sets}, so ` +
            "no diagram of it is drawn.")
      : `Friedman's test is not computable: ${friedman.why}.`,
    ...(left.length > 0
      ? [`Left out for want of runs: ${left.map(({ title }) => title).join(", ")}.`]
      : []),
  ].join(" ");
}
