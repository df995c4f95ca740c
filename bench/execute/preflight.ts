/**
 * What is looked at before any training starts, so that mistakes show at once and leave nothing
 * behind.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { UsageError } from "../../base/errors.ts";
import { firstMissing, isFile } from "../../base/files.ts";
import {
  type DataPaths,
  type Dataset,
  type DatasetDefinition,
  findDataset,
} from "../../datasets/dataset.ts";
import { cautionsOf } from "../../datasets/cautions.ts";
import { withoutDomains } from "../../datasets/leave_out.ts";
import { shareDataset } from "../../datasets/reading/shared.ts";
import { type Backend, type BackendChoice, inspectBackend } from "../../tensor/backend.ts";
import type { Catalogue } from "../catalogue.ts";
import type { PlannedRun } from "../plan/plan.ts";
import { imagesOf } from "../records/data_seed.ts";
import { leftOut, wholeDataset } from "../records/left_out.ts";
import { featuresOf, withFeatures } from "../train/given_features.ts";
import { cachedWeights } from "../train/pretrained.ts";
import { datasetKey } from "./inputs.ts";

/** The backend that a choice will probably come to, found without fetching anything. */
export async function expectedBackend(choice: BackendChoice): Promise<Backend> {
  if (choice !== "auto") return choice;
  const { backend, missing } = await inspectBackend();
  return backend === "wasm" && missing.length > 0 ? "wasm" : "native";
}

/** The backend that runs need which were planned before. */
export function backendOf(runs: readonly PlannedRun[]): Backend {
  return runs.some(({ spec }) => spec.engine.backend === "native") ? "native" : "wasm";
}

/** The paths that runs need: with the weights that they were planned with, where they have any. */
export async function pathsOf(
  runs: readonly PlannedRun[],
  paths: DataPaths,
  { networks }: Pick<Catalogue, "networks">,
): Promise<DataPaths> {
  const needed = runs.some(({ spec: { training: { network } } }) =>
    network.weights !== undefined ||
    (network.frozen !== undefined && !network.frozen.features)
  );
  if (!needed) return { ...paths, pretrained: undefined };
  return {
    ...paths,
    pretrained: paths.pretrained ?? await cachedWeights(paths.cacheDir, networks),
  };
}

/** What is known of a data set that was read. */
export interface ReadDataset {
  /** Its name, and where every seed has images of its own, the seed. */
  readonly images: string;
  readonly fingerprint: string;
  /** Sentences about what is probably a mistake in it. */
  readonly cautions?: readonly string[];
  /** A file from which every process can read it; left out where it does not lie in memory. */
  readonly file?: string | undefined;
}

/**
 * Reads every data set of a plan once, so that mistakes in the data show before any training starts,
 * and leaves those that lie in memory where the runs' processes find them.
 *
 * @returns By {@linkcode datasetKey}.
 */
export async function readDatasets(
  runs: readonly PlannedRun[],
  known: readonly DatasetDefinition[],
  paths: DataPaths,
  onProgress: (what: string, done: number, total: number) => void,
): Promise<ReadonlyMap<string, ReadDataset>> {
  const read = new Map<string, ReadDataset>();
  for (const [key, own] of Map.groupBy(runs, ({ spec }) => datasetKey(spec))) {
    const { spec } = own[0]!;
    const { name, ...options } = wholeDataset(spec);
    const once = spec.training.network.frozen !== undefined;
    const dataset = await findDataset(name, known)
      .load({ ...paths, ...options, runSeed: spec.seed, once, onProgress });
    const frozen = spec.training.network.frozen;
    if (frozen?.features) withFeatures(dataset, await featuresOf(frozen, paths.features));
    const file = await shareDataset(dataset, paths.cacheDir, () => {
      onProgress(`keeping ${name} again, as its cache was damaged`, 0, 1);
    });
    const { fingerprint } = dataset;
    const cautions = new Set(own.flatMap(({ spec }) => cautionsWithout(dataset, leftOut(spec))));
    read.set(key, { images: imagesOf(spec), fingerprint, cautions: [...cautions], file });
  }
  return read;
}

/** Sentences about a data set as it is trained on without some of its domains. */
function cautionsWithout(dataset: Dataset, names: readonly string[]): string[] {
  if (names.length === 0) return cautionsOf(dataset);
  const { seen } = withoutDomains(dataset, names);
  return cautionsOf({ ...seen, name: `${dataset.name} without ${names.join(" and ")}` });
}

/** Folders of an output folder that are the suite's own. */
const OWN = ["runs", "report", "former", "slurm"];

/** What a bench writes must not come to lie among the runs, or in the report, of another. */
async function requireOutside(folder: string): Promise<void> {
  for (
    let inner = folder, above = dirname(folder);
    above !== inner;
    above = dirname(inner = above)
  ) {
    if (!OWN.includes(basename(inner)) || !await isFile(join(above, "manifest.json"))) continue;
    throw new UsageError(
      `Cannot write to --out "${folder}": "${inner}" is a part of the output folder "${above}"; ` +
        `give that one, or one elsewhere`,
    );
  }
}

/** A folder must take files: it, or where it is not there, what is made for it and removed again. */
export async function requireWritable(folder: string): Promise<void> {
  await requireOutside(folder);
  const missing = await firstMissing(folder);
  const probe = missing ?? join(folder, `.writable-${crypto.randomUUID().slice(0, 8)}.tmp`);
  try {
    await (missing === null ? Deno.writeTextFile(probe, "") : Deno.mkdir(probe));
    await Deno.remove(probe);
  } catch (error) {
    throw new UsageError(
      `Cannot write to --out "${folder}": ${
        (error as Error).message
      }, give a folder that can be written`,
    );
  }
}
