/**
 * `deno task import checkpoint`: checkpoints of MDLT's, evaluated here.
 *
 * @module
 */
import { Command } from "commander";
import { integerAtLeast } from "../../base/arguments.ts";
import { UsageError } from "../../base/errors.ts";
import { readCheckpoint } from "../../bench/import/checkpoint.ts";
import { evaluated } from "../../bench/import/evaluated.ts";
import { datasetCalled } from "../../bench/import/same_name.ts";
import type { Imported } from "../../bench/import/write.ts";
import { ReaderPool } from "../../datasets/reading/reader_pool.ts";
import { prepareBackend, startBackend } from "../../tensor/backend.ts";
import { catalogueOf, dataPaths, type SetExitCode, setting } from "../options/common.ts";
import { datasetOf } from "../options/dataset_choice.ts";
import { endImport, type ImportOptions, importOptions } from "../options/importing.ts";
import { makeProgress } from "../progress.ts";

interface CheckpointOptions extends ImportOptions {
  readonly dataset?: string;
  readonly set?: (readonly [string, string])[];
  readonly method?: string;
  readonly seed?: number;
  readonly threads: number;
}

/** `import checkpoint`. */
export function checkpointCommand(_setExitCode: SetExitCode): Command {
  const command = new Command("checkpoint")
    .description(
      "checkpoints of MDLT's or DomainBed's (model.pkl, model.best.pkl), evaluated on our images; " +
        "nothing of them is run",
    )
    .argument("<files...>", "one of each method and seed")
    .option("--dataset <name>", "our name of the data set, where it is not found by theirs")
    .option("--set <name.key=value>", "a setting of the data set", setting)
    .option("--method <name>", "the method, instead of the one that the checkpoint names")
    .option("--seed <n>", "the seed, instead of the checkpoint's", integerAtLeast("--seed", 0))
    .option("--threads <n>", "threads of the evaluation", integerAtLeast("--threads", 1), 1);
  return importOptions(command).action(importCheckpoints);
}

async function importCheckpoints(
  files: readonly string[],
  options: CheckpointOptions,
): Promise<void> {
  const catalogue = await catalogueOf(options);
  const paths = await dataPaths(options);
  const checkpoints = [];
  for (const file of new Set(files)) {
    checkpoints.push(await readCheckpoint(file, catalogue.networks));
  }
  const progress = makeProgress(options.json ?? false);
  try {
    const on = { onProgress: progress.work, onNote: progress.note };
    const backend = await startBackend(await prepareBackend("auto", on), options.threads);
    await using readers = new ReaderPool();
    const imported: Imported[] = [];
    for (const checkpoint of checkpoints) {
      const { args, file } = checkpoint;
      const theirs = text(args["dataset"]);
      const name = options.dataset ?? datasetCalled(theirs, catalogue.datasets)?.name;
      const { definition, settings } = datasetOf(
        { ...options, dataset: name ?? theirs },
        catalogue,
      );
      if (definition === undefined) {
        throw new UsageError(
          `Cannot import ${file.name}: its data set "${theirs}" is none that is known here; name ` +
            `ours with --dataset`,
        );
      }
      const dataset = await definition.load({
        ...{ ...paths, settings, readers, onProgress: progress.work },
      });
      const seed = options.seed ?? Number(args["seed"] ?? args["trial_seed"] ?? 0);
      imported.push(
        await evaluated({
          ...{ checkpoint, definition, dataset, settings, backend, seed },
          method: options.method ?? methodOf(args),
          framework: options.framework ?? { framework: "PyTorch" },
          methods: catalogue.methods,
          metrics: catalogue.metrics,
        }),
      );
    }
    progress.close();
    await endImport(imported, [], options);
  } finally {
    progress.close();
  }
}

/** The method that a checkpoint names, after its first stage where it has one. */
function methodOf(args: Readonly<Record<string, unknown>>): string {
  const algorithm = text(args["algorithm"]);
  const stage1 = algorithm.includes("CRT") ? text(args["stage1_algo"]) : "";
  return stage1 === "" || stage1 === "ERM" ? algorithm : `${stage1}+${algorithm}`;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
