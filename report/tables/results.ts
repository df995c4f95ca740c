/**
 * The main table of a data set.
 *
 * @module
 */
import { SHOT_GROUPS } from "../../metrics/mod.ts";
import {
  completeMethods,
  type DatasetResults,
  family,
  groupBy,
  type MethodResults,
  scores,
} from "../analysis/arrange.ts";
import { scoreKey, type Store } from "../folder.ts";
import { METHOD } from "./columns.ts";
import { MARKED, overSeeds, selectedBy } from "./captions.ts";
import { distinct, nameOf, noteOf, percentEstimate } from "./format.ts";
import { type Cell, type Column, MISSING, type Row, type Table } from "./table.ts";

/** The main table of a data set: test figures of every method over seeds. */
export function resultsTable(dataset: DatasetResults, store: Store): Table {
  const figures = [
    ...(["accuracy", "macro_f1"] as const).flatMap((metric) =>
      (["average", "worst"] as const).map((domain) => ({ metric, domain }))
    ),
    ...SHOT_GROUPS.map((metric) => ({ metric, domain: "average" as const })),
  ];
  const columns: Column[] = [
    METHOD,
    ...figures.map(({ metric, domain }): Column => {
      const shot = metric !== "accuracy" && metric !== "macro_f1";
      return {
        key: shot ? metric : `${domain}_${metric}`,
        title: shot ? metric : domain,
        columnGroup: shot
          ? "Class accuracy by shot"
          : metric === "accuracy"
          ? "Accuracy"
          : "Macro-F1",
        kind: "estimate",
        digits: 1,
        best: "max",
      };
    }),
  ];
  const row = (method: MethodResults): Row => {
    const finished = method.runs.some((run) => run?.state.status === "done");
    return {
      cells: [
        nameOf(method),
        ...figures.map(({ metric, domain }): Cell =>
          finished ? percentEstimate(scores(method, scoreKey(domain, metric))) : MISSING
        ),
      ],
      ...noteOf(dataset, method),
    };
  };
  return {
    name: dataset.name,
    title: `Results on ${dataset.title}`,
    caption: resultsCaption(dataset, store),
    columns,
    groups: [...groupBy(dataset.methods, family)].map(([title, methods]) => ({
      title,
      rows: methods.map(row),
    })),
    notesInCsv: true,
  };
}

function resultsCaption(dataset: DatasetResults, store: Store): string {
  const { seeds, data } = dataset;
  const specs = dataset.methods.map((method) => method.spec.training);
  const shots = data
    ? `Shot groups by training images of a class in a domain: many above ${data.shots.many}, few ` +
      `from 1 to ${data.shots.few}, zero none, medium between; – where a group has no class.`
    : "";
  const short = completeMethods(dataset).length < dataset.methods.length
    ? "Methods that lack seeds (see the notes) are not marked."
    : "";
  return [
    `Test figures in percent, ${overSeeds(seeds)}.`,
    "Worst is the domain with the lowest figure of each run.",
    selectedBy(dataset.methods.map(({ spec }) => spec)),
    `Preset ${store.manifest.preset}: ${
      distinct(specs.map((s) => s.steps)).join("/")
    } updates of ` +
    `${distinct(specs.map((s) => s.batch)).join("/")} images a domain.`,
    MARKED,
    short,
    shots,
  ].filter((sentence) => sentence !== "").join(" ");
}
