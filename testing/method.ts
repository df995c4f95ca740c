/**
 * What every method must hold to, whoever wrote it. Each runs with its defaults and with two settings
 * drawn from its search ranges.
 *
 * @module
 */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { readBatch } from "../bench/train/batches.ts";
import { COMMON, limits } from "../bench/plan/search.ts";
import type { Snapshot } from "../nn/adam.ts";
import type { Hyperparameter } from "../methods/hyperparameter.ts";
import type { DomainBatch, Method } from "../methods/method.ts";
import { METHODS } from "../methods/mod.ts";
import { crossEntropy } from "../methods/parts/losses.ts";
import { useBackend } from "./backend.ts";
import { methodNamed, start, TOY, type ToyRun } from "./toy.ts";
import { testAveraging } from "./averaging.ts";
import { testCompiledSteps } from "./compiled.ts";
import { assertSame, CONTINUES, equal, EVALUATION, ONE_SEED } from "./sameness.ts";

/** How a method is held to its tests. */
export interface MethodConformanceOptions {
  /** Why it need not learn what a line can separate: a sentence. It must when left out. */
  readonly needNotLearn?: string;
  /** The methods that it stands beside, its first stage among them; those of the suite by default. */
  readonly beside?: readonly Method[];
}

/** The defaults are setting 0. */
const settings = (method: Method) =>
  Object.keys(method.hyperparameters).length === 0 ? [0] : [0, 1, 2];

/** Steps after which a run is saved: before, at and after the point where phases change. */
const PAUSES = [2, 3, 5, 7];

/** Batches that training may draw and that a formula may not expect. */
const ODD_BATCHES: Readonly<Record<string, () => Promise<DomainBatch[]>>> = {
  "a batch of one image a domain": () => batchOf([[0], [1], [2]]),
  "a batch with each class in one domain only": () => batchOf([[0, 0], [2, 2, 3], [1, 1]]),
  "a batch of one class": () => batchOf([[0, 0, 0], [0, 0], [0, 0, 0]]),
  "a batch of unequal domains": () => batchOf([[0, 1, 2, 1, 0, 1], [3, 2], [1]]),
};

/**
 * Registers the tests of a method: `await methodConformance(mine)` in a test file. Starts the backend.
 */
export async function methodConformance(
  method: Method,
  options: MethodConformanceOptions = {},
): Promise<void> {
  await useBackend();
  const { beside = METHODS } = options;
  Deno.test(`${method.name} is described, and so is every hyperparameter`, () =>
    describes(method, beside));
  for (const setting of settings(method)) testSetting(method, setting);
  testInputs(method);
  if (method.views === 2) testViews(method);
  const averaging = await within(method, {}, ({ averaging }) => Promise.resolve(averaging))
    .catch(() => undefined); // the other tests say what is wrong
  if (averaging !== undefined) testAveraging(method.name, averaging);
  testEvaluation(method);
  if (method.steps !== 0 && options.needNotLearn === undefined) testLearning(method);
  if (method.stage1 !== undefined) testSecondStage(method, beside);
  if (method.steps !== 0) testCompiledSteps(method.name, (options) => begin(method, options));
}

/** Tests with the defaults, or with hyperparameters drawn from the search. */
function testSetting(method: Method, setting: number): void {
  const { name } = method;
  const title = setting === 0 ? "defaults" : `drawn setting ${setting}`;

  Deno.test(`${name}, ${title}: terms and gradients are finite`, async () => {
    await within(method, { setting, onGradients: assertFiniteGradients }, async (run) => {
      for (let i = 0; i < 6; i++) assertFinite(await run.step());
    });
  });

  Deno.test(`${name}, ${title}: continues exactly from a snapshot`, async () => {
    const { snapshots, free } = await record(method, setting);
    for (const [i, snapshot] of snapshots.slice(0, -1).entries()) {
      await within(method, { setting, done: PAUSES[i]! }, async (run) => {
        run.ctx.restore(snapshot);
        await steps(run, PAUSES[i + 1]! - PAUSES[i]!);
        const end = run.ctx.snapshot();
        assertSame(end, snapshots[i + 1]!, CONTINUES);
        tf.dispose(end.tensors);
      });
    }
    free();
  });

  Deno.test(`${name}, ${title}: no tensor is left behind`, async () => {
    await trainedFirstStage();
    const before = tf.memory().numTensors;
    const run = await begin(method, { setting });
    await steps(run, 8);
    const kept = tf.memory().numTensors;
    for (let i = 8; i < (setting === 0 ? 50 : 14); i++) {
      await run.step();
      assert.equal(tf.memory().numTensors, kept, `tensors after step ${i + 1}`);
    }
    run.ctx.dispose();
    assert.equal(tf.memory().numTensors, before, "tensors after dispose()");
  });

  for (const [what, batches] of Object.entries(ODD_BATCHES)) {
    Deno.test(`${name}, ${title}: ${what} is finite or refused in a sentence`, async () => {
      await within(method, { setting }, async (run) => {
        for (let i = 0; i < 4; i++) {
          const domains = await batches();
          await sentences(async () => {
            assertFinite(await run.update(domains, i));
            assertFinite(weightsOf(run));
          });
          tf.dispose(domains.map(({ images, labels }) => [images, labels]));
        }
      });
    });
  }
}

/** Tests of what a method may be given. */
function testInputs(method: Method): void {
  const { name } = method;
  Deno.test(`${name}: a data set of one domain is trained or refused in a sentence`, async () => {
    await sentences(() =>
      within(method, { domains: 1 }, async (run) => {
        for (let i = 0; i < 5; i++) assertFinite(await run.step());
        tf.tidy(() => assertFinite({ logits: run.predict(tf.zeros([2, 8, 8, 3]), 0).dataSync() }));
      })
    );
  });

  Deno.test(`${name}: the seed decides every number`, async () => {
    const [first, second, other] = [await finalOf(1), await finalOf(1), await finalOf(2)];
    assertSame(first, second, ONE_SEED);
    assert.throws(() => assertSame(first, other, ONE_SEED), "two seeds give the same numbers");
    [first, second, other].forEach(({ tensors }) => tf.dispose(tensors));

    async function finalOf(seed: number): Promise<Snapshot> {
      return await within(method, { seed }, async (run) => {
        await steps(run, 4);
        return run.ctx.snapshot();
      });
    }
  });

  Deno.test(`${name}: trains on features in place of images`, async () => {
    await within(method, { features: true }, async (run) => {
      for (let i = 0; i < 5; i++) assertFinite(await run.step());
      tf.tidy(() => assertFinite({ logits: run.predict(tf.zeros([2, 192]), 0).dataSync() }));
    });
  });
}

function testViews(method: Method): void {
  const { name } = method;
  Deno.test(`${name}: takes a second view of the images, which counts`, async () => {
    const termsOf = (second: boolean) =>
      within(method, {}, async (run) => {
        const domains = (await batchOf([[0, 1, 2], [2, 3], [0, 1]])).map((batch): DomainBatch => ({
          ...batch,
          ...(second && { secondImages: tf.mul(batch.images, 0.5) }),
        }));
        const terms = await run.update(domains, 0);
        tf.dispose(domains.flatMap((domain) => Object.values(domain)));
        assertFinite(terms);
        return terms;
      });
    assert.notDeepEqual(await termsOf(true), await termsOf(false));
  });
}

function testEvaluation(method: Method): void {
  const { name } = method;
  Deno.test(`${name}: predicts [images, classes], and evaluation moves nothing`, async () => {
    await within(method, {}, async (run) => {
      await steps(run, 5);
      const before = run.ctx.snapshot();
      for (const count of [1, 5]) {
        tf.tidy(() => {
          const logits = run.predict(tf.randomNormal([count, 8, 8, 3]), 1);
          assert.deepEqual(logits.shape, [count, TOY.classes.length]);
          assertFinite({ logits: logits.dataSync() });
        });
      }
      const after = run.ctx.snapshot();
      assertSame(before, after, EVALUATION);
      tf.dispose([before.tensors, after.tensors]);
    });
  });
}

function testLearning(method: Method): void {
  const { name } = method;
  Deno.test(`${name}: learns to separate what a line can separate`, async () => {
    await within(method, { batch: 12, phase: 50 }, async (run) => {
      const before = await trainingLoss(run);
      await steps(run, 60);
      const after = await trainingLoss(run);
      assert.ok(after < before / 2, `cross-entropy went from ${before} to ${after}`);
    });
  });
}

function testSecondStage(method: Method, beside: readonly Method[]): void {
  const { name } = method;
  const { inherits = "featurizer" } = method;
  const what = {
    nothing: "starts as any network of its seed, not from the first stage",
    featurizer: "starts from the first stage and leaves its featurizer alone",
    network: "starts from the first stage and leaves its featurizer alone",
  }[inherits];
  Deno.test(`${name}: ${what}`, async () => {
    const first = beside.find(({ name }) => name === method.stage1);
    assert.ok(first !== undefined, `its first stage "${method.stage1}" is not registered`);
    await within(method, {}, async (run) => {
      const trained = await trainedFirstStage();
      const same = (part: string) =>
        Object.entries(weightsOf(run)).filter(([name]) => name.startsWith(part))
          .every(([name, values]) => equal(values, trained[name]!.dataSync()));
      assert.equal(same("featurizer."), inherits !== "nothing", "featurizer weights at the start");
      assert.equal(same("classifier."), inherits === "network");
      if (inherits === "nothing") return;
      await steps(run, 4);
      assert.ok(same("featurizer."), "the featurizer has moved");
    });
  });
}

function describes(method: Method, beside: readonly Method[]): void {
  const { name, title, family, citation, version, hyperparameters } = method;
  assert.match(name, /^[a-z][a-z0-9]*$/);
  const others = beside.filter((other) => other !== method);
  assert.ok(others.every((other) => other.name !== name && other.title !== title), "it is known");
  assert.ok(family.length > 0);
  assert.match(citation, /^[A-Z].* (19|20)\d\d, \S/, "authors, year, title");
  assert.ok(Number.isInteger(version) && version >= 1);
  for (const [key, hyperparameter] of Object.entries(hyperparameters)) {
    assert.match(key, /^[a-z][A-Za-z0-9]*$/);
    assert.ok(!(key in COMMON), `${key}: training has a setting of that name`);
    describesHyperparameter(key, hyperparameter);
  }
}

function describesHyperparameter(key: string, h: Hyperparameter): void {
  const { default: standard, description, search, scalesWithSteps, wanted } = h;
  assert.match(description, /^\S.*[^.\s]$/, `${key}: one line of meaning, without a full stop`);
  const ends = search === undefined
    ? []
    : search.kind === "choice"
    ? search.values
    : limits(search);
  for (const end of ends) {
    assert.equal(h.parse(end), end, `${key}: the search draws ${end}, not ${wanted}`);
  }
  for (const [preset, { default: value, because }] of Object.entries(h.presets ?? {})) {
    assert.equal(h.parse(value), value, `${key}: ${value} at preset ${preset} is not ${wanted}`);
    assert.match(because, /^\S.*[^.\s]$/, `${key}: why at preset ${preset}, without a full stop`);
  }
  if (typeof standard === "object") return;
  assert.equal(h.parse(standard), standard, `${key}: default ${standard} is not ${wanted}`);
  assert.equal(h.parse(String(standard)), standard, `${key}: default ${standard} as text`);
  const numbers = ends.filter((end) => typeof end === "number");
  if (typeof standard === "number" && numbers.length > 0) {
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
    // A term that is off by default may have a search range without 0.
    const inside = (low <= standard && standard <= high) || standard === 0;
    assert.ok(inside, `${key}: default ${standard} outside ${low} … ${high}`);
  }
  if (scalesWithSteps !== undefined) {
    const { min } = scalesWithSteps;
    assert.ok(Number.isInteger(min) && min <= Number(standard), key);
  }
}

/** Snapshots of one run at the {@linkcode PAUSES}. */
async function record(method: Method, setting: number) {
  const snapshots: Snapshot[] = [];
  await within(method, { setting }, async (run) => {
    let done = 0;
    for (const pause of PAUSES) {
      await steps(run, pause - done);
      done = pause;
      snapshots.push(run.ctx.snapshot());
    }
  });
  return { snapshots, free: () => tf.dispose(snapshots.map(({ tensors }) => tensors)) };
}

/** The first training images of the given classes, domain by domain. */
function batchOf(classes: readonly (readonly number[])[]): Promise<DomainBatch[]> {
  return Promise.all(
    TOY.domains.map(({ train }, d) =>
      readBatch(TOY, train, classes[d]!.map((c) => train.labels.indexOf(c)))
    ),
  );
}

/** Weights of an ERM run of a few steps, by name; of one on features, where asked for. */
function trainedFirstStage(features = false): Promise<Weights> {
  return features ? (firstOnFeatures ??= train(true)) : (firstStage ??= train(false));
}

type Weights = Record<string, tf.Tensor>;
let firstStage: Promise<Weights> | undefined;
let firstOnFeatures: Promise<Weights> | undefined;

async function train(features: boolean): Promise<Weights> {
  const run = start(methodNamed("erm"), { seed: 7, features });
  await steps(run, 15);
  const weights = run.ctx.weights();
  run.ctx.dispose();
  return weights;
}

async function begin(method: Method, options: Parameters<typeof start>[1]): Promise<ToyRun> {
  const stage1Weights = method.stage1 === undefined
    ? undefined
    : await trainedFirstStage(options?.features);
  return start(method, { ...options, stage1Weights });
}

/** Does something that may be refused, but in a sentence. */
async function sentences(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    assert.match(error.message, /^Cannot [^\n]+[^.\n]$/);
  }
}

/** Works with a run and frees it. */
async function within<T>(
  method: Method,
  options: Parameters<typeof start>[1],
  work: (run: ToyRun) => Promise<T>,
): Promise<T> {
  const run = await begin(method, options);
  try {
    return await work(run);
  } finally {
    run.ctx.dispose();
  }
}

async function steps(run: ToyRun, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await run.step();
}

/** Mean cross-entropy of the predictions for all training images. */
async function trainingLoss(run: ToyRun): Promise<number> {
  const losses: number[] = [];
  for (const [d, { train }] of TOY.domains.entries()) {
    const { images, labels } = await readBatch(TOY, train, train.labels.map((_, i) => i));
    losses.push(tf.tidy(() => crossEntropy(run.predict(images, d), labels).dataSync()[0]!));
    tf.dispose([images, labels]);
  }
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

function weightsOf(run: ToyRun): Record<string, ArrayLike<number>> {
  return Object.fromEntries(
    run.ctx.parameters.map(({ name, variable }) => [name, variable.dataSync()]),
  );
}

function assertFinite(values: Readonly<Record<string, number | ArrayLike<number>>>): void {
  for (const [name, value] of Object.entries(values)) {
    const numbers = typeof value === "number" ? [value] : Array.from(value);
    assert.ok(numbers.every(Number.isFinite), `${name} is not finite: ${numbers.slice(0, 5)}`);
  }
}

function assertFiniteGradients(
  parameters: readonly { readonly name: string }[],
  gradients: readonly (tf.Tensor | null)[],
): void {
  assert.ok(gradients.some((gradient) => gradient !== null), "no parameter has a gradient");
  gradients.forEach((gradient, i) => {
    if (gradient !== null) assertFinite({ [parameters[i]!.name]: gradient.dataSync() });
  });
}
