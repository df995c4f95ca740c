/**
 * The main table of a data set.
 *
 * @module
 */
import { heading, type Metric } from "../../metrics/mod.ts";
import {
  completeMethods,
  type DatasetResults,
  family,
  groupBy,
  type MethodResults,
  scores,
} from "../analysis/arrange.ts";
import type { Controlled } from "../analysis/control.ts";
import type { Definitions } from "../analysis/papers.ts";
import type { ReportMetrics } from "../analysis/tested.ts";
import { scoreKey } from "../digest.ts";
import type { Store } from "../folder.ts";
import { estimates, METHOD } from "./columns.ts";
import { MARKED, overSeeds, selectedBy, spreadSpeaksFor } from "./captions.ts";
import {
  controlCells,
  controlColumns,
  type ControlTerms,
  sensitivityWords,
  verdictTerms,
} from "./control.ts";
import { figureTitle, nameOf, noteOf, scaledEstimate, shownIn } from "./format.ts";
import { besidePapers } from "./papers.ts";
import { type Cell, MISSING, type Name, type Row, type Table } from "./table.ts";

/**
 * The main table of a data set: test figures of every method over seeds, and how it stands to the
 * control on the most important one.
 *
 * @param primary Every method beside the control on that figure; null without a control.
 * @param definitions What the papers' hyperparameters are read from.
 */
export function resultsTable(
  dataset: DatasetResults,
  { tested, grouped }: ReportMetrics,
  store: Store,
  primary: { readonly controlled: Controlled; readonly terms: ControlTerms } | null,
  definitions: Definitions,
): Table {
  const table = tableOf(dataset, tested, grouped);
  const place = 1 + 2 * tested.length; // behind the method and the metrics that stand alone
  const about = {
    name: dataset.name,
    title: `Results on ${dataset.title}`,
    caption: resultsCaption(dataset, [...tested, ...grouped], store, definitions),
  };
  if (primary === null) return { ...table, ...about };
  const { controlled, terms } = primary;
  return {
    ...withControl(table, place, dataset, controlled, terms),
    ...about,
    caption: `${about.caption} ${controlCaption(controlled, terms)}`,
  };
}

/** Adds the difference to the control, and the verdict, at a place in each row. */
function withControl<T extends Pick<Table, "columns" | "groups">>(
  table: T,
  place: number,
  dataset: DatasetResults,
  controlled: Controlled,
  { title }: ControlTerms,
): T {
  const places = placesOf(dataset, controlled);
  const byMethod = new Map(dataset.methods.map((method) => {
    const row = controlled.rows.find((row) => row.method === method);
    const isControl = controlled.rows.some(({ control }) => control === method);
    const place = places.get(method) ?? null;
    return [method.label, [place, ...controlCells(row, isControl, controlled.metric)]];
  }));
  const inserted = <T>(all: readonly T[], own: readonly T[]) => all.toSpliced(place, 0, ...own);
  return {
    ...table,
    columns: inserted(table.columns, [
      { key: "rank", title: "rank", kind: "number", inCsv: false },
      ...controlColumns(controlled, title),
    ]),
    groups: table.groups.map((group) => ({
      ...group,
      rows: group.rows.map((row) => ({
        ...row,
        cells: inserted(row.cells, byMethod.get((row.cells[0] as Name).name)!),
      })),
    })),
  };
}

/** The place of every method that has all seeds, by the figure as it is shown: equal ones share it. */
function placesOf(
  dataset: DatasetResults,
  { metric, domain }: Controlled,
): Map<MethodResults, number> {
  const known = completeMethods(dataset).flatMap((method) => {
    const value = scaledEstimate(metric, scores(method, scoreKey(domain, metric.name)));
    return value ? [{ method, shown: Number(value.mean.toFixed(metric.scale.decimals)) }] : [];
  });
  const isAhead = (a: number, b: number) => metric.better === "max" ? a > b : a < b;
  return new Map(known.map(({ method, shown }) => [
    method,
    1 + known.filter((other) => isAhead(other.shown, shown)).length,
  ]));
}

function controlCaption(controlled: Controlled, terms: ControlTerms): string {
  const { metric, size, seen } = controlled;
  return `Rank: the place by ${
    figureTitle(controlled)
  } as shown. Difference: method − ${terms.title} on ${figureTitle(controlled)}, with a ` +
    `${Math.round(100 * (1 - terms.alpha))} % t interval of its own. Verdict: moderated paired t ` +
    `test over seeds, Holm-corrected over ${size} ${size === 1 ? "method" : "methods"}. ` +
    verdictTerms(terms) +
    (seen === null ? "" : ` With these runs ${sensitivityWords(seen, metric)}.`);
}

/** Metrics that are not in the main table, as far as runs have them; null when none has. */
export function otherMetricsTable(
  dataset: DatasetResults,
  metrics: readonly Metric[],
): Table | null {
  const others = metrics.filter((metric) =>
    dataset.methods.some((method) =>
      scores(method, scoreKey("average", metric.name)).some((value) => value !== null)
    )
  );
  if (others.length === 0) return null;
  return {
    ...tableOf(dataset, others, []),
    name: `${dataset.name}-metrics`,
    title: `Other metrics on ${dataset.title}`,
    caption: [
      `Test figures ${shownIn(others)}, ${overSeeds(dataset.seeds)}.`,
      ...others.map((metric) => `${heading(metric)}: ${metric.description}`),
      selectedBy(dataset.methods.flatMap(({ runs }) => runs)),
      spreadSpeaksFor(dataset.methods.flatMap(({ runs }) => runs)),
      MARKED,
    ].filter((sentence) => sentence !== "").join(" "),
  };
}

/**
 * A row a method.
 *
 * @param alone Metrics averaged over domains and of the worst one.
 * @param grouped Metrics averaged over domains alone.
 */
function tableOf(
  dataset: DatasetResults,
  alone: readonly Metric[],
  grouped: readonly Metric[],
): Pick<Table, "columns" | "groups" | "notesInCsv"> {
  const figures = [
    ...alone.flatMap((metric) =>
      (["average", "worst"] as const).map((domain) => ({ metric, domain }))
    ),
    ...grouped.map((metric) => ({ metric, domain: "average" as const })),
  ];
  const columns = [
    METHOD,
    ...figures.map(({ metric, domain }) =>
      estimates(
        metric,
        grouped.includes(metric)
          ? { key: metric.name, title: metric.title, columnGroup: metric.group! }
          : { key: `${domain}_${metric.name}`, title: domain, columnGroup: heading(metric) },
      )
    ),
  ];
  const row = (method: MethodResults): Row => {
    const finished = method.runs.some((run) => run?.state.status === "done");
    return {
      cells: [
        nameOf(method),
        ...figures.map(({ metric, domain }): Cell =>
          finished ? scaledEstimate(metric, scores(method, scoreKey(domain, metric.name))) : MISSING
        ),
      ],
      ...noteOf(dataset, method),
    };
  };
  return {
    columns,
    groups: [...groupBy(dataset.methods, family)].map(([title, methods]) => ({
      title,
      rows: methods.map(row),
    })),
    notesInCsv: true,
  };
}

function resultsCaption(
  dataset: DatasetResults,
  metrics: readonly Metric[],
  store: Store,
  definitions: Definitions,
): string {
  const { seeds, data } = dataset;
  const shots = data
    ? `Shot groups by training images of a class in a domain: many above ${data.shots.many}, few ` +
      `from 1 to ${data.shots.few}, zero none, medium between; – where a group has no class.`
    : "";
  const short = completeMethods(dataset).length < dataset.methods.length
    ? "Methods that lack seeds (see the notes) are not marked."
    : "";
  return [
    `Test figures ${shownIn(metrics)}, ${overSeeds(seeds)}.`,
    spreadSpeaksFor(dataset.methods.flatMap(({ runs }) => runs)),
    metrics.some(({ better }) => better === "min")
      ? "Worst is the domain with the worst figure of each run."
      : "Worst is the domain with the lowest figure of each run.",
    selectedBy(dataset.methods.flatMap(({ runs }) => runs)),
    `Preset ${store.manifest.preset}: ${besidePapers(dataset, definitions)}`,
    MARKED,
    short,
    shots,
  ].filter((sentence) => sentence !== "").join(" ");
}
