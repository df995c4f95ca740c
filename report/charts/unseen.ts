/**
 * What methods lose in a domain that they have not seen.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import type { Metric } from "../../metrics/mod.ts";
import { type DatasetResults, estimate, scores } from "../analysis/arrange.ts";
import { SEEN } from "../analysis/unseen.ts";
import { scoreKey } from "../digest.ts";
import { axisTitle } from "../tables/format.ts";
import { type Chart, fromBest, PALETTE, short, specOf } from "./chart.ts";

/** A mean over seeds, as the metric is shown. */
export interface UnseenScore {
  readonly method: string;
  /** A domain that was left out, `average` of these, or the average of those trained on. */
  readonly domain: string;
  readonly score: number;
}

/** A row a method: each domain when it was left out, their average, and the domains trained on. */
export function unseenSpec(
  metric: Metric,
  methods: readonly string[],
  rows: readonly UnseenScore[],
  description: string,
): TopLevelSpec {
  const y = {
    field: "method",
    type: "nominal" as const,
    sort: [...methods],
    title: null,
    axis: { grid: true },
  };
  const x = {
    field: "score",
    type: "quantitative" as const,
    title: axisTitle(`Test ${metric.title}`, metric),
    scale: { zero: false, nice: true },
  };
  const domains = [...new Set(rows.map(({ domain }) => domain))];
  const colour = (domain: string) =>
    domain === "average" ? "currentColor" : domain === SEEN ? "#808080" : null;
  const range = domains.map((domain, i) => colour(domain) ?? PALETTE[i % PALETTE.length]!);
  const shapes = ["circle", "square", "triangle-up", "triangle-down", "triangle-left"];
  const shape = domains.map((domain, i) =>
    domain === "average" ? "diamond" : domain === SEEN ? "cross" : shapes[i % shapes.length]!
  );
  const legend = { title: null, orient: "top" as const, columns: 4 };
  const nominal = { field: "domain", type: "nominal" as const, legend };
  return specOf(description, {
    width: 400,
    height: { step: 18 },
    data: { values: [...rows] },
    layer: [
      {
        transform: [{ filter: `datum.domain === "average" || datum.domain === "${SEEN}"` }],
        mark: { type: "line", color: "#808080", strokeOpacity: 0.6, aria: false },
        encoding: { y, x, detail: { field: "method" } },
      },
      {
        mark: { type: "point", filled: true, size: 55, opacity: 1, aria: false },
        encoding: {
          y,
          x,
          color: { ...nominal, scale: { domain: domains, range } },
          shape: { ...nominal, scale: { domain: domains, range: shape } },
          tooltip: [
            { field: "method" },
            { field: "domain" },
            { field: "score", format: `.${metric.scale.decimals}f`, title: metric.title },
          ],
        },
      },
    ],
  });
}

/** The chart of a data set, its results by one rule; null while there are none. */
export function unseenChart(
  dataset: DatasetResults,
  title: string,
  metric: Metric,
): Chart | null {
  const order = fromBest(dataset, metric);
  const places = [...dataset.data?.domains ?? [], SEEN, "average"];
  const rows = order.flatMap((method) =>
    places.flatMap((domain): UnseenScore[] => {
      const found = estimate(scores(method, scoreKey(domain, metric.name)));
      if (found === null) return [];
      return [{ method: method.title, domain, score: short(metric.scale.factor * found.mean) }];
    })
  );
  if (rows.length === 0) return null;
  const average = (row: UnseenScore) => row.domain === "average";
  const sorted = rows.filter(average).sort((a, b) =>
    (metric.better === "max" ? 1 : -1) * (b.score - a.score)
  );
  const description =
    `Test ${metric.title} on ${title} in each domain when it was left out of the ` +
    `training, their average, and the average in the domains trained on, means over seeds; from ` +
    `the highest average to the lowest: ${
      sorted.map(({ method, score }) => `${method} ${score}`).join(", ")
    }.`;
  return {
    name: `${dataset.name}-domains`,
    title: `${metric.title} in unseen domains`,
    description,
    spec: unseenSpec(metric, sorted.map(({ method }) => method), rows, description),
  };
}
