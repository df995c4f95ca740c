/**
 * What runs will probably take, before they are started: from records of earlier runs, or from a
 * table.
 *
 * @module
 */
import { dirname, join } from "node:path";
import type { Method } from "../../methods/method.ts";
import type { RunRecord, RunSpec } from "../records/record.ts";
import { Store } from "../records/store.ts";
import type { Stages } from "../records/run_id.ts";
import { type PlannedRun, withFirstStages } from "./plan.ts";

/** What a run will probably take. */
export interface Estimate {
  readonly seconds: number;
  /** Bytes. */
  readonly memory: number;
  /** Whose figures these are: of the same method, of another one's, or the table's. */
  readonly source: "same method" | "other method" | "table";
}

/**
 * Of ERM on the 28-pixel network, one thread: seconds of an update whatever its size, for an image in
 * an update at width 1, and outside of updates; the latter two grow with the pixels.
 */
const TABLE = { overhead: 1.2e-2, update: 3e-3, evaluation: 1e-3, memory: 8e8 };

type Costly = Pick<Method, "name" | "cost">;

/** What is estimated from: the runs that were found, the nearest first. */
export type Earlier = readonly RunRecord[];

/**
 * Estimates a run.
 *
 * @param methods Those that say what a step costs beside one of ERM.
 */
export function estimate(spec: RunSpec, earlier: Earlier, methods: readonly Costly[]): Estimate {
  const timeOf = (name: string) => methods.find((method) => method.name === name)?.cost?.time ?? 1;
  const like = earlier.filter((record) =>
    record.spec.training.steps > 1 && alike(record.spec, spec)
  );
  const same = like.find((record) => record.spec.method.name === spec.method.name);
  const record = same ?? like[0];
  const { steps, batch, checkpointEvery, network } = spec.training;
  const checkpoints = Math.ceil(steps / checkpointEvery) + 2; // the first update's, and the test
  const relative = timeOf(spec.method.name);
  if (record === undefined) {
    const pixels = (spec.dataset.imageSize / 28) ** 2 * Math.max(network.width, 0.1);
    return {
      seconds: relative * steps * (TABLE.overhead + pixels * TABLE.update * batch * 2) +
        pixels * TABLE.evaluation * checkpoints * 1000,
      memory: TABLE.memory,
      source: "table",
    };
  }
  const { timing, curve, spec: { training, method } } = record;
  const done = record.outcome.status === "diverged" ? record.outcome.step : training.steps;
  const update = (timing.trainingSeconds + timing.dataSeconds) / (done * training.batch);
  const ratio = same === undefined ? relative / timeOf(method.name) : 1;
  return {
    seconds: ratio * update * steps * batch +
      timing.evaluationSeconds / (curve.length + 1) * checkpoints,
    memory: timing.peakMemory,
    source: same === undefined ? "other method" : "same method",
  };
}

/** Whether the updates of two runs are of the same size, but for their batches and methods. */
function alike(a: RunSpec, b: RunSpec): boolean {
  const key = ({ dataset, training: { network }, engine }: RunSpec) =>
    JSON.stringify([dataset.name, dataset.imageSize, network.name, network.width, engine.threads]);
  return key(a) === key(b);
}

/** What the runs of a plan will probably take. */
export interface Forecast {
  readonly runs: readonly (PlannedRun & {
    readonly estimate: Estimate;
    readonly finished: boolean;
  })[];
  /** Of all runs that are not finished, first stages included. */
  readonly open: {
    readonly runs: number;
    /** Runs side by side. */
    readonly jobs: number;
    readonly seconds: number;
    /** Bytes. */
    readonly memory: number;
    readonly sources: readonly Estimate["source"][];
  };
}

/**
 * What a plan will probably take.
 *
 * @param out The output folder; its records and those of the folders beside it are gone by.
 * @param width Runs that there is room for side by side.
 */
export async function forecast(
  planned: readonly PlannedRun[],
  methods: readonly (Stages[number] & Costly)[],
  out: string,
  width: number,
): Promise<Forecast> {
  const earlier = await earlierRecords(out);
  const store = new Store(out);
  const look = async (run: PlannedRun) => ({
    ...run,
    estimate: estimate(run.spec, earlier, methods),
    finished: await store.record(run.id) !== null,
  });
  const runs = await Promise.all(planned.map(look));
  const all = await Promise.all(withFirstStages(planned, methods).map(look));
  const open = all.filter(({ finished }) => !finished).map((run) => run.estimate);
  const jobs = Math.max(1, Math.min(width, open.length));
  return {
    runs,
    open: {
      runs: open.length,
      jobs,
      seconds: open.reduce((sum, { seconds }) => sum + seconds, 0) / jobs,
      memory: jobs * Math.max(0, ...open.map(({ memory }) => memory)),
      sources: [...new Set(open.map(({ source }) => source))],
    },
  };
}

/** The records of an output folder and of the folders beside it, its own first. */
async function earlierRecords(out: string): Promise<RunRecord[]> {
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
