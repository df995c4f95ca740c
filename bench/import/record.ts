/**
 * The door by which predictions that were made elsewhere become a record with all figures.
 *
 * @module
 */
import {
  calibrationOf,
  type Confusion,
  confusionOf,
  countsOf,
  type Evaluation,
  measure,
  type Measured,
  type Metric,
  METRICS,
  type Predictions,
  type Probabilities,
} from "../../metrics/mod.ts";
import type { Origin, RecordedScores, RunRecord, RunSpec } from "../records/record.ts";
import { runId } from "../records/run_id.ts";

/** What was predicted for the images of a domain's split, as far as it is known. */
export interface ForeignPredictions extends Pick<Predictions, "labels" | "predicted"> {
  /** The probability of the predicted class of each image. */
  readonly confidence?: readonly number[];
  /** Of every class, `[images, classes]` row by row. */
  readonly probabilities?: Probabilities["values"];
}

/** A run that was made elsewhere. */
export interface ForeignRun {
  /** What it is known by. */
  readonly spec: RunSpec;
  /** What it is called in tables. */
  readonly name: string;
  /** The data as they were. Counts to train on are 0 where they are not known. */
  readonly data: RunRecord["data"];
  /** Whether the images to train on are not known, so that nothing can be said by their number. */
  readonly trainingUnknown?: boolean;
  /** What tables say of the method. */
  readonly method: RunRecord["method"];
  /** Where it was imported from; left out where it was made here by another program. */
  readonly origin?: Omit<Origin, "lacks">;
  /** Of the images of every domain that the final figures come from. */
  readonly test: readonly ForeignPredictions[];
  /** The same of validation images, where they are known. */
  readonly validation?: readonly ForeignPredictions[];
  /** Updates after which the tested weights were taken; null where that is not known. */
  readonly step?: number | null;
  /** Checkpoints, where they are known. */
  readonly curve?: RunRecord["curve"];
  /** Versions, hardware; what is known. */
  readonly environment?: RunRecord["environment"];
  /** Seconds are 0 where they are not known. */
  readonly timing?: Partial<RunRecord["timing"]>;
  /** What figures there shall be; the suite's metrics when left out. */
  readonly metrics?: readonly Metric[];
}

/**
 * The record of a run by its predictions: everything is counted here, as for a run that was trained
 * here. What the predictions cannot give has no value, and the record's origin says why.
 *
 * @returns The record, and the predictions to be kept beside it (`Store.finish`).
 */
export function recordFromPredictions(
  run: ForeignRun,
): { record: RunRecord; predictions: readonly ForeignPredictions[] } {
  const { metrics = METRICS, validation = [], test, spec, origin } = run;
  const [validated, tested] = [validation, test].map((split) =>
    split.map((domain, d) => evaluationOf(domain, d, run))
  ) as [Evaluation[], Evaluation[]];
  const matrix = (split: readonly Evaluation[]): Confusion[] =>
    split.map(({ counts }) => counts.confusion);
  const calibration = tested.flatMap(({ confidence }) => confidence ?? []);
  const scores = (split: readonly Evaluation[], kept: (metric: Metric) => boolean) =>
    scoresOf(metrics, split, run.trainingUnknown ?? false, kept);
  const record: RunRecord = {
    id: runId(spec),
    spec,
    name: run.name,
    outcome: { status: "done" },
    data: run.data,
    method: run.method,
    curve: run.curve ?? [],
    result: {
      step: run.step ?? null,
      validation: matrix(validated),
      test: matrix(tested),
      ...(tested.every(({ confidence }) => confidence !== undefined) && {
        calibration: tested.map(({ confidence }) => confidence!),
      }),
      scores: {
        validation: scores(validated, ({ needs }) => needs !== "counts"),
        test: scores(tested, ({ needs }) => needs === "probabilities"),
      },
    },
    environment: run.environment ?? {},
    ...(origin && { origin: { ...origin, ...lacks(run, calibration.length > 0) } }),
    timing: {
      startedAt: new Date().toISOString(),
      seconds: 0,
      trainingSeconds: 0,
      evaluationSeconds: 0,
      dataSeconds: 0,
      peakMemory: 0,
      ...run.timing,
    },
  };
  return { record, predictions: test };
}

/** All that metrics are computed from, as far as it is known. */
function evaluationOf(
  domain: ForeignPredictions,
  d: number,
  { data: { classes, counts, shots } }: ForeignRun,
): Evaluation {
  const { labels, predicted, confidence, probabilities } = domain;
  return {
    counts: countsOf(confusionOf(domain, classes.length), { train: counts.train[d]!, shots }),
    ...(confidence && { confidence: calibrationOf({ labels, predicted, confidence }) }),
    ...(probabilities && {
      probabilities: { labels, classes: classes.length, values: probabilities },
    }),
  };
}

/**
 * The figures that a record must keep, and those that must not be derived from it: of groups by
 * images to train on, where these are not known.
 */
function scoresOf(
  metrics: readonly Metric[],
  evaluations: readonly Evaluation[],
  trainingUnknown: boolean,
  kept: (metric: Metric) => boolean,
): RecordedScores {
  return Object.fromEntries(metrics.flatMap((metric): [string, Measured][] => {
    if (trainingUnknown && dependsOnTraining(metric, evaluations)) {
      return [[metric.name, { domains: evaluations.map(() => null), pooled: null }]];
    }
    const measured = kept(metric) ? measure(metric, evaluations) : null;
    return measured === null ? [] : [[metric.name, measured]];
  }));
}

/** Whether a metric has another value when there are other images to train on. */
export function dependsOnTraining(metric: Metric, evaluations: readonly Evaluation[]): boolean {
  const withTraining = (images: number) =>
    measure(
      metric,
      evaluations.map(({ counts, ...rest }) => ({
        ...rest,
        counts: {
          ...counts,
          confusion: counts.confusion,
          train: counts.images.map(() => images),
          shots: { many: 2, few: 1 },
        },
      })),
    );
  const [none, one, two, three] = [0, 1, 2, 3].map((images) =>
    JSON.stringify(withTraining(images))
  );
  return none !== one || one !== two || two !== three;
}

function lacks(
  { trainingUnknown, test, validation = [] }: ForeignRun,
  confident: boolean,
): Pick<Origin, "lacks"> {
  const parts = [
    ...(test.some(({ probabilities }) => probabilities === undefined)
      ? [
        `no figures of probabilities${confident ? "" : " or calibration"}: the files do not give ` +
        "the probability of every class",
      ]
      : []),
    ...(trainingUnknown
      ? ["no figures by number of training images: the files do not list these"]
      : []),
    ...(validation.length === 0
      ? ["no validation figures: the files hold no validation images"]
      : []),
  ];
  return parts.length === 0 ? {} : { lacks: parts.join("; ") };
}
