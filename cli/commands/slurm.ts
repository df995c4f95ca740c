/**
 * `deno task slurm`: the jobs of a folder that `bench --executor slurm` submitted.
 *
 * @module
 */
import { resolve } from "node:path";
import { Command } from "commander";
import { UsageError } from "../../base/errors.ts";
import { makeProgress } from "../progress.ts";
import { cancel, runsOfTask, status } from "../../bench/execute/slurm.ts";
import { makeReady, type PlaceOptions, placeOptions, trainPlan } from "../grid.ts";
import {
  integerAtLeast,
  nonEmptyPath,
  print,
  printJson,
  type SetExitCode,
} from "../options/common.ts";

interface TaskOptions extends PlaceOptions {
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
    placeOptions(task).action(async (options: TaskOptions) => setExitCode(await train(options))),
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

async function train(options: TaskOptions): Promise<number> {
  const out = resolve(options.out);
  const runs = await runsOfTask(out, options.stage, options.part);
  const [first] = runs;
  if (first === undefined) return 0;
  const progress = makeProgress(options.json ?? false);
  const own = { ...options, jobs: 1, backend: first.spec.engine.backend };
  try {
    await makeReady({ options: own, progress });
    const outcomes = await trainPlan(runs, { out, options: own, progress });
    if (outcomes === null) return 130;
    return [...outcomes.values()].some((outcome) => "reason" in outcome) ? 1 : 0;
  } finally {
    progress.close();
  }
}
