/** The parts of BRL beside their definitions in plain loops, form by form. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import {
  balanced,
  balancedRisk,
  balanceOf,
  cellWeights,
  logPriors,
  noBalance,
  ofLabels,
  RARITIES,
  scaled,
  stabilised,
} from "../../methods/brl/balancing.ts";
import { bankDistance } from "../../methods/brl/centroid_bank.ts";
import {
  atUnitDistance,
  classDistance,
  coral,
  domainDistance,
  gaussian,
  gaussianStandard,
  linear,
  standardised,
} from "../../methods/brl/class_distances.ts";
import brl from "../../methods/brl/mod.ts";
import {
  type Batch,
  crossDomainPenalty,
  representationBalancing,
} from "../../methods/brl/parts.ts";
import {
  covariateWeights,
  inputCovariateCount,
  inputCovariates,
  overlapWeights,
} from "../../methods/brl/propensity.ts";
import { studies } from "../../methods/brl/studies.ts";
import type { MethodContext } from "../../methods/method.ts";
import type { TrainingStudy } from "../../methods/study.ts";
import { useBackend } from "../../testing/backend.ts";
import { near } from "./near.ts";

await useBackend();

const test = (name: string, work: () => void) => Deno.test(name, () => void tf.tidy(work));
const labels = (...values: number[]) => tf.tensor1d(values, "int32");
const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]) => total(values) / values.length;

const COUNTS = [[8, 2, 0], [1, 4, 5]];

test("priors are drawn towards the same for all classes, or towards the pooled ones", () => {
  const of = (epsilon: number, targets: number[]) =>
    COUNTS.map((row) =>
      row.map((n, c) => Math.log((n + 3 * epsilon * targets[c]!) / (total(row) + 3 * epsilon)))
    );
  near(logPriors(COUNTS, 0.5), of(0.5, [1 / 3, 1 / 3, 1 / 3]), 1e-12);
  near(logPriors(COUNTS, 0.5, "pooled"), of(0.5, [9 / 20, 6 / 20, 5 / 20]), 1e-12);
  near(logPriors(COUNTS, 0)[0]!, [Math.log(0.8), Math.log(0.2), Math.log(1e-12)], 1e-12);
});

test("weights of cells have mean 1 before they are clipped; cells without images have 1", () => {
  const of = (weights: (number | null)[][]) => {
    const size = mean(weights.flat().filter((weight) => weight !== null));
    return weights.map((row) =>
      row.map((weight) => weight === null ? 1 : Math.min(10, Math.max(0.1, weight / size)))
    );
  };
  const share = [[9 / 8, 3, null], [9, 6 / 4, 1]];
  near(cellWeights(COUNTS, RARITIES.share, 1), of(share), 1e-12);
  const roots = share.map((row) => row.map((weight) => weight && Math.sqrt(weight)));
  near(cellWeights(COUNTS, RARITIES.share, 0.5), of(roots), 1e-12);
  near(
    cellWeights(COUNTS, RARITIES.inverse, 1),
    of([[1 / 8, 1 / 2, null], [1, 1 / 4, 1 / 5]]),
    1e-12,
  );
  assert.deepEqual(cellWeights([[1000, 1], [1000, 1000]], RARITIES.inverse, 1)[0]![0], 0.1);
  const many = Array.from({ length: 20 }, () => 1000);
  assert.equal(cellWeights([[1, ...many]], RARITIES.inverse, 1)[0]![0], 10);
  assert.equal(RARITIES.effective(1), 0.001 / (1 - 0.999));
  assert.ok(Math.abs(RARITIES.effective(2) - 1 / (1 + 0.999)) < 1e-12);
});

test("the balance of a training set, and none", () => {
  const setting = { smoothing: 0.5, prior: "pooled", kappa: 1, rarity: "inverse" } as const;
  const { priors, cells } = balanceOf(COUNTS, { ...setting, tau: 0.25 });
  near(priors, logPriors(COUNTS, 0.5, "pooled").map((row) => row.map((log) => log / 4)), 1e-12);
  assert.deepEqual(cells, cellWeights(COUNTS, RARITIES.inverse, 1));
  assert.deepEqual(noBalance(COUNTS), {
    priors: [[0, 0, 0], [0, 0, 0]],
    cells: [[1, 1, 1], [1, 1, 1]],
  });
  near(ofLabels([5, 6, 7], labels(2, 0, 2)), [7, 5, 7]);
  near(balanced(tf.tensor2d([[1, 2, 3]]), [1, 0, -1]), [2, 2, 2]);
  const risk = balancedRisk(
    tf.tensor2d([[0, 0], [0, 0]]),
    labels(0, 1),
    [0, Math.log(3)],
    tf.tensor1d([1, 3]),
  );
  near(risk, (Math.log(4) + 3 * Math.log(4 / 3)) / 2);
  near(scaled(tf.tensor1d([1, 3])), [0.5, 1.5]);
  // Twelve images: one of 100 beside eleven of 1, mean 9.25; clipped to 1 / 10 below.
  const relative = [100, ...new Array<number>(11).fill(0.5)];
  const size = mean(relative);
  const clipped = relative.map((weight) => Math.min(10, Math.max(0.1, weight / size)));
  near(stabilised(tf.tensor1d(relative)), clipped.map((weight) => weight / mean(clipped)));
});

test("overlap weights are the softmax of the negative logits; propensities count shares", () => {
  const logits = [[1, 0, -1], [0.5, 2, 0]];
  const own = logits.map((row) => Math.exp(-row[1]!) / total(row.map((s) => Math.exp(-s))) + 1e-6);
  near(overlapWeights(tf.tensor2d(logits), 1), own.map((weight) => weight / mean(own)));
  const shares = [0.5, 0.2, 0.3];
  const inverse = logits.map((row) => {
    const raised = row.map((s, d) => shares[d]! * Math.exp(s));
    return total(raised) / raised[1]!;
  });
  const expected = inverse.map((weight) => weight / mean(inverse));
  near(covariateWeights(tf.tensor2d(logits), 1, shares, "propensity"), expected);
  near(
    covariateWeights(tf.tensor2d(logits), 1, shares, "overlap"),
    own.map((weight) => weight / mean(own)),
  );
});

test("covariates of images are each channel's mean and deviation; rows are their own", () => {
  const images = tf.tensor4d([1, 10, 3, 10, 5, 10, 7, 10], [1, 2, 2, 2]);
  near(inputCovariates(images), [4, 10, Math.sqrt(5 + 1e-6), 1e-3], 1e-4);
  const rows = tf.tensor2d([[1, 2, 3]]);
  assert.equal(inputCovariates(rows), rows);
  assert.deepEqual([inputCovariateCount([28, 28, 3]), inputCovariateCount([64])], [6, 64]);
});

const FEATURES = [[[1, 0], [0, 2], [1, 1]], [[2, 1], [0, 0]]];
const OWNERS = [[0, 1, 0], [1, 0]];
const WEIGHTS = [[1, 2, 0.5], [1.5, 0.5]];
const features = () => FEATURES.map((rows) => tf.tensor2d(rows));
const owners = () => OWNERS.map((own) => labels(...own));
const weights = () => WEIGHTS.map((own) => tf.tensor1d(own));

/** The weighted mean of some rows. */
const centre = (rows: number[][], own: number[]) =>
  rows[0]!.map((_, f) => total(rows.map((row, i) => own[i]! * row[f]!)) / total(own));
const apart = (a: number[], b: number[]) => mean(a.map((x, f) => (x - b[f]!) ** 2));

test("mean distances of classes and of domains; of one domain there is none", () => {
  const of = (d: number, c: number) => {
    const rows = OWNERS[d]!.flatMap((owner, i) => owner === c ? [i] : []);
    return centre(rows.map((i) => FEATURES[d]![i]!), rows.map((i) => WEIGHTS[d]![i]!));
  };
  const expected = mean([0, 1].map((c) => apart(of(0, c), of(1, c))));
  near(classDistance(features(), owners(), weights(), 3, linear), expected);
  const whole = FEATURES.map((rows, d) => centre(rows, WEIGHTS[d]!));
  near(domainDistance(features(), weights(), linear), apart(whole[0]!, whole[1]!));
  for (const kernel of [linear, coral, gaussian]) {
    const alone = [features()[0]!];
    near(classDistance(alone, [owners()[0]!], [weights()[0]!], 3, kernel), 0);
    near(domainDistance(alone, [weights()[0]!], kernel), 0);
  }
  // Class 1 is in the first domain alone: one pair is left.
  const only = [labels(0, 1, 0), labels(0, 0)];
  const second = centre(FEATURES[1]!, WEIGHTS[1]!);
  near(classDistance(features(), only, weights(), 3, linear), apart(of(0, 0), second));
});

test("with the standard kernel features are at unit distance first", () => {
  const z = tf.tensor2d([[2, 0], [0, 4]]);
  near(atUnitDistance(z), [1, 0, 0, 2]);
  near(gaussianStandard(z, z), gaussian(tf.tensor2d([[1, 0], [0, 2]]), z).arraySync());
  const standard = standardised(features());
  const all = FEATURES.flat();
  [0, 1].forEach((f) => {
    const own = all.map((row) => row[f]!);
    const deviation = Math.sqrt(mean(own.map((x) => (x - mean(own)) ** 2)) + 1e-5);
    const found = standard.flatMap((rows) => (rows.arraySync()).map((row) => row[f]!));
    near(found, own.map((x) => (x - mean(own)) / deviation));
  });
});

function batch(): Batch {
  const logits = [[[1, 0], [0, 1], [2, 0]], [[0, 0], [1, 3]]].map((rows) => tf.tensor2d(rows));
  return { labels: owners(), features: features(), weights: weights(), logits };
}

test("representations are compared on the scale and by the distance that were chosen", () => {
  const of = (scale: "raw" | "standardised" | "unit", distance: "mmd" | "coral" | "mean") =>
    representationBalancing(batch(), 2, { distance, scale, bank: null });
  const by = (some: tf.Tensor2D[], kernel: typeof linear) =>
    classDistance(some, owners(), weights(), 2, kernel).arraySync();
  const standard = standardised(features());
  const unit = standard.map(atUnitDistance);
  for (
    const [distance, kernel] of [["mmd", gaussian], ["coral", coral], ["mean", linear]] as const
  ) {
    near(of("raw", distance), by(features(), kernel));
    near(of("unit", distance), by(unit, kernel));
    const plain = distance === "mmd" ? gaussianStandard : kernel;
    near(of("standardised", distance), by(standard, plain));
  }
  const bank = () => ({
    centroids: tf.variable(tf.ones([2, 2, 2])) as tf.Variable,
    known: tf.variable(tf.ones([2, 2, 1])) as tf.Variable,
  });
  near(
    representationBalancing(batch(), 2, { distance: "bank", scale: "unit", bank: bank() }),
    bankDistance(unit, owners(), weights(), bank()).arraySync(),
  );
});

test("the cross-domain penalty in each of its forms", () => {
  const balance = { priors: [[0, 1], [0.5, 0]], cells: [[1, 1], [1, 1]] };
  const risks = [tf.scalar(1), tf.scalar(4)];
  const of = (invariance: Parameters<typeof crossDomainPenalty>[3]["invariance"]) =>
    crossDomainPenalty(batch(), risks, balance, { invariance, scale: "unit" });
  near(of("variance"), 2.25);
  near(of("relative"), 2.25 / (2.5 ** 2 + 1e-4));
  const small = [tf.scalar(0.01), tf.scalar(0.03)];
  const relative = { invariance: "relative", scale: "raw" } as const;
  near(crossDomainPenalty(batch(), small, balance, relative), 1e-4 / (4e-4 + 1e-4));
  const unit = standardised(features()).map(atUnitDistance);
  near(of("coral"), domainDistance(unit, weights(), coral).arraySync());
  near(of("mmd"), domainDistance(unit, weights(), gaussian).arraySync());
  // Of each domain the mean slopes of images in even and in odd places, with the priors added.
  const slopes = batch().logits.map((z, d) =>
    (z.arraySync() as number[][]).map((row, i) => {
      const s = row.map((score, c) => score + balance.priors[d]![c]!);
      const sum = total(s.map(Math.exp));
      return total(s.map((x, c) => (Math.exp(x) / sum - Number(c === OWNERS[d]![i])) * x));
    })
  );
  const half = (own: number[], side: number) => mean(own.filter((_, i) => i % 2 === side));
  near(of("irm"), mean(slopes.map((own) => half(own, 0) * half(own, 1))));
});

test("β and γ grow over the warm-up, and the loss is the weighted sum of its terms", () => {
  const ctx = {
    ...{ classes: 2, domains: 2, counts: [[3, 1], [1, 2]], inputShape: [2] },
    network: {
      featurizer: { outputs: 2 },
      features: (images: tf.Tensor) => images,
      classify: (z: tf.Tensor2D) => tf.mul(z, 2),
    },
    linear: (_: string, inputs: number, outputs: number) => {
      assert.deepEqual([inputs, outputs], [2, 2]);
      return { apply: (z: tf.Tensor2D) => tf.mul(z, 0.5) };
    },
  } as unknown as MethodContext;
  const values = Object.fromEntries(
    Object.entries(brl.hyperparameters).map(([key, { default: value }]) => [key, value]),
  );
  const of = (changes: object) =>
    brl.create(ctx, { ...values, ...changes } as unknown as Parameters<typeof brl.create>[1]);
  const grown = (warmUp: number) =>
    [0, 1, 2, 4, 9].map((step) => of({ warmUp }).schedule!(step)["grown"]);
  assert.deepEqual(grown(4), [0, 0.25, 0.5, 1, 1]);
  assert.deepEqual(grown(0), [1, 1, 1, 1, 1]);
  const learner = of({ alpha: 3, beta: 5, gamma: 7 });
  const domains = FEATURES.map((rows, d) => ({
    images: tf.tensor2d(rows),
    labels: labels(...OWNERS[d]!),
  }));
  const found = learner.loss!(domains, {
    scalars: { grown: tf.scalar(0.5) },
    draws: {},
    phase: "",
  });
  const [risk, covariate, representation, penalty] = [
    "risk",
    "covariate",
    "representation",
    "penalty",
  ]
    .map((name) => found[name]!.dataSync()[0]!);
  assert.ok([risk, covariate, representation, penalty].every((term) => term! > 1e-4));
  near(found.loss, risk! + 3 * covariate! + 0.5 * 5 * representation! + 0.5 * 7 * penalty!);
  const alone = of({ cb: false, rb: false, penalty: false });
  const one = alone.loss!(domains, { scalars: { grown: tf.scalar(1) }, draws: {}, phase: "" });
  assert.deepEqual(Object.keys(one).sort(), ["loss", "risk"]);
  near(one.loss, one["risk"]!.dataSync()[0]!);
});

Deno.test("the forms of the parts that are compared, and those of the fractional factorial", () => {
  const settings = (name: string) =>
    (studies.find((study) => study.name === name) as TrainingStudy).settings
      .map(({ hyperparameters }) => hyperparameters);
  const forms = settings("variants");
  assert.deepEqual(forms, [
    {},
    { tau: 0.5 },
    { smoothing: 10 },
    { tau: 0, kappa: 0.5, rarity: "inverse" },
    { kappa: 0.5 },
    { kappa: 1 },
    { kappa: 0.5, rarity: "inverse" },
    { kappa: 0.5, rarity: "effective" },
    { covariate: "both" },
    { covariate: "head" },
    { prior: "pooled" },
    { weighting: "propensity" },
    { covariates: "input" },
    { covariate: "both", covariateReach: "head" },
    { scale: "raw" },
    { scale: "standardised" },
    { warmUp: 0 },
    { distance: "coral" },
    { distance: "mean" },
    { distance: "bank" },
    { invariance: "variance" },
    { invariance: "relative" },
    { invariance: "irm" },
    { invariance: "mmd" },
  ]);
  const search = settings("search");
  assert.equal(search.length, 16);
  assert.deepEqual(search[0], {
    ...{ scale: "raw", warmUp: 0, invariance: "coral", weighting: "propensity" },
    ...{ covariates: "features", prior: "uniform", distance: "mmd", covariateReach: "head" },
  });
  assert.deepEqual(search[1], {
    ...{ scale: "unit", warmUp: 0, invariance: "coral", weighting: "propensity" },
    ...{ covariates: "input", prior: "uniform", distance: "bank", covariateReach: "features" },
  });
  assert.equal(search[2]!["warmUp"], 150);
});
