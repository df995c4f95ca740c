/**
 * MDLT bench: compare methods for multi-domain long-tailed image recognition.
 *
 * This module is what a script of your own needs: a bench that plans, runs and reports. What a method,
 * a data set, a network, a metric or a section of the report of your own needs is in
 * `@mdlt/bench/methods`, `/datasets`, `/networks`, `/metrics` and `/report`. Neither TensorFlow nor
 * Vega is loaded before it is needed.
 *
 * ```ts
 * import { createBench } from "@mdlt/bench";
 *
 * const bench = await createBench();
 * console.log(bench.catalogue.methods.map((method) => method.title));
 * ```
 *
 * @module
 */
export * from "./library.ts";
export * from "./base/random.ts";
export {
  ABOVE_0,
  ANY_NUMBER,
  AT_LEAST_0,
  type Range,
  type Setting,
  SHARE,
  type Value,
  type ValueType,
} from "./base/setting.ts";
export { UsageError } from "./base/errors.ts";
export type { Definition } from "./base/definition.ts";
export type { Catalogue, Definitions } from "./bench/catalogue.ts";
export type {
  Executor,
  ExecutorEvents,
  ExecutorOption,
  ExecutorOptions,
  Given,
  Job,
  Outcome,
  Outcomes,
  Session,
  Submission,
} from "./bench/execute/executor.ts";
export type * from "./bench/execute/session.ts";
export type { PlannedRun, Request } from "./bench/plan/plan.ts";
export { type PresetName, PRESETS } from "./bench/plan/presets.ts";
export type { PlanFile } from "./bench/records/folder.ts";
export { Folder } from "./bench/records/folder.ts";
export type * from "./bench/records/record.ts";
export { runId } from "./bench/records/run_id.ts";
export type { CodeNames, Settable } from "./bench/records/format1.ts";
export type { NetworkRequest } from "./bench/plan/networks.ts";
export type * from "./datasets/mod.ts";
export type * from "./methods/mod.ts";
export type * from "./metrics/mod.ts";
export type * from "./networks/mod.ts";
export type * from "./report/mod.ts";
export type { Backend, BackendChoice } from "./tensor/backend.ts";
