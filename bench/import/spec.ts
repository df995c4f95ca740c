/**
 * What an imported run is known by.
 *
 * @module
 */
import { UsageError } from "../../base/errors.ts";
import { isSafeName } from "../../base/names.ts";
import type { Value } from "../../base/setting.ts";
import type { Method } from "../../methods/method.ts";
import type { ImportedFrom, RunRecord, RunSpec, TrainingSettings } from "../records/record.ts";

/** How the tested weights were chosen, where an import does not tell. */
export const UNTOLD_RULE = "a rule that the import does not tell";

/** What is known of an imported run. */
export interface KnownOfRun {
  readonly from: ImportedFrom;
  readonly dataset: RunSpec["dataset"];
  /** As its owner calls it. */
  readonly method: string;
  readonly seed: number;
  readonly hyperparameters?: Readonly<Record<string, Value>>;
  /** What is known of its training; the rest is 0. */
  readonly training?: Partial<TrainingSettings>;
}

/** Its specification. */
export function importedSpec(
  { from, dataset, method, seed, hyperparameters = {}, training = {} }: KnownOfRun,
): RunSpec {
  return {
    format: 2,
    dataset,
    method: { name: methodName(method), version: 0, hyperparameters },
    stage1: null,
    seed,
    training: {
      network: { name: "unknown", width: 1 },
      ...{ steps: 0, batch: 0, checkpointEvery: 0, learningRate: 0, weightDecay: 0 },
      selection: UNTOLD_RULE,
      ...training,
    },
    engine: { backend: "elsewhere", threads: 0, execution: "eager" },
    imported: { from },
  };
}

/**
 * A method's name as ids and files have it.
 *
 * @throws {UsageError} When nothing of it can stand there.
 */
export function methodName(method: string): string {
  const name = method.trim().toLowerCase().replace(/[\s+/&,]+/g, "-").replace(
    /[^\p{L}\p{N}._-]/gu,
    "",
  )
    .replace(/^[._-]+/, "").slice(0, 80);
  if (isSafeName(name)) return name;
  throw new UsageError(
    `Cannot import the method ${
      JSON.stringify(method.slice(0, 60))
    }: its name needs letters or digits`,
  );
}

/** What tables say of an imported method: marked, and of the family of our method of that name. */
export function importedMethod(method: string, methods: readonly Method[]): RunRecord["method"] {
  const name = methodName(method);
  const own = methods.find((other) => other.name === name);
  return {
    title: `${own?.title ?? method.trim().slice(0, 80)} (imported)`,
    family: own?.family ?? "imported",
    source: own?.citation ?? "imported",
  };
}
