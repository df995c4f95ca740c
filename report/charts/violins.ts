/**
 * How the seeds of every method spread: violins with every seed's dot on them.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import { type DatasetResults, type MethodResults, scores } from "../results.ts";
import { measure } from "../store.ts";
import { density } from "../statistics/density.ts";
import { percent } from "../tables/format.ts";
import { type Chart, CONFIG, PALETTE, SCHEMA, short } from "./chart.ts";
import type { SeedScore } from "./scores.ts";

/**
 * One row a method, average above the line and worst domain below: densities of average and worst-domain macro-F1 with the seeds' dots.
 *
 * @param methods From best to last.
 */
export function violinsSpec(
  methods: readonly string[],
  seeds: readonly SeedScore[],
  description: string,
): TopLevelSpec {
  const domains = ["average", "worst"];
  // Rows of one field set for both layers: a facet has one source of data.
  const shapes = [...Map.groupBy(seeds, ({ method, domain }) => `${domain} ${method}`).values()]
    .flatMap((group) => {
      const { method, domain } = group[0]!;
      const shape = density(group.map(({ value }) => value), [0, 100]);
      const side = domain === "average" ? 1 : -1;
      return shape
        ? shape.at.map((place, i) => ({
          method,
          domain,
          shape: true,
          value: short(place),
          level: short(side * shape.height[i]!),
        }))
        : [];
    });
  const dots = seeds.map((seed) => ({
    ...seed,
    shape: false,
    level: seed.domain === "average" ? 0.3 : -0.3,
  }));
  const color = {
    field: "domain",
    type: "nominal" as const,
    scale: { domain: domains, range: [PALETTE[0], PALETTE[1]] },
    legend: { title: "Domains", orient: "top" as const, symbolOpacity: 1 },
  };
  const shape = {
    ...color,
    scale: { domain: domains, range: ["circle", "diamond"] },
  };
  const scale = { zero: false, nice: true };
  const x = { field: "value", type: "quantitative" as const, title: "Test macro-F1 (%)", scale };
  const y = {
    field: "level",
    type: "quantitative" as const,
    stack: null,
    axis: null,
    scale: { domain: [-1.1, 1.1] },
  };
  return {
    $schema: SCHEMA,
    description,
    config: { ...CONFIG, facet: { spacing: 0 } },
    data: { values: [...shapes, ...dots] },
    facet: {
      row: {
        field: "method",
        type: "nominal",
        sort: [...methods],
        title: null,
        header: {
          labelColor: "currentColor",
          labelFontSize: 12,
          labelAngle: 0,
          labelAlign: "left",
        },
      },
    },
    spec: {
      width: 360,
      height: 28,
      layer: [
        {
          transform: [{ filter: "datum.shape" }],
          mark: { type: "area", opacity: 0.35, aria: false },
          encoding: { x, y, color },
        },
        {
          transform: [{ filter: "!datum.shape" }],
          mark: { type: "point", filled: true, size: 26, opacity: 0.9, aria: false },
          encoding: {
            x,
            y,
            color,
            shape,
            tooltip: [
              { field: "method" },
              { field: "domain" },
              { field: "seed" },
              { field: "value", format: ".1f", title: "macro-F1 (%)" },
            ],
          },
        },
      ],
    },
  } as unknown as TopLevelSpec;
}

/** The chart of a data set; methods are given from best to last. */
export function violinsChart(dataset: DatasetResults, ordered: readonly MethodResults[]): Chart {
  const seeds = ordered.flatMap((method) =>
    (["average", "worst"] as const).flatMap((domain) =>
      scores(method, measure(domain, "macro_f1")).flatMap((value, i): SeedScore[] =>
        value === null ? [] : [{
          method: method.title,
          domain,
          seed: dataset.seeds[i]!,
          value: short(percent(value)),
        }]
      )
    )
  );
  const most = dataset.seeds.length;
  const description = `How test macro-F1 on ${dataset.title} spreads over seeds, average and ` +
    `worst domain, by method: every dot is a seed, the shape a smoothed density of the dots, average above the line and ` +
    `worst below. ` +
    (most < 3
      ? "With fewer than three seeds there is no shape to draw."
      : `A method has at most ${most} seeds, so read the dots first: a shape says little about ` +
        "the seeds that were not run.");
  return {
    name: `${dataset.name}-violins`,
    title: "Spread over seeds",
    description,
    spec: violinsSpec(ordered.map((method) => method.title), seeds, description),
  };
}
