/**
 * The table of a study.
 *
 * @module
 */
import type { Factor } from "../../methods/study.ts";
import { PRIMARY } from "../../metrics/mod.ts";
import { estimate, missingSeedsNote } from "../analysis/arrange.ts";
import {
  curve,
  f1,
  type Measure,
  type StudiedSetting,
  type StudyResults,
} from "../analysis/studies.ts";
import { MARKED, selectedBy } from "./captions.ts";
import { scaledEstimate } from "./format.ts";
import { type Cell, type Column, MISSING, type Row, type Table } from "./table.ts";

/** The table of a study on a data set. */
export function studyTable(results: StudyResults): Table {
  const { file, study, dataset, method, settings } = results;
  const body = study.rows === "checkpoints" ? checkpoints(settings) : comparison(results);
  return {
    name: file,
    title: `${method.title}, ${study.title} on ${dataset.title}`,
    ...body,
    caption: [study.caption, body.caption].filter(Boolean).join(" "),
  };
}

type Body = Pick<Table, "caption" | "columns" | "groups">;

/** A row for each setting: the levels of its factors, and macro-F1. */
function comparison({ study, settings }: StudyResults): Body {
  const { factors, splits = ["validation", "test"] as const, chart } = study;
  const measures = splits.flatMap((split) =>
    (["average", "worst"] as const).map((domain) => ({ split, domain }))
  );
  const specs = settings.flatMap(({ runs }) => runs.map(({ spec }) => spec));
  return {
    caption: "Macro-F1 in percent, mean ± standard deviation (ddof 1) over seeds. " +
      `${selectedBy(specs)} ${MARKED}`,
    columns: [...factors.map(factorColumn), ...measures.map(measureColumn)],
    groups: [...Map.groupBy(settings, ({ levels }) => chart && levels[chart.panels]).values()]
      .map((settings) => ({
        title: null,
        rows: settings.map((setting) => row(factors, setting, measures)),
      })),
  };
}

/** A row for each checkpoint of each setting. */
function checkpoints(settings: readonly StudiedSetting[]): Body {
  return {
    caption: "Training loss since the last checkpoint, and macro-F1 on validation data, average " +
      "over domains, in percent. Mean ± standard deviation (ddof 1) over seeds.",
    columns: [
      { key: "step", title: "Updates", kind: "number" },
      { key: "loss", title: "Loss", kind: "estimate", digits: 3 },
      { key: "validation_macro_f1", title: "Macro-F1", kind: "estimate", digits: 1 },
    ],
    groups: settings.map(({ name, runs }) => ({
      title: settings.length > 1 ? name : null,
      rows: curve(runs).map(({ step, losses, f1 }) => ({
        cells: [step, estimate(losses), scaledEstimate(PRIMARY, f1)],
      })),
    })),
  };
}

function factorColumn({ name, title, scale }: Factor): Column {
  if (scale === undefined) return { key: name, title, kind: "text" };
  const show = scale === "log" ? { show: (value: number) => value.toExponential(0) } : {};
  return { key: name, title, kind: "number", ...show };
}

function measureColumn({ split, domain }: Measure): Column {
  return {
    key: `${split}_${domain}_macro_f1`,
    title: domain,
    columnGroup: split,
    kind: "estimate",
    digits: 1,
    best: "max",
  };
}

function row(
  factors: readonly Factor[],
  { levels, runs }: StudiedSetting,
  measures: readonly Measure[],
): Row {
  const note = missingSeedsNote({ seeds: runs.map(({ spec }) => spec.seed) }, { runs });
  const figures = measures.map((measure) => scaledEstimate(PRIMARY, f1(runs, measure)) ?? MISSING);
  return {
    cells: [...factors.map(({ name }) => levelCell(levels[name] ?? false)), ...figures],
    ...(note === null ? {} : { note }),
  };
}

/** A level; parts are on or off. */
function levelCell(level: number | boolean | string): Cell {
  return typeof level === "boolean" ? (level ? "yes" : "no") : level;
}
