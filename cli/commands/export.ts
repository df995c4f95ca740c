/**
 * `deno task export`: splits and weights for other programs.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { Command } from "commander";
import { nonEmptyPath, oneOf } from "../../base/arguments.ts";
import { find, UsageError } from "../../base/errors.ts";
import { isFile, writeAtomically } from "../../base/files.ts";
import { decodeArrays } from "../../base/safetensors_format.ts";
import { SPLIT_FORMS } from "../../bench/export/split.ts";
import { torchWeights, weightsFile } from "../../bench/export/weights.ts";
import { Store } from "../../bench/records/store.ts";
import { cachedWeights, readPretrained } from "../../bench/train/pretrained.ts";
import { findDataset } from "../../datasets/dataset.ts";
import { defaultSettings } from "../../datasets/dataset.ts";
import type { NetworkDefinition } from "../../networks/network.ts";
import type { Weights } from "../../networks/weights.ts";
import { startBackend } from "../../tensor/backend.ts";
import { pretrainedOption } from "../options/backbone.ts";
import {
  catalogueOf,
  dataPaths,
  type FolderOptions,
  pathOptions,
  type PluginOptions,
  print,
  type SetExitCode,
} from "../options/common.ts";

interface SplitOptions extends PluginOptions, FolderOptions {
  readonly form: string;
  readonly to: string;
}

interface WeightsOptions extends PluginOptions {
  readonly out: string;
  readonly run: string;
  readonly to: string;
  readonly pretrained?: string[];
}

/** The command. */
export function exportCommand(_setExitCode: SetExitCode): Command {
  const command = new Command("export").description("splits and weights for other programs");
  command.addCommand(splitCommand());
  command.addCommand(weightsCommand());
  return command;
}

function splitCommand(): Command {
  const command = new Command("split")
    .description("the split of a data set, as other programs read it")
    .argument("<dataset>", "its name")
    .option(
      "--form <name>",
      "csv (MDLT's: env,label,path,split), lists (DomainBed's: a line `path label` an image), " +
        "parquet (for Hugging Face's datasets)",
      oneOf("form", Object.keys(SPLIT_FORMS)),
      "csv",
    )
    .requiredOption("--to <dir>", "folder for its files", nonEmptyPath("--to"));
  for (const option of pathOptions()) command.addOption(option);
  return command.action(exportSplit);
}

async function exportSplit(name: string, options: SplitOptions): Promise<void> {
  const { datasets } = await catalogueOf(options);
  const definition = findDataset(name, datasets);
  const dataset = await definition.load({
    ...await dataPaths(options),
    settings: defaultSettings(definition),
    once: true,
  });
  for (const [file, content] of SPLIT_FORMS[options.form]!(dataset)) {
    const path = join(options.to, file);
    await writeAtomically(path, content);
    print(path);
  }
}

function weightsCommand(): Command {
  return new Command("weights")
    .description("the tested weights of a run as safetensors, with PyTorch's names and layout")
    .requiredOption("--out <dir>", "output folder of a bench", nonEmptyPath("--out"))
    .requiredOption("--run <id>", "the run's id, or its name when it has one seed")
    .requiredOption("--to <file>", "the file to write", nonEmptyPath("--to"))
    .addOption(pretrainedOption())
    .action(exportWeights);
}

async function exportWeights(options: WeightsOptions): Promise<void> {
  const { out, run: wanted, to, pretrained } = options;
  const catalogue = await catalogueOf(options);
  const store = new Store(resolve(out), catalogue);
  const runs = (await store.manifest())?.runs ?? [];
  const found = runs.filter(({ id, name }) => id === wanted || name === wanted);
  const run = found[0];
  if (run === undefined || found.length > 1) {
    const ids = (run === undefined ? runs : found).map(({ id, name, spec }) =>
      `${id} (${name} on ${spec.dataset.name}, seed ${spec.seed})`
    );
    throw new UsageError(
      `Cannot export the weights of "${wanted}" in ${out}: ` +
        `${run === undefined ? "there is no such run" : "there are several"}; give the id of one` +
        `${ids.length === 0 ? "" : `: ${ids.slice(0, 10).join(", ")}`}`,
    );
  }
  const file = store.pathOf(run.id, "weights.safetensors");
  if (!await isFile(file)) {
    throw new UsageError(`Cannot export the weights of ${run.id}: it has left none (${file})`);
  }
  const bytes = await store.file(run.id, "weights.safetensors");
  await startBackend("wasm", 1);
  const { network } = run.spec.training;
  const definition = find("network", network.name, catalogue.networks);
  const { cacheDir } = await dataPaths({});
  const started = network.weights === undefined
    ? undefined
    : await startOf(network.weights, pretrained, cacheDir, catalogue.networks);
  const made = torchWeights(run.spec, definition, decodeArrays(bytes), started);
  await writeAtomically(to, weightsFile(made, { run: run.id, network: network.name }));
  const left = made.left.length === 0
    ? ""
    : `; left out, as no part of the network: ${made.left.join(", ")}`;
  print(`${to}: ${Object.keys(made.arrays).length} tensors${left}`);
}

/** The weights that a run has started from, which hold what training does not move. */
async function startOf(
  sha256: string,
  given: readonly string[] | undefined,
  cacheDir: string,
  networks: readonly NetworkDefinition[],
): Promise<Weights> {
  for (const path of given ?? await cachedWeights(cacheDir, networks)) {
    const found = await readPretrained(path, networks);
    if (found.sha256 === sha256 || found.formerSha256 === sha256) return found.weights;
  }
  throw new UsageError(
    `Cannot export the weights without those that the run started from (SHA-256 ${sha256}), which ` +
      `hold what training has not moved; give their file with --pretrained`,
  );
}
