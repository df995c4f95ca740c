/**
 * Options that decide the runs of a grid, apart from its methods.
 *
 * @module
 */
import type { Command } from "commander";
import { integerAtLeast, nonEmptyList, nonEmptyPath, oneOf } from "../../base/arguments.ts";
import { hyphenated } from "../../base/errors.ts";
import type { Catalogue } from "../../bench/catalogue.ts";
import type { Request } from "../../bench/plan/plan.ts";
import { type PresetName, PRESETS } from "../../bench/plan/presets.ts";
import type { SelectionRule } from "../../bench/records/record.ts";
import { METRICS } from "../../metrics/mod.ts";
import { DATASETS } from "../../datasets/mod.ts";
import type { RUN } from "../../datasets/settings.ts";
import { DEFAULT_RULE } from "../../metrics/selection.ts";
import type { Backend, BackendChoice } from "../../tensor/backend.ts";
import { type BackboneOptions, backboneOptions, givenFeatures, pretrainedOf } from "./backbone.ts";
import { dataSeed, seeds, setting } from "./common.ts";
import {
  backendOption,
  type ExecutionOptions,
  executionOptions,
  type ExecutorChoice,
  executorOptions,
} from "./execution.ts";
import { hparamsOf } from "./hparams.ts";

const METRIC_NAMES = METRICS.map(({ name }) => name.replaceAll("_", "-")).join(", ");

/** What decides the runs of a grid, apart from its methods, and where they are trained. */
export interface GridOptions extends BackboneOptions, ExecutionOptions, ExecutorChoice {
  readonly backend: BackendChoice;
  readonly datasets: string[];
  readonly seeds: number[];
  readonly dataSeed?: number | typeof RUN;
  readonly preset: PresetName;
  readonly networks?: string[];
  readonly steps?: number;
  readonly batch?: number;
  readonly set?: (readonly [string, number])[];
  readonly selection: SelectionRule;
  readonly traceTest?: boolean;
  readonly hparams?: string;
  readonly leaveOut?: string[];
  readonly crossValidation: boolean;
  readonly threads: number;
  readonly out?: string;
  readonly dryRun?: boolean;
}

/** Adds the options of {@linkcode GridOptions}. */
export function gridOptions(command: Command, usualSeeds = [0, 1, 2, 3, 4]): Command {
  backboneOptions(command.optionsGroup("Runs:"))
    .option("--datasets <names>", "data sets, or all", nonEmptyList("--datasets"), [
      DATASETS[0]!.name,
    ])
    .option("--seeds <count or list>", "a count (5 for seeds 0 to 4) or a list", seeds, usualSeeds)
    .option(
      "--data-seed <run or n>",
      "what drawn images come from: run for each run's own seed, or one seed for all runs; " +
        "fixed splits stay fixed",
      dataSeed,
    )
    .option("--preset <name>", PRESETS.join(", "), oneOf("preset", PRESETS), "quick")
    .option(
      "--networks <names>",
      "networks, name or name:width; the preset's, or those of --pretrained, by default",
      nonEmptyList("--networks"),
    )
    .option(
      "--steps <n>",
      "training steps of each run, instead of the preset's",
      integerAtLeast("--steps", 1),
    )
    .option("--batch <n>", "images of each domain in a step", integerAtLeast("--batch", 1))
    .option(
      "--set <name.key=value>",
      "a method's hyperparameter or a data set's setting; all.key for every method",
      setting,
    )
    .option(
      "--selection <rule>",
      "which checkpoint is tested: last, or by a metric: validation-<metric>, " +
        `validation-worst-<metric>, oracle-test-<metric>, of ${METRIC_NAMES}`,
      (text) => hyphenated(text.toLowerCase()),
      DEFAULT_RULE,
    )
    .option(
      "--hparams <name>",
      "hyperparameters that a search has found, in place of defaults: a preset or a JSON file",
      nonEmptyPath("--hparams"),
    )
    .option(
      "--leave-out <domains>",
      "domains that are left out of the training and tested, one at a time, or each",
      nonEmptyList("--leave-out"),
    )
    .option(
      "--no-cross-validation",
      "without the runs that leave out two domains, by which leave-one-domain-out chooses",
    )
    .option("--trace-test", "test figures at every checkpoint too, for a chart; selects nothing")
    .option(
      "--threads <n>",
      "threads of each run; they change the last bits",
      integerAtLeast("--threads", 1),
      1,
    )
    .addOption(backendOption());
  return executorOptions(executionOptions(command))
    .option("--out <dir>", "output folder; a folder of results/ by default", nonEmptyPath("--out"))
    .option("--dry-run", "print the plan and stop")
    .option(
      "--keep-old",
      "records count although data, method, network or TensorFlow are others now; the report says so",
    )
    .option(
      "--redo <names>",
      "train finished runs anew: names of runs or methods, diverged, failed",
      nonEmptyList("--redo"),
    );
}

/** What options ask for of a plan, apart from its methods. */
export async function requestOf(
  options: GridOptions,
  backend: Backend,
  cacheDir: string,
  catalogue: Catalogue,
): Promise<Omit<Request, "methods">> {
  return {
    ...options,
    settings: options.set ?? [],
    backend,
    pretrained: await pretrainedOf(options, cacheDir, catalogue),
    features: await givenFeatures(options),
    frozen: options.backboneMode === "frozen",
    hparams: await hparamsOf(options.hparams, catalogue),
  };
}
