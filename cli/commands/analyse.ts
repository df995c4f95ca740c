/**
 * `deno task analyse STUDY`: the studies of methods, each a grid of runs of its own.
 *
 * @module
 */
import { Command } from "commander";
import { find, UsageError } from "../../base/errors.ts";
import type { Catalogue } from "../../bench/catalogue.ts";
import { planStudy } from "../../bench/plan/studies.ts";
import { STUDIES } from "../../methods/mod.ts";
import { distinctStudies } from "../../methods/study.ts";
import { openReport } from "../../report/context.ts";
import { behavioursTable } from "../../report/tables/behaviours.ts";
import { toMarkdown } from "../../report/tables/formats/markdown.ts";
import { nonEmptyList } from "../../base/arguments.ts";
import { catalogueOf, print, type SetExitCode } from "../options/common.ts";
import { type GridOptions, gridOptions } from "../options/grid.ts";
import { type JudgementOptions, judgementOptions } from "../options/judgement.ts";
import { benchGrid, exitCodeOf } from "../train.ts";
import { benchFolder } from "./report.ts";

interface AnalyseOptions extends GridOptions, JudgementOptions {
  readonly method?: string[];
}

/** The command. */
export function analyseCommand(setExitCode: SetExitCode): Command {
  const command = new Command("analyse")
    .description("study a method, then write the report")
    .argument("<study>", "which study")
    .option(
      "--method <names>",
      "methods to study; those that define the study by default",
      nonEmptyList("--method"),
    )
    .addHelpText("after", () => `\nStudies:\n${STUDIES.map(line).join("\n")}`);
  return judgementOptions(gridOptions(command)).action(
    async (name: string, options: AnalyseOptions) => {
      const catalogue = await catalogueOf(options);
      const study = find("study", name, distinctStudies(catalogue.studies));
      if ("behaviours" in study) {
        rejectTrainingOptions(command, study.name);
        return await printBehaviours(options.out, study.name, catalogue);
      }
      const result = await benchGrid(options, {
        folder: `${options.preset}-${study.name}`,
        catalogue,
        plan: (request, note) =>
          planStudy({ ...request, study: study.name, methods: options.method }, catalogue, note),
      });
      setExitCode(exitCodeOf(result));
    },
  );
}

function line({ name, method = "any method", description }: typeof STUDIES[number]): string {
  return `  ${name.padEnd(14)}${method.padEnd(12)}${description}`;
}

/** Refuses options that would change nothing where nothing is trained. */
function rejectTrainingOptions(command: Command, study: string): void {
  const unused = command.options.find((option) =>
    !["--out", "--plugin"].includes(option.long!) &&
    command.getOptionValueSource(option.attributeName()) === "cli"
  );
  if (unused === undefined) return;
  throw new UsageError(
    `Cannot use ${unused.long} with ${study}: it trains nothing and asks the records of --out`,
  );
}

/** Prints which behaviours the records of a folder show, as Markdown. */
async function printBehaviours(
  out: string | undefined,
  name: string,
  catalogue: Catalogue,
): Promise<void> {
  if (out === undefined) {
    throw new UsageError(
      `Cannot look for ${name} without --out: give a folder with studies and a bench of all methods`,
    );
  }
  const ctx = await openReport(await benchFolder("--out", out), { catalogue });
  const found = (await ctx.behaviours()).filter(({ study }) => study.name === name);
  print(found.map((results) => toMarkdown(behavioursTable(results))).join("\n"));
}
