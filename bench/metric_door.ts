/**
 * A metric is tried on made-up predictions when it is loaded: what it gives stands in every table.
 *
 * @module
 */
import { UsageError } from "../base/errors.ts";
import {
  type Evaluation,
  evaluationOf,
  type Inputs,
  type Metric,
  type MetricOf,
  valueOf,
} from "../metrics/mod.ts";
import { withinLimit } from "./load_limit.ts";

const CLASSES = 3;
const TRAINING = { train: [100, 20, 0], shots: { many: 50, few: 10 } };

const LABELS = [0, 1, 2, 1, 2];

/** Predictions of which some are right, all are, and none is. */
const PREDICTED = {
  some: [0, 1, 1, 0, 2],
  all: LABELS,
  none: [1, 2, 0, 0, 1],
};

/** How long a metric may take on so few predictions. */
const TRYING_MS = 30_000;

function evaluations(): Evaluation[] {
  const some = Object.values(PREDICTED).map((predicted) => ({
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
 * Tries a metric.
 *
 * @param from Whose it is, for the message.
 * @param ms After how long the process is ended, with a sentence, where its code has not come to its end.
 * @throws {UsageError} One sentence where it throws, gives something else than a number of its range or
 *   null, gives another number the second time, or changes what it is given.
 */
export async function requireMetric(metric: Metric, from: string, ms = TRYING_MS): Promise<void> {
  const cannot = `Cannot use "${from}"`;
  const late = `${cannot}: the metric "${metric.name}" has not come to its end in ${ms / 1000} s ` +
    `on ${LABELS.length} images; see which loop of it never ends.`;
  await withinLimit(() => Promise.resolve().then(() => tryMetric(metric, cannot)), ms, late);
}

function tryMetric(metric: MetricOf<keyof Inputs>, cannot: string): void {
  const { name, needs, range } = metric;
  const inputs = evaluations().map((evaluation) => evaluation[needs]!);
  const compute = `${cannot}: compute() of the metric "${name}"`;
  for (const input of inputs) tried(() => metric.compute(input), input, compute, range);
  if (!metric.pool) return;
  tried(() => metric.pool!(inputs), inputs, `${cannot}: pool() of the metric "${name}"`, range);
}

/** Calls a metric's code twice. */
function tried(
  compute: () => unknown,
  input: unknown,
  subject: string,
  [low, high]: Metric["range"],
): void {
  const before = JSON.stringify(input);
  const value = valueOf(compute, subject);
  if (JSON.stringify(input) !== before) {
    throw new UsageError(`${subject} changes what it is given; copy it first`);
  }
  const again = valueOf(compute, subject);
  if (!Object.is(value, again)) {
    throw new UsageError(
      `${subject} gives ${value} and then ${again} for the same predictions; it may depend on ` +
        `nothing else`,
    );
  }
  if (value === null || Number.isNaN(value)) return;
  if (value < low - 1e-6 || value > high + 1e-6) {
    throw new UsageError(
      `${subject} gives ${value}, and its range is ${low} to ${high}; mend one of them`,
    );
  }
}
