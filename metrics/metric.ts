/**
 * The contract of metrics: what a figure is called, which way is better, and how it follows from
 * what was predicted.
 *
 * @module
 */
import type { Definition } from "../base/definition.ts";
import type { ClassCounts } from "./counts.ts";
import type { Calibration, Probabilities } from "./predictions.ts";

/**
 * What a metric can be computed from. `counts` and `confidence` stay in a run's record, so that such
 * figures can be derived at any time; of `probabilities` only the figures stay.
 */
export interface Inputs {
  /** Predictions counted by class. */
  readonly counts: ClassCounts;
  /** How sure the predictions were, in bins. */
  readonly confidence: Calibration;
  /** The probability of every class for every image. */
  readonly probabilities: Probabilities;
}

export type { Definition };

/** How a metric's values are written. */
export interface Scale {
  /** Values are multiplied by it. */
  readonly factor: number;
  /** Digits behind the point. */
  readonly decimals: number;
  /** What stands behind a value. */
  readonly unit: "%" | "";
}

/** For fractions, written in percent. */
export const PERCENT: Scale = { factor: 100, decimals: 1, unit: "%" };

/** For values that are written as they are. */
export function plain(decimals: number): Scale {
  return { factor: 1, decimals, unit: "" };
}

/** A metric that is computed from one kind of {@linkcode Inputs}. */
export interface MetricOf<Input extends keyof Inputs> extends Definition {
  /** Always `metric`. */
  readonly kind: "metric";
  /** In `results.csv`: lower case, words joined by underscores. */
  readonly name: string;
  /** In the midst of a sentence, such as `macro-F1`. */
  readonly title: string;
  /** A sentence that says what it measures, or its formula. */
  readonly description: string;
  /** The publication that defines it. */
  readonly citation?: string;
  /** Whether larger or smaller values are better. */
  readonly better: "max" | "min";
  /** How values are written. */
  readonly scale: Scale;
  /** The least and the largest possible value. */
  readonly range: readonly [low: number, high: number];
  /** What it is computed from. */
  readonly needs: Input;
  /** Why there may be no value, such as `there are no images`. */
  readonly undefinedWhen: string;
  /** It stands in the first tables and is traced at every checkpoint. */
  readonly headline?: true;
  /** Title of the group of metrics that it is one of. */
  readonly group?: string;
  /** Other names of it in selection rules. */
  readonly aliases?: readonly string[];
  /** What the figure of all domains is: the mean of theirs when left out, or the pooled one. */
  readonly average?: "pooled";
  /** The value for a domain; null where it is undefined, never NaN. */
  compute(input: Inputs[Input]): number | null;
  /** The value for all domains together; when left out, {@linkcode compute} of their joined images. */
  pool?(domains: readonly Inputs[Input][]): number | null;
  /** The value for each class, where it has one; null where it is undefined. */
  perClass?(counts: ClassCounts): (number | null)[];
}

/** A metric. */
export type Metric = { [Input in keyof Inputs]: MetricOf<Input> }[keyof Inputs];

/** Defines a metric: checks what it is computed from at compile time. */
export function defineMetric<const Input extends keyof Inputs>(
  metric: Omit<MetricOf<Input>, "kind">,
): MetricOf<Input> {
  return { kind: "metric", ...metric };
}

/** Whether one value of a metric is better than another. */
export function isBetter({ better }: Pick<Metric, "better">, a: number, b: number): boolean {
  return better === "max" ? a > b : a < b;
}

/** The best of some values by a metric. */
export function best({ better }: Pick<Metric, "better">, values: readonly number[]): number {
  return better === "max" ? Math.max(...values) : Math.min(...values);
}

/** The worst of some values by a metric. */
export function worst({ better }: Pick<Metric, "better">, values: readonly number[]): number {
  return better === "max" ? Math.min(...values) : Math.max(...values);
}

/** A value as tables write it, without its unit: `71.3` for 0.7131 on a scale of percent. */
export function format({ scale }: Pick<Metric, "scale">, value: number): string {
  return (scale.factor * value).toFixed(scale.decimals);
}

/** A metric's title at the head of a column. */
export function heading({ title }: Pick<Metric, "title">): string {
  return title.charAt(0).toUpperCase() + title.slice(1);
}
