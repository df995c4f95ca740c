/**
 * A run that another program trains: it is told what to do, watched, and what it predicts becomes a
 * record.
 *
 * @module
 */
import { join } from "node:path";
import { UsageError } from "../../base/errors.ts";
import { writeAtomically } from "../../base/files.ts";
import type { Dataset, DatasetDefinition } from "../../datasets/dataset.ts";
import { recordFromPredictions } from "../import/record.ts";
import type { Metric } from "../../metrics/mod.ts";
import { commandLine, hashOf } from "../plan/programs.ts";
import type { PlannedRun } from "../plan/plan.ts";
import { aboutData } from "../records/run_record.ts";
import type { RunRecord } from "../records/record.ts";
import type { Store } from "../records/store.ts";
import { imageFiles } from "./images.ts";
import { lastStep, readOutput } from "./output.ts";
import { type ProgramEnd, runToEnd } from "./process.ts";
import { taskOf, type TaskOutput } from "./task.ts";

/** The program was ended by a signal that nobody here has sent, as when memory runs out. */
export class ProgramKilled extends Error {
  override name = "ProgramKilled";
}

/** What a program's run needs. */
export interface ProgramRun {
  readonly run: PlannedRun;
  readonly definition: DatasetDefinition;
  readonly dataset: Dataset;
  readonly metrics: readonly Metric[];
  readonly cacheDir: string;
  readonly store: Store;
  readonly stop: AbortSignal;
  readonly environment: RunRecord["environment"];
  onWork(what: string, done: number, total: number): void;
  onStep(done: number, total: number): void;
}

/**
 * Has a program train a run, and writes its record.
 *
 * @returns Whether it came to its end; false when it was stopped.
 * @throws {UsageError | DataError | ProgramKilled | RangeError} When it did not, in one sentence.
 */
export async function trainByProgram(options: ProgramRun): Promise<boolean> {
  const { run, definition, dataset, store, stop, cacheDir } = options;
  await requireSame(run);
  const startedAt = new Date();
  const files = await imageFiles(
    dataset,
    cacheDir,
    (done, total) => options.onWork(`writing images of ${dataset.name}`, done, total),
  );
  const output = outputOf(store.pathOf(run.id, "program"));
  await Deno.mkdir(output.folder, { recursive: true });
  // What an earlier attempt predicted is not this one's.
  for (const file of [output.predictions, output.curve, output.result]) {
    await Deno.remove(file).catch(() => {});
  }
  const task = join(output.folder, "spec.json");
  const told = taskOf(run, definition, dataset, files, output);
  await writeAtomically(task, `${JSON.stringify(told)}\n`);
  const began = performance.now();
  const end = await start(options, task, output);
  if (stop.aborted) return false;
  requireWell(end, run, output);
  const seconds = (performance.now() - began) / 1000;
  const { result, ...made } = await readOutput(output, dataset, files);
  const { record, predictions } = recordFromPredictions({
    spec: run.spec,
    name: run.spec.method.name,
    data: aboutData({ definition, dataset, unseen: [] }),
    method: {
      title: run.spec.method.name,
      family: "other programs",
      source: run.spec.command!.line,
    },
    test: made.test,
    ...(made.validation && { validation: made.validation }),
    curve: made.curve,
    step: result.step ?? made.curve.at(-1)?.step ?? null,
    environment: { ...options.environment, ...result.environment },
    timing: {
      startedAt: startedAt.toISOString(),
      seconds,
      trainingSeconds: seconds,
      peakMemory: end.peakMemory,
    },
    metrics: options.metrics,
  });
  await store.finish(record, { weights: {}, predictions, sample: null });
  return true;
}

/** The files of a program's output. */
function outputOf(folder: string): TaskOutput {
  return {
    folder,
    predictions: join(folder, "predictions.csv"),
    curve: join(folder, "curve.jsonl"),
    result: join(folder, "result.json"),
  };
}

/** @throws {UsageError} When the program is not what the run was planned with. */
async function requireSame({ spec: { method, command }, program }: PlannedRun): Promise<void> {
  if (program === undefined) {
    throw new UsageError(
      `Cannot train ${method.name}: the plan does not say where its program is started; give it ` +
        `with --method-command`,
    );
  }
  if (await hashOf(command!.line, program.folder) === command!.sha256) return;
  throw new UsageError(
    `Cannot train ${method.name}: the files that its command names, from ${program.folder}, are not ` +
      `those that the run was planned with; plan it again`,
  );
}

function start(options: ProgramRun, task: string, output: TaskOutput): Promise<ProgramEnd> {
  const { run: { spec, program }, stop, onStep } = options;
  const threads = String(spec.engine.threads);
  return runToEnd({
    line: commandLine(spec.command!, task),
    folder: program!.folder,
    environment: { OMP_NUM_THREADS: threads, MKL_NUM_THREADS: threads, PYTHONUNBUFFERED: "1" },
    log: join(output.folder, "log.txt"),
    minutes: program!.minutes,
    memory: program!.memory,
    stop,
    async onTick() {
      const step = await lastStep(output.curve);
      if (step !== undefined) onStep(Math.min(step, spec.training.steps), spec.training.steps);
    },
  });
}

/** @throws When a program did not end well. */
function requireWell(
  { code, signal, endedFor, words, peakMemory }: ProgramEnd,
  { spec: { method: { name } }, program }: PlannedRun,
  { folder }: TaskOutput,
): void {
  const last = words === "" ? "" : `: ${words}`;
  const cannot = `Cannot train ${name}: its program`;
  const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(2)} GiB`;
  if (endedFor === "time") {
    throw new RangeError(`${cannot} took longer than ${program!.minutes} minutes${last}`);
  }
  if (endedFor === "memory") {
    throw new RangeError(
      `${cannot} held ${gib(peakMemory)}, more than the ${gib(program!.memory!)} it may${last}`,
    );
  }
  if (signal !== null) throw new ProgramKilled(`${cannot} was ended by ${signal}${last}`);
  if (code !== 0) {
    throw new RangeError(
      `${cannot} ended with exit code ${code}${last}; all it printed is in ${
        join(folder, "log.txt")
      }`,
    );
  }
}
