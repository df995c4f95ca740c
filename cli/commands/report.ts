/**
 * `deno task report`: rebuilds tables, charts and page from the records, without training.
 *
 * @module
 */
import { join, relative, resolve } from "node:path";
import { Command } from "commander";
import { buildReport } from "../../report/mod.ts";
import { nonEmptyList } from "../../base/arguments.ts";
import { UsageError } from "../../base/errors.ts";
import { printError } from "../../base/terminal.ts";
import { Folder } from "../../bench/records/folder.ts";
import { missingPlugins } from "../options/plugins.ts";
import {
  catalogueOf,
  type PluginOptions,
  print,
  printJson,
  type SetExitCode,
} from "../options/common.ts";

interface ReportCommandOptions extends PluginOptions {
  readonly out: string;
  readonly compare?: string;
  readonly metrics?: string[];
  readonly json?: boolean;
}

/** The command. */
export function reportCommand(_setExitCode: SetExitCode): Command {
  return new Command("report")
    .description("rebuild tables, charts and the HTML page from the records")
    .option("--out <dir>", "output folder of a bench", "results/quick")
    .option("--compare <dir>", "output folder of an earlier bench to compare with")
    .option(
      "--metrics <names>",
      "metrics of the first tables and of the tests (default: accuracy and macro-F1)",
      nonEmptyList("--metrics"),
    )
    .option("--json", "the result as JSON")
    .action(async ({ out, compare, metrics, json, plugin = [] }: ReportCommandOptions) => {
      const folder = await benchFolder("--out", out);
      const other = compare === undefined
        ? {}
        : { compare: await benchFolder("--compare", compare) };
      const catalogue = await catalogueOf({ plugin });
      const missing = missingPlugins(await new Folder(folder, catalogue).manifest(), catalogue);
      if (missing !== null) printError(missing);
      const report = await buildReport(folder, {
        ...other,
        ...(metrics && { metrics }),
        catalogue,
      });
      if (json) printJson(report);
      else {
        print(`${report.runs} of ${report.planned} runs`);
        print(`Report: ${relative(".", report.path)}`);
      }
    });
}

/** The absolute path of a folder that a bench wrote. */
export async function benchFolder(option: string, path: string): Promise<string> {
  const folder = resolve(path);
  if (!(await Deno.stat(join(folder, "manifest.json")).catch(() => null))?.isFile) {
    throw new UsageError(
      `Cannot report on ${option} "${path}": there is no manifest.json in it; give the output folder of a bench`,
    );
  }
  return folder;
}
