/**
 * The table of what the factors of a study do.
 *
 * @module
 */
import type { Effect, StudyEffects } from "../analysis/effects.ts";
import type { StudyResults } from "../analysis/studies.ts";
import type { Verdict } from "../analysis/statistics/family.ts";
import { DOMAIN, P_HOLM, text } from "./columns.ts";
import { capitalized, pointsOf, showP } from "./format.ts";
import { intervalCell, type Row, type Table } from "./table.ts";

/** The effects of a study as a table; null where there are none. */
export function effectsTable(
  results: StudyResults,
  all: readonly StudyEffects[],
  alpha: number,
): Table | null {
  const [first] = all;
  if (first === undefined) return null;
  const { file, study, dataset, subject } = results;
  const about = {
    name: `${file}-effects`,
    title: `${subject}, ${study.title} on ${dataset.title}: what it does`,
  };
  if (first.parameters.length > 0) return { ...about, ...parameterRows(all) };
  if (first.effects.length === 0) return null;
  const share = Math.round(100 * (1 - alpha));
  const reference = results.settings[0]!.name;
  return {
    ...about,
    caption:
      `${capitalized(first.split)} ${first.metric.title}, ${pointsOf(all)}, with ${share} % ` +
      "t intervals of each alone. p: two-sided moderated t test over seeds, Holm-corrected over " +
      "the rows of a kind of domain. " +
      (first.design === "factorial"
        ? "Main effects: mean of all settings with a part, or with the form that is named, minus mean " +
          "of all others. Interactions (×): how much more a part does where the other is there than " +
          "where it is not; those that this design cannot tell from each other stand in one row. All " +
          "runs speak for every effect."
        : `Differences to the first setting, ${reference}.`),
    columns: [
      DOMAIN,
      text("effect", first.design === "factorial" ? "Effect" : "Setting"),
      { key: "difference", title: "Difference", kind: "interval", digits: 1 },
      { key: "df", title: "df", kind: "number", digits: 1 },
      P_HOLM,
      text("verdict", "Verdict"),
    ],
    groups: all.map(({ domain, metric, effects, design }) => ({
      title: null,
      rows: effects.map((effect): Row => {
        const { of, compared: { difference, interval, test, p } } = effect;
        const { factor } = metric.scale;
        return {
          cells: [
            domain,
            of,
            intervalCell(difference, interval, factor),
            test.computable ? test.df : null,
            p,
            design === "factorial" ? effectVerdict(effect) : effect.compared.verdict,
          ],
          ...(test.computable ? {} : { note: `not tested: ${test.why}` }),
        };
      }),
    })),
    notesInCsv: true,
  };
}

/** What a part does, and what parts do together. */
function effectVerdict({ order, compared: { verdict } }: Effect): string {
  const words: Partial<Record<Verdict, string>> = order === 1
    ? { better: "better with it", worse: "worse with it" }
    : { better: "more together", worse: "less together" };
  return words[verdict] ?? (verdict === "not told apart" ? "no effect seen" : verdict);
}

function parameterRows(
  all: readonly StudyEffects[],
): Pick<Table, "caption" | "columns" | "groups" | "notesInCsv"> {
  const [{ metric, split }] = all as [StudyEffects];
  return {
    caption: `Whether a parameter matters for ${split} ${metric.title}: one F test over all its ` +
      "values, blocked by seed, Holm-corrected over the parameters. It says nothing of which value " +
      "is to be preferred: the largest of many means is above its true value.",
    columns: [
      DOMAIN,
      text("parameter", "Parameter"),
      { key: "values", title: "Values", kind: "number" },
      { key: "f", title: "F", kind: "number", digits: 2 },
      { key: "df1", title: "df 1", kind: "number" },
      { key: "df2", title: "df 2", kind: "number" },
      { ...P_HOLM, show: showP },
    ],
    groups: all.map(({ domain, parameters }) => ({
      title: null,
      rows: parameters.map(({ parameter, values, test, p }): Row => ({
        cells: [
          ...[domain, parameter, values],
          ...(test.computable ? [test.statistic, test.df1, test.df2] : [null, null, null]),
          p,
        ],
        ...(test.computable ? {} : { note: `not tested: ${test.why}` }),
      })),
    })),
    notesInCsv: true,
  };
}
