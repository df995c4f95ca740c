/**
 * What a run is trained from: its data set and pretrained weights, kept from run to run.
 *
 * @module
 */
import { find } from "../../base/errors.ts";
import {
  DataError,
  type DataPaths,
  type Dataset,
  type DatasetDefinition,
  type Domain,
  findDataset,
  type LoadOptions,
} from "../../datasets/dataset.ts";
import { withoutDomains } from "../../datasets/leave_out.ts";
import { sharedDataset } from "../../datasets/reading/shared.ts";
import type { ReaderPool } from "../../datasets/reading/reader_pool.ts";
import type { Method } from "../../methods/method.ts";
import type { NetworkDefinition } from "../../networks/network.ts";
import type { Catalogue } from "../catalogue.ts";
import { seedOfImages } from "../records/data_seed.ts";
import { leftOut, wholeDataset } from "../records/left_out.ts";
import type { RunSpec } from "../records/record.ts";
import { seenBy, type SeenDataset } from "../train/normalise.ts";
import { frozenDataset } from "../train/features.ts";
import { featuresOf, withFeatures } from "../train/given_features.ts";
import { type Pretrained, readPretrained } from "../train/pretrained.ts";

/** What was read for earlier runs. */
export interface InputCache {
  readonly datasets: Map<string, Promise<Dataset>>;
  /** Threads that read images of all of them. */
  readonly readers: ReaderPool;
  /** By SHA-256. */
  readonly pretrained: Map<string, Promise<Pretrained>>;
}

/** Where inputs are read from. */
export interface InputPaths extends DataPaths {
  /** A file of the whole data set (`datasets/reading/shared.ts`), which spares reading it. */
  readonly shared?: string | undefined;
}

/** What a run is trained from. */
export interface RunInputs {
  readonly method: Method;
  readonly network: NetworkDefinition;
  readonly definition: DatasetDefinition;
  readonly dataset: SeenDataset;
  /** The domains that it is not trained on. */
  readonly unseen: readonly Domain[];
  /** The weights that its network starts from; undefined where they are drawn. */
  readonly weights: Pretrained["weights"] | undefined;
}

/** What two runs that are trained on the same data have in common. */
export function datasetKey(spec: RunSpec): string {
  return JSON.stringify([wholeDataset(spec), seedOfImages(spec), spec.training.network.frozen]);
}

/**
 * Reads what a run is trained from.
 *
 * @throws {DataError | UsageError} When something of it is not here.
 */
export async function inputsOf(
  spec: RunSpec,
  { datasets, methods, networks }: Catalogue,
  paths: InputPaths,
  cache: InputCache,
  onProgress: (what: string, done: number, total: number) => void,
): Promise<RunInputs> {
  const { frozen, weights } = spec.training.network;
  const definition = findDataset(spec.dataset.name, datasets);
  const sha256 = frozen?.features ? undefined : frozen?.weights ?? weights;
  const pretrained = sha256 === undefined
    ? undefined
    : await memoize(cache.pretrained, sha256, () => pretrainedOf(paths, sha256, networks));
  const options = { ...paths, readers: cache.readers, onProgress };
  const backbone = frozen && pretrained;
  const dataset = await memoize(
    cache.datasets,
    datasetKey(spec),
    () =>
      frozen?.features
        ? onFeatures(spec, definition, options)
        : datasetOf(spec, definition, backbone, options),
  );
  const network = find("network", spec.training.network.name, networks);
  const { seen, unseen } = withoutDomains(dataset, leftOut(spec));
  return {
    method: find("method", spec.method.name, methods),
    network,
    definition,
    dataset: seenBy(network, seen, definition.images),
    unseen,
    weights: frozen === undefined ? pretrained?.weights : undefined,
  };
}

/**
 * The images of a run, for a program that trains it.
 *
 * @throws {DataError | UsageError} When they are not here.
 */
export async function imagesOf(
  spec: RunSpec,
  definition: DatasetDefinition,
  paths: InputPaths,
  { datasets, readers }: Pick<InputCache, "datasets" | "readers">,
  onProgress: (what: string, done: number, total: number) => void,
): Promise<Dataset> {
  return await memoize(
    datasets,
    datasetKey(spec),
    () => datasetOf(spec, definition, undefined, { ...paths, readers, onProgress }),
  );
}

/** The data set as images, or as features of a frozen network. */
async function datasetOf(
  { dataset: { imageSize, settings }, seed: runSeed }: RunSpec,
  definition: DatasetDefinition,
  backbone: Pretrained | undefined,
  options: Omit<LoadOptions, "settings" | "runSeed"> & InputPaths,
): Promise<Dataset> {
  const once = options.once || backbone !== undefined;
  const shared = options.shared === undefined ? undefined : await sharedDataset(options.shared);
  const images = shared ??
    await definition.load({ ...options, imageSize, settings, runSeed, once });
  if (backbone === undefined) return images;
  return await frozenDataset(
    seenBy(backbone.network, images, definition.images),
    backbone,
    options.cacheDir,
    (done, total, again) =>
      options.onProgress?.(
        `features of ${images.name}${again ? " again, as their cache was damaged" : ""}`,
        done,
        total,
      ),
  );
}

/** The data set with features that were computed elsewhere. */
async function onFeatures(
  spec: RunSpec,
  definition: DatasetDefinition,
  options: Omit<LoadOptions, "settings" | "runSeed"> & InputPaths,
): Promise<Dataset> {
  const images = await datasetOf(spec, definition, undefined, { ...options, once: true });
  return withFeatures(images, await featuresOf(spec.training.network.frozen!, options.features));
}

/** The weights of a run; they must still be those that it was planned with. */
async function pretrainedOf(
  { pretrained = [] }: DataPaths,
  sha256: string,
  networks: readonly NetworkDefinition[],
): Promise<Pretrained> {
  const others: string[] = [];
  for (const path of pretrained) {
    const found = await readPretrained(path, networks);
    if (found.sha256 === sha256 || found.formerSha256 === sha256) return found;
    others.push(`The weights ${path} have SHA-256 ${found.sha256}`);
  }
  throw new DataError(
    others.length === 0
      ? `The run needs the pretrained weights with SHA-256 ${sha256}; none given.`
      : `${others.join("; ")}, and the run needs ${sha256}.`,
  );
}

async function memoize<T>(
  cache: Map<string, Promise<T>>,
  key: string,
  make: () => Promise<T>,
): Promise<T> {
  const found = cache.get(key) ?? make();
  cache.set(key, found);
  try {
    return await found;
  } catch (error) {
    cache.delete(key); // a later run may find the file mended
    throw error;
  }
}
