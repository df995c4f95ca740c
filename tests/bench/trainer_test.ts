import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { sampler } from "../../bench/train/batches.ts";
import accuracy from "../../metrics/accuracy.ts";
import macroF1 from "../../metrics/macro_f1.ts";
import { countsOf } from "../../metrics/mod.ts";
import { figures } from "../../bench/records/figures.ts";
import { usualExecution } from "../../bench/records/execution.ts";
import { runId } from "../../bench/records/run_id.ts";
import type { RunRecord, RunSpec } from "../../bench/records/record.ts";
import { train, type TrainResult } from "../../bench/train/trainer.ts";
import type { SeenDataset } from "../../bench/train/normalise.ts";
import boda from "../../methods/boda.ts";
import crt from "../../methods/crt.ts";
import erm from "../../methods/erm.ts";
import { defaultValues } from "../../methods/hyperparameter.ts";
import { defineMethod, type DomainBatch, learner, type Method } from "../../methods/method.ts";
import { crossEntropy } from "../../methods/parts/losses.ts";
import taunorm from "../../methods/taunorm.ts";
import { useBackend } from "../../testing/backend.ts";
import { DEBUG_COUNTS, debugDataset } from "../../testing/debug_dataset.ts";

await useBackend();

function specOf(method: Method, change: Partial<RunSpec["training"]> = {}, seed = 0): RunSpec {
  const run = { learningRate: 0.01, weightDecay: 0 };
  const hyperparameters = defaultValues(method.hyperparameters, run);
  return {
    format: 2,
    dataset: { name: "debug", imageSize: 8, settings: {} },
    method: { name: method.name, version: method.version, hyperparameters },
    stage1: null,
    seed,
    training: {
      network: { name: "cnn", width: 0.125 },
      steps: 30,
      batch: 8,
      checkpointEvery: 10,
      learningRate: 3e-3,
      weightDecay: 0,
      selection: "validation-macro-f1",
      ...change,
    },
    engine: {
      backend: "native",
      threads: 1,
      execution: usualExecution(change.steps ?? 30, "native"),
    },
  };
}

const numbersOf = ({ curve, result, outcome }: TrainResult) => ({ curve, result, outcome });

Deno.test("ERM learns the debug data; the curve has the reference's checkpoints", async () => {
  const before = tf.memory().numTensors;
  const trained = await train(specOf(erm), { dataset: debugDataset(), method: erm });
  assert.deepEqual(trained.outcome, { status: "done" });
  // After update t for t mod 10 = 0, and after the last: t counts from 0.
  assert.deepEqual(trained.curve.map(({ step }) => step), [1, 11, 21, 30]);
  const losses = trained.curve.map(({ terms }) => terms.loss!);
  assert.ok(losses.at(-1)! < losses[0]! / 2, `losses ${losses}`);
  const tested = trained.result!.test.map((confusion) => macroF1.compute(countsOf(confusion))!);
  assert.ok(tested.every((value) => value > 0.6), `macro-F1 ${tested}`);
  assert.equal(trained.result!.test[0]!.flat().reduce((a, b) => a + b), 20);
  tf.dispose([trained.weights, trained.sample!.features]);
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("predictions are what the confusion counts; features belong to the same images", async () => {
  const dataset = debugDataset();
  const { predictions, sample, result } = await train(specOf(erm), { dataset, method: erm });
  predictions!.forEach(({ labels, predicted, confidence }, d) => {
    assert.deepEqual(labels, [...dataset.domains[d]!.test.labels]);
    assert.ok(confidence.every((c) => c >= 1 / 4 - 1e-6 && c <= 1 + 1e-6));
    const right = predicted.filter((p, i) => p === labels[i]).length;
    assert.equal(right / labels.length, accuracy.compute(countsOf(result!.test[d]!)));
  });
  assert.deepEqual(sample!.features.shape, [60, 16]);
  assert.deepEqual(sample!.labels, predictions!.flatMap(({ labels }) => labels));
});

Deno.test("the same spec gives the same bits, another seed others", async () => {
  const run = async (seed: number) =>
    numbersOf(await train(specOf(erm, {}, seed), { dataset: debugDataset(), method: erm }));
  const first = await run(0);
  assert.deepEqual(await run(0), first);
  assert.notDeepEqual((await run(1)).curve, first.curve);
});

Deno.test("the best checkpoint is tested, the first one on ties, or the last if asked", async () => {
  const options = { dataset: debugDataset(), method: erm };
  const best = await train(specOf(erm), options);
  const values = best.curve.map(({ validation }) =>
    validation.macro_f1!.reduce<number>((a, b) => a + b!, 0) / 2
  );
  assert.equal(best.result!.step, best.curve[values.indexOf(Math.max(...values))]!.step);
  const last = await train(specOf(erm, { selection: "last" }), options);
  assert.equal(last.result!.step, 30);
  assert.deepEqual(last.curve, best.curve);
});

Deno.test("test figures at checkpoints are for the chart: they select nothing, but for the oracle", async () => {
  const options = { dataset: debugDataset(), method: erm };
  const plain = await train(specOf(erm), options);
  const traced = await train(specOf(erm, { traceTest: true }), options);
  assert.ok(plain.curve.every((point) => point.test === undefined));
  assert.deepEqual(traced.curve.map(({ test: _, ...point }) => point), plain.curve);
  assert.deepEqual(traced.result, plain.result);
  const oracle = await train(specOf(erm, { selection: "oracle-test-macro-f1" }), options);
  assert.deepEqual(oracle.curve, traced.curve);
  const values = oracle.curve.map(({ test }) =>
    test!.macro_f1!.reduce<number>((a, b) => a + b!, 0)
  );
  assert.equal(oracle.result!.step, oracle.curve[values.indexOf(Math.max(...values))]!.step);
  const macroF1s = oracle.result!.test.map((confusion) => macroF1.compute(countsOf(confusion))!);
  assert.equal(macroF1s.reduce((a, b) => a + b), Math.max(...values));
});

Deno.test("a checkpoint can be selected by probabilities, less being better; tests keep their figures", async () => {
  const options = { dataset: debugDataset(), method: erm };
  const selected = await train(specOf(erm, { selection: "validation-worst-nll" }), options);
  const values = selected.curve.map(({ validation }) => Math.max(...validation.nll!.map(Number)));
  const best = Math.min(...values);
  const { step, scores, validation } = selected.result!;
  assert.equal(step, selected.curve[values.indexOf(best)]!.step);
  assert.equal(Math.max(...scores!.validation!.nll!.domains.map(Number)), best);
  assert.equal(validation.length, 3);
  assert.deepEqual(Object.keys(scores!.test!), ["brier", "nll", "macro_auroc"]);
  // What is measured changes nothing else.
  const usual = await train(specOf(erm), options);
  assert.deepEqual(Object.keys(usual.curve[0]!.validation), ["accuracy", "macro_f1"]);
  usual.curve.forEach(({ validation }, i) => {
    assert.deepEqual(selected.curve[i]!.validation.accuracy, validation.accuracy);
  });
  tf.dispose([selected.weights, usual.weights]);
});

Deno.test("tensors stay constant over the updates of a run", async () => {
  const counts: number[] = [];
  await train(specOf(boda, { steps: 60, checkpointEvery: 20 }), {
    dataset: debugDataset(),
    method: boda,
    onStep: (done) => {
      if (done % 20 === 10) counts.push(tf.memory().numTensors);
    },
  });
  assert.equal(new Set(counts).size, 1, `tensors at 10, 30, 50 updates: ${counts}`);
});

Deno.test("a second stage starts from the first one's featurizer and moves only the classifier", async () => {
  const dataset = debugDataset();
  const first = await train(specOf(erm), { dataset, method: erm });
  const spec = { ...specOf(crt), stage1: specOf(erm) };
  const second = await train(spec, { dataset, method: crt, stage1Weights: first.weights });
  for (const [name, tensor] of Object.entries(second.weights)) {
    const same = String(tensor.dataSync()) === String(first.weights[name]!.dataSync());
    assert.equal(same, name.startsWith("featurizer."), name);
  }
});

Deno.test("a post-hoc second stage is evaluated, not trained", async () => {
  const dataset = debugDataset();
  const first = await train(specOf(erm), { dataset, method: erm });
  const options = { dataset, method: taunorm, stage1Weights: first.weights };
  const second = await train({ ...specOf(taunorm), stage1: specOf(erm) }, options);
  assert.deepEqual(second.curve.map(({ step }) => step), [0]);
  assert.equal(second.result!.step, 0);
  assert.equal(second.result!.test.flat(2).reduce((a, b) => a + b), 60);
  for (const [name, tensor] of Object.entries(second.weights)) {
    assert.deepEqual(tensor.dataSync(), first.weights[name]!.dataSync(), name);
  }
});

Deno.test("a context may be taken apart; what changes with a step is declared and given to it", async () => {
  const seen: string[] = [];
  const declaring = defineMethod({
    ...erm,
    name: "declaring",
    create({ network, random, optimizer, minimize, buffer, parameter, linear, mlp }) {
      const draws = random("shares");
      buffer("kept", [1]);
      const trained = [...network.parameters, parameter("scale", [1], 1)];
      linear("linear", 2, 2);
      mlp("mlp", { inputs: 2, outputs: 2, width: 2, depth: 2 });
      const adam = optimizer(trained);
      return learner({
        schedule: (step) => ({ weight: 1 / (1 + step) }),
        phase: (step) => step < 2 ? "first" : "second",
        draws: (sizes) => ({ shares: tf.tensor1d(sizes.map(() => draws.uniform())) }),
        update(domains, { scalars: { weight }, draws: { shares }, phase }) {
          const rounded = weight.dataSync()[0]!.toFixed(2);
          seen.push(`${phase} ${rounded} ${shares.shape} ${new Set(shares.dataSync()).size}`);
          const [{ images, labels }] = domains as [DomainBatch];
          return minimize(
            () => ({ loss: tf.mul(crossEntropy(network.logits(images, true), labels), weight) }),
            [adam],
          );
        },
      });
    },
  });
  const before = tf.memory().numTensors;
  const { weights, sample } = await train(specOf(declaring, { steps: 3 }), {
    dataset: debugDataset(),
    method: declaring,
  });
  assert.deepEqual(seen, ["first 1.00 3 3", "first 0.50 3 3", "second 0.33 3 3"]);
  tf.dispose([weights, sample?.features ?? []]);
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("a method with neither loss nor update is refused", async () => {
  const idle = defineMethod({ ...erm, name: "idle", create: () => ({}) });
  await assert.rejects(
    train(specOf(idle), { dataset: debugDataset(), method: idle }),
    /^RangeError: Cannot train "idle": it gives neither a loss nor an update/,
  );
});

Deno.test("a loss that is no number ends the run as diverged, with the best weights so far", async () => {
  const explosive = defineMethod({
    ...erm,
    name: "explosive",
    create: ({ network }) => ({
      schedule: (step) => ({ factor: step === 15 ? NaN : 1 }),
      loss([first], { scalars: { factor } }) {
        const loss = crossEntropy(network.logits(first!.images), first!.labels);
        return { loss: tf.mul(loss, factor!) };
      },
    }),
  });
  const trained = await train(specOf(explosive), { dataset: debugDataset(), method: explosive });
  assert.deepEqual(trained.outcome, { status: "diverged", step: 16, term: "loss" });
  assert.deepEqual(trained.curve.map(({ step }) => step), [1, 11]);
  assert.ok(trained.result !== null);
});

Deno.test("weights that are no numbers after the last step end the run as diverged, not at chance", async () => {
  const method = defineMethod({
    ...erm,
    name: "bursting",
    create: ({ network, optimizer }) => {
      const { parameters } = network.classifier;
      const adam = optimizer(parameters);
      return {
        schedule: (step) => ({ factor: step === 29 ? Infinity : 1 }),
        update([first], { scalars: { factor } }) {
          const terms = adam.minimize(() => ({
            loss: crossEntropy(network.logits(first!.images), first!.labels),
          }));
          // As an overflow in the backward pass leaves it, which no term shows.
          const bias = parameters.at(-1)!.variable;
          bias.assign(tf.mul(bias, factor!));
          return terms;
        },
      };
    },
  });
  const options = { dataset: debugDataset(), method };
  const trained = await train(specOf(method, { selection: "last" }), options);
  assert.deepEqual(trained.outcome, { status: "diverged", step: 30, term: "a logit" });
  assert.deepEqual(trained.curve.map(({ step }) => step), [1, 11, 21]);
  assert.equal(trained.result!.step, 21);
  tf.dispose([trained.weights, trained.sample!.features]);
});

Deno.test("a prediction that is no number fails the run, with the image and the step", async () => {
  const { domains: [, second] } = debugDataset();
  for (const value of [NaN, Infinity, -Infinity]) {
    for (const execution of ["eager", "graph"] as const) {
      const method = defineMethod({
        ...erm,
        name: "odd",
        create: ({ network }) => ({
          loss: ([first]) => ({ loss: crossEntropy(network.logits(first!.images), first!.labels) }),
          predict: (images, domain) => tf.add(network.logits(images), domain === 1 ? value : 0),
        }),
      });
      const spec = specOf(method);
      await assert.rejects(
        train({ ...spec, engine: { ...spec.engine, execution } }, {
          dataset: debugDataset(),
          method,
        }),
        {
          name: "MethodError",
          message:
            'Cannot evaluate "odd" after 1 step: the logits of its predict() for validation ' +
            `image 1 of domain "${second!.name}" are NaN or infinite, though all weights are ` +
            "finite; look for a division by 0, or the logarithm of a number that is not positive",
        },
      );
    }
  }
});

Deno.test("a class that a method rules out by minus infinity is never predicted, which is no fault", async () => {
  const method = defineMethod({
    ...erm,
    name: "without",
    create: ({ network }) => ({
      loss: ([first]) => ({ loss: crossEntropy(network.logits(first!.images), first!.labels) }),
      predict: (images) => tf.add(network.logits(images), tf.tensor1d([0, 0, 0, -Infinity])),
    }),
  });
  const { outcome, predictions } = await train(specOf(method), { dataset: debugDataset(), method });
  assert.deepEqual(outcome, { status: "done" });
  assert.ok(predictions!.every(({ predicted }) => !predicted.includes(3)));
});

Deno.test("batches and initial weights are the same for every method of a seed", async () => {
  const seen = async (name: string, extra: number) => {
    const images: string[] = [];
    const spy = defineMethod({
      ...erm,
      name,
      create(ctx) {
        for (let i = 0; i < extra; i++) ctx.random("own").uniform();
        if (extra > 0) ctx.linear("own", 4, 4);
        images.push(String(ctx.network.classifier.parameters[0]!.variable.dataSync()));
        return {
          loss(domains) {
            domains.forEach((d) => images.push(String(d.labels.dataSync())));
            return {
              loss: crossEntropy(ctx.network.logits(domains[0]!.images), domains[0]!.labels),
            };
          },
        };
      },
    });
    await train(specOf(spy, { steps: 3 }), { dataset: debugDataset(), method: spy });
    return images;
  };
  assert.deepEqual(await seen("a", 0), await seen("b", 5));
});

Deno.test("a domain without training images is refused by name", () => {
  const dataset: SeenDataset = debugDataset();
  const { read } = dataset.domains[0]!.train;
  const empty = { ...dataset.domains[0]!, train: { labels: new Uint16Array(0), read } };
  assert.throws(
    () => sampler(empty, "uniform", 4, 0),
    /domain "domain0": it has no training image/,
  );
});

Deno.test("figures of a record: by domain, average and worst, shot groups joined", async () => {
  const dataset = debugDataset();
  const spec = specOf(erm);
  const { weights: _, seconds: __, ...trained } = await train(spec, { dataset, method: erm });
  const record = {
    id: runId(spec),
    spec,
    name: "erm",
    ...trained,
    data: {
      title: "debug",
      domains: dataset.domains.map(({ name }) => name),
      classes: dataset.classes,
      counts: { train: DEBUG_COUNTS, validation: [], test: [] },
      shots: { many: 10, few: 4 },
      fingerprint: "",
    },
  } as unknown as RunRecord;
  const rows = figures(record).filter(({ split }) => split === "test");
  const value = (domain: string, metric: string) =>
    rows.find((row) => row.domain === domain && row.metric === metric)?.value;
  const byDomain = trained.result!.test.map((confusion) => accuracy.compute(countsOf(confusion))!);
  assert.equal(value("domain0", "accuracy"), byDomain[0]);
  assert.equal(value("average", "accuracy"), (byDomain[0]! + byDomain[1]!) / 2);
  assert.equal(value("worst", "accuracy"), Math.min(...byDomain));
  // Cells with more than 10 training images: class a of domain0, class d of domain1.
  const [a, b] = trained.result!.test;
  assert.equal(value("average", "many"), (a![0]![0]! / 5 + b![3]![3]! / 5) / 2);
  assert.equal(value("average", "zero"), a![3]![3]! / 5);
  assert.equal(value("domain1", "zero"), undefined);
});
