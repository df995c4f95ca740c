/**
 * Where runs are not as in the papers: hyperparameters whose values are not the methods' own.
 *
 * @module
 */
import type { Value } from "../../base/setting.ts";
import type { Catalogue } from "../../bench/catalogue.ts";
import type { RunSpec } from "../../bench/records/record.ts";
import { type Inherited, specOn } from "../../methods/hyperparameter.ts";
import type { DatasetResults } from "./arrange.ts";

/** What the papers' values are read from. */
export type Definitions = Pick<Catalogue, "methods" | "datasets">;

/** A hyperparameter that has another value than in its method's paper. */
export interface OwnValue {
  /** The method's title. */
  readonly method: string;
  readonly key: string;
  readonly value: Value;
  /** The paper's, as one reads it. */
  readonly paper: string;
}

/** What a paper's runs have for a hyperparameter: the value, and how a reader is told of it. */
export interface PaperValue {
  readonly value: Value;
  readonly said: string;
}

/** How values are called that a hyperparameter takes from the run. */
const INHERITED: Readonly<Record<Inherited, string>> = {
  learningRate: "the learning rate",
  weightDecay: "the weight decay",
};

/** The stages of a run, first to last. */
export function stages(spec: RunSpec): RunSpec[] {
  return [...(spec.stage1 ? stages(spec.stage1) : []), spec];
}

/**
 * The value that a hyperparameter of a run's last stage has in runs of the paper's size; undefined
 * where no definition says so, as for plugins that were not given.
 */
export function valueInPaper(
  { dataset, method, training }: RunSpec,
  key: string,
  { methods, datasets }: Definitions,
): PaperValue | undefined {
  const definition = methods.find(({ name }) => name === method.name);
  const hyperparameter = definition?.hyperparameters[key];
  const set = datasets.find(({ name }) => name === dataset.name);
  if (hyperparameter === undefined || set === undefined) return undefined;
  const frozen = training.network.frozen !== undefined;
  const { default: usual } = specOn(hyperparameter, { ...set, frozen });
  return typeof usual === "object"
    ? { value: training[usual.inherit], said: INHERITED[usual.inherit] }
    : { value: usual, said: rounded(usual) };
}

/** Numbers to four digits. */
export function rounded(value: Value): string {
  return String(typeof value === "number" ? Number(value.toPrecision(4)) : value);
}

/** The values of a data set's runs that are not those of the papers, each once. */
export function ownValues(dataset: DatasetResults, definitions: Definitions): OwnValue[] {
  const found = new Map<string, OwnValue>();
  for (const { spec } of dataset.methods) {
    for (const stage of stages(spec)) {
      const { name, hyperparameters } = stage.method;
      const title = definitions.methods.find((method) => method.name === name)?.title ?? name;
      for (const [key, value] of Object.entries(hyperparameters)) {
        const paper = valueInPaper(stage, key, definitions);
        if (paper === undefined || paper.value === value) continue;
        found.set(JSON.stringify([name, key, value]), {
          ...{ method: title, key, value, paper: paper.said },
        });
      }
    }
  }
  return [...found.values()];
}
