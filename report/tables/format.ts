/**
 * How figures are written in every table and chart.
 *
 * @module
 */
import {
  type DatasetResults,
  type Estimate,
  estimate,
  type MethodResults,
  missingSeedsNote,
} from "../analysis/arrange.ts";
import type { Name } from "./table.ts";

/** A fraction in percent. */
export function percent(value: number): number {
  return 100 * value;
}

/** Mean ± standard deviation in percent; null without values. */
export function percentEstimate(values: readonly (number | null)[]): Estimate | null {
  const known = estimate(values);
  return known && {
    mean: percent(known.mean),
    sd: known.sd === null ? null : percent(known.sd),
    n: known.n,
  };
}

/** Shows a p-value: three decimals, or that it is below them. */
export function showP(p: number): string {
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

/** What the tables call a metric. */
export function metricTitle(metric: string): string {
  return metric === "macro_f1" ? "macro-F1" : metric;
}

/** What a figure is called in words: `worst-domain macro-F1`. */
export function figureTitle({ domain, metric }: { domain: string; metric: string }): string {
  return `${domain === "worst" ? "worst-domain" : domain} ${metricTitle(metric)}`;
}

/** The cell of a method: its title for readers, its label for programs. */
export function nameOf(method: MethodResults): Name {
  return { name: method.label, title: method.title };
}

/** A row's note on the seeds that a method lacks; none when it lacks none. */
export function noteOf(dataset: DatasetResults, method: MethodResults): { note?: string } {
  const lack = missingSeedsNote(dataset, method);
  return lack === null ? {} : { note: `${method.title}: ${lack}` };
}

/** The cell of a data set. */
export function datasetName({ name, title }: { name: string; title: string }): Name {
  return { name, title };
}

/** The cell of a metric. */
export function metricName(metric: string): Name {
  return { name: metric, title: metricTitle(metric) };
}

/** Values without repetitions, in order of first appearance. */
export function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
