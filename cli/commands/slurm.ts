/**
 * `deno task slurm`: the jobs of a folder that `bench --executor slurm` submitted.
 *
 * @module
 */
import { resolve } from "node:path";
import { Command } from "commander";
import { UsageError } from "../../base/errors.ts";
import { integerAtLeast, nonEmptyPath } from "../../base/arguments.ts";
import local from "../../bench/execute/local.ts";
import { backendOf } from "../../bench/execute/preflight.ts";
import { cancel, runsOfTask, status } from "../../bench/execute/slurm.ts";
import { catalogueOf, print, printJson, type SetExitCode } from "../options/common.ts";
import { type ExecutionOptions, executionOptions } from "../options/execution.ts";
import { exitCodeOf, train } from "../train.ts";

interface TaskOptions extends ExecutionOptions {
  readonly out: string;
  readonly stage: number;
  readonly part: string;
}

/** The command. */
export function slurmCommand(setExitCode: SetExitCode): Command {
  const command = new Command("slurm").description("jobs that bench --executor slurm submitted");
  command.addCommand(
    new Command("status")
      .description("where they are, and how many runs are finished")
      .requiredOption("--out <dir>", "output folder of the bench", nonEmptyPath("--out"))
      .option("--json", "as JSON")
      .action(async ({ out, json }: { out: string; json?: boolean }) => {
        const jobs = await status(await folder(out));
        if (json) return printJson(jobs);
        if (jobs.length === 0) print(`There are no jobs of "${out}".`);
        for (const { what, job, runs, finished, failed, states } of jobs) {
          const counts = [...Map.groupBy(states, (state) => state.toLowerCase())]
            .map(([state, { length }]) => `${length} ${state}`);
          const progress = runs > 0 ? `${finished} of ${runs} runs finished` : "";
          const parts = [progress, failed > 0 ? `${failed} failed` : "", ...counts];
          if (states.length === 0) parts.push("not in the queue");
          print(`${what}, job ${job}: ${parts.filter((part) => part !== "").join(", ")}`);
        }
      }),
  );
  command.addCommand(
    new Command("cancel")
      .description("end them; runs that are going on are kept as they stand")
      .requiredOption("--out <dir>", "output folder of the bench", nonEmptyPath("--out"))
      .action(async ({ out }: { out: string }) => {
        const ended = await cancel(await folder(out));
        print(ended.length > 0 ? `Cancelled ${ended.join(", ")}` : "There was nothing to cancel.");
      }),
  );
  const task = new Command("task")
    .description("what a task of the array does: train some runs of a stage")
    .requiredOption("--out <dir>", "output folder of the bench", nonEmptyPath("--out"))
    .requiredOption("--stage <n>", "the stage", integerAtLeast("--stage", 1))
    .requiredOption("--part <i/n>", "which of its tasks");
  command.addCommand(
    executionOptions(task)
      .action(async (options: TaskOptions) => setExitCode(await trainTask(options))),
    { hidden: true },
  );
  return command;
}

/** The absolute path of an output folder, which must be there. */
async function folder(out: string): Promise<string> {
  if ((await Deno.stat(out).catch(() => null))?.isDirectory) return resolve(out);
  throw new UsageError(
    `Cannot look for the jobs of --out "${out}": there is no such folder; give the output folder ` +
      `of a bench`,
  );
}

/** Trains the runs of a task, one after the other. */
async function trainTask(options: TaskOptions): Promise<number> {
  const out = resolve(options.out);
  const catalogue = await catalogueOf(options);
  const runs = await runsOfTask(out, options.stage, options.part, catalogue);
  if (runs.length === 0) return 0;
  return exitCodeOf(
    await train(options, {
      out,
      catalogue,
      backend: backendOf(runs),
      plan: () => runs,
      manifest: null,
      programs: true,
      executor: local,
      given: { jobs: 1 },
    }),
  );
}
