/**
 * A metric of every method over seeds, on average over domains and of the worst one: violins with
 * every seed's dot on them.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import { format, type Metric } from "../../metrics/mod.ts";
import { type DatasetResults, estimate, type MethodResults, scores } from "../analysis/arrange.ts";
import { scoreKey } from "../digest.ts";
import { density } from "../analysis/statistics/density.ts";
import { axisTitle } from "../tables/format.ts";
import { type Chart, PALETTE, short, specOf, WIDTH } from "./chart.ts";

const DOMAINS = ["average", "worst"] as const;

/** What a single seed reaches, as the metric is shown. */
export interface SeedScore {
  readonly method: string;
  readonly domain: (typeof DOMAINS)[number];
  readonly seed: number;
  readonly value: number;
}

/** Height of a method's row. */
const ROW = 28;

/**
 * One row a method: average above its line, worst domain below it. A smoothed density, every seed's
 * dot and a stroke at the mean.
 *
 * @param methods From best to last.
 */
export function violinsSpec(
  metric: Metric,
  methods: readonly string[],
  seeds: readonly SeedScore[],
  description: string,
): TopLevelSpec {
  const groups = placed(metric, methods, seeds);
  const shapes = groups.flatMap(({ shape }) => shape);
  const color = {
    field: "domain",
    type: "nominal" as const,
    scale: { domain: DOMAINS, range: PALETTE.slice(0, 2) },
    legend: { title: "Domains", orient: "top" as const, symbolOpacity: 1 },
  };
  const shape = { ...color, scale: { domain: DOMAINS, range: ["circle", "diamond"] } };
  const x = {
    field: "value",
    type: "quantitative" as const,
    title: axisTitle(`Test ${metric.title}`, metric),
    scale: { zero: false, nice: true },
  };
  const y = (field: string) => ({
    field,
    type: "quantitative" as const,
    stack: null,
    title: null,
    scale: { domain: [-0.5, methods.length - 0.5], reverse: true },
    axis: {
      values: methods.map((_, i) => i),
      labelExpr: `${JSON.stringify(methods)}[datum.value]`,
      labelOverlap: false,
      labelPadding: 6,
      grid: false,
      ticks: false,
      domain: false,
    },
  });
  const tooltip = [
    { field: "method" },
    { field: "domain" },
    { field: "seed" },
    {
      field: "value",
      format: `.${metric.scale.decimals}f`,
      title: axisTitle(metric.title, metric),
    },
  ];
  return specOf(description, {
    width: WIDTH,
    height: ROW * methods.length,
    layer: [
      // A layer without data would have no extent to draw an axis for.
      ...(shapes.length > 0
        ? [{
          data: { values: shapes },
          mark: { type: "area" as const, fillOpacity: 0.35, aria: false },
          encoding: { x, y: y("line"), y2: { field: "edge" }, color, detail: { field: "method" } },
        }]
        : []),
      {
        data: { values: groups.map(({ mean }) => mean) },
        mark: { type: "rule", strokeWidth: 1.5, color: "currentColor", aria: false },
        encoding: { x, y: y("line"), y2: { field: "edge" } },
      },
      {
        data: { values: groups.flatMap(({ seeds }) => seeds) },
        mark: { type: "point", filled: true, size: 26, opacity: 1, fillOpacity: 0.9, aria: false },
        encoding: { x, y: y("place"), color, shape, tooltip },
      },
    ],
  });
}

/** Where the density, the dots and the mean of each method and kind of domain stand. */
function placed(metric: Metric, methods: readonly string[], seeds: readonly SeedScore[]) {
  const [least, most] = metric.range.map((end) => metric.scale.factor * end) as [number, number];
  return [...Map.groupBy(seeds, ({ method, domain }) => `${domain} ${method}`).values()]
    .map((group) => {
      const { method, domain } = group[0]!;
      const values = group.map(({ value }) => value);
      const line = methods.indexOf(method);
      /** A place between the method's line (0) and the end of its row (1). */
      const at = (level: number) => short(line + (domain === "average" ? -0.47 : 0.47) * level);
      const shape = density(values, [least, most]);
      return {
        shape: shape?.at.map((place, i) => ({
          method,
          domain,
          value: short(place),
          line,
          edge: at(shape.height[i]!),
        })) ?? [],
        seeds: group.map((seed) => ({ ...seed, place: at(0.3) })),
        mean: { value: short(estimate(values)!.mean), line, edge: at(1) },
      };
    });
}

/** The chart of a data set; methods are given from best to last. */
export function violinsChart(
  dataset: DatasetResults,
  metric: Metric,
  ordered: readonly MethodResults[],
): Chart {
  const values = (method: MethodResults, domain: (typeof DOMAINS)[number]) =>
    scores(method, scoreKey(domain, metric.name));
  const seeds = ordered.flatMap((method) =>
    DOMAINS.flatMap((domain) =>
      values(method, domain).flatMap((value, i): SeedScore[] =>
        value === null ? [] : [{
          method: method.title,
          domain,
          seed: dataset.seeds[i]!,
          value: short(metric.scale.factor * value),
        }]
      )
    )
  );
  const most = dataset.seeds.length;
  const unit = metric.scale.unit && ` ${metric.scale.unit}`;
  const reached = (method: MethodResults) =>
    `${method.title} ${format(metric, estimate(values(method, "worst"))!.mean)}${unit}`;
  const [first, last] = [ordered[0]!, ordered.at(-1)!];
  const description =
    `Test ${metric.title} on ${dataset.title} by method: every dot is a seed, average ` +
    "over domains above the line and worst domain below, strokes are means. " +
    (most < 3
      ? "With fewer than three seeds there is no shape to draw. "
      : `The shapes are smoothed densities of at most ${most} seeds, so read the dots first: a ` +
        "shape says little about the seeds that were not run. ") +
    `Mean on the worst domain: ${reached(first)}${last === first ? "" : ` to ${reached(last)}`}.`;
  return {
    name: `${dataset.name}-violins`,
    title: `Average and worst-domain ${metric.title} over seeds`,
    description,
    spec: violinsSpec(metric, ordered.map((method) => method.title), seeds, description),
  };
}
