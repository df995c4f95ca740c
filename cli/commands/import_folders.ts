/**
 * `deno task import mdlt` and `import domainbed`: output folders of these programs.
 *
 * @module
 */
import { basename, resolve } from "node:path";
import { Command } from "commander";
import { oneOf } from "../../base/arguments.ts";
import { UsageError } from "../../base/errors.ts";
import { isFolder } from "../../base/files.ts";
import { knownImages } from "../../bench/import/images.ts";
import { DOMAINBED_RULES, runsFromDomainBed } from "../../bench/import/domainbed.ts";
import { type FolderRequest, MDLT_RULES, runsFromMdlt } from "../../bench/import/mdlt.ts";
import { datasetCalled } from "../../bench/import/same_name.ts";
import type { Imported } from "../../bench/import/write.ts";
import { catalogueOf, dataPaths, setting } from "../options/common.ts";
import { datasetOf } from "../options/dataset_choice.ts";
import { endImport, type ImportOptions, importOptions } from "../options/importing.ts";

interface FolderOptions<Rule> extends ImportOptions {
  readonly rule: Rule;
  readonly unfinished?: boolean;
  readonly dataset?: string;
  readonly set?: (readonly [string, string])[];
}

/** `import mdlt`. */
export function mdltCommand(): Command {
  return folderCommand(
    "mdlt",
    "output folders of MDLT's train.py, whole sweeps at once (results.json, done)",
    MDLT_RULES,
    runsFromMdlt,
  );
}

/** `import domainbed`. */
export function domainBedCommand(): Command {
  return folderCommand(
    "domainbed",
    "output folders of DomainBed's train.py, whole sweeps at once (results.jsonl, done)",
    DOMAINBED_RULES,
    runsFromDomainBed,
  );
}

/** A form of import that reads folders. */
function folderCommand<Rule extends string>(
  name: string,
  description: string,
  rules: readonly Rule[],
  read: (request: FolderRequest<Rule>) => Promise<{ imported: Imported[]; notes: string[] }>,
): Command {
  const command = new Command(name)
    .description(description)
    .argument("<dir>", "the folder of all runs, or of one")
    .option(
      "--rule <name>",
      `what chooses checkpoints and settings: ${rules.join(", ")}`,
      oneOf("rule", rules),
      rules[0],
    )
    .option("--unfinished", "take runs without `done` as far as they are")
    .option("--dataset <name>", "our name of the data set, where it is not found by theirs")
    .option("--set <name.key=value>", "a setting of the data set", setting);
  return importOptions(command).action((dir: string, options: FolderOptions<Rule>) =>
    importFolder(dir, options, read)
  );
}

async function importFolder<Rule>(
  dir: string,
  options: FolderOptions<Rule>,
  read: (request: FolderRequest<Rule>) => Promise<{ imported: Imported[]; notes: string[] }>,
): Promise<void> {
  const root = resolve(dir);
  if (!await isFolder(root)) {
    throw new UsageError(`Cannot import "${dir}": there is no such folder`);
  }
  const catalogue = await catalogueOf(options);
  const paths = await dataPaths(options);
  const { rule, unfinished = false, framework = { framework: "PyTorch" } } = options;
  const { imported, notes } = await read({
    ...{ root, rule, unfinished, framework },
    methods: catalogue.methods,
    metrics: catalogue.metrics,
    async data(called) {
      const [theirs = "", ...imbalance] = called.split(" ");
      const found = datasetCalled(theirs, catalogue.datasets)?.name;
      const named = options.dataset ?? (imbalance.length === 0 ? found : undefined);
      // Another long tail makes other images: without a name of ours they are known by theirs.
      const name = named ?? [found ?? theirs, ...imbalance].join("-").toLowerCase();
      const { definition, settings } = datasetOf({ ...options, dataset: name }, catalogue);
      const images = definition && await knownImages(definition, settings, paths);
      return { name: definition?.name ?? name, definition, images, settings };
    },
  });
  await endImport(imported, notes.map((note) => `${basename(root)}/${note}`), options);
}
