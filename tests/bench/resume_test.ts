/**
 * A run that is broken off after any of its updates continues to the bits of an undisturbed one.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { usualExecution } from "../../bench/records/execution.ts";
import type { RunSpec } from "../../bench/records/record.ts";
import { Store } from "../../bench/records/store.ts";
import { train, type TrainOptions, type TrainResult } from "../../bench/train/trainer.ts";
import { encodeTensors } from "../../tensor/safetensors.ts";
import { defaultValues } from "../../methods/hyperparameter.ts";
import type { Method } from "../../methods/method.ts";
import { METHODS } from "../../methods/mod.ts";
import { useBackend } from "../../testing/backend.ts";
import { methodNamed, TOY } from "../../testing/toy.ts";

const STEPS = 7;

await useBackend();

/** A short run in which every phase of the method begins. */
function specOf(method: Method): RunSpec {
  const training = {
    network: { name: "mlp", width: 1 / 16 },
    steps: STEPS,
    batch: 6,
    checkpointEvery: 3,
    learningRate: 0.01,
    weightDecay: 0.001,
    selection: "validation-macro-f1" as const,
  };
  const hyperparameters = defaultValues(method.hyperparameters, training, 2);
  return {
    format: 2,
    dataset: { name: "toy", imageSize: 8, settings: {} },
    method: { name: method.name, version: method.version, hyperparameters },
    stage1: method.stage1 === undefined ? null : specOf(methodNamed(method.stage1)),
    seed: 3,
    training,
    engine: { backend: "native", threads: 1, execution: usualExecution(STEPS, "native") },
  };
}

/** Everything that a run gives, as text and bytes, without its seconds. */
function everything({ seconds: _, weights, sample, ...rest }: TrainResult) {
  const files = [weights, sample === null ? {} : { features: sample.features }].map((tensors) =>
    Array.from(encodeTensors(tensors)).join()
  );
  tf.dispose([weights, sample?.features ?? []]);
  return JSON.stringify([rest, sample?.labels, files]);
}

/** The store of a folder of the test's own. */
async function withStore(work: (store: Store, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(new Store(folder), folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const first = await train(specOf(methodNamed("erm")), {
  dataset: TOY,
  method: methodNamed("erm"),
});

/** Every method, and some of them as graphs as well, as long runs are. */
const COMPILED = ["erm", "boda", "dann", "irm", "crt"];
const cases = [
  ...METHODS.filter(({ steps }) => steps !== 0).map((method) => ({
    method,
    execution: "eager" as const,
  })),
  ...COMPILED.map((name) => ({ method: methodNamed(name), execution: "graph" as const })),
  { method: methodNamed("boda"), execution: "xla" as const },
];

for (const { method, execution } of cases) {
  const how = execution === "eager" ? "" : `, ${execution},`;
  Deno.test(`${method.name}${how} continues exactly after each of its updates`, () =>
    withStore(async (store) => {
      const usual = specOf(method);
      const spec = { ...usual, engine: { ...usual.engine, execution } };
      const options: TrainOptions = {
        dataset: TOY,
        method,
        stage1Weights: spec.stage1 === null ? undefined : first.weights,
      };
      const before = tf.memory().numTensors;
      const undisturbed = everything(
        await train(spec, {
          ...options,
          async onStep(done, _total, state) {
            const kept = state();
            await store.saveState(`after-${done}`, kept, "here");
            tf.dispose(kept.tensors);
          },
        }),
      );
      for (let done = 1; done <= STEPS; done++) {
        const resume = (await store.state(`after-${done}`, "here"))!;
        const updates: number[] = [];
        const continued = await train(spec, {
          ...options,
          resume,
          onStep: (step) => void updates.push(step),
        });
        tf.dispose(resume.tensors);
        assert.equal(updates.length, STEPS - done);
        assert.ok(everything(continued) === undisturbed, `broken off after update ${done}`);
      }
      assert.equal(tf.memory().numTensors, before);
    }));
}

Deno.test("a run that is broken off frees its tensors", async () => {
  const method = methodNamed("boda");
  const before = tf.memory().numTensors;
  await assert.rejects(
    train(specOf(method), {
      dataset: TOY,
      method,
      onStep(done) {
        if (done === 4) throw new Error("enough");
      },
    }),
    /enough/,
  );
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("a state is continued only where it was made alike, and only when it is whole", () =>
  withStore(async (store, folder) => {
    assert.equal(await store.state("run", "here"), null);
    const method = methodNamed("erm");
    await train(specOf(method), {
      dataset: TOY,
      method,
      async onStep(_done, _total, state) {
        await store.saveState("run", state(), "here");
      },
    });
    assert.equal((await store.state("run", "here"))!.progress.step, STEPS);
    assert.equal(await store.state("run", "elsewhere"), null);
    const file = join(folder, "runs/run/resume.safetensors");
    const whole = await Deno.readFile(file);
    for (const length of [0, 5, 100, whole.length - 4]) {
      await Deno.writeFile(file, whole.slice(0, length));
      assert.equal(await store.state("run", "here"), null, `${length} bytes`);
    }
  }));
