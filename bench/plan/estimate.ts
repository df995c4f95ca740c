/**
 * What runs will probably take, before they are started: from records of earlier runs, or from what
 * their networks say of their work.
 *
 * @module
 */
import { dirname, join } from "node:path";
import type { SplitCounts } from "../../datasets/dataset.ts";
import type { RunRecord, RunSpec } from "../records/record.ts";
import { Store } from "../records/store.ts";
import { type Cost, costOf, type Known } from "./cost.ts";

/** What a run will probably take. */
export interface Estimate extends Cost {
  /** Whose figures these are: of the same method, of another one's, or the table's. */
  readonly source: "same method" | "other method" | "table";
}

/** What is estimated from: the runs that were found. */
export type Earlier = readonly RunRecord[];

/** Runs of one method that tell more than those of all others. */
const ENOUGH = 3;

/** How much longer than others tell a method's few runs may have taken. */
const SLOWEST = 4;

/**
 * Estimates a run: its steps and evaluations take the median of what those of earlier runs took, so
 * that a run that stood still for an hour does not count. One or two runs of the method alone may
 * both have stood still, so they count as far as other methods' runs make them likely.
 */
export function estimate(
  spec: RunSpec,
  earlier: Earlier,
  known: Known,
  counts?: SplitCounts,
): Estimate {
  const like = earlier.filter((record) => usable(record) && alike(record.spec, spec));
  const table = costOf(spec, known, counts);
  if (like.length === 0) return { ...table, source: "table" };
  const timeOf = (name: string) =>
    known.methods.find((method) => method.name === name)?.cost?.time ?? 1;
  const own = timeOf(spec.method.name);
  const same = like.filter((record) => record.spec.method.name === spec.method.name);
  const others = like.filter((record) => !same.includes(record));
  const told = others.map((record) => own / timeOf(record.spec.method.name) * perImage(record));
  const update = same.length === 0
    ? median(told)
    : same.length < ENOUGH && told.length > 0
    ? Math.min(median(same.map(perImage)), SLOWEST * median(told))
    : median(same.map(perImage));
  const { steps, batch, checkpointEvery } = spec.training;
  const checkpoints = Math.ceil(steps / checkpointEvery) + 2; // the first update's, and the test
  const basis = same.length > 0 ? same : others;
  return {
    seconds: update * steps * batch + median(like.map(perCheckpoint)) * checkpoints,
    memory: median(basis.map(({ timing }) => timing.peakMemory)),
    source: same.length > 0 ? "same method" : "other method",
  };
}

/** Whether a record tells what steps take: of one step only that it was traced. */
function usable({ spec, imported }: RunRecord & { imported?: unknown }): boolean {
  return spec.training.steps > 1 && spec.imported === undefined && imported === undefined;
}

/** Seconds of training for an image of a domain. */
function perImage({ timing, outcome, spec: { training } }: RunRecord): number {
  const done = outcome.status === "diverged" ? outcome.step : training.steps;
  return (timing.trainingSeconds + timing.dataSeconds) / (done * training.batch);
}

function perCheckpoint({ timing, curve }: RunRecord): number {
  return timing.evaluationSeconds / (curve.length + 1);
}

/** The middle one; the lower of the two in the middle, since what disturbs runs makes them longer. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!;
}

/** Whether the updates of two runs are of the same size, but for their batches and methods. */
function alike(a: RunSpec, b: RunSpec): boolean {
  const key = ({ dataset, training: { network }, engine, command }: RunSpec) =>
    JSON.stringify([
      ...[dataset.name, dataset.imageSize, dataset.leaveOut ?? []],
      ...[network.name, network.width, network.frozen?.name, engine.backend, engine.threads],
      command !== undefined,
    ]);
  return key(a) === key(b);
}

/** The records of an output folder and of the folders beside it, its own first. */
export async function earlierRecords(out: string): Promise<RunRecord[]> {
  const beside = (await foldersIn(dirname(out))).map((name) => join(dirname(out), name));
  const records: RunRecord[] = [];
  for (const folder of [out, ...beside.filter((other) => other !== out)]) {
    const store = new Store(folder);
    for (const id of await foldersIn(join(folder, "runs"))) {
      const record = await store.record(id).catch(() => null); // another's folder may hold anything
      if (record !== null) records.push(record);
    }
  }
  return records;
}

/** The names of the folders in a folder, sorted; none where there is no such folder. */
async function foldersIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) found.push(name);
    }
  } catch {
    // There is nothing.
  }
  return found.sort();
}
