/**
 * How figures are written in every table and chart.
 *
 * @module
 */
import type { Metric } from "../../metrics/mod.ts";
import {
  type DatasetResults,
  type Estimate,
  estimate,
  hasLearned,
  type MethodResults,
  missingSeedsNote,
} from "../analysis/arrange.ts";
import { importNotes } from "../analysis/imported.ts";
import type { Tested } from "../analysis/tested.ts";
import { learningNotes } from "./learning.ts";
import type { Name, Row } from "./table.ts";

/** A fraction in percent. */
export function percent(value: number): number {
  return 100 * value;
}

/** An estimate on the scale that its metric is shown on. */
export function scaled({ scale: { factor } }: Metric, { mean, sd, n }: Estimate): Estimate {
  return { mean: factor * mean, sd: sd === null ? null : factor * sd, n };
}

/** Mean ± standard deviation of a metric as it is shown; null without values. */
export function scaledEstimate(
  metric: Metric,
  values: readonly (number | null)[],
): Estimate | null {
  const known = estimate(values);
  return known && scaled(metric, known);
}

/** A difference of a metric with its sign, as it is shown: `+1.2 points`. */
export function signed({ scale: { factor, decimals, unit } }: Metric, difference: number): string {
  const size = Math.abs(factor * difference).toFixed(decimals);
  return `${difference < 0 ? "−" : "+"}${size}${unit === "%" ? " points" : ""}`;
}

/** How metrics are shown, as part of a sentence: `in percent`. */
export function shownIn(metrics: readonly Metric[]): string {
  const inPercent = metrics.filter(({ scale }) => scale.unit === "%");
  if (inPercent.length === metrics.length) return "in percent";
  const others = metrics.filter((metric) => !inPercent.includes(metric));
  return `in percent except ${others.map(({ title }) => title).join(", ")}`;
}

/** How differences of figures are shown, as part of a sentence: `in percentage points`. */
export function pointsOf(figures: readonly Pick<Tested, "metric">[]): string {
  const shown = shownIn(distinct(figures.map(({ metric }) => metric)));
  return shown.replace("in percent", "in percentage points");
}

/** A metric at the head of a table's or a chart's axis: `Accuracy (%)`. */
export function axisTitle(words: string, { scale: { unit } }: Metric): string {
  return unit === "" ? words : `${words} (${unit})`;
}

/** Shows a p-value: three decimals, or that it is below them. */
export function showP(p: number): string {
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

/** What a figure is called in words: `worst-domain macro-F1`. */
export function figureTitle({ domain, metric }: Tested): string {
  return `${domain === "worst" ? "worst-domain" : domain} ${metric.title}`;
}

/** The cell of a method: its title for readers, its label for programs. */
export function nameOf(method: MethodResults): Name {
  return { name: method.label, title: method.title };
}

/** A row's note on seeds that a method lacks, and on how far the others learned; none when all is well. */
export function noteOf(
  dataset: DatasetResults,
  method: MethodResults,
): Pick<Row, "note" | "unmarked"> {
  const lack = missingSeedsNote(dataset, method);
  const learned = hasLearned(method);
  const parts = [
    ...importNotes(method),
    ...(lack === null ? [] : [lack]),
    ...learningNotes(method),
  ];
  return {
    ...(parts.length > 0 && { note: `${method.title}: ${parts.join("; ")}` }),
    ...(!learned && { unmarked: true as const }),
  };
}

/** The cell of a data set. */
export function datasetName({ name, title }: { name: string; title: string }): Name {
  return { name, title };
}

/** The cell of a metric. */
export function metricName({ name, title }: Metric): Name {
  return { name, title };
}

/** Words at the beginning of a sentence. */
export function capitalized(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Names as one part of a sentence: `a, b and c`. */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** Values without repetitions, in order of first appearance. */
export function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
