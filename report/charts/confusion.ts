/**
 * Which classes are taken for which.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import type { DatasetResults, MethodResults } from "../analysis/arrange.ts";
import type { SparseConfusion } from "../digest.ts";
import {
  type Chart,
  choice,
  classOrder,
  DARK_BELOW,
  labelAngle,
  type Said,
  specOf,
} from "./chart.ts";

/** More classes than these cannot be read in one matrix: only the most confused are shown. */
const MOST_CLASSES = 20;

const ALL = "all domains";

/** Rows of a confusion matrix: where the images of a class went. */
export interface ConfusionRows {
  readonly method: string;
  readonly domain: string;
  readonly class: string;
  /** Share of the class's images that went to each shown class, in percent. */
  readonly share: readonly number[];
}

/** One confusion matrix; the reader chooses method and domain. */
export function confusionSpec(
  rows: readonly ConfusionRows[],
  domains: readonly string[],
  classes: readonly string[],
  shown: string,
  description: string,
): TopLevelSpec {
  const methods = [...new Set(rows.map((row) => row.method))];
  const step = Math.max(14, Math.min(32, 280 / classes.length));
  const axis = (title: string, angle: number) => ({ title, labelAngle: angle, labelLimit: 90 });
  const x = {
    field: "predicted",
    type: "nominal" as const,
    sort: [...classes],
    axis: axis("Predicted", labelAngle(classes, step)),
  };
  const y = {
    field: "class",
    type: "nominal" as const,
    sort: [...classes],
    axis: axis("True class", 0),
  };
  const tooltip = [
    { field: "method" },
    { field: "domain" },
    { field: "class", title: "true class" },
    { field: "predicted" },
    { field: "share", format: ".1f", title: "% of the class's images" },
  ];
  return specOf(description, {
    title: { text: { expr: "method + ', ' + domain" } },
    width: { step },
    height: { step },
    params: [
      choice("method", "Method", methods, shown),
      choice("domain", "Domain", domains, ALL),
    ],
    usermeta: { listedBy: { column: "predicted", names: [...classes] } },
    data: { values: [...rows] },
    transform: [
      { filter: "datum.method === method && datum.domain === domain" },
      { flatten: ["share"] },
      { window: [{ op: "row_number", as: "place" }], groupby: ["class"] },
      { calculate: `${JSON.stringify(classes)}[datum.place - 1]`, as: "predicted" },
    ],
    layer: [
      {
        mark: { type: "rect", aria: false },
        encoding: {
          x,
          y,
          color: {
            field: "share",
            type: "quantitative",
            scale: { domain: [0, 100], scheme: "viridis" },
            legend: { title: "% of class" },
          },
          tooltip,
        },
      },
      ...(step >= 22
        ? [{
          transform: [{ filter: "datum.share >= 0.5" }],
          mark: { type: "text" as const, fontSize: 11, aria: false },
          encoding: {
            x,
            y,
            text: { field: "share", type: "quantitative" as const, format: ".0f" },
            color: {
              condition: { test: `datum.share > ${100 * DARK_BELOW}`, value: "#000000" },
              value: "#ffffff",
            },
            tooltip,
          },
        }]
        : []),
    ],
  });
}

/** The chart of a data set; methods are given from best to last. */
export function confusionChart(dataset: DatasetResults, ordered: readonly MethodResults[]): Chart {
  const { domains, classes } = dataset.data!;
  const matrices = (method: MethodResults, domain: number) =>
    method.runs.flatMap((run) =>
      run?.state.status === "done" ? [run.digest!.confusions[domain]!] : []
    );
  const places = domains.map((_, d) => d);
  const best = ordered[0]!;
  const order = classOrder(dataset.data!.counts.train);
  const worst = mostConfused(places.flatMap((d) => matrices(best, d)), classes.length);
  const shown = order.filter((c) => worst.includes(c));
  const names = shown.map((c) => classes[c]!);
  const rows = ordered.flatMap((method) =>
    [
      { domain: ALL, parts: places.flatMap((d) => matrices(method, d)) },
      ...places.map((d) => ({ domain: domains[d]!, parts: matrices(method, d) })),
    ].flatMap(({ domain, parts }) => {
      const counts = added(parts, shown, classes.length);
      return counts.flatMap(({ row, total }, i): ConfusionRows[] =>
        total === 0 ? [] : [{
          method: method.title,
          domain,
          class: names[i]!,
          share: row.map((count) => Number(((100 * count) / total).toFixed(1))),
        }]
      );
    })
  );
  const says = ordered.flatMap(({ title: method }) =>
    [ALL, ...domains].map((domain): Said => ({
      choice: { method, domain },
      words: mistakeWords(rows, { method, domain }, names, method === best.title),
    }))
  );
  const description = `Where the test images of each class of ${dataset.title} go, in percent of ` +
    `the class, seeds together` +
    (shown.length < classes.length
      ? `, for the ${shown.length} classes of ${classes.length} that ${best.title} confuses most. `
      : ". ") +
    says[0]!.words;
  return {
    name: `${dataset.name}-confusion`,
    title: "Confusion matrix",
    description,
    spec: confusionSpec(rows, [ALL, ...domains], names, best.title, description),
    says,
  };
}

/** What a method takes for what most often. */
function mistakeWords(
  rows: readonly ConfusionRows[],
  { method, domain }: { readonly method: string; readonly domain: string },
  names: readonly string[],
  isFirst: boolean,
): string {
  const [mistake] = rows.filter((row) => row.method === method && row.domain === domain)
    .flatMap((row) => row.share.map((share, i) => ({ share, from: row.class, to: names[i]! })))
    .filter(({ from, to }) => from !== to).sort((a, b) => b.share - a.share);
  return `Shown: ${method}${isFirst ? ", which has the highest mean on the worst domain" : ""}, ` +
    `${domain}.` +
    (mistake && mistake.share > 0
      ? ` Its most frequent mistake: ${mistake.share.toFixed(0)} % of ${mistake.from} are taken ` +
        `for ${mistake.to}.`
      : "");
}

/** The classes with the most images lost or wrongly gained; all where there are few. */
function mostConfused(matrices: readonly SparseConfusion[], classes: number): number[] {
  const wrong = new Array<number>(classes).fill(0);
  for (const cells of matrices) {
    for (let i = 0; i < cells.length; i += 3) {
      const [truth, predicted, count] = [cells[i]!, cells[i + 1]!, cells[i + 2]!];
      if (truth === predicted) continue;
      wrong[truth]! += count;
      wrong[predicted]! += count;
    }
  }
  return wrong.map((_, c) => c).sort((a, b) => wrong[b]! - wrong[a]! || a - b)
    .slice(0, classes > MOST_CLASSES ? MOST_CLASSES : classes);
}

/** Sums of matrices over the shown classes; `total` counts a row's images in all classes. */
function added(matrices: readonly SparseConfusion[], shown: readonly number[], classes: number) {
  const place = new Array<number>(classes).fill(-1);
  shown.forEach((c, i) => place[c] = i);
  const sums = shown.map(() => ({ row: new Array<number>(shown.length).fill(0), total: 0 }));
  for (const cells of matrices) {
    for (let i = 0; i < cells.length; i += 3) {
      const row = sums[place[cells[i]!]!];
      if (!row) continue;
      row.total += cells[i + 2]!;
      const column = place[cells[i + 1]!]!;
      if (column >= 0) row.row[column]! += cells[i + 2]!;
    }
  }
  return sums;
}
