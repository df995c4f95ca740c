/**
 * The Slurm executor: a job array a stage over a shared folder, each array task a harness of its own
 * that trains its runs and nothing else.
 *
 * Runs are claimed and continued as anywhere (`executor.ts`, `lock.ts`), so a task may be killed,
 * queued again or started twice at any time.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { findProgram } from "../../base/command.ts";
import { UsageError } from "../../base/errors.ts";
import { projectPath } from "../../base/paths.ts";
import type { PlannedRun } from "../plan/plan.ts";
import type { RunSpec } from "../records/record.ts";
import { writeAtomically } from "../../base/files.ts";
import { Store } from "../records/store.ts";

/** Slurm does not do what it was asked for; the message is one sentence. */
export class SlurmError extends Error {
  override name = "SlurmError";
}

/** What jobs ask for. */
export interface SlurmOptions {
  readonly partition?: string;
  readonly time?: string;
  readonly memory?: string;
  readonly gpusPerRun?: number;
  readonly runsPerTask?: number;
  readonly throttle?: number;
  /** Further options of `sbatch`. */
  readonly sbatch?: readonly string[];
  readonly saveEvery: number;
  readonly tensorboard?: boolean;
  readonly dataDir?: string;
  readonly splitsDir?: string;
  readonly pretrained?: string;
}

/** A job that was submitted. */
export interface Job {
  /** `stage 1`, or `report`. */
  readonly what: string;
  readonly job: string;
  /** The runs that its tasks train. */
  readonly ids: readonly string[];
}

/** What {@linkcode submit} has done. */
export interface Submission {
  /** None where there is no Slurm. */
  readonly jobs: readonly Job[];
  /** The scripts, each to be submitted after the ones before it have ended. */
  readonly scripts: readonly { readonly path: string; readonly text: string }[];
}

/** Slurm's default for the largest array is 1001; beyond it a task trains several runs. */
const MOST_TASKS = 1000;

/** Seconds before the time limit at which a run is kept and its task queued again. */
const NOTICE = 90;

/** The least time limit in minutes: Slurm may give notice a minute early, and tasks take time to start. */
const LEAST_TIME = 5;

/** The folder of an output folder that holds all that is Slurm's. */
const folderOf = (out: string) => join(out, "slurm");

/** Where the runs of a stage are written down. */
const planOf = (out: string, stage: number) => join(folderOf(out), `stage-${stage}.json`);

/**
 * Writes the scripts for all runs that have no record, and submits them where there is Slurm.
 *
 * @param report Whether the runs are followed by the folder's report.
 */
export async function submit(
  runs: readonly PlannedRun[],
  out: string,
  options: SlurmOptions,
  report: boolean,
): Promise<Submission> {
  const store = new Store(out);
  const sbatch = await findProgram(["sbatch"], Deno.env.toObject());
  if (sbatch !== undefined) await requireNoJobs(out);
  const missing: PlannedRun[] = [];
  for (const run of runs) if (await store.record(run.id) === null) missing.push(run);
  const stages = Map.groupBy(missing, ({ spec }) => depth(spec));
  const scripts: { what: string; path: string; text: string; ids: string[] }[] = [];
  for (const [stage, members] of [...stages].sort(([a], [b]) => a - b)) {
    await writeAtomically(planOf(out, stage), `${JSON.stringify(members, null, 1)}\n`);
    scripts.push({
      what: `stage ${stage}`,
      path: join(folderOf(out), `stage-${stage}.sh`),
      text: stageScript(out, stage, members, options),
      ids: members.map(({ id }) => id),
    });
  }
  if (report) {
    const path = join(folderOf(out), "report.sh");
    scripts.push({ what: "report", path, text: reportScript(out, options), ids: [] });
  }
  for (const { path, text } of scripts) await writeAtomically(path, text);

  if (sbatch === undefined) return { jobs: [], scripts };
  const jobs: Job[] = [];
  for (const { what, path, ids } of scripts) {
    const before = jobs.at(-1)?.job;
    const dependency = before === undefined ? [] : [`--dependency=afterany:${before}`];
    const answer = await call(sbatch, ["--parsable", ...dependency, path]);
    jobs.push({ what, job: answer.trim().split(";")[0]!, ids });
    // Written at once: a job that nobody knows of could not be cancelled.
    await writeAtomically(join(folderOf(out), "jobs.json"), `${JSON.stringify(jobs, null, 1)}\n`);
  }
  return { jobs, scripts };
}

/** Jobs that are still there would have their runs and scripts changed under them. */
async function requireNoJobs(out: string): Promise<void> {
  const going = await queued(await jobsOf(out));
  if (going.size === 0) return;
  throw new UsageError(
    `Cannot submit "${out}": its jobs ${[...going.keys()].join(", ")} are still there; wait for ` +
      `them, or end them with deno task slurm cancel --out ${quote(out)}`,
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
): Promise<PlannedRun[]> {
  const [task, tasks] = part.split("/").map(Number) as [number, number];
  if (!(/^\d+\/\d+$/.test(part) && task >= 1 && task <= tasks)) {
    throw new UsageError(
      `Cannot use --part "${part}": give a task and the number of tasks, as 1/4`,
    );
  }
  const path = planOf(out, stage);
  try {
    const runs: readonly PlannedRun[] = JSON.parse(await Deno.readTextFile(path));
    return runs.filter((_, i) => i % tasks === task - 1);
  } catch (error) {
    throw new UsageError(
      `Cannot train stage ${stage} of "${out}": ${(error as Error).message}; submit it with ` +
        `bench --executor slurm`,
    );
  }
}

/**
 * A time limit as Slurm writes them, in minutes.
 *
 * @throws {UsageError} When it is none, or so short that its tasks would come to nothing.
 */
export function timeLimit(text: string): string {
  const [, days, rest] = /^(?:(\d+)-)?(\d+(?::\d+){0,2})$/.exec(text) ?? [];
  const refuse = (why: string) => new UsageError(`Cannot use --time "${text}": ${why}`);
  if (rest === undefined) {
    throw refuse("give hours:minutes:seconds, such as 4:00:00, or days-hours, such as 2-12");
  }
  const parts = rest.split(":").map(Number);
  // After days Slurm counts from the hours on; else from the minutes, unless there are three.
  const from = days !== undefined || parts.length === 3 ? 60 : 1;
  const minutes = 1440 * Number(days ?? 0) +
    parts.reduce((sum, part, i) => sum + part * from / 60 ** i, 0);
  if (minutes < LEAST_TIME) {
    throw refuse(
      `a task needs ${LEAST_TIME} minutes at least, since its runs are kept ${NOTICE} seconds ` +
        `before the limit`,
    );
  }
  return text;
}

/** Where the jobs of a folder are: one line each. */
export async function status(out: string): Promise<
  { what: string; job: string; runs: number; finished: number; failed: number; states: string[] }[]
> {
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

function stageScript(
  out: string,
  stage: number,
  runs: readonly PlannedRun[],
  options: SlurmOptions,
): string {
  const { time, gpusPerRun, runsPerTask = 1, throttle, saveEvery } = options;
  const { dataDir, splitsDir, pretrained } = options;
  const tasks = Math.min(Math.ceil(runs.length / runsPerTask), MOST_TASKS);
  const threads = Math.max(...runs.map(({ spec }) => spec.engine.threads));
  const places = Object.entries({
    "--data-dir": dataDir,
    "--splits-dir": splitsDir,
    "--pretrained": pretrained,
  }).flatMap(([option, path]) => (path === undefined ? [] : [option, quote(resolve(path))]));
  const command = [
    cli(),
    `slurm task --out ${quote(out)} --stage ${stage} --part "$SLURM_ARRAY_TASK_ID/${tasks}"`,
    `--save-every ${saveEvery}`,
    ...(options.tensorboard ? ["--tensorboard"] : []),
    ...places,
  ];
  return script([
    ...common(out, `stage-${stage}`, `stage-${stage}-%a`, options),
    `--array=1-${tasks}${throttle === undefined ? "" : `%${throttle}`}`,
    `--cpus-per-task=${threads}`,
    ...(gpusPerRun === undefined ? [] : [`--gres=gpu:${gpusPerRun}`]),
    ...(time === undefined ? [] : [`--signal=B:USR1@${NOTICE}`]),
  ], [
    `${command.join(" ")} &`,
    "harness=$!",
    "again=",
    "# Near the time limit the runs are kept as they stand, and the task is queued again.",
    "trap 'again=1; kill -TERM \"$harness\"' USR1",
    "trap 'kill -TERM \"$harness\"' TERM INT",
    'while wait "$harness"; status=$?; kill -0 "$harness" 2>/dev/null; do :; done',
    '[ -z "$again" ] || scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"',
    'exit "$status"',
  ]);
}

function reportScript(out: string, options: SlurmOptions): string {
  return script(common(out, "report", "report", options), [`${cli()} report --out ${quote(out)}`]);
}

function common(
  out: string,
  name: string,
  log: string,
  { partition, time, memory, sbatch = [] }: SlurmOptions,
): string[] {
  return [
    `--job-name=mdlt-${name}`,
    `--chdir=${out}`,
    `--output=${folderOf(out).replaceAll("%", "%%")}/${log}.log`,
    "--requeue",
    "--open-mode=append",
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(time === undefined ? [] : [`--time=${time}`]),
    ...(memory === undefined ? [] : [`--mem=${memory}`]),
    ...sbatch,
  ];
}

function script(options: readonly string[], body: readonly string[]): string {
  const head = options.map((option) => `#SBATCH ${option.includes(" ") ? `"${option}"` : option}`);
  return ["#!/usr/bin/env bash", ...head, "", ...body, ""].join("\n");
}

/** Deno itself, not `deno task`, which does not pass signals on. */
function cli(): string {
  return [Deno.execPath(), "run", "--allow-all", "--quiet", projectPath("cli/main.ts")]
    .map((word, i) => (i === 0 || i === 4 ? quote(word) : word)).join(" ");
}

/** A word as the shell reads it. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

async function jobsOf(out: string): Promise<Job[]> {
  try {
    return JSON.parse(await Deno.readTextFile(join(folderOf(out), "jobs.json")));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
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
