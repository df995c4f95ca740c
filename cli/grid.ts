/**
 * What the commands that train share: the options of a grid and of the place where it runs, and the
 * way from a plan to finished runs and their report.
 *
 * @module
 */
import { cpus } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { type Command, Option } from "commander";
import type { DataPaths, DatasetDefinition } from "../datasets/dataset.ts";
import { knownDatasets } from "../datasets/mod.ts";
import {
  type Backend,
  type BackendChoice,
  inspectBackend,
  prepareBackend,
  visibleGpus,
} from "../tensor/backend.ts";
import { buildReport } from "../report/mod.ts";
import { environment } from "../bench/execute/environment.ts";
import { find, UsageError } from "../base/errors.ts";
import { estimate } from "../bench/plan/estimate.ts";
import { execute, type Outcome } from "../bench/execute/executor.ts";
import { stopSignals } from "../bench/execute/messages.ts";
import { type PlannedRun, type Request, withFirstStages } from "../bench/plan/plan.ts";
import { type PresetName, PRESETS } from "../bench/plan/presets.ts";
import { duration, makeProgress, type Progress } from "./progress.ts";
import {
  type Manifest,
  type RunRecord,
  SELECTION_RULES,
  type SelectionRule,
} from "../bench/records/record.ts";
import { type SlurmOptions, type Submission, submit, timeLimit } from "../bench/execute/slurm.ts";
import { type PlanFile, Store } from "../bench/records/store.ts";
import {
  type BackboneOptions,
  backboneOptions,
  pretrainedOf,
  pretrainedOption,
  requirePretrained,
  weightsOf,
} from "./options/backbone.ts";
import {
  dataPaths,
  integerAtLeast,
  nonEmptyList,
  nonEmptyPath,
  oneOf,
  pathOptions,
  print,
  printJson,
  seeds,
  setting,
} from "./options/common.ts";

/** What decides the runs of a grid, apart from its methods, and where they are trained. */
export interface GridOptions extends BackboneOptions, PlaceOptions, SlurmOptions {
  readonly datasets: string[];
  readonly seeds: number[];
  readonly preset: PresetName;
  readonly steps?: number;
  readonly batch?: number;
  readonly set?: (readonly [string, number])[];
  readonly selection: SelectionRule;
  readonly traceTest?: boolean;
  readonly threads: number;
  readonly out?: string;
  readonly dryRun?: boolean;
  readonly executor: typeof EXECUTORS[number];
}

const EXECUTORS = ["local", "slurm"] as const;

/** Where and how runs are trained. */
export interface PlaceOptions {
  readonly backend: BackendChoice;
  readonly jobs?: number;
  readonly gpus?: string[];
  readonly slots?: number;
  readonly saveEvery: number;
  readonly tensorboard?: boolean;
  readonly dataDir?: string;
  readonly splitsDir?: string;
  readonly pretrained?: string;
  readonly json?: boolean;
}

/** Adds the options of {@linkcode GridOptions}. */
export function gridOptions(command: Command, usualSeeds = [0, 1, 2, 3, 4]): Command {
  backboneOptions(command)
    .option("--datasets <names>", "data sets, or all", nonEmptyList("--datasets"), ["digits-synth"])
    .option("--seeds <count or list>", "5 for seeds 0 to 4, or 0,1,7", seeds, usualSeeds)
    .option("--preset <name>", PRESETS.join(", "), oneOf("preset", PRESETS), "quick")
    .option(
      "--steps <n>",
      "updates of each run, instead of the preset's",
      integerAtLeast("--steps", 1),
    )
    .option("--batch <n>", "images of each domain in an update", integerAtLeast("--batch", 1))
    .option(
      "--set <name.key=value>",
      "a method's hyperparameter or a data set's setting; all.key for every method",
      setting,
    )
    .option(
      "--selection <rule>",
      `which checkpoint is tested: ${SELECTION_RULES.join(", ")}`,
      oneOf("selection rule", SELECTION_RULES),
      SELECTION_RULES[0],
    )
    .option("--trace-test", "test figures at every checkpoint too, for a chart; selects nothing")
    .option(
      "--threads <n>",
      "threads of each run; they change the last bits",
      integerAtLeast("--threads", 1),
      1,
    );
  return placeOptions(command)
    .option("--out <dir>", "output folder; a folder of results/ by default", nonEmptyPath("--out"))
    .addOption(new Option("--dry-run", "print the plan and stop"))
    .option(
      "--executor <name>",
      "local, or slurm: a job array over a shared folder",
      oneOf("executor", EXECUTORS),
      EXECUTORS[0],
    )
    .option("--partition <name>", "slurm: partition of the jobs")
    .option(
      "--time <limit>",
      "slurm: time limit of a task, such as 2:00:00; its runs are continued after",
      timeLimit,
    )
    .option("--memory <size>", "slurm: memory of a run, such as 4G")
    .option("--gpus-per-run <n>", "slurm: GPUs of a run", integerAtLeast("--gpus-per-run", 1))
    .option(
      "--runs-per-task <n>",
      "slurm: runs that a task trains",
      integerAtLeast("--runs-per-task", 1),
    )
    .option(
      "--throttle <n>",
      "slurm: tasks at the same time, at most",
      integerAtLeast("--throttle", 1),
    )
    .option(
      "--sbatch <option>",
      "slurm: another option of sbatch, such as --account=mine; may be repeated",
      sbatchOption,
    );
}

/** `--backend`. */
function backendChoice(text: string): BackendChoice {
  if (text.toLowerCase() === "webgpu") {
    throw new UsageError(
      "Cannot use --backend webgpu: this version does not support it, as TensorFlow.js's WebGPU " +
        "backend has not been measured; use native, which takes NVIDIA GPUs, or wasm",
    );
  }
  return oneOf<BackendChoice>("backend", ["auto", "native", "wasm"])(text);
}

/** `--sbatch`, collected. */
function sbatchOption(text: string, earlier: readonly string[] = []): string[] {
  if (/^--?[a-z][^\n"]*$/i.test(text)) return [...earlier, text];
  throw new UsageError(
    `Cannot use --sbatch "${text}": give one option of sbatch, such as --account=mine`,
  );
}

/** Adds the options of {@linkcode PlaceOptions}. */
export function placeOptions(command: Command): Command {
  command
    .option(
      "--backend <name>",
      "auto, native, wasm",
      backendChoice,
      "auto",
    )
    .option(
      "--jobs <n>",
      "runs side by side; as many as cores or GPUs hold by default",
      integerAtLeast("--jobs", 1),
    )
    .option(
      "--gpus <numbers>",
      "GPUs that runs are spread over, such as 0,1; all by default",
      nonEmptyList("--gpus"),
    )
    .option(
      "--slots <n>",
      "runs side by side on each GPU; 1 by default",
      integerAtLeast("--slots", 1),
    )
    .option(
      "--save-every <seconds>",
      "how often the state of a run is kept to continue from, when it is broken off",
      integerAtLeast("--save-every", 0),
      30,
    )
    .option("--tensorboard", "curves as TensorBoard event files too, in runs/<id>/tensorboard");
  for (const option of [...pathOptions(), pretrainedOption()]) command.addOption(option);
  return command.addOption(new Option("--json", "progress and result as JSON lines"));
}

/** Plans runs, given all but the methods of a request and every data set that can be asked for. */
export type Planner = (
  request: Omit<Request, "methods">,
  known: readonly DatasetDefinition[],
) => PlannedRun[];

/**
 * Trains what has no record of a plan, then writes results and report; or prints the plan, or hands
 * it to Slurm.
 *
 * @param folder The output folder below `results/` where none is given.
 * @returns The exit code.
 */
export async function runGrid(
  options: GridOptions,
  folder: string,
  planner: Planner,
): Promise<number> {
  const began = performance.now();
  return await trainGrid(options, folder, planner, "manifest.json", async (trained) => {
    const report = await buildReport(trained.out);
    return () => conclude(trained, report.path, began, options.json ?? false);
  });
}

/** Runs of a grid, and how each ended. */
export interface TrainedGrid {
  readonly out: string;
  readonly runs: readonly PlannedRun[];
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

/**
 * Trains what has no record of a plan; or prints the plan, or hands it to Slurm.
 *
 * @param file Where the plan is written down.
 * @param finish What is done with a grid that was trained here; says the last words.
 * @returns The exit code.
 */
export async function trainGrid(
  options: GridOptions,
  folder: string,
  planner: Planner,
  file: PlanFile,
  finish: (trained: TrainedGrid) => Promise<() => void>,
): Promise<number> {
  const json = options.json ?? false;
  const out = outFolder(options.out, folder);
  refuseIdle(options);
  const hoped = options.backend === "wasm" ? "wasm" : "native";
  let planned = await planGrid(options, planner, hoped);
  if (options.dryRun) return await printPlan(planned, out, options);
  const progress = makeProgress(json);
  const site = { out, options, progress };
  try {
    const data = await inspectPlace(planned, site);
    const backend = await makeReady(site);
    if (backend !== hoped) planned = await planGrid(options, planner, backend);
    await writePlan(planned, site, { preset: options.preset, data }, file);
    const runs = withFirstStages(planned);
    if (options.executor === "slurm") {
      sayWhatIsSubmitted(await submit(runs, out, options, file === "manifest.json"), out, json);
      return 0;
    }
    const outcomes = await trainPlan(runs, site);
    if (outcomes === null) return 130;
    const lastWords = await finish({ out, runs, outcomes });
    progress.close();
    lastWords();
    return [...outcomes.values()].some((outcome) => "reason" in outcome) ? 1 : 0;
  } finally {
    progress.close();
  }
}

/** The jobs, or the scripts where there is no Slurm to submit them to. */
function sayWhatIsSubmitted({ jobs, scripts }: Submission, out: string, json: boolean): void {
  if (json) {
    return printJson({ event: "submitted", jobs, scripts: scripts.map(({ path }) => path), out });
  }
  for (const { what, job, ids } of jobs) {
    print(`Submitted ${what} as job ${job}${ids.length > 0 ? ` (${ids.length} runs)` : ""}`);
  }
  if (jobs.length > 0) return print(`Look: deno task slurm status --out ${relative(".", out)}`);
  print("There is no sbatch here. Submit these where there is, each after the ones before it:");
  for (const { path, text } of scripts) print(`\n# ${path}\n${text.trimEnd()}`);
}

/** Refuses options that would change nothing where the runs are trained. */
function refuseIdle(options: GridOptions): void {
  const ofSlurm = Object.entries({
    "--partition": options.partition,
    "--time": options.time,
    "--memory": options.memory,
    "--gpus-per-run": options.gpusPerRun,
    "--runs-per-task": options.runsPerTask,
    "--throttle": options.throttle,
    "--sbatch": options.sbatch,
  });
  const ofHere = Object.entries({
    "--jobs": options.jobs,
    "--gpus": options.gpus,
    "--slots": options.slots,
  });
  const given = ([, value]: [string, unknown]) => value !== undefined;
  if (options.executor === "slurm") {
    const [idle] = ofHere.find(given) ?? [];
    if (idle === undefined) return;
    throw new UsageError(
      `Cannot use ${idle} with --executor slurm: it is for workers on this machine, and Slurm's ` +
        `are counted by --throttle and --gpus-per-run`,
    );
  }
  const [idle] = ofSlurm.find(given) ?? [];
  if (idle === undefined) return;
  throw new UsageError(`Cannot use ${idle} without --executor slurm: it is for Slurm's jobs`);
}

/** Prints every run with what it will probably take. */
async function printPlan(
  runs: readonly PlannedRun[],
  out: string,
  options: PlaceOptions,
): Promise<number> {
  const earlier = await earlierRecords(out);
  const finished = new Set<string>();
  for (const { id } of runs) if (await new Store(out).record(id) !== null) finished.add(id);
  const planned = runs.map((run) => ({ ...run, estimate: estimate(run.spec, earlier) }));
  const open = withFirstStages(planned).filter(({ id }) => !finished.has(id));
  const jobs = Math.min(jobsOf(runs, options, await gpusOf(options)), Math.max(1, open.length));
  const estimates = open.map((run) => estimate(run.spec, earlier));
  const seconds = estimates.reduce((sum, run) => sum + run.seconds, 0) / jobs;
  const memory = jobs * Math.max(0, ...estimates.map((run) => run.memory));
  if (options.json) {
    printJson({ runs: planned, estimate: { open: open.length, jobs, seconds, memory } });
    return 0;
  }
  const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MB`;
  for (const { id, name, spec, estimate } of planned) {
    const { network, steps, batch } = spec.training;
    const first = spec.stage1 === null ? "" : `, after ${spec.stage1.method.name}`;
    const expected = finished.has(id)
      ? "finished"
      : `about ${duration(estimate.seconds)}, ${megabytes(estimate.memory)}`;
    print(
      `${id}  ${spec.dataset.name}  ${name}  seed ${spec.seed}  ` +
        `${steps} updates of ${batch} images a domain, ${network.name} × ${network.width}${first}` +
        `  ${expected}`,
    );
  }
  const sources = [...new Set(estimates.map(({ source }) => source))].join(", ");
  if (open.length > 0) {
    print(
      `About ${duration(seconds)} with ${jobs} side by side, ${
        megabytes(memory)
      }, going by: ${sources}`,
    );
  }
  print(`${runs.length} ${runs.length === 1 ? "run" : "runs"}`);
  return 0;
}

/** The records of an output folder and of the folders beside it, its own first. */
async function earlierRecords(out: string): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  const names = async (folder: string) => {
    const found: string[] = [];
    try {
      for await (const { name, isDirectory } of Deno.readDir(folder)) {
        if (isDirectory) found.push(name);
      }
    } catch {
      // There is nothing.
    }
    return found.sort();
  };
  const beside = (await names(dirname(out))).map((name) => join(dirname(out), name));
  for (const folder of [out, ...beside.filter((other) => other !== out)]) {
    const store = new Store(folder);
    for (const id of await names(join(folder, "runs"))) {
      const record = await store.record(id).catch(() => null); // another's folder may hold anything
      if (record?.spec?.format === 1) records.push(record);
    }
  }
  return records;
}

function conclude(
  { runs, outcomes, out }: TrainedGrid,
  report: string,
  began: number,
  json: boolean,
): void {
  const seconds = (performance.now() - began) / 1000;
  const { done, ...others } = tally(runs, outcomes);
  if (json) {
    printJson({ event: "result", runs: runs.length, done, ...others, seconds, out, report });
    return;
  }
  const parts = Object.entries(others).flatMap(([s, count]) => count > 0 ? [`${count} ${s}`] : []);
  const trained = `${done} of ${runs.length} runs trained in ${duration(seconds)}`;
  print([trained, ...parts].join(", "));
  print(`Results: ${relative(".", join(out, "results.csv"))}`);
  print(`Report:  ${relative(".", report)}`);
}

/** Plans a grid for a backend; what is only looked at may lack its weights. */
async function planGrid(
  options: GridOptions,
  planner: Planner,
  backend: Backend,
): Promise<PlannedRun[]> {
  const folders = await dataPaths(options);
  const known = await knownDatasets(folders);
  const runs = planner({
    ...options,
    settings: options.set ?? [],
    backend,
    pretrained: await pretrainedOf(options, folders.cacheDir),
    frozen: options.backboneMode === "frozen",
  }, known);
  if (!options.dryRun) requirePretrained(runs, known, options, folders.cacheDir);
  return runs;
}

/** Where the data and the weights of runs are. */
async function pathsOf(runs: readonly PlannedRun[], options: PlaceOptions): Promise<DataPaths> {
  const folders = await dataPaths(options);
  return { ...folders, pretrained: await weightsOf(runs, options.pretrained, folders.cacheDir) };
}

/** Where a plan is carried out. */
export interface Site {
  readonly out: string;
  readonly options: PlaceOptions;
  readonly progress: Progress;
}

/**
 * Looks at what runs need before anything is made or fetched: GPUs where they are counted on, an
 * output folder that can be written, and whole data.
 *
 * @returns The fingerprint of each data set.
 */
export async function inspectPlace(
  runs: readonly PlannedRun[],
  { out, options, progress }: Site,
): Promise<Record<string, string>> {
  await gpusOf(options);
  await assertWritable(out);
  return await loadOnce(runs, await pathsOf(runs, options), progress);
}

/** Makes the backend ready. */
export async function makeReady({ options, progress }: Omit<Site, "out">): Promise<Backend> {
  const backend = await prepareBackend(options.backend, {
    onProgress: progress.work,
    onNote: progress.note,
  });
  if (options.tensorboard && backend !== "native") {
    throw new UsageError(
      `Cannot write TensorBoard files with --backend ${backend}: only native TensorFlow has their ` +
        `writer; leave --tensorboard out`,
    );
  }
  return backend;
}

/** Writes a plan down, with all that is worth knowing about this place. */
export async function writePlan(
  runs: readonly PlannedRun[],
  { out }: Site,
  about: Partial<Manifest> & Pick<Manifest, "preset" | "data">,
  file: PlanFile = "manifest.json",
): Promise<void> {
  const { native } = await inspectBackend();
  await new Store(out).writeManifest({
    format: 1,
    createdAt: new Date().toISOString(),
    command: [...Deno.args],
    runs,
    environment: { ...await environment(null), tensorflow: native?.tensorflow ?? null },
    ...about,
  }, file);
}

/**
 * Milliseconds within which a second signal says no more than the first: a terminal, or `timeout`,
 * sends it to the processes of a group as well as to their leader, which may pass it on.
 */
const SAME_WISH = 1000;

/** Trains what has no record; null when the user broke it off, which is said. */
export async function trainPlan(
  runs: readonly PlannedRun[],
  { out, options, progress }: Site,
): Promise<Map<string, Outcome> | null> {
  const abort = new AbortController();
  let asked = 0;
  const stop = () => {
    if (!abort.signal.aborted) {
      asked = performance.now();
      progress.note(
        "Stopping: runs are kept as they stand; asked again, it does not wait for that.",
      );
      abort.abort();
    } else if (performance.now() - asked > SAME_WISH) {
      Deno.exit(130); // the workers stop by themselves
    }
  };
  const signals = stopSignals();
  signals.forEach((signal) => Deno.addSignalListener(signal, stop));
  const gpus = await gpusOf(options);
  progress.grid(runs);
  try {
    const outcomes = await execute(runs, {
      out,
      paths: await pathsOf(runs, options),
      jobs: jobsOf(runs, options, gpus),
      gpus,
      signal: abort.signal,
      saveEvery: options.saveEvery,
      tensorboard: options.tensorboard,
      events: {
        onStart: progress.start,
        onWork: progress.work,
        onStep: progress.step,
        onRetry: progress.retry,
        onEnd: progress.end,
        onPrint: (_, line) => progress.note(line),
      },
    });
    if (!abort.signal.aborted) return outcomes;
    progress.note("Broken off: all is kept as it stands, the same command continues.");
    if (options.json) printJson({ event: "stopped", out });
    return null;
  } finally {
    signals.forEach((signal) => Deno.removeSignalListener(signal, stop));
  }
}

/** The GPUs that runs are spread over; undefined where TensorFlow would see none. */
async function gpusOf(
  { gpus, slots, backend }: PlaceOptions,
): Promise<readonly string[] | undefined> {
  if (gpus !== undefined) return gpus;
  const seen = backend === "wasm" ? [] : await visibleGpus();
  if (seen.length > 0) return seen;
  if (slots === undefined) return undefined;
  throw new UsageError(`Cannot use --slots ${slots}: there is no GPU here; --jobs counts workers`);
}

/** Runs side by side: as asked for, else what GPUs or cores hold. Never changes a run's threads. */
function jobsOf(
  runs: readonly PlannedRun[],
  { jobs, slots = 1 }: PlaceOptions,
  gpus: readonly string[] | undefined,
): number {
  const threads = Math.max(1, ...runs.map(({ spec }) => spec.engine.threads));
  const room = gpus === undefined ? Math.floor(cpus().length / threads) : gpus.length * slots;
  return jobs ?? Math.max(1, room);
}

/** How many runs ended in each way, in the order in which they are told. */
export function tally(
  runs: readonly PlannedRun[],
  outcomes: ReadonlyMap<string, Outcome>,
): Record<Outcome["status"], number> {
  const counts = { done: 0, existing: 0, diverged: 0, failed: 0, skipped: 0 };
  for (const { id } of runs) {
    const outcome = outcomes.get(id);
    if (outcome !== undefined) counts[outcome.status]++;
  }
  return counts;
}

/** The absolute output folder; below `results/` where none is given. */
function outFolder(out: string | undefined, folder: string): string {
  return resolve(out ?? join("results", folder));
}

/**
 * Reads every data set once, so that mistakes in the data show before any training starts.
 *
 * @returns The fingerprint of each.
 */
async function loadOnce(
  runs: readonly PlannedRun[],
  paths: DataPaths,
  progress: Progress,
): Promise<Record<string, string>> {
  const needed = new Map(runs.map(({ spec: { dataset, training: { network } } }) => {
    const once = network.frozen !== undefined;
    return [JSON.stringify([dataset, once]), { ...dataset, once }];
  }));
  const known = await knownDatasets(paths);
  const fingerprints: Record<string, string> = {};
  for (const { name, imageSize, settings, once } of needed.values()) {
    const { fingerprint } = await find("data set", name, known).load({
      ...paths,
      imageSize,
      settings,
      once,
      onProgress: progress.work,
    });
    fingerprints[name] = fingerprint;
  }
  return fingerprints;
}

/** A folder that is there, or the nearest one above it, must take files. */
async function assertWritable(folder: string): Promise<void> {
  let there = folder;
  while (dirname(there) !== there && await Deno.stat(there).catch(() => null) === null) {
    there = dirname(there);
  }
  const probe = join(there, `.writable-${crypto.randomUUID().slice(0, 8)}.tmp`);
  try {
    await Deno.writeTextFile(probe, "");
    await Deno.remove(probe);
  } catch (error) {
    throw new UsageError(
      `Cannot write to --out "${folder}": ${
        (error as Error).message
      }, give a folder that can be written`,
    );
  }
}
