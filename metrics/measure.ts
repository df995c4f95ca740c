/**
 * Metrics of a run's domains, and over its domains.
 *
 * @module
 */
import { authorsLine } from "../base/authors_line.ts";
import { UsageError } from "../base/errors.ts";
import { type ClassCounts, countsOf, pooledCounts, type TrainingImages } from "./counts.ts";
import { type Inputs, type Metric, type MetricOf, worst } from "./metric.ts";
import {
  type Calibration,
  calibrationOf,
  confusionOf,
  pooledCalibration,
  pooledProbabilities,
  type Predictions,
} from "./predictions.ts";
import { known, mean } from "./sums.ts";

/** What is known of the predictions for a domain's split; an input that is not known is left out. */
export type Evaluation = Partial<Inputs> & { readonly counts: ClassCounts };

/** All that metrics need, from predictions. */
export function evaluationOf(
  predictions: Predictions,
  classes: number,
  training?: TrainingImages,
): Evaluation & { readonly confidence: Calibration } {
  const { labels, probabilities } = predictions;
  return {
    counts: countsOf(confusionOf(predictions, classes), training),
    confidence: calibrationOf(predictions),
    ...(probabilities && { probabilities: { labels, classes, values: probabilities } }),
  };
}

/** A metric of a split. A value is null where the metric is undefined. */
export interface Measured {
  /** Of each domain. */
  readonly domains: readonly (number | null)[];
  /** Of all domains together. */
  readonly pooled: number | null;
}

const POOL: { readonly [I in keyof Inputs]: (domains: readonly Inputs[I][]) => Inputs[I] } = {
  counts: pooledCounts,
  confidence: pooledCalibration,
  probabilities: pooledProbabilities,
};

/** A metric of every domain; null when what it is computed from is not known. */
export function measure(metric: Metric, domains: readonly Evaluation[]): Measured | null {
  return measureFrom<keyof Inputs>(metric, domains);
}

function measureFrom<Input extends keyof Inputs>(
  metric: MetricOf<Input>,
  domains: readonly Evaluation[],
): Measured | null {
  const inputs: Inputs[Input][] = [];
  for (const domain of domains) {
    const input: Partial<Inputs>[Input] = domain[metric.needs];
    if (input === undefined) return null;
    inputs.push(input);
  }
  if (inputs.length === 0) return null;
  const subject = `Cannot compute figures: the metric "${metric.name}"`;
  const figure = (compute: () => unknown) => finite(valueOf(compute, subject));
  return {
    domains: inputs.map((input) => figure(() => metric.compute(input))),
    pooled: figure(() =>
      metric.pool ? metric.pool(inputs) : metric.compute(POOL[metric.needs](inputs))
    ),
  };
}

/** A metric over domains. */
export interface Summary {
  /** The mean of the domains that have a value, unless the metric says otherwise. */
  readonly average: number | null;
  /** Of the domain that is worst. */
  readonly worst: number | null;
  /** Of all domains together. */
  readonly pooled: number | null;
}

/** A metric over the domains that have a value. */
export function summarize(metric: Metric, { domains, pooled }: Measured): Summary {
  const values = known(domains);
  return {
    average: metric.average === "pooled" ? pooled : mean(values),
    worst: values.length > 0 ? worst(metric, values) : null,
    pooled,
  };
}

/** Why a metric has no value: a part of a sentence. */
export function whyUndefined(metric: Metric, measured: Measured | null): string {
  return measured === null ? "not recorded by this version" : metric.undefinedWhen;
}

/** A value where it is a finite number. */
const finite = (value: number | null) => value !== null && Number.isFinite(value) ? value : null;

/**
 * What a metric's code gives.
 *
 * @param subject Whose code it is, for the message.
 * @throws {UsageError} When it throws, with the line, or gives something else than a number or null.
 */
export function valueOf(
  compute: () => unknown,
  subject: string,
): number | null {
  let value: unknown;
  try {
    value = compute();
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error));
    throw new UsageError(`${subject} fails: ${cause.message}${authorsLine(cause)}`, { cause });
  }
  if (value === null || typeof value === "number") return value;
  if (value instanceof Promise) value.catch(() => {}); // it is said to be wrong already
  const kind = value instanceof Promise ? "a Promise" : JSON.stringify(value) ?? typeof value;
  throw new UsageError(
    `${subject} gives ${kind}; it must be a number, or null without a value`,
  );
}
