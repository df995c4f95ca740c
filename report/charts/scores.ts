/**
 * Average and worst-domain macro-F1 of every method, seed by seed.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import { type DatasetResults, estimate, type MethodResults, scores } from "../results.ts";
import { measure } from "../store.ts";
import { percent } from "../tables/format.ts";
import { type Chart, CONFIG, PALETTE, SCHEMA, short } from "./chart.ts";

/** What a single seed reaches, in percent. */
export interface SeedScore {
  readonly method: string;
  readonly domain: "average" | "worst";
  readonly seed: number;
  readonly value: number;
}

/** Mean and one standard deviation to either side, in percent. */
export interface MeanScore {
  readonly method: string;
  readonly domain: "average" | "worst";
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Every seed's dot, and the mean with its standard deviation, of every method from best to last. */
export function scoresSpec(
  methods: readonly string[],
  seeds: readonly SeedScore[],
  means: readonly MeanScore[],
  description: string,
): TopLevelSpec {
  const domains = ["average", "worst"];
  const y = { field: "method", type: "nominal" as const, sort: [...methods], title: null };
  const yOffset = { field: "domain", type: "nominal" as const, sort: domains };
  const color = {
    field: "domain",
    type: "nominal" as const,
    scale: { domain: domains, range: [PALETTE[0], PALETTE[1]] },
    legend: { title: "Domains", orient: "top" as const, symbolOpacity: 1 },
  };
  const shape = { ...color, scale: { domain: domains, range: ["circle", "diamond"] } };
  const axis = {
    title: "Test macro-F1 (%)",
    scale: { zero: false, nice: true },
    axis: { tickCount: 8 },
  };
  return {
    $schema: SCHEMA,
    description,
    config: CONFIG,
    width: 380,
    height: { step: 12 },
    datasets: { seeds: [...seeds], means: [...means] },
    layer: [
      {
        data: { name: "means" },
        mark: { type: "rule", strokeWidth: 2, aria: false },
        encoding: {
          y: { ...y, axis: { grid: true } },
          yOffset,
          x: { field: "low", type: "quantitative", ...axis },
          x2: { field: "high" },
          color,
        },
      },
      {
        data: { name: "seeds" },
        mark: { type: "point", filled: true, size: 22, opacity: 0.45, aria: false },
        encoding: {
          y,
          yOffset,
          x: { field: "value", type: "quantitative", ...axis },
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
      {
        data: { name: "means" },
        mark: { type: "point", filled: true, size: 80, opacity: 1, aria: false },
        encoding: {
          y,
          yOffset,
          x: { field: "mean", type: "quantitative", ...axis },
          color,
          shape,
          tooltip: [
            { field: "method" },
            { field: "domain" },
            { field: "mean", format: ".1f", title: "mean macro-F1 (%)" },
            { field: "low", format: ".1f", title: "mean − sd" },
            { field: "high", format: ".1f", title: "mean + sd" },
          ],
        },
      },
    ],
  };
}

/** The chart of a data set; methods are given from best to last. */
export function scoresChart(dataset: DatasetResults, ordered: readonly MethodResults[]): Chart {
  const domains = ["average", "worst"] as const;
  const values = (method: MethodResults, domain: "average" | "worst") =>
    scores(method, measure(domain, "macro_f1"));
  const seeds = ordered.flatMap((method) =>
    domains.flatMap((domain) =>
      values(method, domain).flatMap((value, i) =>
        value === null ? [] : [{
          method: method.title,
          domain,
          seed: dataset.seeds[i]!,
          value: short(percent(value)),
        }]
      )
    )
  );
  const means = ordered.flatMap((method) =>
    domains.flatMap((domain) => {
      const known = estimate(values(method, domain));
      if (known === null) return [];
      const sd = known.sd ?? 0;
      return [{
        method: method.title,
        domain,
        mean: short(percent(known.mean)),
        low: short(percent(known.mean - sd)),
        high: short(percent(known.mean + sd)),
      }];
    })
  );
  const worst = means.filter((mean) => mean.domain === "worst");
  const [first, last] = [worst[0]!, worst.at(-1)!];
  const description =
    `Test macro-F1 on ${dataset.title}, average and worst domain, of ${ordered.length} ` +
    `${ordered.length === 1 ? "method" : "methods"}: small marks are seeds, large ones means, ` +
    `lines one standard deviation to either side. On the worst domain ${first.method} reaches ` +
    `${first.mean.toFixed(1)} %` +
    (worst.length > 1 ? `, ${last.method} ${last.mean.toFixed(1)} %.` : ".");
  return {
    name: `${dataset.name}-macro-f1`,
    title: "Average and worst-domain macro-F1",
    description,
    spec: scoresSpec(ordered.map((method) => method.title), seeds, means, description),
  };
}
