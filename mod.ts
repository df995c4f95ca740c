/**
 * MDLT bench: compare methods for multi-domain long-tailed image recognition.
 *
 * This module is what a script of your own needs: the registries, the types of methods and data
 * sets, the trainer, the metrics, and the report.
 *
 * ```ts
 * import { buildReport, METHODS } from "./mod.ts";
 *
 * console.log(METHODS.map((method) => method.title));
 * await buildReport("results/quick");
 * ```
 *
 * @module
 */
export * from "./metrics/mod.ts";
export { trainLocally } from "./bench/execute/local.ts";
export { builtin, type Catalogue, loadCatalogue } from "./bench/catalogue.ts";
export { plan } from "./bench/plan/plan.ts";
export { runId } from "./bench/records/run_id.ts";
export { type PresetName, PRESETS } from "./bench/plan/presets.ts";
export type * from "./bench/records/record.ts";
export { Store } from "./bench/records/store.ts";
export { train } from "./bench/train/trainer.ts";
export * from "./datasets/mod.ts";
export { prepareBackend, startBackend } from "./tensor/backend.ts";
export { type Random, stream } from "./base/random.ts";
export * from "./methods/hyperparameter.ts";
export * from "./methods/method.ts";
export { METHODS, STUDIES } from "./methods/mod.ts";
export * from "./methods/study.ts";
export { buildReport } from "./report/mod.ts";
