/**
 * `deno task results`: figures over seeds, for the terminal and for other programs.
 *
 * @module
 */
import { relative, resolve } from "node:path";
import { Command } from "commander";
import { nonEmptyList, nonEmptyPath, oneOf } from "../../base/arguments.ts";
import { UsageError } from "../../base/errors.ts";
import { printError } from "../../base/terminal.ts";
import { openReport, type ReportContext } from "../../report/context.ts";
import { keepResults } from "../../report/kept/keep.ts";
import { type Listed, listing, type Wanted } from "../../report/analysis/listing.ts";
import { toCsv } from "../../report/tables/formats/csv.ts";
import { toMarkdown } from "../../report/tables/formats/markdown.ts";
import { toText } from "../../report/tables/formats/text.ts";
import { listingJson, listingTable } from "../../report/tables/listing.ts";
import { catalogueOf, type PluginOptions, print, type SetExitCode } from "../options/common.ts";
import { outOption, type ReadFolders } from "../options/folders.ts";
import { missingPlugins } from "../options/plugins.ts";
import { benchFolders, USUAL_OUT } from "./report.ts";

/** How the figures may be written. */
const FORMATS: Readonly<Record<string, (rows: readonly Listed[]) => string>> = {
  text: (rows) => {
    const table = listingTable(rows);
    return `${toText(table)}\n\n${table.caption}`;
  },
  csv: (rows) => toCsv(listingTable(rows)).trimEnd(),
  json: (rows) => JSON.stringify(listingJson(rows), null, 1),
  markdown: (rows) => toMarkdown(listingTable(rows)).trimEnd(),
};

interface ResultsOptions extends PluginOptions, Wanted, Pick<ReadFolders, "out"> {
  readonly format: string;
  readonly json?: boolean;
  readonly keep?: string;
  readonly note?: string;
  readonly command?: string;
}

/** The command. */
export function resultsCommand(_setExitCode: SetExitCode): Command {
  return new Command("results")
    .description("figures over seeds, the same as the report's: a table, CSV, JSON or Markdown")
    .addOption(outOption("output folder of a bench", USUAL_OUT))
    .option("--datasets <names>", "these data sets alone", nonEmptyList("--datasets"))
    .option("--methods <names>", "these methods alone", nonEmptyList("--methods"))
    .option(
      "--metrics <names>",
      "these metrics, or all (default: accuracy and macro-F1)",
      nonEmptyList("--metrics"),
    )
    .option(
      "--domains <names>",
      "domains, average, worst or pooled, or all (default: average,worst)",
      nonEmptyList("--domains"),
    )
    .option(
      "--format <name>",
      Object.keys(FORMATS).join(", "),
      oneOf("format", Object.keys(FORMATS)),
      "text",
    )
    .option("--json", "the same as --format json")
    .option(
      "--keep <dir>",
      "write figures, tables and plan into a folder to be kept, such as docs/results/NAME",
      nonEmptyPath("--keep"),
    )
    .option("--note <sentence>", "what the results of --keep are")
    .option(
      "--command <line>",
      "the command that makes all of --keep, where several made the folder; its last by default",
    )
    .action(results);
}

async function results(options: ResultsOptions): Promise<void> {
  const { out = [USUAL_OUT], plugin = [], json, format, keep, note, command, ...wanted } = options;
  const from = await benchFolders(out);
  const catalogue = await catalogueOf({ plugin });
  const ctx = await openReport(from[0]!, { from, catalogue });
  const missing = missingPlugins(ctx.store.manifest, catalogue);
  for (const note of [...(missing === null ? [] : [missing]), ...ctx.store.notes]) printError(note);
  if (keep !== undefined) return await keepFolder(ctx, keep, note, command);
  const rows = listing(ctx, wanted);
  if (rows.length === 0) {
    throw new UsageError(
      `Cannot show results of ${
        out.join(", ")
      }: no run in it has the figures that were asked for; ` +
        `ask for others, or train first`,
    );
  }
  print(FORMATS[json ? "json" : format]!(rows));
}

/** Writes kept results, and says how large they are. */
async function keepFolder(
  ctx: ReportContext,
  keep: string,
  note?: string,
  command?: string,
): Promise<void> {
  if (note === undefined) {
    throw new UsageError("Cannot keep results without a --note: say in a sentence what they are");
  }
  const words = command?.trim().replace(/^(deno task|mdlt) /, "").split(/\s+/);
  const sizes = await keepResults(ctx, resolve(keep), note, words);
  const bytes = [...sizes.values()].reduce((a, b) => a + b, 0);
  print(`Kept ${sizes.size} files in ${relative(".", keep) || "."}, ${Math.ceil(bytes / 1000)} kB`);
}
