/**
 * What a definition must have, whoever wrote it: a plugin need not have been type-checked.
 *
 * @module
 */
import type { Definition } from "../base/definition.ts";
import { nearestOf, UsageError } from "../base/errors.ts";
import type { Setting, Value } from "../base/setting.ts";
import { type DatasetDefinition, IMAGE_KINDS } from "../datasets/dataset.ts";
import { NOT_DOMAINS } from "../datasets/names.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Method } from "../methods/method.ts";
import type { BehaviourStudy, TrainingStudy } from "../methods/study.ts";
import type { Hparams } from "./hparams/hparams.ts";
import type { NetworkDefinition } from "../networks/network.ts";

/** What a field must hold. */
interface Field {
  readonly wanted: string;
  holds(value: unknown): boolean;
}

type Fields<T> = Readonly<Partial<Record<keyof T, Field>>>;

const text: Field = { wanted: "text", holds: (v) => typeof v === "string" && v.trim() !== "" };
const callable: Field = { wanted: "a function", holds: (v) => typeof v === "function" };
const listed: Field = { wanted: "a list with something in it", holds: (v) => isList(v, 1) };
const domains: Field = {
  wanted: `a list of names, none of them ${NOT_DOMAINS.join(", ")}`,
  holds: (v) =>
    isList(v, 1) && !(v as unknown[]).some((name) => NOT_DOMAINS.includes(String(name))),
};
const object: Field = { wanted: "an object", holds: isObject };
const range: Field = { wanted: "two numbers", holds: (v) => isList(v, 2) };
const version: Field = {
  wanted: "a whole number from 1 up",
  holds: (v) => Number.isInteger(v) && Number(v) >= 1,
};
const settings: Field = {
  wanted: "an object of what number(), integer(), flag(), oneOf() or dataSeed() returns",
  holds: (v) =>
    isObject(v) && Object.values(v).every((s) => isObject(s) && typeof s["parse"] === "function"),
};
const oneOf = (...words: string[]): Field => ({
  wanted: words.map((word) => `"${word}"`).join(" or "),
  holds: (v) => words.includes(v as string),
});

const among = (...values: readonly unknown[]): Field => ({
  wanted: `${values.map((value) => JSON.stringify(value)).join(" or ")}, or left out`,
  holds: (v) => v === undefined || values.includes(v),
});
const optional = ({ wanted, holds }: Field): Field => ({
  wanted: `${wanted}, or left out`,
  holds: (v) => v === undefined || holds(v),
});
const METHOD = {
  ...{ title: text, description: text, family: text, citation: text, version },
  ...{ hyperparameters: settings, create: callable },
  sampler: among("uniform", "class-balanced", "group-balanced"),
  inherits: among("featurizer", "network", "nothing"),
  ...{ views: among(1, 2), steps: among(0), stage1: optional(text) },
  ...{ minDomains: optional(version), classifierInputs: optional(version) },
} satisfies Fields<Method>;
/** The other fields of a method; a plugin's misspelt field would go unheard. */
const METHOD_OTHERS = {
  ...{ kind: true, name: true, objective: true, assumes: true, helps: true, cost: true },
  ...{ departures: true, mdlt: true },
} satisfies Readonly<Record<Exclude<keyof Method, keyof typeof METHOD>, true>>;
const DATASET = {
  ...{ title: text, description: text, images: oneOf(...IMAGE_KINDS) },
  ...{ domains, classes: listed, shots: object, origin: text, settings },
  ...{ locate: callable, counts: callable, load: callable },
} satisfies Fields<DatasetDefinition>;
const NETWORK = {
  ...{ title: text, citation: text, input: oneOf("pixels", "features"), build: callable },
} satisfies Fields<NetworkDefinition>;
const METRIC = {
  ...{ title: text, description: text, better: oneOf("max", "min"), scale: object, range },
  ...{ needs: oneOf("counts", "confidence", "probabilities"), undefinedWhen: text },
  compute: callable,
} satisfies Fields<Metric>;
const TRAINING = {
  ...{ title: text, description: text, factors: { ...listed, holds: Array.isArray } },
  settings: listed,
} satisfies Fields<TrainingStudy>;
const BEHAVIOUR = {
  ...{ title: text, description: text, method: text, behaviours: listed },
} satisfies Fields<BehaviourStudy>;
const HPARAMS = {
  ...{ title: text, description: text, version, by: text, methods: object },
} satisfies Fields<Hparams>;
const SECTION = { title: text, build: callable };

/** The fields of every kind. */
const FIELDS: Readonly<
  Record<string, (definition: Definition) => Readonly<Record<string, Field>>>
> = {
  method: () => METHOD,
  dataset: () => DATASET,
  network: () => NETWORK,
  metric: () => METRIC,
  study: (study) => "behaviours" in study ? BEHAVIOUR : TRAINING,
  section: () => SECTION,
  hparams: () => HPARAMS,
};

/**
 * Refuses a definition that lacks a field, or whose field holds something else.
 *
 * @param from Whose it is, for the message.
 * @throws {UsageError} One sentence on the first such field.
 */
export function requireFields(definition: Definition, from: string): void {
  const { kind, name } = definition;
  const fields = FIELDS[kind]!(definition);
  for (const [key, { wanted, holds }] of Object.entries(fields)) {
    const value = (definition as unknown as Readonly<Record<string, unknown>>)[key];
    if (holds(value)) continue;
    const cannot = `Cannot use "${from}": the`;
    if (value === undefined) {
      throw new UsageError(`${cannot} ${kind} "${name}" has no ${key}; it is ${wanted}`);
    }
    throw new UsageError(
      `${cannot} ${key} of the ${kind} "${name}" must be ${wanted}, not ${written(value)}`,
    );
  }
  if (kind === "method") requireKnown(definition, from);
  for (const [key, field] of Object.entries(fields)) {
    if (field === settings) requireDefaults(definition as Defaults, key as keyof Settable, from);
  }
}

/** Refuses a field of a method that is none, such as a misspelt one. */
function requireKnown(method: Definition, from: string): void {
  const known = Object.keys({ ...METHOD, ...METHOD_OTHERS });
  const unknown = Object.keys(method).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const nearest = nearestOf(unknown, known);
  const hint = nearest === undefined ? `known are ${known.join(", ")}` : `did you mean ${nearest}?`;
  throw new UsageError(
    `Cannot use "${from}": the method "${method.name}" has a field "${unknown}", which no method ` +
      `has; ${hint}`,
  );
}

/** Settings as a plugin gives them: their defaults may be anything. */
type Settable = Readonly<Partial<Record<"hyperparameters" | "settings", Settings>>>;
type Defaults = Definition & Settable;
type Settings = Readonly<Record<string, Given & Pick<Setting, "parse" | "wanted">>>;
type Given = Readonly<Partial<Record<"default", unknown>>> & {
  readonly overrides?: Readonly<Record<string, Given>>;
  readonly presets?: Readonly<Record<string, Given>>;
};

/** Refuses a default that is not a possible value of its own setting, whichever runs it is for. */
function requireDefaults(
  definition: Defaults,
  key: keyof Settable,
  from: string,
): void {
  const settings = definition[key] ?? {};
  for (
    const [setting, { parse, wanted, default: standard, overrides, presets }] of Object.entries(
      settings,
    )
  ) {
    const special = Object.entries({ ...overrides, ...presets })
      .filter(([, given]) => given.default !== undefined)
      .map(([where, given]) => [given.default, ` for ${where}`] as const);
    for (const [value, where] of [[standard, ""] as const, ...special]) {
      if (isObject(value) && "inherit" in value) continue;
      if (value !== undefined && parse(value as Value) === value) continue;
      throw new UsageError(
        `Cannot use "${from}": the default of "${setting}"${where} in the ${key} of the ` +
          `${definition.kind} "${definition.name}" must be ${wanted}, not ${written(value)}`,
      );
    }
  }
}

/** A value as its author wrote it; JSON has no NaN, no infinity and no functions. */
function written(value: unknown): string {
  return typeof value === "number" ? String(value) : JSON.stringify(value) ?? typeof value;
}

function isList(value: unknown, least: number): boolean {
  return Array.isArray(value) && value.length >= least;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
