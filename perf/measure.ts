/**
 * Our side of a benchmark, in a process of its own: `measure.ts NAME THREADS` prints one number.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { printJson } from "../base/terminal.ts";
import type { RunSpec } from "../bench/records/record.ts";
import { stepOf } from "../bench/train/prepare.ts";
import { train } from "../bench/train/trainer.ts";
import { memorySplit } from "../datasets/reading/memory.ts";
import { startBackend } from "../tensor/backend.ts";
import { nativeBackend } from "../tensor/native/binding.ts";
import { executor } from "../tensor/compile/mod.ts";
import { stream } from "../base/random.ts";
import { METHODS } from "../methods/mod.ts";
import { median, medianStep, middle, now, prepare, type Setting } from "./setting.ts";
import { readSystemFile } from "../base/system_files.ts";

const digits: Setting = { network: "cnn", width: 1, batch: 64, imageSize: 28 };
const quarter: Setting = { ...digits, width: 0.25 };
const quick: Setting = { ...digits, width: 0.125, batch: 16 };
/** What is trained on frozen features: those of a MobileNet, batches as on photographs. */
const onFeatures: Setting = {
  network: "head",
  width: 1,
  batch: 24,
  imageSize: 224,
  features: 1024,
};
const resnet = (imageSize: number, batch: number): Setting => ({
  network: "resnet50",
  width: 1,
  batch,
  imageSize,
});

/** What was measured, with the figure that it is held to where the same process has that too. */
interface Measured {
  readonly value: number;
  readonly peer?: number;
}

/** What can be measured: milliseconds, unless `main.ts` says otherwise. */
const MEASUREMENTS: Readonly<Record<string, () => number | Promise<number> | Measured>> = {
  "digits-step": () => medianStep(digits, 20),
  "digits-step-eager": () => medianStep(digits, 20, "eager"),
  "digits-step-quarter": () => medianStep(quarter, 60),
  "digits-step-quick": () => medianStep(quick, 60, "graph"),
  "digits-forward": () => medianForward(digits, 20),
  "resnet50-step-64": () => medianStep(resnet(64, 8), 7),
  "resnet50-step-224": () => medianStep(resnet(224, 4), 5),
  "digits-run": wholeRun,
  "peak-memory": async () => {
    await medianStep(digits, 10);
    return await processMemory("VmHWM");
  },
  "memory-growth": () => memoryGrowth(quick, 200, 2000),
  "start-up": () => tf.add(tf.scalar(1), 1).dataSync()[0]!,
  ...Object.fromEntries(
    METHODS.filter(({ steps }) => steps !== 0).map((method) => [
      `update/${method.name}`,
      () => besideErm(method.name, quarter),
    ]),
  ),
  ...Object.fromEntries(
    METHODS.filter(({ steps }) => steps !== 0).flatMap(({ name }) => [
      [`update-quick/${name}`, () => besideErm(name, quick)],
      [`javascript/${name}`, () => javascriptOf(name)],
    ]),
  ),
  "features-step": () => medianStep(onFeatures, 300, "graph"),
};

const [name, threads] = Deno.args as [string, string];
await startBackend("native", Number(threads));
if (name.startsWith("profile/")) {
  (await profile({ ...digits, method: name.slice("profile/".length) }, 10)).forEach((value) =>
    printJson(value)
  );
} else {
  const measured = await MEASUREMENTS[name]!();
  printJson(typeof measured === "number" ? { value: measured } : measured);
}

/**
 * Milliseconds of a step of preset `quick` outside of the native side's functions: median of a method's
 * steps that are neither the first ones nor compared with them.
 */
async function javascriptOf(method: string): Promise<number> {
  const backend = nativeBackend()!;
  let spent = 0;
  const timed = (call: unknown) =>
    typeof call !== "function" ? call : (...values: unknown[]) => {
      const start = performance.now();
      try {
        return call(...values);
      } finally {
        spent += performance.now() - start;
      }
    };
  const native = backend.binding as unknown as Readonly<Record<string, unknown>>;
  const names = Object.getOwnPropertyNames(native);
  const copy = Object.fromEntries(names.map((name) => [name, timed(native[name])]));
  backend.binding = copy as unknown as typeof backend.binding;
  const { ctx, learner, batches } = prepare({ ...quick, method });
  const update = stepOf(ctx, learner, executor("graph"));
  const outside: number[] = [];
  for (let i = 0; i < 104; i++) {
    spent = 0;
    const start = performance.now();
    await update(batches, i);
    if (i >= 4) outside.push(performance.now() - start - spent);
  }
  return middle(outside);
}

/** An update of a method and one of ERM, in turn, so that both meet the same machine. */
async function besideErm(method: string, setting: Setting): Promise<Measured> {
  const updates = [method, "erm"].map((name) => {
    const { ctx, learner, batches } = prepare({ ...setting, method: name });
    const update = stepOf(ctx, learner, executor("xla"));
    return (i: number) => update(batches, i);
  });
  const measured: number[][] = [[], []];
  for (let i = 0; i < 24; i++) {
    for (const [side, update] of updates.entries()) {
      const start = now();
      await update(i);
      if (i >= 4) measured[side]!.push(now() - start);
    }
  }
  const [value, peer] = measured.map(middle) as [number, number];
  return { value, peer };
}

/**
 * Milliseconds and calls of each TensorFlow operation of an update, run operation by operation;
 * `javascript` is the time outside of them.
 */
async function profile(setting: Setting, times: number) {
  const { ctx, learner, batches } = prepare(setting);
  const update = stepOf(ctx, learner, executor("eager"));
  for (let i = 0; i < 3; i++) await update(batches, i);
  const spent = new Map<string, { calls: number; ms: number }>();
  const add = (operation: string, ms: number) => {
    const { calls, ms: before } = spent.get(operation) ?? { calls: 0, ms: 0 };
    spent.set(operation, { calls: calls + 1, ms: before + ms });
  };
  const backend = tf.backend() as unknown as Record<
    string,
    (name: string, ...rest: unknown[]) => unknown
  >;
  for (const way of ["executeSingleOutput", "executeMultipleOutputs"]) {
    const execute = backend[way]!.bind(backend);
    backend[way] = (operation, ...rest) => {
      const start = performance.now();
      const result = execute(operation, ...rest);
      add(operation, performance.now() - start);
      return result;
    };
  }
  const start = performance.now();
  for (let i = 0; i < times; i++) await update(batches, 3 + i);
  const total = performance.now() - start;
  const inside = [...spent.values()].reduce((sum, { ms }) => sum + ms, 0);
  const rows = [...spent].map(([operation, { calls, ms }]) => ({ operation, calls, ms }));
  return [...rows, { operation: "javascript", calls: times, ms: total - inside }]
    .sort((a, b) => b.ms - a.ms)
    .map(({ operation, calls, ms }) => ({
      operation,
      calls: calls / times,
      ms: ms / times,
      share: ms / total,
    }));
}

/** Median of a forward pass over both domains' images. */
function medianForward(setting: Setting, times: number): Promise<number> {
  const { network, batches } = prepare(setting);
  const images = tf.concat(batches.map((batch) => batch.images));
  const by = executor("graph");
  return median(times, 3, () => {
    const { logits } = by.run(
      "logits",
      [images],
      () => ({ logits: tf.tidy(() => network.logits(images)) }),
    );
    logits.dataSync();
    logits.dispose();
  });
}

/**
 * A whole ERM run on two domains: 60 updates of 2 × 64 images, a checkpoint every 20. The parts
 * stand to each other as in the reference's runs (100 updates to 16,000 validation and 16,000 test
 * images), where validation and test images are both evaluated at every checkpoint.
 */
async function wholeRun(): Promise<number> {
  const random = stream(0, "pixels");
  const split = (images: number) =>
    memorySplit(
      Uint8Array.from({ length: images * 28 * 28 * 3 }, () => random.integer(256)),
      Uint16Array.from({ length: images }, (_, i) => i % 10),
    );
  const domain = (name: string) => ({
    name,
    train: split(1000),
    validation: split(1600),
    test: split(1600),
  });
  const dataset = {
    name: "random",
    domains: [domain("a"), domain("b")],
    classes: Array.from({ length: 10 }, (_, c) => `${c}`),
    inputShape: [28, 28, 3],
    normalisation: { mean: [0, 0, 0], deviation: [1, 1, 1] },
    fingerprint: "random",
  };
  const spec: RunSpec = {
    format: 2,
    dataset: { name: "random", imageSize: 28, settings: {} },
    method: { name: "erm", version: 1, hyperparameters: {} },
    stage1: null,
    seed: 0,
    training: {
      network: { name: "cnn", width: 1 },
      steps: 60,
      batch: 64,
      checkpointEvery: 20,
      learningRate: 1e-3,
      weightDecay: 0,
      selection: "validation-macro-f1",
    },
    engine: { backend: "native", threads: Number(threads), execution: "graph" },
  };
  const start = now();
  await train(spec, { dataset, method: METHODS.find(({ name }) => name === "erm")! });
  return now() - start;
}

/** MiB by which the process grows between two numbers of updates; tensors must not grow at all. */
async function memoryGrowth(setting: Setting, from: number, to: number): Promise<number> {
  const { ctx, learner, batches } = prepare(setting);
  const update = stepOf(ctx, learner, executor("graph"));
  let before = 0, tensors = 0;
  for (let i = 0; i < to; i++) {
    if (i === from) [before, tensors] = [await processMemory("VmRSS"), tf.memory().numTensors];
    await update(batches, i);
  }
  const more = tf.memory().numTensors - tensors;
  if (more !== 0) throw new Error(`${more} tensors leaked between update ${from} and ${to}`);
  return await processMemory("VmRSS") - before;
}

/** A line of this process's status, MiB. */
async function processMemory(field: "VmHWM" | "VmRSS"): Promise<number> {
  const status = await readSystemFile("/proc/self/status") ?? "";
  return Number(new RegExp(`${field}:\\s*(\\d+) kB`).exec(status)![1]) / 1024;
}
