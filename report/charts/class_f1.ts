/**
 * F1 of every class in every domain, as a heat map whose dark cells are the weak ones.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import { type DatasetResults, estimate, type MethodResults } from "../analysis/arrange.ts";
import {
  type Chart,
  choice,
  classOrder,
  DARK_BELOW,
  labelAngle,
  type Said,
  specOf,
} from "./chart.ts";

/** With more classes than these, names and figures would overlap: the tooltip tells them. */
const MOST_NAMED = 90;

/** Training images of one class, one number a domain. */
export interface ClassImages {
  readonly class: string;
  readonly train: readonly number[];
}

/** F1 of one class of one method in every domain, mean over seeds; null where it is undefined. */
export interface ClassScores {
  readonly method: string;
  readonly class: string;
  /** As fractions, one a domain. */
  readonly f1: readonly (number | null)[];
}

/**
 * Class × domain F1 of one method at a time; the page offers the others.
 *
 * @param classes In the order of the rows.
 * @param shown The method that is shown first.
 */
export function classHeatmapSpec(
  rows: readonly ClassScores[],
  images: readonly ClassImages[],
  domains: readonly string[],
  classes: readonly string[],
  shown: string,
  description: string,
): TopLevelSpec {
  const methods = [...new Set(rows.map((row) => row.method))];
  const height = Math.max(3, Math.min(20, 900 / classes.length));
  const width = Math.max(36, Math.min(72, 400 / domains.length));
  return specOf(description, {
    title: { text: { expr: "method" } },
    width: { step: width },
    height: { step: height },
    params: [choice("method", "Method", methods, shown)],
    usermeta: { listedBy: { column: "domain", names: [...domains] } },
    datasets: { rows: [...rows], images: [...images] },
    data: { name: "rows" },
    transform: [
      { filter: "datum.method === method" },
      { flatten: ["f1"] },
      { window: [{ op: "row_number", as: "place" }], groupby: ["class"] },
      { calculate: `${JSON.stringify(domains)}[datum.place - 1]`, as: "domain" },
      { lookup: "class", from: { data: { name: "images" }, key: "class", fields: ["train"] } },
      { calculate: "datum.train[datum.place - 1]", as: "train" },
      { filter: "datum.f1 !== null" },
    ],
    layer: layers(domains, classes, width, images.some(({ train }) => train.includes(0))),
  });
}

/** Coloured cells; with few classes also their figures, and frames around cells without images. */
function layers(
  domains: readonly string[],
  classes: readonly string[],
  width: number,
  hasZeroShot: boolean,
) {
  const named = classes.length <= MOST_NAMED;
  const x = {
    field: "domain",
    type: "nominal" as const,
    sort: [...domains],
    title: null,
    axis: { orient: "top" as const, labelAngle: labelAngle(domains, width) },
  };
  const y = {
    field: "class",
    type: "nominal" as const,
    sort: [...classes],
    title: named ? null : `${classes.length} classes, most training images first`,
    axis: named ? {} : { labels: false, ticks: false },
  };
  const tooltip = [
    { field: "method" },
    { field: "class" },
    { field: "domain" },
    { field: "f1", format: ".3f", title: "F1" },
    { field: "train", title: "training images" },
  ];
  const cells = {
    mark: { type: "rect" as const, aria: false },
    encoding: {
      x,
      y,
      color: {
        field: "f1",
        type: "quantitative" as const,
        scale: { domain: [0, 1], scheme: "viridis" },
        legend: { title: "F1" },
      },
      tooltip,
    },
  };
  // Viridis is dark for low values and light for high ones.
  const inkOn = {
    condition: { test: `datum.f1 > ${DARK_BELOW}`, value: "#000000" },
    value: "#ffffff",
  };
  const figures = {
    mark: { type: "text" as const, fontSize: 11, aria: false },
    encoding: {
      x,
      y,
      text: { field: "f1", type: "quantitative" as const, format: ".2f" },
      color: inkOn,
      tooltip,
    },
  };
  const zeroShot = {
    transform: [{ filter: "datum.train === 0" }],
    mark: {
      type: "rect" as const,
      width: { band: 0.92 },
      height: { band: 0.8 },
      fill: null,
      strokeWidth: 1.5,
      strokeDash: [3, 2],
      aria: false,
    },
    encoding: { x, y, stroke: inkOn },
  };
  return named ? [cells, ...(hasZeroShot ? [zeroShot] : []), figures] : [cells];
}

/** The chart of a data set; methods are given from best to last. */
export function classHeatmapChart(
  dataset: DatasetResults,
  ordered: readonly MethodResults[],
): Chart {
  const { domains, classes, counts: { train, test } } = dataset.data!;
  const order = classOrder(dataset.data!.counts.train);
  const rows = ordered.flatMap((method) => {
    const tables = method.runs.flatMap((run) =>
      run?.state.status === "done" ? [run.digest!.classF1] : []
    );
    return order.map((c): ClassScores => ({
      method: method.title,
      class: classes[c]!,
      f1: domains.map((_, d) => {
        if (test[d]![c] === 0) return null; // predicted, perhaps, but not there
        const known = estimate(tables.map((table) => table[d]![c]!));
        return known && Number(known.mean.toFixed(3));
      }),
    }));
  });
  const images = order.map((c) => ({
    class: classes[c]!,
    train: train.map((counts) => counts[c]!),
  }));
  const shown = ordered[0]!.title;
  const says = ordered.map(({ title }): Said => ({
    choice: { method: title },
    words: extremes(title, title === shown, rows, domains),
  }));
  const description = `F1 of every class (rows, most training images first) in every domain ` +
    `(columns) of ${dataset.title}, mean over seeds.` +
    (classes.length <= MOST_NAMED && train.some((counts) => counts.includes(0))
      ? " Dashed frames: no training image in that domain (zero-shot)."
      : "") +
    ` ${says[0]!.words}`;
  return {
    name: `${dataset.name}-class-f1`,
    title: "F1 by class and domain",
    description,
    spec: classHeatmapSpec(
      rows,
      images,
      domains,
      order.map((c) => classes[c]!),
      shown,
      description,
    ),
    says,
  };
}

/** Where a method is weakest and strongest. */
function extremes(
  method: string,
  isFirst: boolean,
  rows: readonly ClassScores[],
  domains: readonly string[],
): string {
  const cells = rows.filter((row) => row.method === method).flatMap((row) =>
    row.f1.flatMap((f1, d) => f1 === null ? [] : [{ f1, class: row.class, domain: domains[d]! }])
  ).sort((a, b) => a.f1 - b.f1);
  const [low, high] = [cells[0], cells.at(-1)];
  return `Shown: ${method}${isFirst ? ", which has the highest mean on the worst domain" : ""}` +
    (low && high
      ? `; lowest for ${low.class} in ${low.domain} (${low.f1.toFixed(2)}), highest for ` +
        `${high.class} in ${high.domain} (${high.f1.toFixed(2)}).`
      : ".");
}
