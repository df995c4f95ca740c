/**
 * What methods are compared by: metrics, averaged over domains and of the worst domain.
 *
 * @module
 */
import { find } from "../../base/errors.ts";
import { type Metric, PRIMARY } from "../../metrics/mod.ts";

/** A figure of a run that is tested. */
export interface Tested {
  /** Averaged over domains, or of the worst of them. */
  readonly domain: "average" | "worst";
  /** What is measured. */
  readonly metric: Metric;
}

/** The metrics of a report. */
export interface ReportMetrics {
  /** What everything is said of first. */
  readonly primary: Metric;
  /** Those of the first tables, and of the tests of significance. */
  readonly tested: readonly Metric[];
  /** All others that stand alone. */
  readonly others: readonly Metric[];
  /** All others that belong together, such as shot groups. */
  readonly grouped: readonly Metric[];
}

/**
 * Divides metrics by their place in a report.
 *
 * @param names Those to test; by default the metrics that say they are headlines.
 * @throws {UsageError} When a name is not that of a metric.
 */
export function chooseMetrics(all: readonly Metric[], names?: readonly string[]): ReportMetrics {
  const tested = names?.map((name) => find("metric", name, all)) ??
    all.filter((metric) => metric.headline);
  const rest = all.filter((metric) => !tested.includes(metric));
  return {
    primary: tested.find((metric) => metric.name === PRIMARY.name) ?? tested[0] ?? PRIMARY,
    tested,
    others: rest.filter(({ group }) => group === undefined),
    grouped: rest.filter(({ group }) => group !== undefined),
  };
}

/** Every figure of some metrics. */
export function testedFigures(metrics: readonly Metric[]): Tested[] {
  return (["average", "worst"] as const).flatMap((domain) =>
    metrics.map((metric) => ({ domain, metric }))
  );
}

/** Whether two figures are the same. */
export function sameFigure(a: Tested, b: Tested): boolean {
  return a.domain === b.domain && a.metric.name === b.metric.name;
}

/** Values turned so that larger ones are better. */
export function oriented({ better }: Metric, values: readonly number[]): readonly number[] {
  return better === "max" ? values : values.map((value) => -value);
}

/** Orders values from the best to the worst. */
export function bestFirst({ better }: Metric): (a: number, b: number) => number {
  return better === "max" ? (a, b) => b - a : (a, b) => a - b;
}
