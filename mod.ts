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
export * from "./bench/metrics.ts";
export { execute } from "./bench/executor.ts";
export { plan, runId } from "./bench/plan.ts";
export { type PresetName, PRESETS } from "./bench/presets.ts";
export type * from "./bench/record.ts";
export { Store } from "./bench/store.ts";
export { train } from "./bench/trainer.ts";
export type * from "./datasets/dataset.ts";
export { DATASETS } from "./datasets/mod.ts";
export { prepareBackend, startBackend } from "./engine/backend.ts";
export { type Random, stream } from "./engine/random.ts";
export * from "./methods/method.ts";
export { METHODS } from "./methods/mod.ts";
export { buildReport } from "./report/mod.ts";
