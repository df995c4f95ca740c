/**
 * `deno task bench`: the main job. Plans the grid, makes backend and data ready, trains what is
 * missing, writes the results and the report.
 *
 * @module
 */
import { dirname, join, resolve } from "node:path";
import { Command, Option } from "commander";
import { programName } from "../../base/command.ts";
import { nonEmptyPath } from "../../base/arguments.ts";
import { UsageError } from "../../base/errors.ts";
import { backendOf } from "../../bench/execute/preflight.ts";
import type { Catalogue } from "../../bench/catalogue.ts";
import { plan, type PlannedRun, requireMethods } from "../../bench/plan/plan.ts";
import type { Manifest, RunRecord } from "../../bench/records/record.ts";
import { comparison, type Verdict } from "../../bench/records/reproduction.ts";
import { runId } from "../../bench/records/run_id.ts";
import { Folder, readPlan, StoreError } from "../../bench/records/folder.ts";
import { ruleOf } from "../../metrics/selection.ts";
import {
  catalogueOf,
  methodsOption,
  print,
  printJson,
  type SetExitCode,
} from "../options/common.ts";
import { executorOf } from "../options/execution.ts";
import { type GridOptions, gridOptions } from "../options/grid.ts";
import { judgementOf, type JudgementOptions, judgementOptions } from "../options/judgement.ts";
import { serveOption, type ServeOptions, withLivePage } from "../live.ts";
import { type ProgramOptions, programOptions, withPrograms } from "../options/programs.ts";
import {
  benchGrid,
  exitCodeOf,
  outFolder,
  printPlan,
  reportOn,
  type Task,
  train,
} from "../train.ts";

interface BenchOptions extends GridOptions, JudgementOptions, ProgramOptions, ServeOptions {
  readonly methods: string[];
  readonly from?: string;
  readonly tolerance?: number;
}

/** What a manifest decides, and options therefore must not. */
const DECIDED = [
  ...["datasets", "methods", "seeds", "preset", "steps", "batch", "set", "selection", "traceTest"],
  ...[
    "dataSeed",
    "threads",
    "backend",
    "backboneMode",
    "fromScratch",
    "leaveOut",
    "crossValidation",
  ],
  "hparams",
];

/** The largest difference of a test figure that passes, where none is given. */
const TOLERANCE = 0.01;

/** The command. */
export function benchCommand(setExitCode: SetExitCode): Command {
  const command = new Command("bench")
    .description("train every method on every data set and seed, then write the report")
    .addOption(methodsOption())
    .addOption(
      new Option("--from <manifest>", "repeat the runs of a manifest.json into --out, and compare")
        .argParser(nonEmptyPath("--from"))
        .conflicts(DECIDED),
    )
    .option(
      "--tolerance <share>",
      `largest difference of a test figure that --from lets pass; ${TOLERANCE} when left out`,
      share,
    );
  return judgementOptions(gridOptions(programOptions(command))).addOption(serveOption())
    .action(async (options: BenchOptions) => {
      const out = outFolder(options.out, options.preset);
      setExitCode(await withLivePage(options, out, () => bench(options)));
    });
}

async function bench(options: BenchOptions): Promise<number> {
  const { methods, preset, from, tolerance } = options;
  if (from !== undefined) {
    const catalogue = await catalogueOf(options);
    return await repeat(options, catalogue, await readOriginal(from, options.out, catalogue));
  }
  if (tolerance !== undefined) {
    throw new UsageError("Cannot use --tolerance without --from: there is nothing to compare with");
  }
  const { catalogue, programs, names } = await withPrograms(await catalogueOf(options), options);
  const result = await benchGrid(options, {
    folder: preset,
    catalogue,
    plan: (request, note) =>
      plan({ ...request, methods: withAll(methods, names), programs }, catalogue, note),
  });
  return exitCodeOf(result);
}

/** The methods that were asked for: a program that is given is one of them, named or not. */
function withAll(methods: readonly string[], programs: readonly string[]): string[] {
  const asked = (name: string) => methods.includes("all") || methods.includes(name);
  return [...methods, ...programs.filter((name) => !asked(name))];
}

/** Trains the runs of a manifest again, and compares. */
async function repeat(
  options: BenchOptions,
  catalogue: Catalogue,
  original: Original,
): Promise<number> {
  const began = performance.now();
  const { json = false } = options;
  const { runs, manifest: { preset } } = original;
  const out = resolve(options.out!);
  const task: Task = {
    out,
    catalogue,
    backend: backendOf(runs),
    plan: () => runs,
    manifest: { file: "manifest.json", preset },
    ...executorOf(options),
  };
  const result = await (options.dryRun ? printPlan(task, options) : train(options, task));
  await reportOn(result, out, { catalogue, ...judgementOf(options) }, began, json);
  if (result.status === "submitted" && !json) {
    const { name } = task.executor;
    print(`When the jobs are done, the same without --executor ${name} compares.`);
  }
  if (result.status !== "finished") return exitCodeOf(result);
  return await compare(original, options) ? exitCodeOf(result) : 1;
}

/** Runs that are repeated. */
interface Original {
  readonly manifest: Manifest;
  readonly folder: Folder;
  /** The same runs as they are trained here: those of an earlier format have another id. */
  readonly runs: readonly PlannedRun[];
}

/** The plan that `--from` names, or that of the folder; its specs must be what their ids say. */
async function readOriginal(
  from: string,
  out: string | undefined,
  catalogue: Catalogue,
): Promise<Original> {
  const refuse = (why: string) => new UsageError(`Cannot use --from "${from}": ${why}`);
  const isFolder = (await Deno.stat(from).catch(() => null))?.isDirectory;
  const file = resolve(isFolder ? join(from, "manifest.json") : from);
  const { manifest, refused } = await readPlan(file, catalogue).catch((error) => {
    const sentence = error instanceof StoreError ? error.message.split("; remove it")[0] : error;
    throw refuse(`${sentence}; give the manifest.json of an output folder`);
  });
  for (const { id, why } of refused) {
    throw refuse(`run ${id} cannot be used: ${why}; restore the file`);
  }
  if (manifest.runs.length === 0) throw refuse("it plans no runs");
  for (const { spec } of manifest.runs) {
    requireMethods(spec, catalogue.methods);
    ruleOf(spec.training.selection, catalogue.metrics); // there is such a rule
  }
  if (manifest.search === undefined && manifest.runs.some((run) => run.trial !== undefined)) {
    throw refuse(
      `it is the plan of a search; give the manifest.json that ${programName()} select wrote`,
    );
  }
  if (out === undefined || resolve(out) === dirname(file)) {
    throw refuse("the runs need a folder of their own; give it with --out");
  }
  const runs = manifest.runs.map((run) => ({ ...run, id: runId(run.spec) }));
  return { manifest, runs, folder: new Folder(dirname(file), catalogue) };
}

/** Says run by run whether the numbers came back; true when none is different or missing. */
async function compare(
  { manifest, folder, runs }: Original,
  options: BenchOptions,
): Promise<boolean> {
  const { json, tolerance = TOLERANCE } = options;
  const repeated = new Folder(resolve(options.out!));
  const counts: Record<Verdict, number> = {
    "identical": 0,
    "within": 0,
    "different": 0,
    "missing": 0,
  };
  for (const [i, { id, name, spec }] of runs.entries()) {
    const then = await recordOf(folder, manifest.runs[i]!.id);
    const now = await recordOf(repeated, id);
    const { verdict, largest } = comparison(then, now, tolerance);
    counts[verdict]++;
    const what = { dataset: spec.dataset.name, method: name, seed: spec.seed };
    if (json) printJson({ event: "compare", id, ...what, verdict, largest });
    else {
      const by = largest === null || largest === 0
        ? ""
        : `, by ${(100 * largest).toFixed(2)} points`;
      print(`${what.dataset} ${name} seed ${spec.seed}: ${SAYS[verdict]}${by}`);
    }
  }
  const changes = await changesSince(manifest, repeated);
  if (json) printJson({ event: "compared", ...counts, changes });
  else {
    const parts = Object.entries(counts).filter(([, count]) => count > 0);
    print(parts.map(([verdict, count]) => `${count} ${SAYS[verdict as Verdict]}`).join(", "));
    for (const { what, then, now } of changes) {
      print(`Not as then: ${what} was ${then}, is ${now}`);
    }
  }
  return counts.different + counts.missing === 0;
}

const SAYS: Readonly<Record<Verdict, string>> = {
  "identical": "identical",
  "within": "within tolerance",
  "different": "different",
  "missing": "missing, a record lacks",
};

/** A record to compare; one that cannot be used is as good as none. */
async function recordOf(store: Folder, id: string): Promise<RunRecord | null> {
  try {
    return await store.record(id);
  } catch (error) {
    if (error instanceof StoreError) return null;
    throw error;
  }
}

/** Something that is not the same here as where the original was made. */
interface Change {
  readonly what: string;
  readonly then: unknown;
  readonly now: unknown;
}

async function changesSince(original: Manifest, repeated: Folder): Promise<Change[]> {
  const all = ({ environment, data }: Manifest): Record<string, unknown> => ({
    ...environment,
    ...Object.fromEntries(
      Object.entries(data ?? {}).map(([name, hash]) => [`data of ${name}`, hash]),
    ),
  });
  const [then, now] = [all(original), all((await repeated.manifest())!)];
  return Object.keys(then).filter((key) => then[key] !== now[key])
    .map((what) => ({ what, then: then[what], now: now[what] }));
}

/** A share, from 0 to 1. */
function share(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1)) {
    throw new UsageError(`Cannot use --tolerance "${text}": it must be a share from 0 to 1`);
  }
  return value;
}
