/**
 * The scripts of Slurm's jobs.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { quote } from "../../base/command.ts";
import { UsageError } from "../../base/errors.ts";
import { projectPath } from "../../base/paths.ts";
import { hostsOf, narrowRun } from "../../base/rights.ts";
import type { PlannedRun } from "../plan/plan.ts";
import type { Given, Session } from "./executor.ts";
import { NOTICE_SECONDS, type options } from "./slurm_options.ts";

type SlurmGiven = Given<typeof options>;

/** Slurm's default for the largest array is 1001; beyond it a task trains several runs. */
const MOST_TASKS = 1000;

/** The folder of an output folder that holds all that is Slurm's. */
export const folderOf = (out: string): string => join(out, "slurm");

/** The script of a stage's array; each task trains its share of the runs. */
export function stageScript(
  stage: number,
  runs: readonly PlannedRun[],
  session: Session,
  given: SlurmGiven,
): string {
  const { out, paths, catalogue, saveEvery, stall, tensorboard } = session;
  const { time, gpusPerRun, runsPerTask = 1, throttle } = given;
  const tasks = Math.min(Math.ceil(runs.length / runsPerTask), MOST_TASKS);
  const threads = Math.max(...runs.map(({ spec }) => spec.engine.threads));
  const places = Object.entries({
    "--data-dir": paths.dataDir,
    "--splits-dir": paths.splitsDir,
    "--pretrained": paths.pretrained,
    "--features": paths.features,
  }).flatMap(([option, given]) => [given ?? []].flat().flatMap((path) => [option, quote(path)]));
  const command = [
    cli("harness", session),
    `slurm task --out ${quote(out)} --stage ${stage} --part "$SLURM_ARRAY_TASK_ID/${tasks}"`,
    ...(saveEvery === undefined ? [] : [`--save-every ${saveEvery}`]),
    ...(stall === undefined ? [] : [`--stall ${stall}`]),
    ...(tensorboard ? ["--tensorboard"] : []),
    ...places,
    ...pluginOptions(catalogue),
  ];
  return script([
    ...common(out, `stage-${stage}`, `stage-${stage}-%a`, given),
    `--array=1-${tasks}${throttle === undefined ? "" : `%${throttle}`}`,
    `--cpus-per-task=${threads}`,
    ...(gpusPerRun === undefined ? [] : [`--gres=gpu:${gpusPerRun}`]),
    ...(time === undefined ? [] : [`--signal=B:USR1@${NOTICE_SECONDS}`]),
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

/** The script of the job that writes the report, after all others. */
export function reportScript(session: Session, given: SlurmGiven): string {
  const { out, catalogue } = session;
  const command = [
    `${cli("report", session)} report --out ${quote(out)}`,
    ...pluginOptions(catalogue),
  ];
  return script(common(out, "report", "report", given), [command.join(" ")]);
}

/** The plugins, as the command line takes them. */
function pluginOptions({ plugins }: Session["catalogue"]): string[] {
  return plugins.map(({ specifier }) => `--plugin ${quote(specifier)}`);
}

/** What all jobs ask for. */
function common(
  out: string,
  name: string,
  log: string,
  { partition, time, memory, sbatch = [] }: SlurmGiven,
): string[] {
  return [
    `--job-name=mdlt-${name}`,
    // Not the results' folder: what others put there is not to be taken for a program's own files.
    `--chdir=${projectPath("")}`,
    `--output=${folderOf(out).replaceAll("%", "%%")}/${log}.log`,
    "--requeue",
    "--open-mode=append",
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(time === undefined ? [] : [`--time=${time}`]),
    ...(memory === undefined ? [] : [`--mem=${memory}`]),
    ...sbatch,
  ];
}

/** A script from what its job asks for and what it does. */
function script(options: readonly string[], body: readonly string[]): string {
  const odd = options.find((option) => /[\n\r"]/.test(option));
  if (odd !== undefined) {
    throw new UsageError(
      `Cannot write ${JSON.stringify(odd)} into a script for sbatch: it holds a line break or a ` +
        `quotation mark, and would end its line; give another name`,
    );
  }
  const head = options.map((option) => `#SBATCH ${option.includes(" ") ? `"${option}"` : option}`);
  return ["#!/usr/bin/env bash", ...head, "", ...body, ""].join("\n");
}

/** Deno itself, not `deno task`, which does not pass signals on; with the rights of the command. */
function cli(set: "harness" | "report", { out, paths, catalogue }: Session): string {
  const specifiers = catalogue.plugins.map(({ specifier }) => specifier);
  const plugins = specifiers.filter((text) => text.startsWith("file:")).map((url) =>
    fileURLToPath(url)
  );
  const rights = narrowRun(set, {
    ...(set === "report" && { read: [out, ...plugins.map((path) => dirname(path))] }),
    write: [out, paths.cacheDir],
    hosts: hostsOf(specifiers),
    // What leads the loader of libraries on a node is not known here.
    ...(set === "harness" && { run: true }),
  });
  return [Deno.execPath(), ...rights, projectPath("cli/main.ts")].map(quote).join(" ");
}
