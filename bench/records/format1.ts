/**
 * Reading what was written in format 1, where choices and flags were numbers and how steps are
 * executed followed from their number.
 *
 * A run keeps the id that it was written under, which its specification of format 1 gives.
 *
 * @module
 */
import { type Value, valueOfCode, type ValueType } from "../../base/setting.ts";
import type { CurveFigures, Manifest, RunRecord, RunSpec, StudyTag } from "./record.ts";
import { usualExecution } from "./execution.ts";

/** CodeNames that say which names the numbers of format 1 stood for. */
export interface CodeNames {
  /** Methods, with their hyperparameters and usual first stages. */
  readonly methods: readonly (Settable<"hyperparameters"> & { readonly stage1?: string })[];
  /** Data sets, with their settings. */
  readonly datasets: readonly Settable<"settings">[];
}

/** A definition with settings, by the field that has them. */
export type Settable<Key extends string> =
  & { readonly name: string }
  & { readonly [K in Key]: Readonly<Record<string, object>> };

/** A specification of format 1. */
interface OldSpec extends Omit<RunSpec, "format" | "stage1" | "engine"> {
  readonly format: 1;
  readonly stage1: OldSpec | null;
  readonly engine: Omit<RunSpec["engine"], "execution" | "operations">;
}

/** A run of a plan of format 1. */
interface OldPlanned extends Pick<Manifest["runs"][number], "id" | "name"> {
  readonly spec: OldSpec;
  readonly study?: StudyTag | OldStudy;
  readonly hparamsSeed?: number;
}

/** A record of format 1. */
interface OldRecord extends Omit<RunRecord, "spec"> {
  readonly spec: OldSpec;
}

/** What a run was for in a study. */
export type OldStudy =
  /** Which parts are on. */
  | { readonly kind: "ablation"; readonly parts: readonly string[] }
  /** A value of one hyperparameter, the others at their defaults. */
  | { readonly kind: "parameter"; readonly parameter: string; readonly value: number }
  /** A longer look at one training. */
  | { readonly kind: "convergence" }
  /** Another form of a part. */
  | { readonly kind: "variant"; readonly part: string; readonly variant: string };

/** A planned run of format 1 as one of format 2. */
export function plannedOf(old: OldPlanned, definitions: CodeNames): Manifest["runs"][number] {
  const { id, name, spec, study, hparamsSeed } = old;
  return {
    id,
    name,
    spec: specOf(spec, definitions),
    ...(study !== undefined && { study: studyOf(study, spec.method.name) }),
    ...(hparamsSeed !== undefined && { trial: hparamsSeed }),
  };
}

/** A record of format 1 as one of format 2. */
export function recordOf(old: OldRecord, definitions: CodeNames): RunRecord {
  return {
    ...old,
    spec: specOf(old.spec, definitions),
    curve: old.curve.map(({ validation, test, ...point }) => ({
      ...point,
      validation: figuresOf(validation),
      ...(test && { test: figuresOf(test) }),
    })),
  };
}

/** A specification of format 1 as one of format 2. */
export function specOf(old: OldSpec, definitions: CodeNames): RunSpec {
  const { dataset, method, stage1, training, engine } = old;
  const types = definitions.methods.find(({ name }) => name === method.name)?.hyperparameters;
  const settings = definitions.datasets.find(({ name }) => name === dataset.name)?.settings;
  return {
    ...old,
    format: 2,
    dataset: { ...dataset, settings: named(dataset.settings, settings) },
    method: { ...method, hyperparameters: named(method.hyperparameters, types) },
    stage1: stage1 && specOf(stage1, definitions),
    engine: {
      ...engine,
      execution: usualExecution(training.steps, engine.backend),
      operations: "tensorflow",
    },
  };
}

/** Values with names in place of numbers, as far as definitions say which. */
function named(
  values: Readonly<Record<string, Value>>,
  types: Readonly<Record<string, object>> = {},
): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      // What holds a method to MDLT's own code was called its reference.
      const name = key === "reference" && !Object.hasOwn(types, key) && types.mdlt ? "mdlt" : key;
      const type = types[name];
      const known = isType(type) && typeof value === "number"
        ? valueOfCode(type, value)
        : undefined;
      return [name, known ?? value];
    }),
  );
}

function isType(type: object | undefined): type is ValueType {
  return type !== undefined && "kind" in type && "parse" in type;
}

function figuresOf({ macroF1, ...others }: CurveFigures): CurveFigures {
  return macroF1 === undefined ? others : { ...others, macro_f1: macroF1 };
}

/** The study that a run belongs to. */
export function studyOf(study: StudyTag | OldStudy, method: string): StudyTag {
  return "kind" in study ? { ...translated(study), method } : study;
}

function translated(study: OldStudy): Omit<StudyTag, "method"> {
  switch (study.kind) {
    case "ablation":
      return {
        name: "ablation",
        levels: Object.fromEntries(study.parts.map((part) => [part, true])),
      };
    case "parameter":
      return {
        name: "parameters",
        levels: { parameter: study.parameter, value: study.value },
      };
    case "convergence":
      return { name: "convergence", levels: {} };
    case "variant":
      return { name: "variants", levels: { part: study.part, form: study.variant } };
  }
}
