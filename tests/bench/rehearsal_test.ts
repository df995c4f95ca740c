/** Rehearsals: mistakes of a plugin show before anything is trained for long, and are told once. */
import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { builtin, extend } from "../../bench/catalogue.ts";
import { rehearsalsOf } from "../../bench/execute/rehearsal.ts";
import { Folder } from "../../bench/records/folder.ts";
import type { RunSpec } from "../../bench/records/record.ts";
import { prepareRun } from "../../bench/train/prepare.ts";
import { rehearse } from "../../bench/train/rehearsal.ts";
import erm from "../../methods/erm.ts";
import {
  defineMethod,
  type Learner,
  type Method,
  type MethodContext,
} from "../../methods/method.ts";
import { METHODS } from "../../methods/mod.ts";
import swad from "../../methods/swad.ts";
import { defaultValues } from "../../methods/hyperparameter.ts";
import { NETWORKS } from "../../networks/mod.ts";
import { Module } from "../../nn/module.ts";
import { useBackend } from "../../testing/backend.ts";
import { debugDataset, onFeatures } from "../../testing/debug_dataset.ts";
import { cli, planOf, TINY, withFolder } from "./crash.ts";

await useBackend();

const EXECUTIONS = ["eager", "graph"] as const;

function specOf(method: Method, execution: (typeof EXECUTIONS)[number]): RunSpec {
  const hyperparameters = defaultValues(method.hyperparameters, {
    learningRate: 0.01,
    weightDecay: 0,
  });
  return {
    format: 2,
    dataset: { name: "debug", imageSize: 8, settings: {} },
    method: { name: method.name, version: method.version, hyperparameters },
    stage1: null,
    seed: 3,
    training: {
      network: { name: "cnn", width: 0.125 },
      ...{ steps: 30, batch: 8, checkpointEvery: 10, learningRate: 3e-3, weightDecay: 0 },
      selection: "validation-macro-f1",
    },
    engine: { backend: "native", threads: 1, execution },
  };
}

async function rehearsed(method: Method, execution: (typeof EXECUTIONS)[number]) {
  const before = tf.memory().numTensors;
  const steps: number[] = [];
  const found = await rehearse(specOf(method, execution), {
    ...{ dataset: debugDataset(), method, exact: true },
    onStep: (done) => steps.push(done),
  });
  assert.deepEqual(steps, Array.from({ length: 12 }, (_, i) => i + 1));
  return { ...found, lasting: tf.memory().numTensors - before };
}

/** ERM with something of its own. */
function mine(besides: (ctx: MethodContext) => Learner): Method {
  return defineMethod({
    ...erm,
    name: "mine",
    create: (ctx) => ({ ...erm.create(ctx, {}), ...besides(ctx) }),
  });
}

/** A loss whose weight is scheduled. */
const weighted = (schedule: () => { weight: number }) =>
  mine(({ network }) => ({
    schedule,
    loss: ([first], { scalars }) => ({
      loss: tf.mul(tf.mean(network.logits(first!.images)), scalars["weight"]!),
    }),
  }));

Deno.test("methods of the suite pass, and leave nothing behind", async () => {
  for (const method of [erm, swad]) {
    for (const execution of EXECUTIONS) {
      assert.deepEqual(await rehearsed(method, execution), { leaked: 0, idle: 0, lasting: 0 });
    }
  }
});

Deno.test("numbers that the seed does not decide are refused, wherever they come from", async () => {
  let calls = 0;
  const foreign: Readonly<Record<string, readonly [method: Method, what: RegExp]>> = {
    "Math.random": [weighted(() => ({ weight: Math.random() })), /differ in its terms within/],
    "what lasts outside of create()": [
      weighted(() => ({ weight: ++calls })),
      /differ in its terms within/,
    ],
    "the clock": [
      mine(({ network: { classifier } }) => ({
        beforeStep() {
          const { variable } = classifier.parameters[0]!;
          tf.tidy(() => variable.assign(tf.mul(variable, 1 + performance.now() / 1e6)));
        },
      })),
      /differ in its terms within/,
    ],
    "random numbers in a prediction": [
      mine(({ network }) => ({
        predict: (images) => tf.add(network.logits(images), tf.randomNormal([1, 4], 0, 9)),
      })),
      /differ in what it predicts within/,
    ],
  };
  for (const [what, [method, says]] of Object.entries(foreign)) {
    for (const execution of EXECUTIONS) {
      // A graph is compared with its first run, which tells the line as well.
      const graph = tf.getBackend() === "tensorflow" && execution === "graph" &&
        what.includes("prediction");
      const message = graph
        ? /^Cannot run a step as one graph: its operation \d+ is not the same .*_test\.ts:\d+\);/
        : new RegExp(`^Cannot train "mine": two runs of seed 3 ${says.source}`);
      await assert.rejects(rehearsed(method, execution), { message });
    }
  }
});

Deno.test("mistakes of a network are told in a sentence with its name", async () => {
  const pooled = (outputs: number) =>
    new Module([], outputs, (_, maps) => tf.mean(maps as tf.Tensor4D, [1, 2]));
  const wrong: readonly (readonly [build: () => unknown, says: RegExp])[] = [
    [
      () => undefined,
      /^Cannot build the network odd: its build\(\) returned nothing; return a module, such as sequential gives$/,
    ],
    [() => [1], /odd: its build\(\) returned an Array; return a module, such as sequential gives$/],
    [() => pooled(NaN), /odd: its outputs are NaN; say how many numbers it makes of an image$/],
    [
      () => pooled(5),
      /odd: it makes a tensor of shape \[24,3\] of 24 images, and by its outputs that would be \[24,5\]; mend/,
    ],
    [
      () => new Module([], 3, (_, maps) => tf.matMul(maps, tf.ones([7, 3]))),
      /^Cannot multiply tensors of shapes \[24,8,8,3\] and \[7,3\] by matMul: .*_test\.ts:\d+\)/,
    ],
    [() => {
      throw new Error("no");
    }, /odd: no \(file:.*rehearsal_test\.ts:\d+\)$/],
  ];
  for (const [build, says] of wrong) {
    const network = { ...NETWORKS[0]!, name: "odd", build: build as () => Module };
    const options = { dataset: debugDataset(), method: erm, network, exact: true, onStep() {} };
    await assert.rejects(rehearse(specOf(erm, "eager"), options), (error: Error) => {
      assert.equal(error.name, "RangeError");
      assert.match(error.message, says);
      return true;
    });
  }
});

Deno.test("a stretch to average over that cannot be is told in a sentence", async () => {
  const wrong: readonly (readonly [stretch: () => unknown, says: RegExp])[] = [
    [
      () => ({ from: 1, to: 0 }),
      /its averaging's stretch\(\) returned \{"from":1,"to":0\} after 1 /,
    ],
    [() => ({ from: 0, to: 9 }), /return null, or \{ from, to \} with 0 <= from <= to <= 1/],
    [
      () => undefined,
      /its averaging's stretch\(\) returned nothing after 1 checkpoints/,
    ],
    [() => assert.fail("no"), /^Cannot train "mine": no \(file:.*_test\.ts:\d+\)$/],
  ];
  for (const [stretch, message] of wrong) {
    const averaging = { lag: 1, stretch: stretch as () => null };
    await assert.rejects(rehearsed(mine(() => ({ averaging })), "eager"), {
      name: "MethodError",
      message,
    });
  }
});

Deno.test("tensors that steps leave behind are counted, and those that last from the first are not", async () => {
  const kept: tf.Tensor[] = [];
  const leaking = mine(() => ({ beforeStep: () => void kept.push(tf.scalar(1), tf.scalar(2)) }));
  const lasting = mine(() => ({
    beforeStep: (step) => void (step === 0 && kept.push(tf.scalar(1))),
  }));
  for (const execution of EXECUTIONS) {
    assert.equal((await rehearsed(leaking, execution)).leaked, 2);
    assert.equal((await rehearsed(lasting, execution)).leaked, 0);
  }
  tf.dispose(kept);
});

Deno.test("a method that changes nothing by which it predicts is told", async () => {
  const own: Method["create"] = ({ linear, optimizer, domains, network }) => {
    const head = linear("head", domains, 1), adam = optimizer(head.parameters);
    const loss = () => ({
      loss: tf.sum(tf.square(head.apply(tf.ones([1, domains])))) as tf.Scalar,
    });
    return { update: () => adam.minimize(loss), predict: (images) => network.logits(images) };
  };
  const idle: readonly (readonly [create: Method["create"], steps: number])[] = [
    [() => ({ update: () => ({}) }), 24],
    [(ctx, h) => ({ update: own(ctx, h).update! }), 24],
    [own, 0], // what it predicts may follow from its own weights
    [(ctx, h) => {
      const { update } = own(ctx, h), { network } = ctx;
      const adam = ctx.optimizer(network.parameters);
      return {
        phase: (step) => step < 9 ? "head" : "network", // trained first
        update: (batches, inputs) =>
          inputs.phase === "head"
            ? update!(batches, inputs)
            : adam.minimize(() => ({ loss: tf.mean(network.logits(batches[0]!.images)) })),
      };
    }, 0],
  ];
  for (const [create, steps] of idle) {
    for (const execution of EXECUTIONS) {
      assert.equal((await rehearsed({ ...erm, create }, execution)).idle, steps);
    }
  }
});

Deno.test("no method of the suite is taken for one that does not learn, frozen or not", async () => {
  const pixels = debugDataset();
  for (const [network, dataset] of [["cnn", pixels], ["head", onFeatures(pixels)]] as const) {
    const specWith = (method: Method): RunSpec => {
      const spec = specOf(method, "eager");
      return { ...spec, training: { ...spec.training, network: { name: network, width: 0.125 } } };
    };
    const { ctx, dispose } = prepareRun(specWith(erm), { dataset, method: erm });
    const first = ctx.weights();
    for (const method of METHODS) {
      const stage1Weights = method.stage1 === undefined ? undefined : first;
      const options = { dataset, method, stage1Weights, exact: false, onStep() {} };
      assert.equal(
        (await rehearse(specWith(method), options)).idle,
        0,
        `${method.name} ${network}`,
      );
    }
    tf.dispose(first);
    dispose();
  }
});

Deno.test("runs are rehearsed once for all that are made of the same definitions of others", () => {
  const theirs = mine(() => ({}));
  const catalogue = extend(builtin(), [theirs], "file:///mine.ts");
  const [run] = planOf("erm");
  const as = (name: string, seed: number) => ({
    ...run!,
    id: `${name} ${seed}`,
    spec: { ...run!.spec, seed, method: { ...run!.spec.method, name } },
  });
  const runs = [as("erm", 0), as("mine", 0), as("mine", 1), as("irm", 1)];
  const ids = rehearsalsOf(runs, catalogue).map((group) => group.map(({ id }) => id));
  assert.deepEqual(ids, [["mine 0", "mine 1"]]);
  assert.deepEqual(rehearsalsOf(runs, builtin()), []);
});

const PLUGIN = `
import * as tf from "@tensorflow/tfjs-core";
import { crossEntropy, defineMethod, forwardAll } from "@mdlt/bench/methods";
const define = (name, learner) => defineMethod({
  name, title: name, description: name, family: "baseline", citation: "Me 2026, Mine", version: 1, hyperparameters: {},
  create: ({ network }) => ({
    loss(domains) {
      const { logits, labels } = forwardAll(network, domains);
      return { loss: crossEntropy(logits, labels) };
    },
    ...learner,
  }),
});
export const narrow = define("narrow", { predict: () => tf.zeros([3, 3]) });
export const leaky = define("leaky", { update: () => ({}), beforeStep() { tf.scalar(1); } });
`;

Deno.test("a mistake is told once, its runs fail untrained, and the others are trained", () =>
  withFolder(async (folder) => {
    const plugin = join(folder, "plugin.ts"), out = join(folder, "out");
    await Deno.writeTextFile(plugin, PLUGIN);
    const seeds = TINY.indexOf("--seeds"), two = TINY.with(seeds + 1, "2");
    const run = ["--methods", "narrow,leaky", "--steps", "4", "--plugin", plugin, "--out", out];
    const { code, out: said, err } = await cli("bench", ...two, ...run);
    assert.equal(code, 1, err);
    assert.match(said, /^2 of 4 runs trained in \S+, 2 failed$/m);
    const sentence =
      'Cannot train "narrow": its predict() returned a tensor of shape [3,3]; return ' +
      "logits [images, classes], here [3,10]";
    assert.deepEqual(err.trim().replace(/seed [01] /, "seed N ").split("\n"), [
      "leaky leaves 1 tensor behind in every step, which will fill the memory; dispose of them, or " +
      "make them inside loss() or update(), which do",
      "leaky has changed no weight by which it predicts after 4 steps, so it may not learn at all; " +
      "compute its loss from the network's outputs, and have update() take a step down it",
      `digits-synth narrow seed N failed: ${sentence}`,
    ]);
    const store = new Folder(out);
    const failures = await Promise.all((await store.ids()).map((id) => store.failure(id)));
    const told = failures.flatMap((failure) => failure ?? []).map(({ error }) => error);
    assert.deepEqual(told, [sentence, sentence]);
  }));
