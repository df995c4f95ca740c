/**
 * The golden file of hyperparameters: defaults and the settings of the random search.
 *
 * @module
 */
import { preset } from "../bench/presets.ts";
import {
  COMMON,
  type DatasetKind,
  draw,
  referenceRandom,
  specOn,
  tupleHash,
} from "../bench/search.ts";
import { choice, type Hyperparameter, type Method } from "../methods/method.ts";
import { METHODS } from "../methods/mod.ts";

type Values = Readonly<Record<string, unknown>>;
type ByDataset<T> = Readonly<Record<string, T>>;

/** The file `hparams.json`. */
export interface HyperparameterFile {
  readonly hash_examples: readonly { readonly text: string; readonly value: number }[];
  readonly default: ByDataset<Readonly<Record<string, Values>>>;
  readonly random_common: ByDataset<Readonly<Record<string, Values>>>;
  readonly random_method_specific: ByDataset<
    Readonly<Record<string, Readonly<Record<string, Values>>>>
  >;
}

/** The data sets of the file as they are known here. */
const DATASETS: ByDataset<DatasetKind & { readonly kind: "digits" | "photographs" }> = {
  PACS: { name: "pacs", kind: "photographs" },
  DomainNet: { name: "domainnet", kind: "photographs" },
  ImbalancedDigits: { name: "digits", kind: "digits" },
};

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

/** ResNet's dropout is drawn like a hyperparameter, though no network here has it yet. */
const resnetDropout = choice(0, 0.1, 0.5);

/** Compares every default and every drawn value. */
export function checkSearch(file: HyperparameterFile): void {
  for (const { text, value } of file.hash_examples) same(`hash of ${text}`, tupleHash(text), value);

  for (const [name, dataset] of Object.entries(DATASETS)) {
    for (const [reference, values] of Object.entries(file.default[name]!)) {
      const method = named(reference);
      const { learningRate, weightDecay, batch } = preset("paper", dataset);
      const inherited = { learningRate, weightDecay };
      const common: Values = { lr: learningRate, weight_decay: weightDecay, batch_size: batch };
      for (const [key, value] of Object.entries(values)) {
        const what = `default of ${reference}'s ${key} on ${name}`;
        const knob = knobOf(method, key);
        if (knob !== undefined) {
          const { default: standard } = specOn(knob, dataset);
          same(what, typeof standard === "string" ? inherited[standard] : standard, value);
        } else if (key === "class_balanced") {
          same(what, method.sampler === "class-balanced", value);
        } else if (key === "resnet_dropout") {
          same(what, 0, value);
        } else if (!ELSEWHERE.has(key)) {
          same(what, common[key], value);
        }
      }
    }

    for (const [index, values] of Object.entries(file.random_common[name]!)) {
      for (const [key, value] of Object.entries(values)) {
        if (ELSEWHERE.has(key) || key === "class_balanced") continue;
        const common = Object.values(COMMON).find(({ reference }) => reference === key);
        const search = common === undefined ? resnetDropout : specOn(common, dataset).search;
        const found = draw(search, referenceRandom(Number(index), key));
        same(`${key} of setting ${index} on ${name}`, found, value);
      }
    }

    for (const [reference, settings] of Object.entries(file.random_method_specific[name]!)) {
      const method = named(reference);
      for (const [index, values] of Object.entries(settings)) {
        for (const [key, value] of Object.entries(values)) {
          const knob = knobOf(method, key);
          if (knob === undefined) {
            if (ELSEWHERE.has(key) || key === "class_balanced") continue;
            throw new Error(`${reference} has no hyperparameter for the reference's "${key}"`);
          }
          const { search } = specOn(knob, dataset);
          const found = draw(knob.referenceSearch ?? search, referenceRandom(Number(index), key));
          same(`${reference}'s ${key} of setting ${index} on ${name}`, found, value);
        }
      }
    }
  }
}

function named(reference: string): Method {
  const found = METHODS.find((method) => method.reference?.name === reference);
  if (found === undefined) {
    throw new Error(`no registered method is the reference's "${reference}"`);
  }
  return found;
}

/** The hyperparameter that the reference calls so. */
function knobOf(method: Method, key: string): Hyperparameter | undefined {
  return Object.entries(method.hyperparameters)
    .find(([name, { reference }]) => (reference ?? name) === key)?.[1];
}

/** Powers may differ in the last bit between C's library and JavaScript's. */
function same(what: string, found: unknown, expected: unknown): void {
  const near = typeof found === "number" && typeof expected === "number" &&
    Math.abs(found - expected) <= 1e-15 * Math.abs(expected);
  if (found !== expected && !near) throw new Error(`${what} is ${found}, expected ${expected}`);
}
