/**
 * The Slurm executor: a job array a stage over a shared folder, each array task a harness of its own
 * that trains its runs and nothing else.
 *
 * Runs are claimed and continued as anywhere (`local.ts`, `lock.ts`), so a task may be killed,
 * queued again or started twice at any time.
 *
 * @module
 */
import { join, relative } from "node:path";
import { findProgram, programName, quote, taskCommand } from "../../base/command.ts";
import { UsageError } from "../../base/errors.ts";
import type { PlannedRun } from "../plan/plan.ts";
import type { RunSpec } from "../records/record.ts";
import { requireNoLinkInside, writeAtomically } from "../../base/files.ts";
import { checkedRun, conforming, readJson } from "../records/door.ts";
import type { CodeNames } from "../records/format1.ts";
import { Store } from "../records/store.ts";
import { defineExecutor, type Given, type Job, type Session, type Submission } from "./executor.ts";
import { options } from "./slurm_options.ts";
import { folderOf, reportScript, stageScript } from "./slurm_script.ts";

/** Slurm does not do what it was asked for; the message is one sentence. */
export class SlurmError extends Error {
  override name = "SlurmError";
}

/** Where the runs of a stage are written down. */
const planOf = (out: string, stage: number) => join(folderOf(out), `stage-${stage}.json`);

/** The executor. */
export default defineExecutor({
  name: "slurm",
  title: "Slurm's jobs",
  options,
  width: (runs, { throttle = runs.length }) => Promise.resolve(Math.min(throttle, runs.length)),
  async run(runs, session, given) {
    return { submission: await submit(runs, session, given) };
  },
});

/** A script that was written: of the runs of a stage, or of the report. */
interface Script {
  readonly what: string;
  readonly path: string;
  readonly text: string;
  readonly ids: readonly string[];
}

/** Writes the scripts for all runs that have no record, and submits them where there is Slurm. */
async function submit(
  runs: readonly PlannedRun[],
  session: Session,
  given: Given<typeof options>,
): Promise<Submission> {
  const { out } = session;
  const sbatch = await findProgram(["sbatch"], Deno.env.toObject());
  if (sbatch !== undefined) await requireNoJobs(out);
  const scripts = await writeScripts(runs, session, given);
  if (sbatch === undefined) {
    const next =
      "There is no sbatch here. Submit these where there is, each after the ones before it:";
    return { jobs: [], scripts, next };
  }
  const jobs: Job[] = [];
  for (const { what, path, ids } of scripts) {
    const before = jobs.at(-1)?.job;
    const dependency = before === undefined ? [] : [`--dependency=afterany:${before}`];
    const answer = await call(sbatch, ["--parsable", ...dependency, path]);
    jobs.push({ what, job: answer.trim().split(";")[0]!, ids });
    // Written at once: a job that nobody knows of could not be cancelled.
    await writeAtomically(join(folderOf(out), "jobs.json"), `${JSON.stringify(jobs, null, 1)}\n`);
  }
  return {
    jobs,
    scripts,
    next: `Look: ${taskCommand()} slurm status --out ${quote(relative(".", out))}`,
  };
}

/** The scripts, each to be submitted after the ones before it. */
async function writeScripts(
  runs: readonly PlannedRun[],
  session: Session,
  given: Given<typeof options>,
): Promise<Script[]> {
  const { out, report = false } = session;
  await requireNoLinkInside(out, "slurm");
  const store = new Store(out);
  const missing: PlannedRun[] = [];
  for (const run of runs) if (await store.record(run.id) === null) missing.push(run);
  const stages = Map.groupBy(missing, ({ spec }) => depth(spec));
  const scripts: Script[] = [];
  for (const [stage, members] of [...stages].sort(([a], [b]) => a - b)) {
    await writeAtomically(planOf(out, stage), `${JSON.stringify(members, null, 1)}\n`);
    scripts.push({
      what: `stage ${stage}`,
      path: join(folderOf(out), `stage-${stage}.sh`),
      text: stageScript(stage, members, session, given),
      ids: members.map(({ id }) => id),
    });
  }
  if (report) {
    const path = join(folderOf(out), "report.sh");
    scripts.push({ what: "report", path, text: reportScript(session, given), ids: [] });
  }
  await Deno.chmod(folderOf(out), 0o700); // what is run from here is nobody else's to change
  for (const { path, text } of scripts) await writeAtomically(path, text);
  return scripts;
}

/** Jobs that are still there would have their runs and scripts changed under them. */
async function requireNoJobs(out: string): Promise<void> {
  const going = await queued(await jobsOf(out));
  if (going.size === 0) return;
  throw new UsageError(
    `Cannot submit "${out}": its jobs ${[...going.keys()].join(", ")} are still there; wait for ` +
      `them, or end them with ${programName()} slurm cancel --out ${quote(out)}`,
  );
}

/**
 * The runs of a task of a stage's array.
 *
 * @param part `3/20`: the third of twenty tasks.
 */
export async function runsOfTask(
  out: string,
  stage: number,
  part: string,
  definitions: CodeNames = { methods: [], datasets: [] },
): Promise<PlannedRun[]> {
  const [task, tasks] = part.split("/").map(Number) as [number, number];
  if (!(/^\d+\/\d+$/.test(part) && task >= 1 && task <= tasks)) {
    throw new UsageError(
      `Cannot use --part "${part}": give a task and the number of tasks, as 1/4`,
    );
  }
  const path = planOf(out, stage);
  try {
    const written = await readJson(path);
    if (!Array.isArray(written)) {
      throw new Error(written === null ? "No such file" : "no list of runs");
    }
    const own = written.filter((_, i) => i % tasks === task - 1);
    return await Promise.all(own.map((run) => checkedRun(run, definitions)));
  } catch (error) {
    throw new UsageError(
      `Cannot train stage ${stage} of "${out}": ${(error as Error).message}; submit it with ` +
        `bench --executor slurm`,
    );
  }
}

/** Where a job is. */
export interface JobStatus {
  /** `stage 1`, or `report`. */
  readonly what: string;
  readonly job: string;
  /** Runs that its tasks train, and how many of them are finished and failed. */
  readonly runs: number;
  readonly finished: number;
  readonly failed: number;
  /** States of its tasks that Slurm still has. */
  readonly states: readonly string[];
}

/** Where the jobs of a folder are: one line each. */
export async function status(out: string): Promise<JobStatus[]> {
  const jobs = await jobsOf(out);
  const states = await queued(jobs);
  const store = new Store(out);
  return await Promise.all(jobs.map(async ({ what, job, ids }) => {
    const records = await Promise.all(ids.map((id) => store.record(id)));
    const failures = await Promise.all(ids.map((id) => store.failure(id)));
    return {
      what,
      job,
      runs: ids.length,
      finished: records.filter((record) => record !== null).length,
      failed: failures.filter((failure, i) => failure !== null && records[i] === null).length,
      states: states.get(job) ?? [],
    };
  }));
}

/** Ends the jobs of a folder; runs that are going on are kept as they stand. */
export async function cancel(out: string): Promise<string[]> {
  const going = [...(await queued(await jobsOf(out))).keys()];
  if (going.length > 0) await call(await program("scancel"), going);
  return going;
}

/** The number of stages that a run has. */
function depth({ stage1 }: RunSpec): number {
  return stage1 === null ? 1 : 1 + depth(stage1);
}

async function jobsOf(out: string): Promise<Job[]> {
  const path = join(folderOf(out), "jobs.json");
  const written = await readJson(path);
  if (written === null) return [];
  try {
    const { JOBS } = await import("../records/schema.ts");
    return conforming(JOBS, written);
  } catch (error) {
    throw new SlurmError(
      `Cannot use ${path}: ${
        (error as Error).message
      }; remove it, and look for the jobs with squeue`,
    );
  }
}

/** The states of tasks that Slurm still has, by job. */
async function queued(jobs: readonly Job[]): Promise<Map<string, string[]>> {
  const states = new Map<string, string[]>();
  if (jobs.length === 0) return states;
  const squeue = await program("squeue");
  for (const { job } of jobs) {
    const answer = await call(squeue, ["--noheader", "--array", "--format=%T", `--jobs=${job}`])
      .catch((error) => {
        if (/Invalid job id/.test(error.message)) return ""; // it is long gone
        throw error;
      });
    const found = answer.split("\n").filter((line) => line.trim() !== "");
    if (found.length > 0) states.set(job, found);
  }
  return states;
}

async function program(name: string): Promise<string> {
  const found = await findProgram([name], Deno.env.toObject());
  if (found === undefined) {
    throw new UsageError(
      `Cannot ask Slurm: there is no ${name} here; try on a machine of the cluster`,
    );
  }
  return found;
}

async function call(path: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(path, { args: [...args] }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (!success) {
    throw new SlurmError(
      `Cannot run ${path}: ${text(stderr).replaceAll("\n", " ") || "it failed"}`,
    );
  }
  return text(stdout);
}
