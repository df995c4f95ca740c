/**
 * What the runs of a plan will probably take, and which of them are finished.
 *
 * @module
 */
import { join } from "node:path";
import type { DataPaths, SplitCounts } from "../../datasets/dataset.ts";
import { findDataset } from "../../datasets/dataset.ts";
import type { Catalogue } from "../catalogue.ts";
import { COMMAND, preparing } from "../plan/cost.ts";
import { earlierRecords, type Estimate, estimate } from "../plan/estimate.ts";
import { type PlannedRun, withFirstStages } from "../plan/plan.ts";
import { wholeDataset } from "../records/left_out.ts";
import type { RunSpec } from "../records/record.ts";
import { Store } from "../records/store.ts";
import { readPretrained } from "../train/pretrained.ts";
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
  // Images are made ready once for all runs, which wait for them.
  const first = new Map(
    open.flatMap(({ spec }) =>
      earlier.some((record) => sameImages(record.spec, spec)) ? [] : [[datasetKey(spec), spec]]
    ),
  );
  const numbers = await weightsOf(paths.pretrained ?? [], catalogue);
  const waiting = [...first].map(([key, spec]) => {
    const fromFiles = findDataset(spec.dataset.name, catalogue.datasets).images === "photographs";
    const { frozen } = spec.training.network;
    return preparing(spec, catalogue, counts.get(key), fromFiles, numbers.get(frozen?.weights));
  });
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    runs: await Promise.all(planned.map(look)),
    open: {
      runs: open.length,
      jobs,
      seconds: (open.length > 0 ? COMMAND : 0) + sum(waiting) +
        sum(open.map(({ estimate }) => estimate.seconds)) / jobs,
      memory: jobs * Math.max(0, ...open.map(({ estimate }) => estimate.memory)),
      sources: [...new Set(open.map(({ estimate }) => estimate.source))],
    },
  };
}

/** Whether a run has seen the same images, or features, as another one. */
function sameImages(a: RunSpec, b: RunSpec): boolean {
  const key = ({ dataset: { name, imageSize }, training: { network: { frozen } } }: RunSpec) =>
    JSON.stringify([name, imageSize, frozen?.weights]);
  return key(a) === key(b);
}

/** How many numbers are in files of pretrained weights, by SHA-256. */
async function weightsOf(
  files: readonly string[],
  { networks }: Catalogue,
): Promise<ReadonlyMap<string | undefined, number>> {
  const found = new Map<string | undefined, number>();
  for (const file of files) {
    const read = await readPretrained(file, networks).catch(() => null);
    if (read !== null) found.set(read.sha256, await bytesOf(file) / 4);
  }
  return found;
}

/** The bytes of a file, or of the files in a folder. */
async function bytesOf(path: string): Promise<number> {
  const { isDirectory, size } = await Deno.stat(path);
  if (!isDirectory) return size;
  let bytes = 0;
  for await (const { name, isFile } of Deno.readDir(path)) {
    if (isFile) bytes += (await Deno.stat(join(path, name))).size;
  }
  return bytes;
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
