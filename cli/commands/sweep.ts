/**
 * `deno task sweep`: trains every method with the settings of MDLT's random search.
 *
 * @module
 */
import { relative } from "node:path";
import { Command } from "commander";
import { plan } from "../../bench/plan/plan.ts";
import { integerAtLeast } from "../../base/arguments.ts";
import { UsageError } from "../../base/errors.ts";
import { taskCommand } from "../../base/command.ts";
import type { SessionResult } from "../../bench/execute/session.ts";
import {
  catalogueOf,
  methodsOption,
  print,
  printJson,
  type SetExitCode,
} from "../options/common.ts";
import { type GridOptions, gridOptions } from "../options/grid.ts";
import { exitCodeOf, outFolder, tally, trainGrid } from "../train.ts";

interface SweepOptions extends GridOptions {
  readonly methods: string[];
  readonly settings: number;
}

/** The command. */
export function sweepCommand(setExitCode: SetExitCode): Command {
  const command = new Command("sweep")
    .description("train the settings of a random search over hyperparameters")
    .addOption(methodsOption())
    .option(
      "--settings <n>",
      "how many: the defaults and so many less one random ones",
      integerAtLeast("--settings", 1),
      16,
    );
  return gridOptions(command, [0])
    .action(async (options: SweepOptions) => setExitCode(await sweep(options)));
}

async function sweep(options: SweepOptions): Promise<number> {
  const { methods, preset, settings, json } = options;
  if (options.hparams !== undefined) {
    throw new UsageError(
      `Cannot use --hparams ${options.hparams} in a sweep: a sweep draws hyperparameters; give it to ` +
        `bench or analyse`,
    );
  }
  const trials = Array.from({ length: settings }, (_, i) => i);
  const catalogue = await catalogueOf(options);
  const result = await trainGrid(options, {
    folder: preset,
    catalogue,
    file: "sweep.json",
    plan: (request, note) => plan({ ...request, methods, trials }, catalogue, note),
  });
  if (result.status === "finished") {
    conclude(result, outFolder(options.out, preset), json ?? false);
  }
  return exitCodeOf(result);
}

function conclude(
  { runs, outcomes }: SessionResult & { status: "finished" },
  out: string,
  json: boolean,
): void {
  const counts = tally(runs, outcomes);
  if (json) return printJson({ event: "result", runs: runs.length, ...counts, out });
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  print(`${runs.length} runs: ${parts.map(([status, count]) => `${count} ${status}`).join(", ")}`);
  print(`Choose among them: ${taskCommand()} select --out ${relative(".", out)}`);
}
