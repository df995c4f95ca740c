/** Averaged weights against another program, `swad_figures/swad.py` in PyTorch, and in whole runs. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { WeightAverage } from "../../bench/train/averaging.ts";
import { RunContext } from "../../bench/train/context.ts";
import { stepOf } from "../../bench/train/prepare.ts";
import { type RunState, train, type TrainResult } from "../../bench/train/trainer.ts";
import type { RunSpec } from "../../bench/records/record.ts";
import { defaultValues } from "../../methods/hyperparameter.ts";
import type { Method } from "../../methods/method.ts";
import { crossEntropy } from "../../methods/parts/losses.ts";
import swad, { lossValley } from "../../methods/swad.ts";
import { toTorch } from "../../nn/module.ts";
import { useBackend } from "../../testing/backend.ts";
import { debugDataset } from "../../testing/debug_dataset.ts";
import { networkFrom, type Stored, type StoredParameter, tensorOf } from "../golden/golden.ts";

await useBackend();

interface Batch {
  readonly x: Stored;
  readonly y: readonly number[];
}
interface Figures {
  readonly runs: readonly {
    readonly hparams: Readonly<Record<string, number>>;
    readonly counts: readonly (readonly number[])[];
    readonly initial_params: readonly StoredParameter[];
    readonly batches: readonly (readonly Batch[])[];
    readonly probe: Batch;
    readonly steps: number;
    readonly every: number;
    readonly losses: readonly number[];
    readonly averaged: { readonly from: number; readonly to: number };
    readonly average: readonly StoredParameter[];
  }[];
  readonly valleys: readonly {
    readonly losses: readonly number[];
    readonly h: readonly [number, number, number];
    readonly stretch: readonly [number, number] | null;
  }[];
}

const figures: Figures = JSON.parse(
  await Deno.readTextFile(new URL("swad_figures/swad.json", import.meta.url)),
);
const batchOf = ({ x, y }: Batch) => ({
  images: tensorOf(x),
  labels: tf.tensor1d([...y], "int32"),
});

for (const [i, run] of figures.runs.entries()) {
  Deno.test(`run ${i}: losses, stretch and averaged weights equal PyTorch`, async () => {
    const network = networkFrom(run.initial_params);
    const ctx = new RunContext({
      inputShape: run.probe.x.shape.slice(1),
      network,
      classes: run.counts[0]!.length,
      counts: run.counts,
      seed: 0,
      adam: { learningRate: run.hparams.lr!, weightDecay: run.hparams.weight_decay! },
      trainingSet: async function* () {},
    });
    const learner = swad.create(ctx, run.hparams);
    const average = new WeightAverage(learner.averaging!, ctx);
    const update = stepOf(ctx, learner);
    const probe = batchOf(run.probe);
    let checkpoint = 0;
    for (let step = 0; step < run.steps; step++) {
      await update(run.batches[step % run.batches.length]!.map(batchOf), step);
      average.step();
      if (step % run.every > 0 && step < run.steps - 1) continue;
      const loss = tf.tidy(() =>
        crossEntropy(network.logits(probe.images), probe.labels).dataSync()[0]!
      );
      near(loss, run.losses[checkpoint++]!, `loss after step ${step + 1}`);
      average.checkpoint(step + 1, loss);
    }
    const { averaged, weights } = average.end()!;
    assert.deepEqual(averaged, run.averaged);
    for (const p of ctx.parameters) {
      const { data } = run.average.find(({ name }) => name === p.name)!;
      toTorch(p, weights[p.name]!).forEach((value, k) => near(value, Number(data![k]), p.name));
    }
    average.dispose();
    ctx.dispose();
  });
}

function near(found: number, expected: number, what: string): void {
  const apart = Math.abs(found - expected) / Math.max(Math.abs(expected), 0.1);
  assert.ok(apart < 1e-4, `${what}: ${found}, expected ${expected}`);
}

Deno.test("the stretch of any losses is that of the paper's algorithm, and only grows", () => {
  assert.ok(figures.valleys.some(({ stretch }) => stretch === null));
  for (const { losses, h: [converge, tolerance, ratio], stretch } of figures.valleys) {
    const valley = (count: number, ended: boolean) =>
      lossValley(losses.slice(0, count), ended, { converge, tolerance, ratio });
    const expected = stretch && { from: stretch[0] - 1, to: stretch[1] };
    assert.deepEqual(valley(losses.length, true), expected);
    let before: ReturnType<typeof valley> = null;
    for (let count = 1; count <= losses.length; count++) {
      const now = valley(count, false);
      if (before !== null) {
        assert.ok(now !== null && now.from === before.from && now.to >= before.to);
      }
      if (now !== null) assert.ok(now.from <= expected!.from && now.to <= expected!.to);
      // What is added lies among the segments that are kept.
      const first: number = before?.to ?? now?.from ?? count;
      if (now !== null && now.to > first) assert.ok(first >= count - Math.max(converge, tolerance));
      before = now;
    }
  }
});

function specOf(method: Method, hyperparameters: RunSpec["method"]["hyperparameters"]): RunSpec {
  const run = { learningRate: 0.01, weightDecay: 0 };
  return {
    format: 2,
    dataset: { name: "debug", imageSize: 8, settings: {} },
    method: {
      name: method.name,
      version: method.version,
      hyperparameters: { ...defaultValues(method.hyperparameters, run), ...hyperparameters },
    },
    stage1: null,
    seed: 3,
    training: {
      network: { name: "mlp", width: 1 / 16 },
      steps: 24,
      batch: 6,
      checkpointEvery: 2,
      learningRate: 0.01,
      weightDecay: 0,
      selection: "validation-macro-f1",
    },
    engine: { backend: "native", threads: 1, execution: "eager" },
  };
}

const numbersOf = ({ curve, result, weights }: TrainResult) => ({
  curve,
  result,
  weights: Object.fromEntries(Object.entries(weights).map(([k, w]) => [k, [...w.dataSync()]])),
});

Deno.test("a run is tested with the average, says over which steps, and continues exactly", async () => {
  const spec = specOf(swad, { converge: 1, tolerance: 3 }); // it begins with the first checkpoint
  const before = tf.memory().numTensors;
  const options = { dataset: debugDataset(), method: swad };
  const whole = await train(spec, options);
  const { averaged, step } = whole.result!;
  assert.ok(averaged !== undefined && averaged.from < averaged.to && step === averaged.to);
  assert.ok(whole.curve.every(({ validation }) => "nll" in validation));
  for (const pause of [1, 6, 13, 20]) {
    let kept: RunState | undefined;
    await assert.rejects(
      train(spec, {
        ...options,
        onStep: (done, _, state) => {
          if (done < pause) return;
          kept = state();
          throw new Error("broken off");
        },
      }),
      /broken off/,
    );
    const resumed = await train(spec, { ...options, resume: kept });
    tf.dispose(kept!.tensors);
    assert.deepEqual(numbersOf(resumed), numbersOf(whole), `broken off after step ${pause}`);
    tf.dispose([resumed.weights, resumed.sample!.features]);
  }
  tf.dispose([whole.weights, whole.sample!.features]);
  assert.equal(tf.memory().numTensors, before, "nothing is left");
});

Deno.test("the average over one step is ERM's last weights", async () => {
  // Every checkpoint after a step, and a stretch that never begins: the last segment is one step.
  const spec = specOf(swad, { converge: 100 });
  const single = { ...spec, training: { ...spec.training, checkpointEvery: 1 } };
  const erm: Method = { ...swad, create: (ctx, h) => ({ loss: swad.create(ctx, h).loss! }) };
  const last = { ...single, training: { ...single.training, selection: "last" } };
  const found = await train(single, { dataset: debugDataset(), method: swad });
  const expected = await train(last, { dataset: debugDataset(), method: erm });
  assert.deepEqual(found.result!.averaged, { from: 24, to: 24 });
  assert.deepEqual(numbersOf(found).weights, numbersOf(expected).weights);
});
