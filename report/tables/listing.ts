/**
 * Figures over seeds as a table, for programs and the terminal.
 *
 * @module
 */
import type { Listed } from "../analysis/listing.ts";
import { groupBy } from "../analysis/arrange.ts";
import { DATASET, DOMAIN, METHOD, METRIC } from "./columns.ts";
import { datasetName, metricName, nameOf, scaled, shownIn } from "./format.ts";
import { distinct } from "./format.ts";
import type { Row, Table } from "./table.ts";

/** The figures, on the scale of the report's tables. */
export function listingTable(rows: readonly Listed[]): Table {
  const decimals = Math.max(...rows.map(({ metric }) => metric.scale.decimals));
  const places = groupBy(
    rows,
    ({ dataset, metric, domain }) => [dataset.name, metric.name, domain].join(),
  );
  return {
    name: "results",
    title: "Results",
    caption:
      `Test figures ${shownIn(distinct(rows.map(({ metric }) => metric)))}: mean ± standard ` +
      `deviation (ddof 1) over n seeds, and that of the best seed. Place: by mean, among the ` +
      `methods that lack no seed; no test of significance.`,
    columns: [
      DATASET,
      METRIC,
      DOMAIN,
      METHOD,
      { key: "value", title: "Mean ± sd", kind: "estimate", digits: decimals },
      { key: "n", title: "n", kind: "number", inCsv: false },
      { key: "best", title: "Best", kind: "number", digits: decimals },
      { key: "place", title: "Place", kind: "number" },
    ],
    groups: [...places.values()].map((rows) => ({ title: null, rows: rows.map(rowOf) })),
  };
}

function rowOf({ dataset, metric, domain, method, estimate, best, rank }: Listed): Row {
  return {
    cells: [
      datasetName(dataset),
      metricName(metric),
      domain,
      nameOf(method),
      scaled(metric, estimate),
      estimate.n,
      metric.scale.factor * best,
      rank,
    ],
  };
}

/** The figures as JSON has them: on the same scale, with the value of every seed. */
export function listingJson(rows: readonly Listed[]): unknown {
  return rows.map(({ dataset, metric, domain, method, estimate, best, rank, values }) => ({
    dataset: dataset.name,
    ...(method.network && { network: method.network.name }),
    method: method.label,
    metric: metric.name,
    domain,
    unit: metric.scale.unit,
    better: metric.better,
    ...scaled(metric, estimate),
    best: metric.scale.factor * best,
    place: rank,
    seeds: [...values].map(([seed, value]) => ({ seed, value: metric.scale.factor * value })),
  }));
}
