/**
 * A metric is tried on made-up predictions when it is loaded: what it gives stands in every table.
 *
 * @module
 */
import { authorsLine } from "../base/authors_line.ts";
import { UsageError } from "../base/errors.ts";
import { type Evaluation, evaluationOf } from "../metrics/mod.ts";
import type { Metric } from "../metrics/metric.ts";

const CLASSES = 3;
const TRAINING = { train: [100, 20, 0], shots: { many: 50, few: 10 } };

/** Predictions of which some are right, all are, none are; and of no image. */
const PREDICTED: readonly (readonly number[])[] = [[0, 1, 1, 0, 2], [0, 1, 2, 1, 2], [
  1,
  2,
  0,
  0,
  1,
]];
const LABELS = [0, 1, 2, 1, 2];

function evaluations(): Evaluation[] {
  const some = PREDICTED.map((predicted) => ({
    labels: LABELS,
    predicted,
    confidence: LABELS.map(() => 0.5),
    probabilities: Float32Array.from(
      predicted.flatMap((p) => [0, 1, 2].map((c) => c === p ? 0.5 : 0.25)),
    ),
  }));
  const none = { labels: [], predicted: [], confidence: [], probabilities: new Float32Array() };
  return [...some, none].map((each) => evaluationOf(each, CLASSES, TRAINING));
}

/**
 * Refuses a metric that throws, gives something else than a number of its range or null, gives another
 * number the second time, or changes what it is given.
 *
 * @param from Whose it is, for the message.
 * @throws {UsageError} One sentence on the first such thing.
 */
export function requireMetric(metric: Metric, from: string): void {
  const cannot = `Cannot use "${from}": compute() of the metric "${metric.name}"`;
  const [low, high] = metric.range;
  for (const evaluation of evaluations()) {
    const before = JSON.stringify(evaluation);
    const value = valueOf(metric, evaluation, cannot);
    if (JSON.stringify(evaluation) !== before) {
      throw new UsageError(`${cannot} changes what it is given; copy it first`);
    }
    const again = valueOf(metric, evaluation, cannot);
    if (!Object.is(value, again)) {
      throw new UsageError(
        `${cannot} gives ${value} and then ${again} for the same predictions; it may depend on ` +
          `nothing else`,
      );
    }
    if (value === null || Number.isNaN(value)) continue;
    if (value < low - 1e-6 || value > high + 1e-6) {
      throw new UsageError(
        `${cannot} gives ${value}, and its range is ${low} to ${high}; mend one of them`,
      );
    }
  }
}

function valueOf(metric: Metric, evaluation: Evaluation, cannot: string): number | null {
  let value: unknown;
  try {
    value = (metric.compute as (input: unknown) => unknown)(evaluation[metric.needs]);
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error));
    throw new UsageError(`${cannot} fails: ${cause.message}${authorsLine(cause)}`, { cause });
  }
  if (value === null || typeof value === "number") return value;
  if (value instanceof Promise) value.catch(() => {}); // it is said to be wrong already
  const kind = value instanceof Promise ? "a Promise" : JSON.stringify(value) ?? typeof value;
  throw new UsageError(`${cannot} gives ${kind}; it must be a number, or null without a value`);
}
