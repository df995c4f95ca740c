/**
 * Which finished runs are trained anew: those that something else would make now, and those that the
 * user asks for.
 *
 * @module
 */
import { notFoundMessage, UsageError } from "../../base/errors.ts";
import { inspectBackend } from "../../tensor/backend.ts";
import type { Catalogue } from "../catalogue.ts";
import type { PlannedRun } from "../plan/plan.ts";
import { StoreError } from "../records/folder.ts";
import { outdated } from "../records/outdated.ts";
import type { RunRecord } from "../records/record.ts";
import { runId } from "../records/run_id.ts";
import { sourcesOf } from "../records/sources.ts";
import { Store } from "../records/store.ts";
import { featuresFingerprint } from "../train/features.ts";
import { datasetKey } from "./inputs.ts";
import type { ReadDataset } from "./preflight.ts";

/** What the user says about finished runs. */
export interface RenewOptions {
  /** Records count although something else would make them now; the plan marks them. */
  readonly keepOld?: boolean | undefined;
  /** Runs to be trained anew: the name of a run or method, `diverged`, or `failed`. */
  readonly redo?: readonly string[] | undefined;
}

interface Request extends RenewOptions {
  readonly out: string;
  readonly catalogue: Catalogue;
  /** By {@linkcode datasetKey}. */
  readonly datasets: ReadonlyMap<string, ReadDataset>;
  readonly events?: { onNote?(line: string): void };
}

/** The fates that `--redo` knows beside names. */
const FATES = ["diverged", "failed"];

/** Finished runs that are trained anew, or would be but for `--keep-old`. */
export interface Renewals {
  /** Why, by id, in the midst of a sentence. */
  readonly reasons: ReadonlyMap<string, string>;
  /** Whether a record counts all the same. */
  keeps(id: string): boolean;
}

/**
 * Finds such runs.
 *
 * @param runs First stages among them, before the runs that need them.
 */
export async function renewals(
  runs: readonly PlannedRun[],
  request: Omit<Request, "events">,
): Promise<Renewals> {
  const { out, redo = [], keepOld = false } = request;
  const store = new Store(out);
  const { native } = await inspectBackend();
  const reasons = new Map<string, string>();
  const asked = new Set<string>();
  for (const run of runs) {
    const record = await recordOf(store, run.id);
    const fate = record?.outcome.status ??
      (await store.failure(run.id).catch(() => null) === null ? "missing" : "failed");
    const first = run.spec.stage1 === null ? undefined : runId(run.spec.stage1);
    if (fate !== "missing" && isAsked(run, fate, redo)) {
      reasons.set(run.id, "it was asked for with --redo");
      asked.add(run.id);
    } else if (record !== null && first !== undefined && reasons.has(first)) {
      reasons.set(run.id, "its first stage is trained anew");
      if (asked.has(first)) asked.add(run.id);
    } else if (record !== null) {
      const why = await whyOutdated(record, request, native?.tensorflow ?? null);
      if (why !== null) reasons.set(run.id, why);
    }
  }
  return { reasons, keeps: (id) => keepOld && !asked.has(id) };
}

/**
 * Sets the records of such runs aside, and says so.
 *
 * @param runs First stages among them, before the runs that need them.
 * @returns Why records would no longer count that are kept all the same, by id.
 */
export async function renew(
  runs: readonly PlannedRun[],
  request: Request,
): Promise<ReadonlyMap<string, string>> {
  const { out, events = {} } = request;
  const store = new Store(out);
  const { reasons, keeps } = await renewals(runs, request);
  for (const [id] of reasons) if (!keeps(id)) await store.setAside(id);
  for (const line of sentences(runs, reasons, keeps)) events.onNote?.(line);
  return new Map([...reasons].filter(([id]) => keeps(id)));
}

/** A record; null where there is none, or none that counts. */
async function recordOf(store: Store, id: string): Promise<RunRecord | null> {
  return await store.record(id).catch((error) => {
    if (error instanceof StoreError) return null;
    throw error;
  });
}

async function whyOutdated(
  record: RunRecord,
  { catalogue, datasets }: Request,
  tensorflow: string | null,
): Promise<string | null> {
  const { spec } = record;
  if (spec.imported !== undefined) return null;
  const images = datasets.get(datasetKey(spec))?.fingerprint;
  const { frozen } = spec.training.network;
  const fingerprint = images === undefined || frozen === undefined
    ? images
    : featuresFingerprint(images, spec.dataset.imageSize, frozen.weights);
  return outdated(record, { fingerprint, sources: await sourcesOf(spec, catalogue), tensorflow });
}

function isAsked(run: PlannedRun, fate: string, redo: readonly string[]): boolean {
  return [run.name, run.spec.method.name, fate].some((word) => redo.includes(word));
}

/**
 * Looks whether a plan has what shall be done again.
 *
 * @throws {UsageError} Naming what it has.
 */
export function requireKnown(redo: readonly string[], runs: readonly PlannedRun[]): void {
  const names = new Set(runs.flatMap(({ name, spec }) => [name, spec.method.name]));
  const known = [...names, ...FATES];
  const unknown = redo.find((word) => !known.includes(word));
  if (unknown === undefined) return;
  throw new UsageError(notFoundMessage("a run to do again named", unknown, known));
}

/** One sentence for all runs that have one reason. */
function sentences(
  runs: readonly PlannedRun[],
  reasons: ReadonlyMap<string, string>,
  keeps: (id: string) => boolean,
): string[] {
  const groups = Map.groupBy(
    runs.filter(({ id }) => reasons.has(id)),
    ({ id }) => JSON.stringify([reasons.get(id), keeps(id)]),
  );
  return [...groups.values()].map((members) => {
    const one = members.length === 1;
    const { id } = members[0]!;
    const what = `${members.length} finished ${one ? "run" : "runs"} (${names(members)})`;
    const why = reasons.get(id)!;
    return keeps(id)
      ? `${what} ${one ? "is" : "are"} kept as --keep-old asks, although ${why}: the report says so`
      : `${what} ${one ? "is" : "are"} trained anew: ${why}; what there was is kept in former/`;
  });
}

/** The names of runs, the first few. */
function names(runs: readonly PlannedRun[]): string {
  const all = [...new Set(runs.map(({ name }) => name))];
  return all.length <= 5
    ? all.join(", ")
    : `${all.slice(0, 4).join(", ")} and ${all.length - 4} more`;
}
