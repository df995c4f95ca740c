/**
 * All commands as one program, and how its help reads.
 *
 * @module
 */
import { Command, type Option } from "commander";
import { programName } from "../base/command.ts";
import config from "../deno.json" with { type: "json" };
import { analyseCommand } from "./commands/analyse.ts";
import { benchCommand } from "./commands/bench.ts";
import { checkCommand } from "./commands/check.ts";
import { completionsCommand } from "./commands/completions.ts";
import { dataCommand } from "./commands/data.ts";
import { datasetsCommand } from "./commands/datasets.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { hparamsCommand } from "./commands/hparams.ts";
import { importCommand } from "./commands/import.ts";
import { exportCommand } from "./commands/export.ts";
import { methodsCommand } from "./commands/methods.ts";
import { metricsCommand } from "./commands/metrics.ts";
import { networksCommand } from "./commands/networks.ts";
import { newCommand } from "./commands/new.ts";
import { powerCommand } from "./commands/power.ts";
import { reportCommand } from "./commands/report.ts";
import { resultsCommand } from "./commands/results.ts";
import { schemaCommand } from "./commands/schema.ts";
import { selectCommand } from "./commands/select.ts";
import { serveCommand } from "./commands/serve.ts";
import { slurmCommand } from "./commands/slurm.ts";
import { sweepCommand } from "./commands/sweep.ts";
import { pluginOption, type SetExitCode } from "./options/common.ts";
import { examplesOf } from "./examples.ts";
import { withSubcommands } from "./tree.ts";

const COMMANDS = [
  benchCommand,
  analyseCommand,
  reportCommand,
  serveCommand,
  powerCommand,
  resultsCommand,
  importCommand,
  sweepCommand,
  selectCommand,
  slurmCommand,
  checkCommand,
  methodsCommand,
  datasetsCommand,
  networksCommand,
  metricsCommand,
  hparamsCommand,
  dataCommand,
  newCommand,
  exportCommand,
  schemaCommand,
  doctorCommand,
  completionsCommand,
];

/** The program with every command, ready to parse; it throws where it would end the process. */
export function makeProgram(setExitCode: SetExitCode): Command {
  const program = new Command(programName())
    .description("Compare methods for multi-domain long-tailed image recognition.")
    .version(config.version)
    .showSuggestionAfterError(true);
  for (const make of COMMANDS) program.addCommand(make(setExitCode));
  for (const command of withSubcommands(program)) {
    command.exitOverride().configureOutput({ outputError: () => {} })
      .configureHelp({ optionDescription: describe });
    const examples = examplesOf(command);
    if (examples.length > 0) {
      command.addHelpText(
        "after",
        `\nExamples:\n${examples.map((line) => `  ${line}`).join("\n")}`,
      );
    }
    // `new` has an option of that name of its own: it writes plugins.
    const own = command.options.some(({ long }) => long === "--plugin");
    if (command.commands.length === 0 && !own) command.addOption(pluginOption());
  }
  return program;
}

/** An option's description with its default as one would type it. */
function describe({ description, defaultValue, defaultValueDescription }: Option): string {
  const standard = defaultValueDescription ?? [defaultValue ?? ""].flat().join(",");
  return standard === "" ? description : `${description} (default: ${standard})`;
}
