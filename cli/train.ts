/**
 * What the commands that train share: a session with its progress on the terminal, and what is said
 * of how it ended.
 *
 * @module
 */
import { join, relative, resolve } from "node:path";
import { printError } from "../base/terminal.ts";
import type { Catalogue } from "../bench/catalogue.ts";
import type { Outcome, Outcomes, Submission } from "../bench/execute/executor.ts";
import { expectedBackend } from "../bench/execute/preflight.ts";
import { forecast } from "../bench/execute/forecast.ts";
import { runSession, type SessionRequest, type SessionResult } from "../bench/execute/session.ts";
import { plateauNotes } from "../bench/plan/plateaus.ts";
import type { PlannedRun, Request } from "../bench/plan/plan.ts";
import type { PlanFile } from "../bench/records/folder.ts";
import { buildReport, prepareReport, type ReportOptions } from "../report/mod.ts";
import { printForecast } from "./forecast.ts";
import { printLeaderboards } from "./leaderboard.ts";
import { requirePretrained } from "./options/backbone.ts";
import { dataPaths, print, printJson } from "./options/common.ts";
import { type ExecutionOptions, executorOf } from "./options/execution.ts";
import { type GridOptions, requestOf } from "./options/grid.ts";
import { judgementOf, type JudgementOptions } from "./options/judgement.ts";
import { plannedSensitivity } from "./sensitivity.ts";
import { duration } from "./meter.ts";
import { waitingForReport } from "./progress_words.ts";
import { makeProgress, type Progress } from "./progress.ts";
import { StopSignals } from "./stop_signals.ts";

/** What a command says about its session; the rest is in its options. */
export type Task = Pick<
  SessionRequest,
  | "out"
  | "catalogue"
  | "backend"
  | "plan"
  | "manifest"
  | "importFrom"
  | "executor"
  | "given"
  | "programs"
>;

/** How a command that trains ended; `planned`: its plan was printed, nothing was trained. */
export type Result = SessionResult | { readonly status: "planned" };

/**
 * Carries out a session with progress and signals; says when it was broken off or submitted.
 *
 * @param notes Lines for the reader that come before.
 */
export async function train(
  options: ExecutionOptions,
  task: Task,
  notes: readonly string[] = [],
): Promise<SessionResult> {
  const { json = false, saveEvery, tensorboard, pretrained, features, keepOld, redo, stall } =
    options;
  const folders = await dataPaths(options);
  const progress = makeProgress(json);
  using stop = new StopSignals(() =>
    progress.note("Stopping: runs are kept as they stand; asked again, it does not wait for that.")
  );
  notes.forEach(progress.note);
  let preparing: Promise<void> | undefined;
  const onIdle = () => {
    if (task.manifest?.file !== "manifest.json") return;
    // What is amiss will be told when the report is built.
    preparing = prepareReport(task.out, { catalogue: task.catalogue }).catch(() => {});
  };
  try {
    const result = await runSession({
      ...task,
      paths: {
        ...folders,
        pretrained: pretrained?.map((path) => resolve(path)),
        features: features?.map((path) => resolve(path)),
      },
      saveEvery,
      tensorboard,
      keepOld,
      redo,
      stall,
      signal: stop.signal,
      events: { ...eventsOf(progress, () => stop.begin()), onIdle },
    });
    if (result.status === "finished") await preparing;
    if (result.status === "submitted") printSubmission(result.submission, task.out, json);
    if (result.status === "stopped") {
      progress.note("Broken off: all is kept as it stands, the same command continues.");
      if (json) printJson({ event: "stopped", out: task.out });
    }
    return result;
  } finally {
    progress.close();
  }
}

/** Progress, as a session tells it. */
function eventsOf(progress: Progress, onBegin: () => void): SessionRequest["events"] & object {
  return {
    onBegin(runs) {
      onBegin();
      progress.grid(runs);
    },
    onStart: progress.start,
    onWork: progress.work,
    onStep: progress.step,
    onWait: progress.wait,
    onRetry: progress.retry,
    onEnd: progress.end,
    onPrint: (_, line) => progress.note(line),
    onNote: progress.note,
  };
}

/** A grid that a command trains. */
export interface Grid {
  /** The output folder below `results/` where none is given. */
  readonly folder: string;
  /** Where the plan is written down. */
  readonly file: PlanFile;
  readonly catalogue: Catalogue;
  /** The runs, given all but the methods of a request; `note` is told what is left out. */
  plan(
    request: Omit<Request, "methods">,
    note: (sentence: string) => void,
  ): readonly PlannedRun[];
}

/** Trains what has no record of a grid; or prints its plan. */
export async function trainGrid(options: GridOptions, grid: Grid): Promise<Result> {
  const { backend, preset, dryRun } = options;
  const folders = await dataPaths(options);
  const { catalogue } = grid;
  const task: Task = {
    out: outFolder(options.out, grid.folder),
    catalogue,
    backend,
    manifest: { file: grid.file, preset },
    programs: true,
    ...executorOf(options),
    async plan(backend, note) {
      const request = await requestOf(options, backend, folders.cacheDir, catalogue);
      const runs = grid.plan(request, note);
      const names = new Set(runs.map(({ spec }) => spec.dataset.name));
      plateauNotes(request, catalogue.datasets.filter(({ name }) => names.has(name))).forEach(note);
      // What is only looked at may lack its weights.
      if (!dryRun) requirePretrained(runs, catalogue, options, folders.cacheDir);
      return runs;
    },
  };
  return dryRun ? await printPlan(task, options) : await train(options, task);
}

/** Prints every run of a plan with what it will probably take. */
export async function printPlan(
  { plan, catalogue, backend, out, executor, given }: Task,
  options: ExecutionOptions,
): Promise<Result> {
  const { json = false, keepOld, redo } = options;
  const note = (line: string) => json ? printJson({ event: "note", line }) : print(line);
  const runs = await plan(await expectedBackend(backend), note);
  const pretrained = options.pretrained?.map((path) => resolve(path));
  const paths = { ...await dataPaths(options), pretrained };
  const width = await executor.width(runs, given);
  const found = await forecast(runs, { out, catalogue, paths, width, keepOld, redo });
  printForecast(found, await plannedSensitivity(runs, out, catalogue), json);
  return { status: "planned" };
}

/** Trains a grid and writes its report. */
export async function benchGrid(
  options: GridOptions & JudgementOptions,
  grid: Omit<Grid, "file">,
): Promise<Result> {
  const began = performance.now();
  const result = await trainGrid(options, { ...grid, file: "manifest.json" });
  const out = outFolder(options.out, grid.folder);
  const { catalogue } = grid;
  await reportOn(result, out, { catalogue, ...judgementOf(options) }, began, options.json ?? false);
  return result;
}

/** Writes the report of runs that were trained, and says the last words on them. */
export async function reportOn(
  result: Result,
  out: string,
  how: ReportOptions,
  began: number,
  json: boolean,
): Promise<void> {
  if (result.status !== "finished") return;
  const { runs, outcomes } = result;
  const { path: report, leaderboards } = await buildReport(out, {
    ...how,
    onWait: (process) => printError(waitingForReport(process)),
  });
  const seconds = (performance.now() - began) / 1000;
  const { done, ...others } = tally(runs, outcomes);
  if (json) {
    printJson({ event: "result", runs: runs.length, done, ...others, seconds, out, report });
    return;
  }
  const parts = Object.entries(others).flatMap(([s, count]) => count > 0 ? [`${count} ${s}`] : []);
  const trained = `${done} of ${runs.length} runs trained in ${duration(seconds)}`;
  print([trained, ...parts].join(", "));
  printLeaderboards(leaderboards);
  print(`Results: ${relative(".", join(out, "results.csv"))}`);
  print(`Report:  ${relative(".", report)}`);
}

/** The program's exit code: 0 done, 1 where a run failed, 130 broken off. */
export function exitCodeOf(result: Result): number {
  if (result.status === "stopped") return 130;
  if (result.status !== "finished") return 0;
  return [...result.outcomes.values()].some((outcome) => "reason" in outcome) ? 1 : 0;
}

/** How many runs ended in each way, in the order in which they are told. */
export function tally(
  runs: readonly PlannedRun[],
  outcomes: Outcomes,
): Record<Outcome["status"], number> {
  const counts = { done: 0, existing: 0, diverged: 0, failed: 0, skipped: 0 };
  for (const { id } of runs) {
    const outcome = outcomes.get(id);
    if (outcome !== undefined) counts[outcome.status]++;
  }
  return counts;
}

/** The absolute output folder; below `results/` where none is given. */
export function outFolder(out: string | undefined, folder: string): string {
  return resolve(out ?? join("results", folder));
}

/** The jobs, or the scripts where there is nothing to submit them to. */
function printSubmission({ jobs, scripts, next }: Submission, out: string, json: boolean): void {
  if (json) {
    return printJson({ event: "submitted", jobs, scripts: scripts.map(({ path }) => path), out });
  }
  for (const { what, job, ids } of jobs) {
    print(`Submitted ${what} as job ${job}${ids.length > 0 ? ` (${ids.length} runs)` : ""}`);
  }
  print(next);
  if (jobs.length > 0) return;
  for (const { path, text } of scripts) print(`\n# ${path}\n${text.trimEnd()}`);
}
