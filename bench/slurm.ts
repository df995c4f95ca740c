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
import { findProgram } from "../engine/native/command.ts";
import { UsageError } from "./errors.ts";
import { fromFileUrl } from "./paths.ts";
import type { PlannedRun } from "./plan.ts";
import type { RunSpec } from "./record.ts";
import { type PlanFile, Store, writeAtomically } from "./store.ts";

/** What jobs ask for. */
export interface SlurmOptions {
  readonly partition?: string;
  readonly time?: string;
  readonly memory?: string;
  readonly gpusPerRun?: number;
  readonly throttle?: number;
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

/** Slurm's default for the largest array is 1001; beyond it a task trains several runs. */
const MOST_TASKS = 1000;

/** Seconds before the time limit at which a run is kept and its task queued again. */
const NOTICE = 90;

/**
 * Writes the scripts for all runs that have no record, and submits them where there is Slurm.
 *
 * @param file The plan of the runs; a folder's own is followed by the report.
 * @returns What to tell the user; without Slurm the scripts themselves.
 */
export async function submit(
  runs: readonly PlannedRun[],
  out: string,
  options: SlurmOptions,
  file: PlanFile,
): Promise<string[]> {
  const store = new Store(out);
  const missing: PlannedRun[] = [];
  for (const run of runs) if (await store.record(run.id) === null) missing.push(run);
  const folder = join(out, "slurm");
  const stages = Map.groupBy(missing, ({ spec }) => depth(spec));
  const scripts: { what: string; path: string; text: string; ids: string[] }[] = [];
  for (const [stage, members] of [...stages].sort(([a], [b]) => a - b)) {
    const what = `stage ${stage}`;
    const path = join(folder, `stage-${stage}.sh`);
    const ids = members.map(({ id }) => id);
    await writeAtomically(join(folder, `stage-${stage}.txt`), ids.map((id) => `${id}\n`).join(""));
    const threads = Math.max(...members.map(({ spec }) => spec.engine.threads));
    const text = stageScript(out, file, stage, ids.length, threads, options);
    scripts.push({ what, path, ids, text });
  }
  if (file === "manifest.json") {
    const path = join(folder, "report.sh");
    scripts.push({ what: "report", path, ids: [], text: reportScript(out, options) });
  }
  for (const { path, text } of scripts) await writeAtomically(path, text);

  const sbatch = await findProgram(["sbatch"], Deno.env.toObject());
  if (sbatch === undefined) {
    return [
      "There is no sbatch here. Submit these where there is, each after the ones before it has ended:",
      ...scripts.flatMap(({ path, text }) => ["", `# ${path}`, text.trimEnd()]),
    ];
  }
  const going = await queued(await jobsOf(out));
  if (going.size > 0) {
    throw new UsageError(
      `Cannot submit "${out}": its jobs ${
        [...going.keys()].join(", ")
      } are still there; wait for ` +
        `them, or end them with deno task slurm cancel --out ${quote(out)}`,
    );
  }
  const jobs: Job[] = [];
  for (const { what, path, ids } of scripts) {
    const before = jobs.at(-1)?.job;
    const dependency = before === undefined ? [] : [`--dependency=afterany:${before}`];
    const answer = await call(sbatch, ["--parsable", ...dependency, path]);
    jobs.push({ what, job: answer.trim().split(";")[0]!, ids });
    // Written at once: a job that nobody knows of could not be cancelled.
    await writeAtomically(join(folder, "jobs.json"), `${JSON.stringify(jobs, null, 1)}\n`);
  }
  return [
    ...jobs.map(({ what, job, ids }) =>
      `Submitted ${what} as job ${job}${ids.length > 0 ? ` (${ids.length} runs)` : ""}`
    ),
    `Look: deno task slurm status --out ${quote(out)}`,
  ];
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
  plan: PlanFile,
  stage: number,
  runs: number,
  threads: number,
  options: SlurmOptions,
): string {
  const { time, gpusPerRun, throttle, saveEvery, dataDir, splitsDir, pretrained } = options;
  const tasks = Math.min(runs, MOST_TASKS);
  const list = quote(join(out, "slurm", `stage-${stage}.txt`));
  const places = Object.entries({
    "--data-dir": dataDir,
    "--splits-dir": splitsDir,
    "--pretrained": pretrained,
  }).flatMap(([option, path]) => (path === undefined ? [] : [option, quote(resolve(path))]));
  return script([
    ...common(out, `stage-${stage}`, options),
    `--array=1-${tasks}${throttle === undefined ? "" : `%${throttle}`}`,
    `--cpus-per-task=${threads}`,
    `--output=${join(out, "slurm", `stage-${stage}-%a.log`)}`,
    ...(gpusPerRun === undefined ? [] : [`--gres=gpu:${gpusPerRun}`]),
    ...(time === undefined ? [] : [`--signal=B:USR1@${NOTICE}`]),
  ], [
    `ids=$(awk -v n=${tasks} -v i="$SLURM_ARRAY_TASK_ID" '(NR - 1) % n == i - 1' ${list} | paste -sd,)`,
    [
      cli(),
      "slurm task --out",
      quote(out),
      `--plan ${plan}`,
      '--ids "$ids"',
      `--save-every ${saveEvery}`,
      ...(options.tensorboard ? ["--tensorboard"] : []),
      ...places,
      "&",
    ]
      .join(" "),
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
  const head = [...common(out, "report", options), `--output=${join(out, "slurm", "report.log")}`];
  return script(head, [`${cli()} report --out ${quote(out)}`]);
}

function common(out: string, name: string, { partition, time, memory }: SlurmOptions): string[] {
  return [
    `--job-name=mdlt-${name}`,
    `--chdir=${out}`,
    "--requeue",
    "--open-mode=append",
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(time === undefined ? [] : [`--time=${time}`]),
    ...(memory === undefined ? [] : [`--mem=${memory}`]),
  ];
}

function script(options: readonly string[], body: readonly string[]): string {
  const head = options.map((option) => `#SBATCH ${option.includes(" ") ? `"${option}"` : option}`);
  return ["#!/usr/bin/env bash", ...head, "", ...body, ""].join("\n");
}

/** Deno itself, not `deno task`, which does not pass signals on. */
function cli(): string {
  return [Deno.execPath(), "run", "--allow-all", "--quiet", fromFileUrl("cli.ts")]
    .map((word, i) => (i === 0 || i === 4 ? quote(word) : word)).join(" ");
}

/** A word as the shell reads it. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

async function jobsOf(out: string): Promise<Job[]> {
  try {
    return JSON.parse(await Deno.readTextFile(join(out, "slurm", "jobs.json")));
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
    // A job that is long gone is an error to squeue, and nothing to us.
    const answer = await call(squeue, ["--noheader", "--array", "--format=%T", `--jobs=${job}`])
      .catch(() => "");
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
    throw new UsageError(
      `Cannot run ${path}: ${text(stderr).replaceAll("\n", " ") || "it failed"}`,
    );
  }
  return text(stdout);
}
