/**
 * `deno task report`: rebuilds tables, charts and page from the records, without training.
 *
 * @module
 */
import { relative } from "node:path";
import { Command } from "commander";
import { buildReport } from "../../report/mod.ts";
import { nonEmptyList } from "../../base/arguments.ts";
import { printError } from "../../base/terminal.ts";
import { openFolders } from "../../bench/records/joined_folder.ts";
import {
  intoOption,
  outOption,
  outputFolders,
  type ReadFolders,
  targetOf,
} from "../options/folders.ts";
import { judgementOf, type JudgementOptions, judgementOptions } from "../options/judgement.ts";
import { type PaperCommandOptions, paperOf, paperOptions } from "../options/paper.ts";
import { waitingForReport } from "../progress_words.ts";
import { missingPlugins } from "../options/plugins.ts";
import {
  catalogueOf,
  type PluginOptions,
  print,
  printJson,
  type SetExitCode,
} from "../options/common.ts";

/** The folder that a bench of the usual preset writes. */
export const USUAL_OUT = "results/quick";

interface ReportCommandOptions
  extends PluginOptions, ReadFolders, JudgementOptions, PaperCommandOptions {
  readonly compare?: string;
  readonly metrics?: string[];
  readonly json?: boolean;
}

/** The command. */
export function reportCommand(_setExitCode: SetExitCode): Command {
  const command = new Command("report")
    .description("rebuild tables, charts and the HTML page from the records")
    .addOption(outOption("output folder of a bench", USUAL_OUT));
  return paperOptions(judgementOptions(intoOption(command, "the report")))
    .option("--compare <dir>", "output folder of an earlier bench to compare with")
    .option(
      "--metrics <names>",
      "metrics of the first tables and of the tests (default: accuracy and macro-F1)",
      nonEmptyList("--metrics"),
    )
    .option("--json", "the result as JSON")
    .action(report);
}

async function report(options: ReportCommandOptions): Promise<void> {
  const { out = [USUAL_OUT], into, compare, metrics, json, plugin = [] } = options;
  const from = await benchFolders(out);
  const target = await targetOf(from, into);
  const other = compare === undefined ? {} : { compare: await benchFolder("--compare", compare) };
  const catalogue = await catalogueOf({ plugin });
  const missing = missingPlugins(await (await openFolders(from, catalogue)).manifest(), catalogue);
  if (missing !== null) printError(missing);
  const report = await buildReport(target, {
    ...other,
    ...judgementOf(options),
    paper: paperOf(options),
    ...(metrics && { metrics }),
    onWait: (process) => printError(waitingForReport(process)),
    ...(from[0] !== target && { from }),
    catalogue,
  });
  if (json) printJson(report);
  else {
    const refused = report.refused === 0
      ? ""
      : `; ${report.refused} cannot be used, as the plan has them`;
    print(`${report.runs} of ${report.planned} runs${refused}`);
    print(`Report: ${relative(".", report.path)}`);
  }
}

/** The absolute paths of folders that a bench wrote. */
export function benchFolders(given: readonly string[]): Promise<string[]> {
  return outputFolders(given, { file: "manifest.json", of: "bench", verb: "report on" });
}
/** The absolute path of the folder that a bench wrote. */
export async function benchFolder(option: string, path: string): Promise<string> {
  const [folder] = await outputFolders([path], {
    file: "manifest.json",
    of: "bench",
    verb: "report on",
    option,
  });
  return folder!;
}
