/**
 * The table of a study.
 *
 * @module
 */
import type { Factor } from "../../methods/study.ts";
import type { Metric } from "../../metrics/mod.ts";
import { estimate, missingSeedsNote } from "../analysis/arrange.ts";
import {
  curve,
  type Measure,
  scoresOf,
  type StudiedSetting,
  type StudyResults,
} from "../analysis/studies.ts";
import { MARKED, selectedBy, spreadSpeaksFor } from "./captions.ts";
import { capitalized, scaledEstimate, shownIn } from "./format.ts";
import { type Cell, type Column, MISSING, type Row, type Table } from "./table.ts";

/** The table of a study on a data set. */
export function studyTable(results: StudyResults): Table {
  const { file, study, dataset, subject } = results;
  const body = study.rows === "checkpoints" ? checkpoints(results) : comparison(results);
  return {
    name: file,
    title: `${subject}, ${study.title} on ${dataset.title}`,
    ...body,
    caption: [
      study.caption,
      body.caption,
      spreadSpeaksFor(results.settings.flatMap(({ runs }) => runs)),
    ].filter(Boolean).join(" "),
  };
}

type Body = Pick<Table, "caption" | "columns" | "groups">;

/** A row for each setting: the levels of its factors, and the metric. */
function comparison({ study, metric, settings }: StudyResults): Body {
  const { factors, splits = ["validation", "test"] as const, chart } = study;
  const measures = splits.flatMap((split) =>
    (["average", "worst"] as const).map((domain) => ({ split, domain }))
  );
  return {
    caption: `${capitalized(metric.title)} ${shownIn([metric])}, mean ± standard deviation ` +
      `(ddof 1) over seeds. ${selectedBy(settings.flatMap(({ runs }) => runs))} ${MARKED}`,
    columns: [
      ...factors.map(factorColumn),
      ...measures.map((measure) => measureColumn(measure, metric)),
    ],
    groups: [...Map.groupBy(settings, ({ levels }) => chart && levels[chart.panels]).values()]
      .map((settings) => ({
        title: null,
        rows: settings.map((setting) => row(factors, setting, measures, metric)),
      })),
  };
}

/** A row for each checkpoint of each setting. */
function checkpoints({ metric, settings }: StudyResults): Body {
  const { name, title, scale } = metric;
  return {
    caption: `Training loss since the last checkpoint, and ${title} on validation data, average ` +
      `over domains, ${shownIn([metric])}. Mean ± standard deviation (ddof 1) over seeds.`,
    columns: [
      { key: "step", title: "Updates", kind: "number" },
      { key: "loss", title: "Loss", kind: "estimate", digits: 3 },
      {
        key: `validation_${name}`,
        title: capitalized(title),
        kind: "estimate",
        digits: scale.decimals,
      },
    ],
    groups: settings.map(({ name, runs }) => ({
      title: settings.length > 1 ? name : null,
      rows: curve(runs, metric).map(({ step, losses, scores }) => ({
        cells: [step, estimate(losses), scaledEstimate(metric, scores)],
      })),
    })),
  };
}

function factorColumn({ name, title, scale }: Factor): Column {
  if (scale === undefined) return { key: name, title, kind: "text" };
  const show = scale === "log" ? { show: (value: number) => value.toExponential(0) } : {};
  return { key: name, title, kind: "number", ...show };
}

function measureColumn(
  { split, domain }: Measure,
  { name, scale, better }: Metric,
): Column {
  return {
    key: `${split}_${domain}_${name}`,
    title: domain,
    columnGroup: split,
    kind: "estimate",
    digits: scale.decimals,
    best: better,
  };
}

function row(
  factors: readonly Factor[],
  { levels, runs }: StudiedSetting,
  measures: readonly Measure[],
  metric: Metric,
): Row {
  const note = missingSeedsNote({ seeds: runs.map(({ spec }) => spec.seed) }, { runs });
  const figures = measures.map((measure) =>
    scaledEstimate(metric, scoresOf(runs, metric, measure)) ?? MISSING
  );
  return {
    cells: [...factors.map(({ name }) => levelCell(levels[name] ?? false)), ...figures],
    ...(note === null ? {} : { note }),
  };
}

/** A level; parts are on or off. */
function levelCell(level: number | boolean | string): Cell {
  return typeof level === "boolean" ? (level ? "yes" : "no") : level;
}
