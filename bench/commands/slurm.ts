/**
 * `deno task slurm`: the jobs of a folder that `bench --executor slurm` submitted.
 *
 * @module
 */
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { UsageError } from "../errors.ts";
import type { PlannedRun } from "../plan.ts";
import { makeProgress } from "../progress.ts";
import { cancel, status } from "../slurm.ts";
import { type PlanFile, Store } from "../store.ts";
import { makeReady, type PlaceOptions, placeOptions, trainPlan } from "./grid.ts";
import { list, print, printJson, type SetExitCode } from "./options.ts";

const PLANS: readonly PlanFile[] = ["manifest.json", "sweep.json"];

interface TaskOptions extends PlaceOptions {
  readonly out: string;
  readonly ids: string[];
  readonly plan: PlanFile;
}

/** The command. */
export function slurmCommand(setExitCode: SetExitCode): Command {
  const command = new Command("slurm").description("jobs that bench --executor slurm submitted");
  command.addCommand(
    new Command("status")
      .description("where they are, and how many runs are finished")
      .requiredOption("--out <dir>", "output folder of the bench")
      .option("--json", "as JSON")
      .action(async ({ out, json }: { out: string; json?: boolean }) => {
        const jobs = await status(resolve(out));
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
      .requiredOption("--out <dir>", "output folder of the bench")
      .action(async ({ out }: { out: string }) => {
        const ended = await cancel(resolve(out));
        print(ended.length > 0 ? `Cancelled ${ended.join(", ")}` : "There was nothing to cancel.");
      }),
  );
  const task = new Command("task")
    .description("what a task of the array does: train some runs of the folder's plan")
    .requiredOption("--out <dir>", "output folder of the bench")
    .requiredOption("--ids <ids>", "the runs", list)
    .addOption(new Option("--plan <file>", "their plan").choices(PLANS).default(PLANS[0]));
  command.addCommand(
    placeOptions(task).action(async (options: TaskOptions) => setExitCode(await train(options))),
  );
  return command;
}

async function train(options: TaskOptions): Promise<number> {
  const out = resolve(options.out);
  const plan = (await new Store(out).manifest(options.plan))?.runs as
    | readonly PlannedRun[]
    | undefined;
  const runs = options.ids.map((id) => {
    const run = plan?.find((run) => run.id === id);
    if (run !== undefined) return run;
    throw new UsageError(
      `Cannot train run "${id}": the ${options.plan} of "${out}" does not plan it`,
    );
  });
  const progress = makeProgress(options.json ?? false);
  try {
    await makeReady(
      out,
      { ...options, backend: runs[0]!.spec.engine.backend as "native" },
      progress,
    );
    const outcomes = await trainPlan(runs, { out, options: { ...options, jobs: 1 }, progress });
    if (outcomes === null) return 130;
    return [...outcomes.values()].some((outcome) => "reason" in outcome) ? 1 : 0;
  } finally {
    progress.close();
  }
}
