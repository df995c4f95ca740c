/**
 * The golden file of hyperparameters: defaults and the settings of the random search.
 *
 * @module
 */
import { preset } from "../../bench/plan/presets.ts";
import { COMMON, draw, referenceRandom, tupleHash } from "../../bench/plan/search.ts";
import { type Hyperparameter, type Inheritance, specOn } from "../../methods/hyperparameter.ts";
import type { Method } from "../../methods/method.ts";
import { METHODS } from "../../methods/mod.ts";
import { referenceDataset } from "./golden_tables.ts";

type Values = Readonly<Record<string, unknown>>;
type ByDataset<T> = Readonly<Record<string, T>>;

/** The file `hparams.json`, or parts of it. */
export interface HyperparameterFile {
  readonly hash_examples?: readonly { readonly text: string; readonly value: number }[];
  readonly default?: ByDataset<Readonly<Record<string, Values>>>;
  readonly random_common?: ByDataset<Readonly<Record<string, Values>>>;
  readonly random_method_specific?: ByDataset<
    Readonly<Record<string, Readonly<Record<string, Values>>>>
  >;
}

/** Settings of the reference that decide data or network: no hyperparameters here. */
const ELSEWHERE = new Set([
  "data_augmentation",
  "resnet18",
  "nonlinear_classifier",
  "stage1_model",
  "imb_type_per_env",
  "imb_factor",
  "rand_seed",
]);

/** Compares every default and every drawn value. */
export function checkSearch(file: HyperparameterFile): void {
  for (const { text, value } of file.hash_examples ?? []) {
    same(`hash of ${text}`, tupleHash(text), value);
  }
  for (const [name, methods] of Object.entries(file.default ?? {})) {
    for (const [reference, values] of Object.entries(methods)) {
      checkDefaults(name, reference, values);
    }
  }
  for (const [name, settings] of Object.entries(file.random_common ?? {})) {
    for (const [index, values] of Object.entries(settings)) checkDrawn(name, null, index, values);
  }
  for (const [name, methods] of Object.entries(file.random_method_specific ?? {})) {
    for (const [reference, settings] of Object.entries(methods)) {
      for (const [index, values] of Object.entries(settings)) {
        checkDrawn(name, reference, index, values);
      }
    }
  }
}

function checkDefaults(name: string, reference: string, values: Values): void {
  const dataset = referenceDataset(name);
  const method = named(reference);
  const { learningRate, weightDecay, batch } = preset("paper", dataset);
  const inherited = { learningRate, weightDecay };
  const common: Values = {
    lr: learningRate,
    weight_decay: weightDecay,
    batch_size: batch,
    resnet_dropout: 0,
    class_balanced: method.sampler === "class-balanced",
  };
  for (const [key, value] of Object.entries(values)) {
    if (ELSEWHERE.has(key)) continue;
    const knob = knobOf(method, key);
    const standard = knob === undefined ? common[key] : specOn(knob, dataset).default;
    const found = typeof standard === "object"
      ? inherited[(standard as Inheritance).inherit]
      : standard;
    same(`default of ${reference}'s ${key} on ${name}`, found, value);
  }
}

/** Checks the values of one setting: those that all methods share, or those of a method. */
function checkDrawn(name: string, reference: string | null, index: string, values: Values): void {
  const dataset = referenceDataset(name);
  const method = reference === null ? null : named(reference);
  for (const [key, value] of Object.entries(values)) {
    if (ELSEWHERE.has(key)) continue;
    const what = `${reference ?? "everybody"}'s ${key} of setting ${index} on ${name}`;
    if (key === "class_balanced") {
      same(what, method?.sampler === "class-balanced", value);
      continue;
    }
    const knob: Pick<Hyperparameter, "search" | "overrides" | "mdltSearch"> | undefined =
      (method && knobOf(method, key)) ??
        Object.values(COMMON).find(({ mdltName }) => mdltName === key);
    if (knob === undefined) throw new Error(`${what}: there is no such hyperparameter`);
    const search = knob.mdltSearch ?? specOn(knob, dataset).search!;
    same(what, draw(search, referenceRandom(Number(index), key)), value);
  }
}

function named(reference: string): Method {
  const found = METHODS.find((method) => method.mdlt?.name === reference);
  if (found === undefined) {
    throw new Error(`no registered method is the reference's "${reference}"`);
  }
  return found;
}

/** The hyperparameter that the reference calls so. */
function knobOf(method: Method, key: string): Hyperparameter | undefined {
  return Object.entries(method.hyperparameters)
    .find(([name, { mdltName }]) => (mdltName ?? name) === key)?.[1];
}

/** Powers may differ in the last bit between C's library and JavaScript's. */
function same(what: string, found: unknown, expected: unknown): void {
  const near = typeof found === "number" && typeof expected === "number" &&
    Math.abs(found - expected) <= 1e-15 * Math.abs(expected);
  if (found !== expected && !near) throw new Error(`${what} is ${found}, expected ${expected}`);
}
