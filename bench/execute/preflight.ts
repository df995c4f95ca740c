/**
 * What is looked at before any training starts, so that mistakes show at once and leave nothing
 * behind.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { UsageError } from "../../base/errors.ts";
import { type DataPaths, type DatasetDefinition, findDataset } from "../../datasets/dataset.ts";
import { type Backend, type BackendChoice, inspectBackend } from "../../tensor/backend.ts";
import type { Catalogue } from "../catalogue.ts";
import type { PlannedRun } from "../plan/plan.ts";
import { imagesOf, seedOfImages } from "../records/data_seed.ts";
import { cachedWeights } from "../train/pretrained.ts";

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
    network.weights !== undefined || network.frozen !== undefined
  );
  if (!needed) return { ...paths, pretrained: undefined };
  return {
    ...paths,
    pretrained: paths.pretrained ?? await cachedWeights(paths.cacheDir, networks),
  };
}

/**
 * Reads every data set of a plan once, so that mistakes in the data show before any training starts.
 *
 * @returns The fingerprint of each; where every seed has images of its own, of those of each seed.
 */
export async function fingerprints(
  runs: readonly PlannedRun[],
  known: readonly DatasetDefinition[],
  paths: DataPaths,
  onProgress: (what: string, done: number, total: number) => void,
): Promise<Record<string, string>> {
  const needed = new Map(runs.map(({ spec }) => {
    const once = spec.training.network.frozen !== undefined;
    const key = JSON.stringify([spec.dataset, seedOfImages(spec), once]);
    return [key, { ...spec.dataset, runSeed: spec.seed, images: imagesOf(spec), once }];
  }));
  const found: Record<string, string> = {};
  for (const { name, images, ...options } of needed.values()) {
    const definition = findDataset(name, known);
    found[images] = (await definition.load({ ...paths, ...options, onProgress })).fingerprint;
  }
  return found;
}

/** A folder that is there, or the nearest one above it, must take files. */
export async function requireWritable(folder: string): Promise<void> {
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
