/**
 * What every network must hold to, whoever wrote it.
 *
 * @module
 */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { stream } from "../base/random.ts";
import {
  buildNetwork,
  type ClassifierOptions,
  type Network,
  type NetworkDefinition,
} from "../networks/network.ts";
import { fitOf } from "../networks/weights.ts";
import { fromTorch, toTorch } from "../nn/module.ts";
import { prepareBackend, startBackend } from "../tensor/backend.ts";

/** How a network is held to its tests: small, so that they are quick. */
export interface NetworkConformanceOptions {
  /** Factor on its channels; an eighth when left out. */
  readonly width?: number;
  /** Height and width of the images; the least size from 32 on that it can see when left out. */
  readonly imageSize?: number;
}

const CLASSES = 3;
const FEATURES = 24;

/**
 * Registers the tests of a network: `await networkConformance(mine)` in a test file. Where no
 * backend of TensorFlow has been started it starts one.
 */
export async function networkConformance(
  definition: NetworkDefinition,
  { width = 0.125, imageSize }: NetworkConformanceOptions = {},
): Promise<void> {
  if (!tf.getBackend()) await startBackend(await prepareBackend("auto"), 1);
  const { name, imageSizeMultiple = 1 } = definition;
  const size = imageSize ?? Math.ceil(32 / imageSizeMultiple) * imageSizeMultiple;
  const inputShape = definition.input === "features" ? [FEATURES] : [size, size, 3];
  const subject: Subject = {
    definition,
    inputShape,
    build: (options) => {
      const { seed = 1, ...others } = options ?? {};
      return buildNetwork(definition, CLASSES, {
        inputShape,
        width,
        draws: (parameter) => stream(seed, "initial", parameter),
        random: stream(seed, "dropout"),
        ...others,
      });
    },
  };
  const test = (what: string, check: () => void) =>
    Deno.test(`${name}: ${what}`, () => {
      const before = tf.memory().numTensors;
      tf.tidy(check);
      assert.equal(tf.memory().numTensors, before, "everything that was made is freed");
    });
  testDefinition(subject, test);
  testOutputs(subject, test);
  testParameters(subject, test, width);
  testDropout(subject, test);
}

/** A network under test. */
interface Subject {
  readonly definition: NetworkDefinition;
  readonly inputShape: readonly number[];
  build(options?: Partial<ClassifierOptions> & { readonly seed?: number }): Network;
}

type Test = (what: string, check: () => void) => void;

function testDefinition({ definition, inputShape, build }: Subject, test: Test): void {
  test("it says what it is", () => {
    assert.equal(definition.kind, "network");
    assert.match(definition.name, /^[a-z0-9][a-z0-9_-]*$/);
    for (const text of [definition.title, definition.citation]) assert.ok(text.length > 0);
    const { normalisation, imageSizeMultiple = 1, weights } = definition;
    assert.ok(Number.isInteger(imageSizeMultiple) && imageSizeMultiple > 0);
    if (normalisation !== undefined) {
      assert.deepEqual([normalisation.mean.length, normalisation.deviation.length], [3, 3]);
      assert.ok(normalisation.deviation.every((deviation) => deviation > 0));
    }
    if (weights === undefined) return;
    const { lacking, left } = fitOf(weights, new Set(["somebody.else"]));
    assert.ok(lacking.length > 0, "weights of another network have not all of its tensors");
    assert.deepEqual(left, ["somebody.else"], "a tensor of another network is of no use");
  });

  test("what it cannot take is refused", () => {
    const other = definition.input === "features" ? [32, 32, 3] : [FEATURES];
    assert.throws(() => build({ inputShape: other }), /Cannot build the network/);
    const [size = 0, ...rest] = inputShape;
    if (rest.length === 0 || (definition.imageSizeMultiple ?? 1) === 1) return;
    assert.throws(() => build({ inputShape: [size + 1, size + 1, 3] }), /must be a multiple of/);
  });
}

function testOutputs({ inputShape, build }: Subject, test: Test): void {
  test("features and logits of every image, finite, alone as in a batch", () =>
    withNetwork(build(), (network) => {
      const images = imagesOf(3, inputShape);
      const features = network.features(images);
      assert.deepEqual(features.shape, [3, network.featurizer.outputs]);
      const logits = network.logits(images);
      assert.deepEqual(logits.shape, [3, CLASSES]);
      assert.ok(logits.dataSync().every(Number.isFinite));
      const alone = network.logits(tf.slice(images, 1, 1)).dataSync();
      const among = tf.slice(logits, [1, 0], [1, CLASSES]).dataSync();
      alone.forEach((value, c) =>
        assert.ok(Math.abs(value - among[c]!) < 1e-4 * Math.max(1, Math.abs(value)))
      );
    }));

  test("its two halves, one after the other, are the whole", () =>
    withNetwork(build(), (network) => {
      const images = imagesOf(2, inputShape);
      assert.deepEqual(bits(network.upper(network.lower(images))), bits(network.features(images)));
      const { halves, parameters } = network.featurizer;
      if (halves === undefined) return;
      const inTurn = [...halves.lower.parameters, ...halves.upper.parameters];
      assert.deepEqual(inTurn.map((p) => p.variable), parameters.map((p) => p.variable));
    }));

  test("the same seed gives the same bits, another seed others", () =>
    withNetwork(
      build(),
      (network) =>
        withNetwork(build(), (again) =>
          withNetwork(build({ seed: 2 }), (other) => {
            const images = imagesOf(2, inputShape);
            const logits = bits(network.logits(images));
            assert.deepEqual(bits(again.logits(images)), logits);
            assert.notDeepEqual(bits(other.logits(images)), logits);
          })),
    ));
}

function testParameters({ inputShape, build }: Subject, test: Test, width: number): void {
  test("every parameter has a finite gradient", () =>
    withNetwork(build(), (network) => {
      const { featurizer, parameters } = network;
      const names = featurizer.parameters.map((p) => p.name);
      assert.deepEqual(names, [...new Set(names)], "every name is there once");
      const images = imagesOf(3, inputShape);
      const { grads } = tf.variableGrads(() => {
        const likely = tf.logSoftmax(network.logits(images, true));
        return tf.neg(tf.mean(tf.sum(tf.mul(likely, tf.oneHot([0, 1, 2], CLASSES)), 1)));
      }, parameters.map((p) => p.variable));
      for (const { name, variable } of parameters) {
        const gradient = grads[variable.name];
        assert.ok(gradient, name);
        assert.deepEqual(gradient.shape, variable.shape, name);
        assert.ok(gradient.dataSync().every(Number.isFinite), name);
      }
    }));

  test("the width scales its parameters", () =>
    withNetwork(build(), (network) =>
      withNetwork(build({ width: 2 * width }), (wider) => {
        const count = ({ parameters }: Network) =>
          parameters.reduce((sum, { variable }) => sum + variable.size, 0);
        assert.ok(count(wider) > count(network));
        const features = wider.features(imagesOf(1, inputShape));
        assert.deepEqual(features.shape, [1, wider.featurizer.outputs]);
      })));

  test("parameters saved by their names, as PyTorch has them, give the same network", () =>
    withNetwork(build(), (network) =>
      withNetwork(build({ seed: 2 }), (other) => {
        for (const part of ["featurizer", "classifier"] as const) {
          const saved = new Map(network[part].parameters.map((p) => [p.name, toTorch(p).slice()]));
          other[part].parameters.forEach((p) => fromTorch(p, saved.get(p.name)!));
        }
        const images = imagesOf(2, inputShape);
        assert.deepEqual(bits(other.logits(images)), bits(network.logits(images)));
      })));
}

function testDropout({ definition, inputShape, build }: Subject, test: Test): void {
  test("dropout changes features in training alone, where it has any", () =>
    withNetwork(build(), (network) =>
      withNetwork(build({ dropout: 0.5 }), (dropping) => {
        const images = imagesOf(2, inputShape);
        const features = bits(network.features(images));
        assert.deepEqual(bits(network.features(images, true)), features);
        assert.deepEqual(bits(dropping.features(images)), features);
        const dropped = bits(dropping.features(images, true));
        if (definition.dropout) assert.notDeepEqual(dropped, features);
        else assert.deepEqual(dropped, features);
      })));
}

/** Runs a check on a network and frees it. */
function withNetwork(network: Network, check: (network: Network) => void): void {
  try {
    check(network);
  } finally {
    network.featurizer.dispose();
    network.classifier.dispose();
  }
}

/** Made-up images, normalised, or features of some. */
function imagesOf(count: number, shape: readonly number[]): tf.Tensor {
  const random = stream(0, "images");
  const values = Float32Array.from(
    { length: count * shape.reduce((a, b) => a * b) },
    () => random.normal(),
  );
  return tf.tensor(values, [count, ...shape]);
}

const bits = (tensor: tf.Tensor): Float32Array => tensor.dataSync() as Float32Array;
