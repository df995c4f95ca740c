/**
 * What the runs of a plan will probably take, and which of them are finished.
 *
 * @module
 */
import type { DataPaths, SplitCounts } from "../../datasets/dataset.ts";
import { findDataset } from "../../datasets/dataset.ts";
import type { Catalogue } from "../catalogue.ts";
import { featuresSeconds } from "../plan/cost.ts";
import { earlierRecords, type Estimate, estimate } from "../plan/estimate.ts";
import { type PlannedRun, withFirstStages } from "../plan/plan.ts";
import { wholeDataset } from "../records/left_out.ts";
import type { RunSpec } from "../records/record.ts";
import { Store } from "../records/store.ts";
import { datasetKey } from "./inputs.ts";
import { renewals, type RenewOptions } from "./renew.ts";

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

/** What a forecast goes by. */
export interface ForecastRequest extends RenewOptions {
  /** The output folder; its records and those of the folders beside it are gone by. */
  readonly out: string;
  readonly catalogue: Catalogue;
  readonly paths: DataPaths;
  /** Runs that there is room for side by side. */
  readonly width: number;
}

/**
 * What a plan will probably take. A run is finished whose record would count; images are not read for
 * that, so they are taken for those that they were.
 */
export async function forecast(
  planned: readonly PlannedRun[],
  { out, catalogue, paths, width, ...renew }: ForecastRequest,
): Promise<Forecast> {
  const earlier = await earlierRecords(out);
  const all = withFirstStages(planned, catalogue.methods);
  const { reasons, keeps } = await renewals(all, { ...renew, out, catalogue, datasets: new Map() });
  const store = new Store(out);
  const counts = await countsOf(all, catalogue, paths);
  const look = async (run: PlannedRun) => {
    const counted = counts.get(datasetKey(run.spec));
    const there = await store.record(run.id).catch(() => null) !== null;
    return {
      ...run,
      estimate: estimate(run.spec, earlier, catalogue, counted),
      finished: there && (!reasons.has(run.id) || keeps(run.id)),
    };
  };
  const open = (await Promise.all(all.map(look))).filter(({ finished }) => !finished);
  const jobs = Math.max(1, Math.min(width, open.length));
  // Features are computed once for all runs, which wait for them.
  const once = new Map(open.map(({ spec }) => [datasetKey(spec), spec]));
  const waiting = [...once].map(([key, spec]) => featuresSeconds(spec, catalogue, counts.get(key)));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    runs: await Promise.all(planned.map(look)),
    open: {
      runs: open.length,
      jobs,
      seconds: sum(waiting) + sum(open.map(({ estimate }) => estimate.seconds)) / jobs,
      memory: jobs * Math.max(0, ...open.map(({ estimate }) => estimate.memory)),
      sources: [...new Set(open.map(({ estimate }) => estimate.source))],
    },
  };
}

/** Images of every data set of a plan; those that are not known, or not here, are left out. */
async function countsOf(
  runs: readonly { readonly spec: RunSpec }[],
  { datasets }: Catalogue,
  paths: DataPaths,
): Promise<ReadonlyMap<string, SplitCounts>> {
  const found = new Map<string, SplitCounts>();
  for (const [key, spec] of new Map(runs.map(({ spec }) => [datasetKey(spec), spec]))) {
    const { name, ...options } = wholeDataset(spec);
    const counts = await findDataset(name, datasets)
      .counts({ ...paths, ...options, runSeed: spec.seed }).catch(() => undefined);
    if (counts !== undefined) found.set(key, counts);
  }
  return found;
}
