/**
 * Golden files: inputs and outcomes of the field's reference code, replayed here.
 *
 * `deno task golden [DIR]` checks every file of a folder; `golden_test.ts` does the same as tests.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { linear, relu } from "../../nn/layers.ts";
import { fromTorch, inTwo, Module, type Parameter, sequential, toTorch } from "../../nn/module.ts";
import cnn from "../../networks/cnn.ts";
import { buildNetwork, Network } from "../../networks/mod.ts";
import { type Random, stream } from "../../base/random.ts";
import type { Value } from "../../base/setting.ts";
import { stepOf } from "../../bench/train/prepare.ts";
import { RunContext } from "../../bench/train/context.ts";
import { METHODS } from "../../methods/mod.ts";
import type { DomainBatch, Method } from "../../methods/method.ts";

/** An array as the files write it: row-major. */
export interface Stored {
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}
/** A parameter as the files write it; without data where there is no gradient. */
export interface StoredParameter {
  readonly name: string;
  readonly shape: readonly number[] | null;
  readonly data: readonly (number | string)[] | null;
}

/** Six updates of one method, inputs and outcomes. */
export interface MethodCase {
  readonly method: string;
  readonly sizes: { readonly classes: number; readonly domains: number };
  readonly hparams: Readonly<Record<string, number | boolean | string>>;
  readonly counts: readonly (readonly number[])[];
  readonly initial_params: readonly StoredParameter[];
  /** The first stage's network, in methods that ask for it. */
  readonly stage1_params?: readonly StoredParameter[];
  readonly probe_x: Stored;
  /** Batches; `x2` is a second view of the images. */
  readonly steps: readonly (readonly {
    readonly x: Stored;
    readonly y: readonly number[];
    readonly x2?: Stored;
  }[])[];
  readonly draws: readonly { readonly kind: string; readonly value: unknown }[];
  readonly train_set?: Readonly<
    Record<string, { readonly x: Stored; readonly y: readonly number[] }>
  >;
  readonly expected: {
    readonly initial_logits: Stored;
    readonly steps: readonly {
      readonly returned: Readonly<Record<string, number | string>>;
      readonly state_after?: Readonly<Record<string, Stored | number>>;
    }[];
    readonly params_after_first_step: readonly StoredParameter[];
    readonly grads_left_after_first_step: readonly StoredParameter[];
    readonly final_params: readonly StoredParameter[];
    readonly final_logits: Stored;
    /** Returned values of the same run in double precision. */
    readonly float64_returned?: readonly Readonly<Record<string, number | string>>[];
    /** How far that run ends from the one in single precision. */
    readonly float64_comparison?: {
      readonly max_abs_difference_of_final_params?: number | string;
      readonly max_abs_difference_of_final_logits?: number | string;
    };
  };
}

/** What a method file must have. */
const FIELDS = [
  ...["method", "sizes.classes", "hparams.lr", "hparams.weight_decay", "counts", "draws"],
  ...["initial_params", "probe_x", "steps", "expected.steps", "expected.initial_logits"],
  ...["expected.params_after_first_step", "expected.grads_left_after_first_step"],
  ...["expected.final_params", "expected.final_logits"],
];

/** Settings of the reference that decide data or network, not the method. */
const NOT_THE_METHODS = new Set([
  "data_augmentation",
  "resnet18",
  "resnet_dropout",
  "nonlinear_classifier",
  "class_balanced",
  "batch_size",
  "stage1_model",
  "lr",
  "weight_decay",
  "mlp_width",
  "mlp_depth",
  "mlp_dropout",
  "imb_type_per_env",
  "imb_factor",
  "rand_seed",
]);

/** How far a number may be from the reference's, beside what the file tells of its rounding. */
const TOLERANCE = 1e-4;

/**
 * What the reference rounds off, for methods where it is much. The narrowest kernel of MMD sees the
 * rounding of distances; it comes to all weights through the features, so for such methods gradients
 * are measured by the largest of all.
 */
const ROUGH: Readonly<Record<string, number>> = { MMD: 2e-3 };

/**
 * Gradient buffers in which the reference's first update leaves a sum with gradients that are never
 * applied, by its names of method and network.
 */
const UNAPPLIED: Readonly<Record<string, readonly string[]>> = { SagNet: ["network_s"] };

/**
 * Methods, by the reference's names, whose departure is in their predictions: what is compared are
 * the network's own logits, which the reference predicts from.
 */
const OTHER_PREDICTIONS: ReadonlySet<string> = new Set(["LDAM"]);

/**
 * Replays a method file and compares returned values, parameters, gradients, state and logits.
 *
 * @throws {Error} Naming the first figure that differs.
 */
export async function checkMethod(file: MethodCase): Promise<void> {
  checkForm(file);
  const method = METHODS.find((m) => m.mdlt?.name === file.method || m.name === file.method);
  if (method === undefined) {
    throw new RangeError(
      `Cannot replay "${file.method}": no registered method has that name or reference name`,
    );
  }
  if (Number(file.hparams.mlp_dropout ?? 0) > 0) {
    throw new RangeError(
      `Cannot replay "${file.method}": it has dropout, whose draws are not recorded; mlp_dropout must be 0`,
    );
  }
  const golden = translate(file, method);
  const { expected } = golden;
  const rough = ROUGH[golden.method];
  const rounded = expected.float64_comparison;
  const ofParameters = roundingFrom(rounded?.max_abs_difference_of_final_params);
  const ofLogits = roundingFrom(rounded?.max_abs_difference_of_final_logits);
  const replay = replayedDraws(golden.draws);
  const gradients = new Map<tf.Variable, Float32Array>();
  let observing = true;
  const network = new Network(
    chainFrom(golden.initial_params, "featurizer"),
    chainFrom(golden.initial_params, "classifier"),
  );
  const ctx = new RunContext({
    inputShape: golden.probe_x.shape.slice(1),
    network,
    classes: golden.sizes.classes,
    counts: golden.counts,
    seed: 0,
    adam: {
      learningRate: Number(golden.hparams.lr),
      weightDecay: Number(golden.hparams.weight_decay),
    },
    trainingSet: (d) => trainingBatches(golden, d),
    firstStage: () => networkFrom(golden.stage1_params!),
    classifier: (name) => chainFrom(golden.initial_params, name),
    random: () => replay.random,
    onGradients: (parameters, values) => {
      if (!observing) return;
      parameters.forEach((p, i) => {
        if (values[i] !== null) gradients.set(p.variable, toTorch(p, values[i]!));
      });
    },
  });
  try {
    const load = () => {
      for (const p of ctx.parameters) fromTorch(p, numbersOf(storedOf(p, golden.initial_params)));
    };
    load(); // a method may begin with the network as it is
    const learner = method.create(ctx, hyperparametersFrom(method, golden.hparams));
    load(); // what it has made itself
    const update = stepOf(ctx, learner);
    const logits = () =>
      tf.tidy(() => {
        const images = tensorOf(golden.probe_x);
        const predicted = OTHER_PREDICTIONS.has(golden.method)
          ? undefined
          : learner.predict?.(images, 0);
        return (predicted ?? network.logits(images)).dataSync() as Float32Array;
      });

    compare("initial logits", logits(), numbersOf(expected.initial_logits));
    for (const [step, batches] of golden.steps.entries()) {
      const domains = batches.map(({ x, y, x2 }): DomainBatch => ({
        images: tensorOf(x),
        labels: tf.tensor1d([...y], "int32"),
        ...(x2 && { secondImages: tensorOf(x2) }),
      }));
      const terms = await update(domains, step);
      tf.dispose(domains.flatMap((domain) => Object.values(domain)));
      const outcome = expected.steps[step]!;
      for (const [name, value] of Object.entries(outcome.returned)) {
        const term = method.mdlt?.terms?.[name] ?? name;
        const found = terms[term];
        if (found === undefined) {
          throw new Error(`step ${step}: no term "${term}" for the reference's "${name}"`);
        }
        const precise = expected.float64_returned?.[step]?.[name];
        const rounding = precise === undefined
          ? (rough ?? 0) * Math.abs(Number(value))
          : roundingFrom(Number(precise) - Number(value));
        compareValue(`step ${step}: ${name}`, found, Number(precise ?? value), rounding);
      }
      for (const [name, value] of Object.entries(outcome.state_after ?? {})) {
        if (typeof value === "number") continue; // counters of the reference: here the step is given
        const buffer = ctx.buffers.get(method.mdlt?.state?.[name] ?? name);
        if (buffer === undefined) {
          throw new Error(`step ${step}: no buffer for the reference's state "${name}"`);
        }
        compare(`step ${step}: ${name}`, buffer.dataSync(), numbersOf(value), ofLogits);
      }
      if (step === 0) {
        observing = false;
        compareParameters(
          "after the first step",
          ctx.parameters,
          golden,
          expected.params_after_first_step,
          ofParameters,
        );
        compareGradients(
          ctx.parameters,
          gradients,
          expected.grads_left_after_first_step,
          rough,
        );
      }
    }
    compareParameters("at the end", ctx.parameters, golden, expected.final_params, ofParameters);
    compare("final logits", logits(), numbersOf(expected.final_logits), ofLogits);
    replay.assertUsed();
  } finally {
    ctx.dispose();
  }
}

/** What is allowed for the reference's rounding, known by its difference from double precision. */
function roundingFrom(difference: number | string | undefined): number {
  return 2 * Math.abs(Number(difference) || 0); // where the reference is NaN there is none
}

/** Refuses a file that is no method file, or whose parts do not fit together, in a sentence. */
function checkForm(file: MethodCase): void {
  for (const field of FIELDS) {
    const found = field.split(".").reduce<unknown>(
      (part, key) => (part as Record<string, unknown> | undefined)?.[key],
      file,
    );
    if (found === undefined || found === null) throw new Error(`it has no "${field}"`);
  }
  const { counts, steps, expected, sizes: { classes } } = file;
  if (counts.some((row) => row.length !== classes)) {
    throw new Error(`its counts are not of ${classes} classes for every domain`);
  }
  if (expected.steps.length !== steps.length) {
    throw new Error(`it has ${steps.length} steps and expects ${expected.steps.length}`);
  }
  for (const [step, batches] of steps.entries()) {
    if (batches.length !== counts.length) {
      throw new Error(`step ${step} has ${batches.length} domains, expected ${counts.length}`);
    }
    for (const [d, { x, y }] of batches.entries()) {
      if (x.shape[0] !== y.length || y.some((label) => !(label >= 0 && label < classes))) {
        throw new Error(
          `step ${step}, domain ${d}: ${
            x.shape[0]
          } images have labels ${y}, expected as many of 0 … ${classes - 1}`,
        );
      }
    }
  }
}

/** A network with the stored values. */
export function networkFrom(parameters: readonly StoredParameter[]): Network {
  const network = new Network(
    chainFrom(parameters, "featurizer"),
    chainFrom(parameters, "classifier"),
  );
  for (const part of ["featurizer", "classifier"] as const) {
    for (const p of network[part].parameters) {
      fromTorch(p, numbersOf(storedOf({ ...p, name: `${part}.${p.name}` }, parameters)));
    }
  }
  return network;
}

/** The module whose parameters are stored under a name: linear layers with ReLU between. */
function chainFrom(parameters: readonly StoredParameter[], module: string): Module {
  const weights = parameters.filter(({ name }) =>
    name.startsWith(`${module}.`) && name.endsWith("weight")
  );
  const parts = weights.flatMap(({ name, shape }, i): [string, Module][] => {
    const [outputs, inputs] = shape as [number, number];
    const part = name.slice(module.length + 1).replace(/\.?weight$/, "");
    const layer = linear(inputs, outputs, () => stream(0, "golden"));
    return i < weights.length - 1 ? [[part, layer], ["relu", relu(outputs)]] : [[part, layer]];
  });
  const whole = parts.length > 1
    ? inTwo(sequential(parts.slice(0, 2)), sequential(parts.slice(2)))
    : sequential(parts);
  // A single layer has no name of its own.
  const named = whole.parameters.map((p) => ({ ...p, name: p.name.replace(/^\./, "") }));
  return new Module(named, whole.outputs, whole.forward, [], whole.halves);
}

/** The file with the names that modules have here, without the sums of {@linkcode UNAPPLIED}. */
function translate(file: MethodCase, method: Method): MethodCase {
  const names = method.mdlt?.modules ?? {};
  const moduleOf = (name: string) => name.slice(0, name.indexOf("."));
  const rename = (parameters: readonly StoredParameter[]) =>
    parameters.map((p) => {
      const module = moduleOf(p.name);
      return { ...p, name: `${names[module] ?? module}${p.name.slice(module.length)}` };
    });
  const { expected } = file;
  const unapplied = UNAPPLIED[file.method] ?? [];
  return {
    ...file,
    initial_params: rename(file.initial_params),
    expected: {
      ...expected,
      params_after_first_step: rename(expected.params_after_first_step),
      grads_left_after_first_step: rename(
        expected.grads_left_after_first_step.filter((p) => !unapplied.includes(moduleOf(p.name))),
      ),
      final_params: rename(expected.final_params),
    },
  };
}

function storedOf(p: Parameter, stored: readonly StoredParameter[]): StoredParameter {
  const found = stored.find(({ name }) => name === p.name);
  if (found === undefined) throw new Error(`it has no parameter "${p.name}"`);
  return found;
}

function hyperparametersFrom(
  method: Method,
  hparams: MethodCase["hparams"],
): Record<string, Value> {
  const values: Record<string, Value> = {};
  const used = new Set<string>();
  for (const [name, { default: standard, mdltName }] of Object.entries(method.hyperparameters)) {
    const key = mdltName ?? name;
    used.add(key);
    const given = hparams[key];
    const inherited = { learningRate: hparams.lr, weightDecay: hparams.weight_decay };
    const value = given ?? (typeof standard === "object" ? inherited[standard.inherit] : standard);
    const named = typeof value === "string" && Number.isNaN(Number(value));
    values[name] = named ? value : Number(value);
  }
  if ("mdlt" in method.hyperparameters) values.mdlt = true;
  for (const key of Object.keys(hparams)) {
    if (!used.has(key) && !NOT_THE_METHODS.has(key)) {
      throw new Error(`it sets "${key}", which is no hyperparameter of ${method.name}`);
    }
  }
  return values;
}

async function* trainingBatches(golden: MethodCase, domain: number): AsyncIterable<DomainBatch> {
  const { x, y } = golden.train_set![`env${domain}`]!;
  yield { images: tensorOf(x), labels: tf.tensor1d([...y], "int32") };
}

/** A source that gives the recorded draws in their order, whoever asks. */
function replayedDraws(draws: MethodCase["draws"]) {
  const queue = draws.flatMap(({ kind, value }) =>
    kind === "uniform" || kind === "normal"
      ? (typeof value === "number" ? [value] : (value as Stored).data.map(Number)).map((v) => ({
        kind,
        value: v as unknown,
      }))
      : [{ kind, value }]
  );
  let next = 0;
  const take = (kind: string): unknown => {
    const draw = queue[next++];
    if (draw?.kind !== kind) {
      throw new Error(`a ${kind} draw was asked for where it records ${draw?.kind ?? "no more"}`);
    }
    return draw.value;
  };
  const random: Random = {
    uniform: () => take("uniform") as number,
    normal: () => take("normal") as number,
    beta: () => take("beta") as number,
    permutation: () => take("perm") as number[],
    integer: () => take("integer") as number,
    state: () => [next],
    restore: ([place]) => next = place!,
  };
  return {
    random,
    assertUsed() {
      if (next !== queue.length) {
        throw new Error(`${queue.length - next} recorded draws were not asked for`);
      }
    },
  };
}

export function tensorOf(stored: Stored): tf.Tensor {
  return tf.tensor(numbersOf(stored), [...stored.shape]);
}

function numbersOf({ shape, data }: Stored | StoredParameter): Float32Array {
  if (data === null || shape?.reduce((a, b) => a * b, 1) !== data.length) {
    throw new Error(`it has ${data?.length ?? "no"} numbers for an array of shape [${shape}]`);
  }
  return Float32Array.from(data, Number);
}

/** Compares relative to the number, or to a thousandth where it is smaller. */
function compareValue(what: string, found: number, expected: number, rounding = 0): void {
  if (!near(found, expected, TOLERANCE * Math.max(Math.abs(expected), 1e-3) + rounding)) {
    throw new Error(`${what} is ${found}, expected ${expected}`);
  }
}

/** Compares relative to the numbers, or to 1 where they are smaller. */
function compare(
  what: string,
  found: ArrayLike<number>,
  expected: Float32Array,
  rounding = 0,
  tolerance = TOLERANCE,
): void {
  if (found.length !== expected.length) {
    throw new Error(`${what} has ${found.length} numbers, expected ${expected.length}`);
  }
  for (let i = 0; i < expected.length; i++) {
    const scale = Math.max(1, Math.abs(expected[i]!));
    if (!near(found[i]!, expected[i]!, tolerance * scale + rounding)) {
      throw new Error(`${what}[${i}] is ${found[i]}, expected ${expected[i]}`);
    }
  }
}

/** Where the reference gives NaN, as for the covariance of one image, any finite number is right. */
function near(found: number, expected: number, allowed: number): boolean {
  return Number.isNaN(expected) ? Number.isFinite(found) : Math.abs(found - expected) <= allowed;
}

function compareParameters(
  when: string,
  parameters: readonly Parameter[],
  golden: MethodCase,
  expected: readonly StoredParameter[],
  rounding: number,
): void {
  for (const stored of expected) {
    const p = parameters.find(({ name }) => name === stored.name);
    if (p !== undefined) {
      compare(`${p.name} ${when}`, toTorch(p), numbersOf(stored), rounding);
      continue;
    }
    // A parameter that the reference makes but never uses need not exist here.
    const initial = golden.initial_params.find(({ name }) => name === stored.name);
    if (initial?.data?.join() !== stored.data?.join()) {
      throw new Error(`${stored.name} moves in the reference and does not exist here`);
    }
  }
}

/**
 * Gradients scale with the loss, so they are compared relative to the largest of their tensor, or to
 * a thousandth of the largest of all where a whole tensor has next to none.
 *
 * @param rough See {@linkcode ROUGH}.
 */
function compareGradients(
  parameters: readonly Parameter[],
  found: ReadonlyMap<tf.Variable, Float32Array>,
  expected: readonly StoredParameter[],
  rough: number | undefined,
): void {
  const pairs = parameters.flatMap((p) => {
    const gradient = found.get(p.variable);
    const stored = expected.find(({ name }) => name === p.name);
    if (gradient === undefined || !stored?.data) return []; // not this update's, or never applied
    const numbers = numbersOf(stored);
    return [{ name: p.name, gradient, numbers, largest: largestOf(numbers) }];
  });
  if (pairs.length === 0) throw new Error("no gradient could be compared");
  const floor = largestOf(pairs.map(({ largest }) => largest)) / (rough ? 1 : 1000);
  for (const { name, gradient, numbers, largest } of pairs) {
    const scaled = (values: Float32Array) => values.map((v) => v / Math.max(largest, floor));
    compare(`gradient of ${name}`, scaled(gradient), scaled(numbers), 0, rough);
  }
}

function largestOf(values: Float32Array | readonly number[]): number {
  return Array.from(values).reduce((a, b) => Math.max(a, Math.abs(b) || 0), 1e-6); // NaN is none
}

/** ERM with the network for 28 × 28 images; weights and images come from a formula. */
export interface CnnCase {
  readonly parameter_list: readonly {
    readonly k: number;
    readonly name: string;
    readonly shape: readonly number[];
    readonly scale: number;
    readonly offset: number;
  }[];
  readonly hparams: { readonly lr: number; readonly weight_decay: number };
  readonly expected: {
    readonly first_logits: Stored;
    readonly losses: readonly number[];
    readonly first_step_gradients: readonly {
      readonly name: string;
      readonly norm: number;
      readonly mean_abs: number;
      readonly first_values: readonly number[];
    }[];
    readonly final_logits_on_the_images_of_step_0: Stored;
  };
}

/** Replays the network's file: logits, losses and gradients of four updates. */
export async function checkCnn(golden: CnnCase): Promise<void> {
  const random = () => stream(0, "golden");
  const network = buildNetwork(cnn, 10, {
    inputShape: [28, 28, 3],
    width: 1,
    draws: random,
    random: random(),
  });
  const gradients = new Map<tf.Variable, Float32Array>();
  let step = 0;
  const ctx = new RunContext({
    inputShape: [28, 28, 3],
    network,
    classes: 10,
    counts: [[], []],
    seed: 0,
    adam: { learningRate: golden.hparams.lr, weightDecay: golden.hparams.weight_decay },
    trainingSet: () => {
      throw new Error("ERM needs no pass over the training set");
    },
    onGradients: (parameters, values) => {
      if (step === 0) {
        parameters.forEach((p, i) => gradients.set(p.variable, toTorch(p, values[i]!)));
      }
    },
  });
  const named = golden.parameter_list.map((stored) => {
    const name = stored.name
      .replace(/conv(\d)/, (_, i) => `block${i}.conv`)
      .replace(/bn(\d)/, (_, i) => `block${Number(i) + 1}.norm`);
    return { stored, parameter: ctx.parameters.find((p) => p.name === name)! };
  });
  try {
    for (const { stored, parameter } of named) {
      const { k, offset, scale } = stored;
      const values = Float32Array.from(
        { length: parameter.variable.size },
        (_, i) => offset + scale * formula(k, i),
      );
      fromTorch(parameter, values);
    }
    const logits = () =>
      tf.tidy(() => {
        const images = cnnBatches(0).map((batch) => batch.images);
        return network.logits(tf.concat(images)).dataSync() as Float32Array;
      });
    compare("first logits", logits(), numbersOf(golden.expected.first_logits));
    const learner = METHODS.find((m) => m.name === "erm")!.create(ctx, {});
    const update = stepOf(ctx, learner);
    for (const expected of golden.expected.losses) {
      const batches = cnnBatches(step);
      compareValue(`loss of step ${step}`, (await update(batches, step)).loss!, expected);
      batches.forEach(({ images, labels }) => tf.dispose([images, labels]));
      step++;
    }
    for (const expected of golden.expected.first_step_gradients) {
      const { parameter } = named.find(({ stored }) => stored.name === expected.name)!;
      const found = gradients.get(parameter.variable)!;
      const norm = Math.sqrt(found.reduce((sum, g) => sum + g * g, 0));
      const meanAbs = found.reduce((sum, g) => sum + Math.abs(g), 0) / found.length;
      compareValue(`gradient norm of ${expected.name}`, norm, expected.norm);
      compareValue(`mean gradient of ${expected.name}`, meanAbs, expected.mean_abs);
      const head = found.slice(0, expected.first_values.length).map((g) => g / expected.norm);
      const wanted = Float32Array.from(expected.first_values, (g) => g / expected.norm);
      compare(`gradient of ${expected.name}`, head, wanted);
    }
    const last = numbersOf(golden.expected.final_logits_on_the_images_of_step_0);
    compare("final logits", logits(), last);
  } finally {
    ctx.dispose();
  }
}

/** The sequence of the file, in [−1, 1). */
function formula(k: number, i: number): number {
  const u = (i * 1103515 + k * 7919 + 12345) % 1000003;
  return 2 * ((u * u) % 1000003) / 1000003 - 1;
}

/** The two domain batches of four images of a step. */
function cnnBatches(step: number): DomainBatch[] {
  return [0, 1].map((d) => {
    const labels = [0, 1, 2, 3].map((b) => (3 * b + 2 * d + step) % 10);
    const values = new Float32Array(4 * 28 * 28 * 3);
    let i = 0; // the file's order: image, channel, row, column
    for (let b = 0; b < 4; b++) {
      for (let c = 0; c < 3; c++) {
        for (let y = 0; y < 28; y++) {
          for (let x = 0; x < 28; x++) {
            const noise = 0.5 + 0.5 * formula(100 + 10 * step + d, i++);
            const wave = 0.5 + 0.5 * Math.sin(0.2 * (labels[b]! + 1) * x + 0.1 * (c + 1) * y + d);
            values[((b * 28 + y) * 28 + x) * 3 + c] = 0.5 * noise + 0.5 * wave;
          }
        }
      }
    }
    return { images: tf.tensor4d(values, [4, 28, 28, 3]), labels: tf.tensor1d(labels, "int32") };
  });
}
