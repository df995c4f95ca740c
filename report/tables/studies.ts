/**
 * Tables of the proposed method's studies.
 *
 * @module
 */
import type { Study } from "../../bench/records/record.ts";
import { estimate, missingSeedsNote } from "../analysis/arrange.ts";
import {
  curve,
  f1,
  isKind,
  type Measure,
  type StudiedSetting,
  type StudyResults,
} from "../analysis/studies.ts";
import { MARKED, selectedBy } from "./captions.ts";
import { percentEstimate } from "./format.ts";
import { type Cell, type Column, MISSING, type Row, type Table } from "./table.ts";

const MEASURES: readonly Measure[] = (["validation", "test"] as const).flatMap((split) =>
  (["average", "worst"] as const).map((domain) => ({ split, domain }))
);

const VALIDATION = MEASURES.filter(({ split }) => split === "validation");

/** The table of a study on a data set. */
export function studyTable(results: StudyResults): Table {
  if (isKind(results, "ablation")) return ablation(results);
  if (isKind(results, "parameter")) return parameters(results);
  if (isKind(results, "variant")) return variants(results);
  return convergence(results);
}

type Of<K extends Study["kind"]> = StudyResults<Extract<Study, { kind: K }>>;

function ablation({ dataset, title, settings }: Of<"ablation">): Table {
  const parts = [["bce", "BCE"], ["cb", "CB"], ["rb", "RB"], ["penalty", "Penalty"]] as const;
  return {
    name: `${dataset}-ablation`,
    title: `BRL (reconstruction), combinations of its parts on ${title}`,
    caption: "Balanced cross-entropy (BCE), covariate balancing (CB), representation balancing " +
      `(RB), cross-domain penalty. ${macroF1(settings)}`,
    columns: [
      ...parts.map(([key, title]): Column => ({ key, title, kind: "text" })),
      ...columns(MEASURES),
    ],
    groups: [{
      title: null,
      rows: settings.map(({ study, runs }) =>
        row(parts.map(([part]) => study.parts.includes(part) ? "yes" : "no"), runs, MEASURES)
      ),
    }],
  };
}

function parameters({ dataset, title, settings }: Of<"parameter">): Table {
  return {
    name: `${dataset}-parameters`,
    title: `BRL (reconstruction), one parameter at a time on ${title}`,
    caption: `The other parameters at their defaults. ${macroF1(settings)}`,
    columns: [
      { key: "parameter", title: "Parameter", kind: "text" },
      { key: "value", title: "Value", kind: "number", show: (value) => value.toExponential(0) },
      ...columns(MEASURES),
    ],
    groups: [...Map.groupBy(settings, ({ study }) => study.parameter).values()].map((settings) => ({
      title: null,
      rows: settings.map(({ study, runs }) => row([study.parameter, study.value], runs, MEASURES)),
    })),
  };
}

/** On validation data alone: this is what a form is chosen by. */
function variants({ dataset, title, settings }: Of<"variant">): Table {
  return {
    name: `${dataset}-variants`,
    title: `BRL (reconstruction), alternatives of its parts on ${title}`,
    caption: `One part changed at a time, judged by validation data. ${macroF1(settings)}`,
    columns: [
      { key: "part", title: "Part", kind: "text" },
      { key: "form", title: "Form", kind: "text" },
      ...columns(VALIDATION),
    ],
    groups: [{
      title: null,
      rows: settings.map(({ study, runs }) => row([study.part, study.variant], runs, VALIDATION)),
    }],
  };
}

function convergence({ dataset, title, settings }: StudyResults): Table {
  return {
    name: `${dataset}-convergence`,
    title: `BRL (reconstruction), convergence on ${title}`,
    caption: "Training loss since the last checkpoint, and macro-F1 on validation data, average " +
      "over domains, in percent. Mean ± standard deviation (ddof 1) over seeds.",
    columns: [
      { key: "step", title: "Updates", kind: "number" },
      { key: "loss", title: "Loss", kind: "estimate", digits: 3 },
      { key: "validation_macro_f1", title: "Macro-F1", kind: "estimate", digits: 1 },
    ],
    groups: settings.map(({ runs }) => ({
      title: null,
      rows: curve(runs).map(({ step, losses, f1 }) => ({
        cells: [step, estimate(losses), percentEstimate(f1)],
      })),
    })),
  };
}

function columns(measures: readonly Measure[]): Column[] {
  return measures.map(({ split, domain }) => ({
    key: `${split}_${domain}_macro_f1`,
    title: domain,
    over: split,
    kind: "estimate",
    digits: 1,
    best: "max",
  }));
}

function row(
  setting: readonly Cell[],
  runs: StudiedSetting["runs"],
  measures: readonly Measure[],
): Row {
  const note = missingSeedsNote({ seeds: runs.map(({ spec }) => spec.seed) }, { runs });
  const figures = measures.map((measure) => percentEstimate(f1(runs, measure)) ?? MISSING);
  return { cells: [...setting, ...figures], ...(note === null ? {} : { note }) };
}

function macroF1(settings: readonly StudiedSetting[]): string {
  const specs = settings.flatMap(({ runs }) => runs.map(({ spec }) => spec));
  return "Macro-F1 in percent, mean ± standard deviation (ddof 1) over seeds. " +
    `${selectedBy(specs)} ${MARKED}`;
}
