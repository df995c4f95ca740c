/**
 * The golden file of single terms: losses, penalties and weights with their gradients.
 *
 * Where the reference gives NaN or stops (one image of a domain, no positive pair, a cross-entropy
 * of exactly 0), the project's own functions must give finite numbers.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { Module } from "../../nn/module.ts";
import { bodaLoss, calibration } from "../../methods/boda.ts";
import { balancedSoftmaxLoss, priorCounts } from "../../methods/bsoftmax.ts";
import { inverseEffectiveNumber } from "../../methods/cbloss.ts";
import { balancedWeights, referenceWeights } from "../../methods/cdann.ts";
import { focalLoss } from "../../methods/focal.ts";
import { classMargins, marginLoss } from "../../methods/ldam.ts";
import { referenceGradientPenalty } from "../../methods/parts/adversary.ts";
import { meanOf } from "../../methods/parts/batches.ts";
import { trainedPairs } from "../../methods/parts/feature_bank.ts";
import { weightedCrossEntropy } from "../../methods/parts/losses.ts";
import { coralPenalty, mmdPenalty, type Penalty } from "../../methods/parts/penalties.ts";
import { classWeights } from "../../methods/parts/reweighting.ts";
import { irmPenalty } from "../../methods/parts/irm_penalty.ts";

interface Stored {
  readonly shape: readonly [number, number];
  readonly data: readonly (number | string)[];
}
type Counts = readonly number[];
type Labels = readonly number[];

/** A loss of the logits of one domain, or of several with its mean over the domains. */
interface LogitsCase {
  readonly case: string;
  readonly counts: Counts | readonly Counts[];
  readonly logits: Stored | readonly Stored[];
  readonly labels: Labels | readonly Labels[];
  readonly loss: number;
  readonly grad_logits: Stored | readonly Stored[];
}

interface PenaltyCase {
  readonly case: string;
  readonly x: Stored;
  readonly y: Stored;
  readonly value: number | "NaN";
  readonly grad_x: Stored;
  readonly grad_y: Stored;
}

/** The file `losses.json`. */
export interface LossesFile {
  readonly class_weights: {
    readonly cases: readonly (
      & { readonly case: string; readonly counts: Counts }
      & Readonly<Record<string, unknown>>
    )[];
  };
  readonly weighted_cross_entropy: {
    readonly cases: readonly (LogitsCase & { readonly weights: Counts })[];
  };
  readonly focal: { readonly cases: readonly (LogitsCase & { readonly gamma: number })[] };
  readonly ldam: {
    readonly cases: readonly (LogitsCase & { readonly max_m: number; readonly scale: number })[];
  };
  readonly balanced_softmax: { readonly cases: readonly LogitsCase[] };
  readonly coral_penalty: { readonly cases: readonly PenaltyCase[] };
  readonly mmd_penalty: { readonly cases: readonly PenaltyCase[] };
  readonly irm_penalty: {
    readonly cases: readonly {
      readonly case: string;
      readonly logits: Stored;
      readonly labels: Labels;
      readonly penalty: number;
      readonly grad_logits: Stored;
    }[];
  };
  readonly boda: {
    readonly cases: readonly {
      readonly case: string;
      readonly counts: readonly Counts[];
      readonly centroids: Stored;
      readonly features: readonly Stored[];
      readonly labels: readonly Labels[];
      readonly nu: number;
      readonly temperature: number;
      readonly boda_loss: number | "NaN";
      readonly grad_features?: readonly Stored[];
      readonly macro_penalty_per_pair: Readonly<Record<string, number | "NaN">>;
    }[];
  };
  readonly dann_gradient_penalty: {
    readonly cases: readonly {
      readonly case: string;
      readonly w: Stored;
      readonly input: Stored;
      readonly domain_labels: Labels;
      readonly penalty: number;
    }[];
  };
  readonly cdann_sample_weights: {
    readonly cases: readonly {
      readonly case: string;
      readonly labels: Labels;
      readonly weights: readonly number[];
    }[];
  };
}

const TOLERANCE = 1e-5;

/** What the reference may have rounded off a term and its gradients, in absolute numbers. */
interface Rounding {
  readonly value: number;
  readonly gradient: number;
}

/**
 * MMD's narrowest kernel, exp(−1000 d), shows the rounding of squared distances d, which the
 * reference has by the expanded product: a few units in the last place of the squared norms. Most of
 * it is on the diagonal, which counts with 1 / n in the mean over n images.
 */
function mmdRounding(inputs: readonly Stored[]): Rounding {
  const rows = inputs.map(({ shape: [n, size], data }) => ({
    n,
    norm: Math.max(
      ...Array.from(
        { length: n },
        (_, i) => Math.hypot(...data.slice(i * size, (i + 1) * size).map(Number)),
      ),
    ),
  }));
  const units = 1000 * 4 * 2 ** -23;
  return {
    value: units * Math.max(...rows.map(({ n, norm }) => norm ** 2 / n)),
    gradient: units * Math.max(...rows.map(({ n, norm }) => 2 * norm / n ** 2)),
  };
}

type Section<Name extends keyof LossesFile> = LossesFile[Name]["cases"];

/** The check of every section of the file. */
const SECTIONS: { readonly [Name in keyof LossesFile]: (cases: Section<Name>) => void } = {
  class_weights: (cases) => cases.forEach(checkWeights),
  weighted_cross_entropy: (cases) => {
    for (const c of cases) {
      checkLogits("weighted cross-entropy", c, (z, y) => weightedCrossEntropy(z, y, c.weights));
    }
  },
  focal: (cases) => {
    for (const c of cases) checkLogits("focal", c, (z, y) => focalLoss(z, y, c.gamma));
  },
  ldam: (cases) => {
    for (const c of cases) {
      checkLogits(
        "LDAM",
        c,
        (z, y, counts) => marginLoss(z, y, classMargins(counts, c.max_m), c.scale),
      );
    }
  },
  balanced_softmax: (cases) => {
    for (const c of cases) checkLogits("BSoftmax", c, balancedSoftmaxLoss);
  },
  coral_penalty: (cases) => {
    for (const c of cases) checkPenalty("CORAL", c, coralPenalty);
  },
  mmd_penalty: (cases) => {
    for (const c of cases) checkPenalty("MMD", c, mmdPenalty, mmdRounding([c.x, c.y]));
  },
  irm_penalty: (cases) => cases.forEach(checkIrm),
  boda: (cases) => cases.forEach(checkBoda),
  dann_gradient_penalty: (cases) => cases.forEach(checkGradientPenalty),
  cdann_sample_weights: (cases) => cases.forEach(checkSampleWeights),
};

/** The names of the sections. */
export const LOSS_SECTIONS = Object.keys(SECTIONS) as (keyof LossesFile)[];

/** Checks every section that the file has. */
export function checkLosses(file: Partial<LossesFile>): void {
  for (const [name, section] of Object.entries(file)) {
    const check = SECTIONS[name as keyof LossesFile] as ((cases: unknown) => void) | undefined;
    if (check === undefined) throw new Error(`its section "${name}" is not known`);
    tf.tidy(() => check(section.cases));
  }
}

function checkWeights(
  { case: what, counts, ...expected }: Section<"class_weights">[number],
): void {
  for (const [name, values] of Object.entries(expected)) {
    const expected = values as readonly (number | string)[];
    if (expected.includes("NaN")) continue; // every class dropped; the mended form follows
    near(`${what}: ${name}`, ofCounts(name, counts), expected);
  }
  const mended = classWeights(counts, inverseEffectiveNumber(0.99));
  if (counts.some((n, c) => n > 0 && !(mended[c]! > 0))) {
    throw new Error(`${what}: a class with images has no weight`);
  }
}

/** What the file calls so, by the class counts of a domain. */
function ofCounts(name: string, counts: Counts): number[] {
  const number = Number(/[\d.]+$/.exec(name)?.[0]);
  if (name === "inverse") return classWeights(counts, (n) => 1 / n);
  if (name === "inverse_sqrt") return classWeights(counts, (n) => 1 / Math.sqrt(n));
  if (name === "balanced_softmax_counts") return priorCounts(counts);
  if (name.startsWith("ldam_margins")) return classMargins(counts, number);
  if (name.startsWith("class_balanced")) {
    return classWeights(counts, inverseEffectiveNumber(number, true));
  }
  throw new Error(`weights "${name}" are not known`);
}

function checkLogits(
  section: string,
  { case: name, counts, logits, labels, loss, grad_logits }: LogitsCase,
  term: (logits: tf.Tensor2D, labels: tf.Tensor1D, counts: Counts) => tf.Scalar,
): void {
  const several = Array.isArray(logits);
  const list = <T>(value: unknown): T[] => (several ? value : [value]) as T[];
  const truth = list<Labels>(labels).map(integers);
  const domainCounts = list<Counts>(counts);
  checkTerm(
    `${section}, ${name}`,
    (...z) => meanOf(z.map((one, d) => term(one, truth[d]!, domainCounts[d]!))),
    list<Stored>(logits),
    loss,
    list<Stored>(grad_logits),
  );
}

function checkPenalty(
  section: string,
  { case: name, x, y, value, grad_x, grad_y }: PenaltyCase,
  penalty: Penalty,
  rounding?: Rounding,
): void {
  const both = (...features: tf.Tensor2D[]) => penalty(features);
  checkTerm(`${section}, ${name}`, both, [x, y], value, [grad_x, grad_y], rounding);
}

function checkIrm(
  { case: name, logits, labels, penalty, grad_logits }: Section<"irm_penalty">[number],
): void {
  // A zero sum ties a penalty that is constant (of a single row) to its logits.
  const term = (z: tf.Tensor2D) =>
    tf.add(irmPenalty(z, integers(labels)), tf.mul(tf.sum(z), 0)) as tf.Scalar;
  checkTerm(`IRM, ${name}`, term, [logits], penalty, [grad_logits]);
}

function checkBoda(c: Section<"boda">[number]): void {
  const calibrate = calibration(trainedPairs(c.counts), c.counts[0]!.length, c);
  const weights = calibrate(c.labels.map(integers));
  const centroids = tensorOf(c.centroids);
  checkTerm(
    `BoDA, ${c.case}`,
    (...z) => bodaLoss(tf.concat(z), centroids, weights),
    c.features,
    c.boda_loss,
    c.grad_features ?? [],
  );
  const features = c.features.map(tensorOf);
  for (const [pair, expected] of Object.entries(c.macro_penalty_per_pair)) {
    const [a, b] = pair.split(",").map((d) => features[Number(d)]!);
    near(`BoDA, ${c.case}: penalty ${pair}`, coralPenalty([a!, b!]).dataSync(), [expected]);
  }
}

function checkGradientPenalty(
  { case: name, w, input, domain_labels, penalty }: Section<"dann_gradient_penalty">[number],
): void {
  const weights = tensorOf(w);
  const linear = new Module([], w.shape[1], (_, x) => tf.matMul(x as tf.Tensor2D, weights));
  const found = referenceGradientPenalty(linear, tensorOf(input), integers(domain_labels));
  near(`gradient penalty, ${name}`, found.dataSync(), [penalty]);
}

function checkSampleWeights(
  { case: name, labels, weights }: Section<"cdann_sample_weights">[number],
): void {
  const y = integers(labels);
  const classes = Math.max(...labels) + 2;
  near(`CDANN weights, ${name}`, referenceWeights(y, classes).dataSync(), weights);
  const total = tf.sum(balancedWeights(y, classes));
  near(`CDANN weights of its own, ${name}`, total.dataSync(), [1]);
}

/** Compares a term and its gradients; a NaN of the reference stands for any finite number. */
function checkTerm(
  what: string,
  term: (...inputs: tf.Tensor2D[]) => tf.Scalar,
  inputs: readonly Stored[],
  expected: number | "NaN",
  expectedGradients: readonly Stored[],
  rounding: Rounding = { value: 0, gradient: 0 },
): void {
  const { value, grads } = tf.valueAndGrads(term as (...inputs: tf.Tensor[]) => tf.Tensor)(
    inputs.map(tensorOf),
  );
  // Single precision resolves a few 10⁻⁷ of the inputs, however little is left of them.
  const resolved = 1e-7 * largest(inputs.flatMap(({ data }) => data.map(Number)));
  near(what, value.dataSync(), [expected], rounding.value + resolved);
  grads.forEach((gradient, i) =>
    near(
      `${what}: gradient ${i}`,
      gradient.dataSync(),
      expectedGradients[i]?.data ?? new Array(gradient.size).fill("NaN"),
      rounding.gradient + resolved,
    )
  );
}

function largest(numbers: Iterable<number>): number {
  return Array.from(numbers).reduce((a, b) => Math.max(a, Math.abs(b) || 0), 0);
}

/** Near, relative to the largest expected number; anything finite where NaN is expected. */
function near(
  what: string,
  found: ArrayLike<number>,
  expected: readonly (number | string)[],
  rounding = 0,
): void {
  const numbers = expected.map(Number);
  const allowed = TOLERANCE * Math.max(1e-3, largest(numbers)) + rounding;
  for (let i = 0; i < Math.max(found.length, numbers.length); i++) {
    const wanted = numbers[i]!;
    const right = Number.isNaN(wanted)
      ? Number.isFinite(found[i])
      : found[i] === wanted || Math.abs(found[i]! - wanted) <= allowed;
    if (!right) throw new Error(`${what}: number ${i} is ${found[i]}, expected ${expected[i]}`);
  }
}

const integers = (labels: Labels): tf.Tensor1D => tf.tensor1d([...labels], "int32");

const tensorOf = ({ shape, data }: Stored): tf.Tensor2D =>
  tf.tensor2d(data.map(Number), [...shape]);
