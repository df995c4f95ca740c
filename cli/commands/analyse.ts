/**
 * `deno task analyse STUDY`: the studies of the proposed method, each a grid of runs of its own.
 *
 * @module
 */
import { resolve } from "node:path";
import { Command } from "commander";
import { behavioursTables } from "../../report/mod.ts";
import { readStore } from "../../report/folder.ts";
import { toMarkdown } from "../../report/tables/table.ts";
import { planStudy, STUDIES } from "../../bench/plan/studies.ts";
import { type GridOptions, gridOptions, runGrid } from "../grid.ts";
import { print, type SetExitCode } from "../options/common.ts";

/** The command. */
export function analyseCommand(setExitCode: SetExitCode): Command {
  const command = new Command("analyse")
    .description("study the proposed method, then write the report");
  for (const { name, description } of STUDIES) {
    const study = gridOptions(new Command(name).description(description))
      .action(async (options: GridOptions) => {
        const code = await runGrid(
          options,
          `${options.preset}-${name}`,
          (request, known) => planStudy(name, request, known),
        );
        setExitCode(code);
      });
    command.addCommand(study);
  }
  const behaviours = new Command("behaviours")
    .description("say which of the paper's behaviours the records show, as Markdown")
    .requiredOption("--out <dir>", "output folder with studies and a bench of all methods")
    .action(async ({ out }: { readonly out: string }) => {
      const folder = resolve(out);
      const tables = await behavioursTables(folder, await readStore(folder));
      print(tables.map(toMarkdown).join("\n"));
    });
  return command.addCommand(behaviours);
}
