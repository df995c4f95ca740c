/**
 * `deno task select`: the best setting of a sweep by validation, with the seeds of a protocol, as an
 * output folder of its own with its report.
 *
 * @module
 */
import { join, relative, resolve } from "node:path";
import { Command } from "commander";
import { buildReport } from "../../report/mod.ts";
import type { Value } from "../../base/setting.ts";
import { UsageError } from "../../base/errors.ts";
import { oneOf } from "../../base/arguments.ts";
import { backendOf } from "../../bench/execute/preflight.ts";
import type { PlannedRun } from "../../bench/plan/plan.ts";
import { runId, runName, type Stages } from "../../bench/records/run_id.ts";
import type {
  Manifest,
  RunSpec,
  SearchProtocol,
  SelectionRule,
} from "../../bench/records/record.ts";
import type { Catalogue } from "../../bench/catalogue.ts";
import { byScore, scoreOf, selectionMetric, type Trial } from "../../bench/plan/selection.ts";
import type { Folder } from "../../bench/records/folder.ts";
import { openFolders } from "../../bench/records/joined_folder.ts";
import { catalogueOf, print, printJson, seeds, type SetExitCode } from "../options/common.ts";
import {
  type ExecutionOptions,
  executionOptions,
  type ExecutorChoice,
  executorOf,
  executorOptions,
} from "../options/execution.ts";
import {
  intoOption,
  outOption,
  outputFolders,
  type ReadFolders,
  targetOf,
} from "../options/folders.ts";
import { missingPlugins } from "../options/plugins.ts";
import { exitCodeOf, tally, train } from "../train.ts";

const PROTOCOLS: readonly SearchProtocol[] = ["once", "per-seed"];

interface SelectOptions extends ExecutionOptions, ExecutorChoice, ReadFolders {
  readonly out: readonly string[];
  readonly protocol: SearchProtocol;
  readonly seeds?: number[];
}

/** A run of the sweep that may be chosen. */
interface Candidate extends Trial {
  readonly run: PlannedRun;
}

/** The command. */
export function selectCommand(setExitCode: SetExitCode): Command {
  const command = new Command("select")
    .description("choose the best setting of a sweep by validation, and report it")
    .addOption(outOption("output folder of the sweep").makeOptionMandatory())
    .option(
      "--protocol <name>",
      "once: best for the sweep's first seed, run with fresh seeds; per-seed: best for each seed",
      oneOf("protocol", PROTOCOLS),
      "once",
    )
    .option(
      "--seeds <count or list>",
      "seeds of `once`; five that the sweep has not by default",
      seeds,
    );
  return executorOptions(executionOptions(intoOption(command, "the chosen runs")))
    .action(async (options: SelectOptions) => setExitCode(await select(options)));
}

async function select(options: SelectOptions): Promise<number> {
  const { protocol } = options;
  const catalogue = await catalogueOf(options);
  const from = await outputFolders(options.out, {
    file: "sweep.json",
    of: "sweep",
    verb: "select in",
  });
  const folder = await openFolders(from, catalogue);
  const { manifest: sweep, apart, notes } = (await folder.plan("sweep.json"))!;
  if (apart.size > 0) {
    throw new UsageError(`Cannot select among these sweeps, as they differ. ${notes.at(-1)}`);
  }
  const out = from.length === 1 && options.into === undefined
    ? join(from[0]!, `selected-${protocol}`)
    : await selectedInto(from, options);
  const missing = missingPlugins(sweep, catalogue);
  const choice = await choose(sweep, folder, catalogue, options);
  // Runs of an earlier format have another id there.
  const ids = new Map(sweep.runs.map(({ id, spec }) => [runId(spec), id]));
  const { chosen, by, settings } = choice;
  // First stages are trained, but stand in no table: of their own method another setting may be best.
  const result = await train(options, {
    out,
    catalogue,
    backend: backendOf(chosen),
    plan: () => chosen,
    manifest: { file: "manifest.json", preset: sweep.preset, search: { protocol, by, settings } },
    importFrom: { folder, ids },
    ...executorOf(options),
  }, [...choice.gaps, ...missing === null ? [] : [missing]]);
  if (result.status === "finished") {
    const report = (await buildReport(out, { catalogue })).path;
    const counts = tally(result.runs, result.outcomes);
    if (options.json) {
      chosen.forEach((run) => printJson({ event: "selected", ...settingOf(run) }));
      printJson({ event: "result", protocol, by, ...counts, out, report });
    } else {
      chosen.forEach(printSetting);
      print(
        `Tuned ${protocol === "once" ? "once" : "for each seed"}, by ${by}, ${settings} settings`,
      );
      print(`Report: ${relative(".", report)}`);
    }
  }
  return exitCodeOf(result);
}

/** The folder for runs chosen from several sweeps, or away from the only one. */
async function selectedInto(from: readonly string[], options: SelectOptions): Promise<string> {
  const { into, protocol } = options;
  const target = into === undefined
    ? join(await targetOf(from, into), `selected-${protocol}`)
    : resolve(into);
  if (!from.includes(target)) return target;
  throw new UsageError(
    `Cannot write into --into "${into}": it is a folder that is only read; give another one`,
  );
}

/** A chosen run and the values of its setting. */
function settingOf({ name, spec, trial }: PlannedRun) {
  const { batch, learningRate, weightDecay } = spec.training;
  const values: Record<string, Value> = {
    learningRate,
    weightDecay,
    batch,
    ...spec.method.hyperparameters,
  };
  return { dataset: spec.dataset.name, method: name, seed: spec.seed, trial, values };
}

function printSetting(run: PlannedRun): void {
  const { dataset, method, seed, trial, values } = settingOf(run);
  const list = Object.entries(values).map(([key, v]) =>
    `${key}=${typeof v === "number" ? Number(v.toPrecision(4)) : v}`
  );
  print(`${dataset} ${method} seed ${seed}: setting ${trial} (${list.join(", ")})`);
}

/** What a protocol chooses. */
interface Choice {
  readonly chosen: PlannedRun[];
  /** What settings were judged by. */
  readonly by: SelectionRule;
  /** Settings that were planned of each data set and method. */
  readonly settings: number;
  /** A sentence for each choice among fewer settings. */
  readonly gaps: readonly string[];
}

/** The runs of the protocol: the best setting of each data set and method. */
async function choose(
  sweep: Manifest,
  folder: Folder,
  { methods, metrics }: Catalogue,
  { protocol, seeds, out }: SelectOptions,
): Promise<Choice> {
  const runs = sweep.runs as readonly PlannedRun[];
  const by = selectionMetric(runs[0]!.spec.training.selection);
  const sweptSeeds = [...new Set(runs.map(({ spec }) => spec.seed))].sort((a, b) => a - b);
  const next = sweptSeeds.at(-1)! + 1;
  const fresh = seeds ?? [0, 1, 2, 3, 4].map((i) => next + i);
  const chosen: PlannedRun[] = [];
  const gaps: string[] = [];
  for (
    const cells of Map.groupBy(runs, (r) => JSON.stringify([r.spec.dataset.name, r.name])).values()
  ) {
    const best = async (seed: number): Promise<PlannedRun> => {
      const trials: Candidate[] = [];
      const planned = cells.filter(({ spec }) => spec.seed === seed);
      let finished = 0;
      for (const run of planned) {
        const record = await folder.record(run.id);
        if (record !== null) finished++;
        const value = record === null ? null : scoreOf(record, by, metrics);
        if (value !== null) trials.push({ run, trial: run.trial ?? 0, worth: value });
      }
      const { name, spec } = cells[0]!;
      const what = `a setting of ${name} on ${spec.dataset.name} with seed ${seed}`;
      if (trials.length === 0) {
        throw new UsageError(
          `Cannot select ${what}: none in "${out.join(", ")}" has a result; continue the sweep`,
        );
      }
      if (finished < planned.length) {
        gaps.push(
          `Selecting ${what} among ${finished} of ${planned.length}: the sweep is not finished.`,
        );
      }
      return byScore(trials)[0]!.run;
    };
    if (protocol === "per-seed") {
      for (const seed of sweptSeeds) {
        const run = await best(seed);
        chosen.push({ ...run, id: runId(run.spec) });
      }
    } else {
      const run = await best(sweptSeeds[0]!);
      for (const seed of fresh) {
        chosen.push(planned(withSeed(run.spec, seed), methods, run.trial ?? 0));
      }
    }
  }
  const settings = new Set(runs.map(({ trial }) => trial)).size;
  return { chosen, by, settings, gaps };
}

function planned(spec: RunSpec, methods: Stages, trial: number): PlannedRun {
  return { id: runId(spec), name: runName(spec, methods), spec, trial };
}

function withSeed(spec: RunSpec, seed: number): RunSpec {
  return { ...spec, seed, stage1: spec.stage1 && withSeed(spec.stage1, seed) };
}
