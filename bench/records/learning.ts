/**
 * Whether a run learned, and whether it had come to an end of learning: by the validation figures
 * of its checkpoints.
 *
 * @module
 */
import { mean, PRIMARY } from "../../metrics/mod.ts";
import type { CurvePoint, RunRecord } from "./record.ts";

/** What is asked of a record. */
export type Curve = Pick<RunRecord, "spec" | "outcome" | "curve" | "result" | "data">;

/** Whether a run learned; if not, why it counts as untrained, in the midst of a sentence. */
export type Learned =
  | { readonly learned: true }
  | { readonly learned: false; readonly reason: string };

/** How much validation macro-F1 a run gained in the last part of its training. */
export interface LastGain {
  /** In a tenth of the training; null where the curve is too short to tell. */
  readonly gain: number | null;
  /** Whether that is a point or more: a longer run would probably be better. */
  readonly rising: boolean;
}

/** The part of the training that counts as its end. */
const END = 0.1;

/** The gain that still counts as rising: a point of macro-F1. */
export const POINT = 0.01;

/** Standard errors above guessing that count as more than luck. */
const LUCK = 3;

/**
 * Whether a run learned. It did not where its tested weights are those of the first checkpoint,
 * or are not better on validation images than these, or than guessing. A second stage begins with a
 * trained network, so it is held against guessing alone.
 */
export function didLearn({ spec, outcome, curve, result, data }: Curve): Learned {
  if (outcome.status !== "done" || result === null) return no("it has no result");
  const first = curve[0];
  const selected = curve.find(({ step }) => step === result.step);
  if (first === undefined || selected === undefined) return { learned: true };
  // A program may tell its loss alone.
  if (Object.keys(selected.validation).length === 0) return { learned: true };
  const worthOf = worthBy(curve);
  if (spec.stage1 === null && curve.length > 1) {
    if (selected === first) return no("the first checkpoint was selected");
    if (worthOf(selected) <= worthOf(first)) return no("no better than at the first checkpoint");
  }
  const classes = data.classes.length;
  const images = data.counts.validation.flat().reduce((sum, count) => sum + count, 0);
  if (images === 0) return { learned: true }; // imported, and nobody knows by how many it is more
  const luck = LUCK * Math.sqrt((1 / classes) * (1 - 1 / classes) / Math.max(1, images));
  return worthOf(selected) > 1 / classes + luck ? { learned: true } : no("no better than guessing");
}

/**
 * What the last tenth of a run's training gained: the best checkpoint of all beside the best before
 * that tenth, which is what a run that is selected by validation gains. Where checkpoints lie further
 * apart than a tenth, the gain since the last one is taken in proportion.
 */
export function lastGain({ curve, spec: { training } }: Pick<Curve, "curve" | "spec">): LastGain {
  const worthOf = worthBy(curve);
  // Checkpoints begin after one step.
  const from = 1 + (1 - END) * (training.steps - 1) + 1e-9;
  const before = curve.filter(({ step }) => step <= from);
  const since = before.at(-1);
  if (since === undefined || before.length === curve.length) return { gain: null, rising: false };
  const best = (points: readonly CurvePoint[]) => Math.max(...points.map(worthOf));
  const share = (curve.at(-1)!.step - since.step) / (END * training.steps);
  const gain = (best(curve) - best(before)) / Math.max(1, share);
  return { gain, rising: gain >= POINT };
}

/** Whether a run's validation macro-F1 still rose by a point or more in its last tenth. */
export function stillRising(record: Pick<Curve, "curve" | "spec">): boolean {
  return lastGain(record).rising;
}

/**
 * Validation macro-F1 of a checkpoint, mean over domains; what is not known counts as nothing. Of a
 * curve that was imported without it, the first figure that it has.
 */
function worthBy(curve: readonly CurvePoint[]): (point: CurvePoint) => number {
  const known = Object.keys(curve[0]?.validation ?? {});
  const judged = known.includes(PRIMARY.name) ? PRIMARY.name : known[0] ?? PRIMARY.name;
  return ({ validation }) => mean((validation[judged] ?? []).map((value) => value ?? 0)) ?? 0;
}

function no(reason: string): Learned {
  return { learned: false, reason };
}
