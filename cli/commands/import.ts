/**
 * `deno task import`: results that were made elsewhere become records beside our own.
 *
 * @module
 */
import { Command } from "commander";
import { integerAtLeast, list, nonEmptyList } from "../../base/arguments.ts";
import { UsageError } from "../../base/errors.ts";
import { isSafeName } from "../../base/names.ts";
import { knownImages } from "../../bench/import/images.ts";
import { runsFromPredictions } from "../../bench/import/predictions.ts";
import { recordFromPredictions } from "../../bench/import/record.ts";
import { givenRole, type GivenRoles } from "../../bench/import/roles.ts";
import { splitNamed } from "../../bench/import/rows.ts";
import type { SplitName } from "../../datasets/dataset.ts";
import { TABLE_ENDINGS } from "../../datasets/formats/tables/read.ts";
import { catalogueOf, dataPaths, type SetExitCode, setting } from "../options/common.ts";
import { type DatasetChoice, datasetOf } from "../options/dataset_choice.ts";
import { endImport, type ImportOptions, importOptions } from "../options/importing.ts";
import { checkpointCommand } from "./import_checkpoint.ts";
import { domainBedCommand, mdltCommand } from "./import_folders.ts";

interface PredictionOptions extends ImportOptions, DatasetChoice {
  readonly columns?: GivenRoles;
  readonly method?: string;
  readonly seed?: number;
  readonly split?: SplitName;
  readonly pattern?: string;
  readonly classes?: string[];
  readonly network?: string;
  readonly steps?: number;
  readonly batch?: number;
  readonly selection?: string;
}

/** The command. */
export function importCommand(setExitCode: SetExitCode): Command {
  return new Command("import")
    .description("bring results that were made elsewhere into tables, tests and charts")
    .addCommand(predictionsCommand())
    .addCommand(mdltCommand())
    .addCommand(domainBedCommand())
    .addCommand(checkpointCommand(setExitCode));
}

function predictionsCommand(): Command {
  const command = new Command("predictions")
    .description(
      `tables of predictions, an image a row (${TABLE_ENDINGS.join(", ")}): its path or row, ` +
        "domain, true class, and predicted class, probabilities or logits",
    )
    .argument("<files...>", "any number of methods, seeds and splits")
    .requiredOption(
      "--dataset <name>",
      "the data set; one that is not known here is taken as it is",
    )
    .option(
      "--columns <what=column>",
      "columns by what they say: path, row, domain, label, predicted, confidence, probabilities, " +
        "logits, method, seed, split; `*` stands for the classes, as in probabilities=p_*; may be " +
        "repeated",
      givenRole,
    )
    .option("--method <name>", "the method of rows that do not say it")
    .option("--seed <n>", "the seed of rows that do not say it", integerAtLeast("--seed", 0))
    .option("--split <name>", "the split of rows that do not say it; test by default", splitOf)
    .option("--pattern <name>", "what files are called: {method}_seed{seed}.csv")
    .option(
      "--classes <names>",
      "classes in the order of their numbers, for a data set that is not known",
      nonEmptyList("--classes"),
    )
    .option("--set <name.key=value>", "a setting of the data set", setting)
    .option("--network <name>", "the network that was trained, for tables", networkName)
    .option("--steps <n>", "steps of each run, for tables", integerAtLeast("--steps", 1))
    .option("--batch <n>", "images of each domain in a step", integerAtLeast("--batch", 1))
    .option("--selection <words>", "how the tested weights were chosen, for captions");
  return importOptions(command).action(importPredictions);
}

async function importPredictions(
  files: readonly string[],
  options: PredictionOptions,
): Promise<void> {
  const catalogue = await catalogueOf(options);
  const { definition, settings } = datasetOf(options, catalogue);
  const paths = await dataPaths(options);
  const { method, seed, split, network, steps, batch, selection } = options;
  const { runs, notes } = await runsFromPredictions({
    files: [...new Set(files)],
    dataset: definition?.name ?? options.dataset.toLowerCase(),
    definition,
    settings,
    images: definition && await knownImages(definition, settings, paths),
    columns: options.columns ?? new Map(),
    defaults: {
      ...(method !== undefined && { method }),
      ...(seed !== undefined && { seed }),
      ...(split !== undefined && { split }),
    },
    pattern: options.pattern,
    classes: options.classes,
    framework: options.framework ?? {},
    training: {
      ...(network !== undefined && { network: { name: network, width: 1 } }),
      ...(steps !== undefined && { steps }),
      ...(batch !== undefined && { batch }),
      ...(selection !== undefined && { selection }),
    },
    methods: catalogue.methods,
    metrics: catalogue.metrics,
  });
  await endImport(runs.map(recordFromPredictions), notes, options);
}

function splitOf(text: string): SplitName {
  const split = splitNamed(list(text)[0] ?? "");
  if (split !== undefined) return split;
  throw new UsageError(`Cannot use --split "${text}": give test, val or train`);
}

function networkName(text: string): string {
  if (isSafeName(text)) return text;
  throw new UsageError(
    `Cannot use --network "${text}": a name of letters, digits, ".", "_" and "-" is needed`,
  );
}
