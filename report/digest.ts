/**
 * What the report keeps of a run's record: figures, and what charts need.
 *
 * A record keeps confusion counts, which for hundreds of classes are large.
 *
 * @module
 */
import { countsOf, mean, type Metric, PRIMARY } from "../metrics/mod.ts";
import { type Figure, figures } from "../bench/records/figures.ts";
import { didLearn, type LastGain, lastGain, type Learned } from "../bench/records/learning.ts";
import type { Calibration, Confusion, CurvePoint, RunRecord } from "../bench/records/record.ts";

/** What the report keeps of a run's record. */
export interface Digest {
  /** Facts of the data, as the run saw them. */
  readonly data: Pick<
    RunRecord["data"],
    "title" | "domains" | "classes" | "shots" | "fingerprint" | "counts"
  >;
  /** Where it was imported from; left out for what was trained here. */
  readonly origin?: NonNullable<RunRecord["origin"]>;
  /** What the record says of the method. */
  readonly method: RunRecord["method"];
  /** Every figure, as in `results.csv`. */
  readonly figures: readonly Figure[];
  /** The test figures among them, as fractions, by `domain/metric` (see {@linkcode scoreKey}). */
  readonly scores: ReadonlyMap<string, number>;
  /** The same of validation images, with the tested weights. */
  readonly validation: ReadonlyMap<string, number>;
  /** Test F1 by domain and class; null for a class that is neither there nor predicted. */
  readonly classF1: readonly (readonly (number | null)[])[];
  /** Test confusion counts of each domain. */
  readonly confusions: readonly SparseConfusion[];
  /** Test predictions of each domain by confidence; null in older records. */
  readonly calibration: readonly Calibration[] | null;
  /** Checkpoints, in order. */
  readonly curve: readonly CurveDigest[];
  /** The domains that the run was not trained on; left out where there are none. */
  readonly unseen?: UnseenDigest;
  /** Updates after which the tested weights were taken; null when nothing was tested. */
  readonly selectedStep: number | null;
  /** Whether the run is more than an untrained network. */
  readonly learned: Learned;
  /** What the last tenth of its training gained. */
  readonly lastGain: LastGain;
  /** Versions, hardware and revision of the code; null where unknown. */
  readonly environment: RunRecord["environment"];
  /** Wall time in seconds, and memory. */
  readonly timing: RunRecord["timing"];
}

/**
 * The counts of a confusion matrix that are not 0: `true`, `predicted`, `count`, `true`, … Matrices
 * of hundreds of classes are almost empty.
 */
export type SparseConfusion = Int32Array;

/** A checkpoint, averaged over domains. */
export interface CurveDigest {
  /** Updates done. */
  readonly step: number;
  /** Mean since the last checkpoint; null where the method reports none. */
  readonly loss: number | null;
  /** Of the validation images, by metric. */
  readonly scores: ReadonlyMap<string, number | null>;
}

/** The domains that a run was not trained on, with their figures at every checkpoint. */
export interface UnseenDigest extends NonNullable<RunRecord["data"]["unseen"]> {
  /** Checkpoints, in order. */
  readonly curve: readonly (NonNullable<CurvePoint["unseen"]> & { readonly step: number })[];
  /** With the tested weights; null without a result. */
  readonly tested: NonNullable<CurvePoint["unseen"]> | null;
  /** Whether the tested weights are an average over the training, and of no checkpoint. */
  readonly averaged: boolean;
}

/** The key of a test figure in {@linkcode Digest.scores}. */
export function scoreKey(domain: string, metric: Figure["metric"]): string {
  return `${domain}/${metric}`;
}

/** What the report keeps of a record whose texts can be shown. */
export function digestOf(record: RunRecord, metrics: readonly Metric[]): Digest {
  const { title, domains, classes, shots, fingerprint, counts, unseen } = record.data;
  const result = record.outcome.status === "done" ? record.result : null;
  const all = figures(record, metrics);
  const scoresOf = (split: Figure["split"]) =>
    new Map(
      all.filter((figure) => figure.split === split)
        .map(({ domain, metric, value }) => [scoreKey(domain, metric), value]),
    );
  return {
    data: { title, domains, classes, shots, fingerprint, counts },
    ...(record.origin && { origin: record.origin }),
    method: record.method,
    figures: all,
    scores: scoresOf("test"),
    validation: scoresOf("validation"),
    classF1: result?.test.map((confusion) => PRIMARY.perClass!(countsOf(confusion))) ?? [],
    confusions: result?.test.map(sparse) ?? [],
    calibration: result?.calibration ?? null,
    curve: record.curve.map(({ step, terms, validation }) => ({
      step,
      loss: terms.loss ?? null,
      scores: new Map(
        Object.entries(validation).map(([name, domains]) => [
          name,
          mean(domains.map((value) => value ?? 0)),
        ]),
      ),
    })),
    ...(unseen && {
      unseen: {
        ...unseen,
        curve: record.curve.flatMap(({ step, unseen }) => unseen ? [{ step, ...unseen }] : []),
        tested: result?.unseen ?? null,
        averaged: result?.averaged !== undefined,
      },
    }),
    selectedStep: result?.step ?? null,
    learned: didLearn(record),
    lastGain: lastGain(record),
    environment: record.environment,
    timing: record.timing,
  };
}

function sparse(confusion: Confusion): SparseConfusion {
  const cells: number[] = [];
  confusion.forEach((row, truth) =>
    row.forEach((count, predicted) => {
      if (count > 0) cells.push(truth, predicted, count);
    })
  );
  return Int32Array.from(cells);
}
