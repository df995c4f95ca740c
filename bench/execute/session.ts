/**
 * A session: the one way from a plan to the outcomes of its runs.
 *
 * Everything that trains takes it: a bench, a sweep, the choice among a sweep's settings, a study, the
 * repetition of a manifest, and a task of a queue.
 *
 * @module
 */
import { UsageError } from "../../base/errors.ts";
import {
  type Backend,
  type BackendChoice,
  inspectBackend,
  prepareBackend,
} from "../../tensor/backend.ts";
import { type PlannedRun, withFirstStages } from "../plan/plan.ts";
import type { Manifest } from "../records/record.ts";
import type { Folder, PlanFile } from "../records/folder.ts";
import { Store } from "../records/store.ts";
import { environment, revisionOfCode } from "./environment.ts";
import type {
  Executor,
  ExecutorEvents,
  ExecutorOptions,
  Given,
  Outcomes,
  Session,
  Submission,
} from "./executor.ts";
import { renew, type RenewOptions, requireKnown } from "./renew.ts";
import { expectedBackend, pathsOf, readDatasets, requireWritable } from "./preflight.ts";

/** Told while a session goes on. */
export interface SessionEvents extends ExecutorEvents {
  /** Long work before the runs; bytes where it is not known of how many. */
  onWork?(what: string, done: number, total: number | undefined): void;
  /** One line for the reader. */
  onNote?(line: string): void;
}

/** What is to be trained, and how. */
export interface SessionRequest
  extends Omit<Session, "report" | "data" | "revision">, RenewOptions {
  readonly backend: BackendChoice;
  /**
   * The runs, given the backend that they will have.
   *
   * @param note Told what the plan leaves out of what was asked for.
   */
  plan(
    backend: Backend,
    note: (sentence: string) => void,
  ): readonly PlannedRun[] | Promise<readonly PlannedRun[]>;
  /** Where the plan is written down, and what is said about it; null for a part of a known plan. */
  readonly manifest:
    | Pick<Manifest, "preset" | "search"> & { readonly file: PlanFile }
    | null;
  /** The runs' programs are the user's own. Those of a plan that was read are never started. */
  readonly programs?: boolean;
  /** A folder whose finished runs are taken over, and the ids there of those that have others here. */
  readonly importFrom?: { readonly folder: Folder; readonly ids: ReadonlyMap<string, string> };
  readonly executor: Executor;
  /** What was given for the executor's options. */
  readonly given: Given<ExecutorOptions>;
  readonly events?: SessionEvents;
}

/** How a session ended. */
export type SessionResult =
  /** Every run has ended: `runs` with their first stages. */
  | {
    readonly status: "finished";
    readonly runs: readonly PlannedRun[];
    readonly outcomes: Outcomes;
  }
  /** The runs were handed to a queue. */
  | { readonly status: "submitted"; readonly submission: Submission }
  /** Its signal broke it off; all is kept as it stands. */
  | { readonly status: "stopped" };

/**
 * Carries out a session: decides the backend, plans, looks whether all is here, makes the backend
 * ready, writes the plan down and has its runs trained.
 *
 * @throws {UsageError | DataError | BackendError} When something that the runs need cannot be had;
 *   nothing has been written then.
 */
export async function runSession(request: SessionRequest): Promise<SessionResult> {
  const { out, catalogue, executor, given, events = {}, manifest } = request;
  const expected = await expectedBackend(request.backend);
  const notes: string[] = [];
  let planned = await request.plan(expected, (sentence) => notes.push(sentence));
  requireKnown(request.redo ?? [], planned);
  requireOwnPrograms(planned, request.programs ?? false);
  const paths = await pathsOf(planned, request.paths, catalogue);
  await executor.width(planned, given);
  await requireWritable(out);
  const work = (what: string, done: number, total: number) => events.onWork?.(what, done, total);
  const datasets = manifest && await readDatasets(planned, catalogue.datasets, paths, work);
  const here = planned.some(({ spec }) => spec.engine.backend !== "elsewhere");
  const backend = here ? await readyBackend(request) : expected;
  // Native TensorFlow was to be had by all signs and is not.
  if (backend !== expected) planned = await request.plan(backend, () => {});
  const cautions = [...datasets?.values() ?? []].flatMap(({ cautions = [] }) => cautions);
  for (const note of [...notes, ...new Set(cautions)]) events.onNote?.(note);
  const revision = await revisionOfCode();
  if (manifest !== null) {
    const { plugins } = catalogue;
    const data = Object.fromEntries(
      [...datasets!.values()].map(({ images, fingerprint }) => [images, fingerprint]),
    );
    await writeManifest(planned, { ...manifest, data, plugins, revision }, out);
  }
  const runs = withFirstStages(planned, catalogue.methods);
  if (request.importFrom !== undefined) await importRuns(runs, request.importFrom, out);
  if (manifest !== null) {
    const kept = await renew(runs, { ...request, datasets: datasets! });
    if (kept.size > 0) await new Store(out).markKept(kept, manifest.file);
  }
  const report = manifest?.file === "manifest.json";
  const data = new Map([...datasets ?? []].map(([key, { file }]) => [key, file]));
  const execution = await executor.run(runs, { ...request, paths, report, data, revision }, given);
  if ("submission" in execution) return { status: "submitted", ...execution };
  return request.signal?.aborted
    ? { status: "stopped" }
    : { status: "finished", runs, ...execution };
}

/** Whoever wrote a plan must not decide what is started here. */
function requireOwnPrograms(runs: readonly PlannedRun[], own: boolean): void {
  const foreign = runs.find(({ spec }) => spec.command !== undefined);
  if (own || foreign === undefined) return;
  throw new UsageError(
    `Cannot train ${foreign.name}: the plan has it trained by the command ` +
      `${JSON.stringify(foreign.spec.command!.line)}, and no program of a plan that was read is ` +
      `started; give the command yourself, with bench --method-command`,
  );
}

/** Makes the backend ready. */
async function readyBackend({ backend, tensorboard, events }: SessionRequest): Promise<Backend> {
  const ready = await prepareBackend(backend, {
    onProgress: (what, done, total) => events?.onWork?.(what, done, total),
    onNote: (line) => events?.onNote?.(line),
  });
  if (tensorboard && ready !== "native") {
    throw new UsageError(
      `Cannot write TensorBoard files with --backend ${ready}: only native TensorFlow has their ` +
        `writer; leave --tensorboard out`,
    );
  }
  return ready;
}

/** Writes a plan down, with all that is worth knowing about this machine. */
async function writeManifest(
  runs: readonly PlannedRun[],
  { file, revision, plugins = [], ...about }:
    & Pick<Manifest, "preset" | "search" | "data" | "plugins">
    & { readonly file: PlanFile; readonly revision: string | null },
  out: string,
): Promise<void> {
  const { native } = await inspectBackend();
  await new Store(out).writeManifest({
    format: 2,
    createdAt: new Date().toISOString(),
    command: [...Deno.args],
    runs,
    environment: { ...await environment(null, revision), tensorflow: native?.tensorflow ?? null },
    ...(plugins.length > 0 && { plugins }),
    ...about,
  }, file);
}

/** Takes over the runs that are finished in another folder. */
async function importRuns(
  runs: readonly PlannedRun[],
  { folder, ids }: SessionRequest["importFrom"] & object,
  out: string,
): Promise<void> {
  const store = new Store(out);
  for (const { id } of runs) await store.importRun(id, folder, ids.get(id));
}
