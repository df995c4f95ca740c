/**
 * The parts of BRL and its whole loss against `tests/methods/brl_figures/brl.py` in NumPy, and what they do where
 * a batch or a count is odd.
 */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { type Value, valueOfCode } from "../../base/setting.ts";
import brl from "../../methods/brl/mod.ts";
import type { DomainBatch, MethodContext } from "../../methods/method.ts";
import {
  balancedRisk,
  cellWeights,
  logPriors,
  RARITIES,
  stabilised,
} from "../../methods/brl/balancing.ts";
import { classDistance, coral, gaussian, linear } from "../../methods/brl/class_distances.ts";
import { propensityWeights, remainingImbalance } from "../../methods/brl/propensity.ts";
import { useBackend } from "../../testing/backend.ts";
import figures from "./brl_figures/brl.json" with { type: "json" };
import { methodNamed, start } from "../../testing/toy.ts";

await useBackend();

const { counts, labels } = figures;
const sizes = counts.map((row) => row.reduce((a, b) => a + b, 0));
const shares = sizes.map((size) => size / sizes.reduce((a, b) => a + b, 0));
const KERNELS = [gaussian, coral, linear];

/** Checks a formula's numbers, whatever tensors it makes on the way. */
function equals(found: () => tf.Tensor | number[][], expected: unknown, tolerance = 1e-5): void {
  const numbers = tf.tidy(() => {
    const value = found();
    return value instanceof tf.Tensor ? Array.from(value.dataSync()) : value.flat();
  });
  const wanted = [expected].flat(3) as number[];
  assert.equal(numbers.length, wanted.length);
  numbers.forEach((value, i) => {
    const error = Math.abs(value - wanted[i]!) / Math.max(1e-2, Math.abs(wanted[i]!));
    assert.ok(error <= tolerance, `number ${i} is ${value}, in NumPy ${wanted[i]}`);
  });
}

const features = () => figures.features.map((z) => tf.tensor2d(z));
const truth = () => labels.map((y) => tf.tensor1d(y, "int32"));
const verdicts = () =>
  features().map((z) => tf.matMul(z, tf.tensor2d(figures.head)) as tf.Tensor2D);
const weights = () => verdicts().map((s, d) => propensityWeights(s, d, shares));

Deno.test("priors and weights of cells equal NumPy", () => {
  equals(() => logPriors(counts, 0.5), figures.logPriors);
  Object.values(RARITIES).forEach((rarity, i) =>
    equals(() => cellWeights(counts, rarity, 0.5), figures.cellWeights[i])
  );
});

Deno.test("propensity weights and the remaining imbalance equal NumPy", () => {
  equals(() => tf.concat(weights()), figures.propensityWeights);
  equals(() => remainingImbalance(features(), weights(), shares), figures.imbalance);
});

Deno.test("class distances equal NumPy", () => {
  KERNELS.forEach((kernel, i) =>
    equals(
      () => classDistance(features(), truth(), weights(), 4, kernel),
      figures.distances[i],
      1e-4,
    )
  );
});

/** The figures have names by number, as records of format 1. */
function byName(codes: Readonly<Record<string, number>>) {
  return Object.fromEntries(
    Object.entries(codes).map(([key, code]) => [
      key,
      valueOfCode(brl.hyperparameters[key]!, code)!,
    ]),
  );
}

/** What the figures were computed with: whole weights from the first step, covariates in the features. */
const FIRST_FORM = { covariates: "features", warmUp: 0 };

/** BRL on given features: the network is a linear classifier of the images themselves. */
function loss(
  hyperparameters: Readonly<Record<string, number>>,
  batches: readonly DomainBatch[],
  cells = counts,
  head = tf.tensor2d(figures.head),
) {
  const ctx = {
    classes: 4,
    domains: cells.length,
    counts: cells,
    network: {
      featurizer: { outputs: 5 },
      features: (images: tf.Tensor) => images,
      classify: (z: tf.Tensor2D) => tf.matMul(z, tf.tensor2d(figures.classifier)),
    },
    linear: () => ({ apply: (z: tf.Tensor2D) => tf.matMul(z, head) }),
    buffer: (name: string) =>
      tf.variable(
        name === "known"
          ? tf.expandDims(tf.tensor(figures.known), 2)
          : tf.tensor(figures.centroids),
      ),
  } as unknown as MethodContext;
  const learner = brl.create(ctx, {
    ...FIRST_FORM,
    ...byName({ ...figures.defaults, ...hyperparameters }),
  });
  return learner.loss!(batches, { scalars: { grown: tf.scalar(1) }, draws: {}, phase: "" });
}

const batches = (): DomainBatch[] =>
  features().map((images, d) => ({ images, labels: truth()[d]! }));

for (const { hyperparameters, terms } of figures.cases) {
  Deno.test(`the loss with ${JSON.stringify(hyperparameters)} equals NumPy`, () => {
    tf.tidy(() => {
      const found = loss(hyperparameters, batches());
      assert.deepEqual(Object.keys(found).sort(), Object.keys(terms).sort());
      for (const [name, value] of Object.entries(terms)) equals(() => found[name]!, value, 1e-4);
    });
  });
}

Deno.test("no domain is privileged: equal domains have no penalty and no distance", () => {
  const same = [[8, 4, 2, 1], [8, 4, 2, 1], [8, 4, 2, 1]];
  tf.tidy(() => {
    const one = batches()[0]!;
    const found = loss({ cb: 0 }, [one, one, one], same);
    equals(() => found["penalty"]!, 0);
    equals(() => found["representation"]!, 0);
  });
});

Deno.test("the propensity head learns from covariate balancing alone", () => {
  tf.tidy(() => {
    const slope = (alpha: number) =>
      tf.max(tf.abs(
        tf.grad((head) => loss({ alpha }, batches(), counts, head as tf.Tensor2D).loss)(
          tf.tensor2d(figures.head),
        ),
      )).dataSync()[0]!;
    assert.equal(slope(0), 0);
    assert.ok(slope(1) > 1e-3);
  });
});

Deno.test("what is extreme stays finite", () => {
  assert.ok(logPriors([[5, 0], [0, 0]], 1).flat().every(Number.isFinite));
  assert.ok(cellWeights([[5, 0], [0, 1e6]], RARITIES.inverse, 1).flat().every((w) => w > 0));
  tf.tidy(() => {
    equals(() => stabilised(tf.tensor1d([0, 0, 0])), [1, 1, 1]);
    const certain = tf.tensor2d([[500, 0, -500], [-500, 500, 0]]);
    for (const d of [0, 1, 2]) {
      assert.ok(propensityWeights(certain, d, shares).dataSync().every((w) => w > 0.05 && w < 20));
    }
    const risk = balancedRisk(tf.zeros([1, 2]), tf.tensor1d([0], "int32"), [0, 0], tf.ones([1]));
    equals(() => risk, Math.log(2));
    for (const kernel of KERNELS) {
      const nothing = classDistance(
        [tf.ones([1, 3]), tf.ones([2, 3])],
        [tf.tensor1d([0], "int32"), tf.tensor1d([1, 1], "int32")],
        [tf.ones([1]), tf.ones([2])],
        2,
        kernel,
      );
      equals(() => nothing, 0);
    }
  });
});

const VARIANTS: Readonly<Record<string, readonly Value[]>> = {
  tau: [0],
  rarity: ["inverse", "effective"],
  covariate: ["head", "imbalance"],
  covariateReach: ["features"],
  distance: ["mmd", "coral", "mean", "bank"],
  invariance: ["variance", "relative", "irm", "coral", "mmd"],
  prior: ["uniform", "pooled"],
  covariates: ["features", "input"],
  weighting: ["propensity", "overlap"],
  scale: ["raw", "standardised", "unit"],
  warmUp: [0, 3],
};

for (const [key, values] of Object.entries(VARIANTS)) {
  for (const value of values) {
    Deno.test(`updates with ${key} ${value} are finite with zero-shot cells`, async () => {
      const standard = methodNamed("brl");
      const changed = { ...standard.hyperparameters[key]!, default: value };
      const run = start({
        ...standard,
        hyperparameters: { ...standard.hyperparameters, [key]: changed },
      });
      for (let i = 0; i < 5; i++) {
        for (const [name, term] of Object.entries(await run.step())) {
          assert.ok(Number.isFinite(term), `${name} is ${term}`);
        }
      }
      run.ctx.dispose();
    });
  }
}
