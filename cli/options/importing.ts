/**
 * What every form of import is told, and how one ends.
 *
 * @module
 */
import { relative, resolve } from "node:path";
import { type Command, Option } from "commander";
import { nonEmptyPath } from "../../base/arguments.ts";
import { taskCommand } from "../../base/command.ts";
import { UsageError } from "../../base/errors.ts";
import { printError } from "../../base/terminal.ts";
import { carryOutImport, type Imported, planImport } from "../../bench/import/write.ts";
import type { Origin } from "../../bench/records/record.ts";
import { type FolderOptions, pathOptions, type PluginOptions, print, printJson } from "./common.ts";

/** The folder that imports go to where none is given. */
const USUAL_OUT = "results/imported";

/** What {@linkcode importOptions} give. */
export interface ImportOptions extends PluginOptions, FolderOptions {
  readonly out: string;
  readonly framework?: Pick<Origin, "framework" | "version">;
  readonly replace?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Adds what every form of import may be told. */
export function importOptions(command: Command): Command {
  for (const option of pathOptions()) command.addOption(option);
  return command
    .addOption(
      new Option("--out <dir>", "output folder; what is there stays").default(USUAL_OUT)
        .argParser(nonEmptyPath("--out")),
    )
    .option(
      "--framework <name==version>",
      "what trained the runs, such as PyTorch==2.13",
      framework,
    )
    .option("--replace", "take the place of runs that were imported from other files")
    .option("--dry-run", "say what would be imported, and stop")
    .option("--json", "the result as JSON");
}

/** `PyTorch==2.13`, or a name alone. */
function framework(text: string): Pick<Origin, "framework" | "version"> {
  const [name = "", version] = text.split("==").map((part) => part.trim());
  if (name === "" || version === "") {
    throw new UsageError(`Cannot use --framework "${text}": give a name, or name==version`);
  }
  return { framework: name, ...(version !== undefined && { version }) };
}

/** Writes imported runs, or says what would be written. */
export async function endImport(
  imported: readonly Imported[],
  notes: readonly string[],
  { out, replace = false, dryRun = false, json = false }: ImportOptions,
): Promise<void> {
  if (imported.length === 0) {
    throw new UsageError(["Cannot import anything: no run is whole", ...notes].join("; "));
  }
  const folder = resolve(out);
  const plan = await planImport(folder, imported, replace);
  if (!dryRun) await carryOutImport(folder, plan, Deno.args);
  if (json) {
    for (const { record, standing } of plan.runs) {
      const { id, name, spec, origin } = record;
      const what = { id, dataset: spec.dataset.name, method: name, seed: spec.seed };
      printJson({ event: dryRun ? "would import" : "imported", ...what, standing, origin });
    }
    for (const note of notes) printJson({ event: "note", note });
    return;
  }
  for (const note of notes) printError(note);
  for (const { record, standing } of plan.runs) print(lineOf({ record, standing }));
  for (const line of lacking(plan.runs)) print(line);
  const fresh = plan.runs.filter(({ standing }) => standing !== "there already").length;
  if (dryRun) print(`Would import ${fresh} of ${plan.runs.length} runs into ${out}`);
  else {
    print(`Imported ${fresh} of ${plan.runs.length} runs into ${relative(".", folder) || "."}`);
    print(`Report: ${taskCommand()} report --out ${relative(".", folder) || "."}`);
  }
}

function lineOf({ record, standing }: Pick<Imported, "record"> & { standing: string }): string {
  const { name, spec, data, origin } = record;
  const images = data.counts.test.flat().reduce((a, b) => a + b, 0);
  const files = origin?.files.map((file) => file.name) ?? [];
  const from = files.length > 3 ? `${files.slice(0, 3).join(", ")}, …` : files.join(", ");
  const tested = images > 0 ? `, ${images} test images in ${data.domains.length} domains` : "";
  return `${spec.dataset.name} ${name} seed ${spec.seed}${tested} (${from}): ${standing}`;
}

/** What the runs cannot give, each reason once. */
function lacking(runs: readonly Pick<Imported, "record">[]): string[] {
  const reasons = new Set(runs.flatMap(({ record }) => record.origin?.lacks ?? []));
  return [...reasons].map((reason) => `Not given: ${reason}`);
}
