/**
 * Which images a data set has: what imported predictions are held to.
 *
 * @module
 */
import { createHash } from "node:crypto";
import {
  classCounts,
  type DataPaths,
  type DatasetDefinition,
  imageName,
  type SplitListing,
  type SplitName,
} from "../../datasets/dataset.ts";
import type { Value } from "../../base/setting.ts";
import type { RunRecord } from "../records/record.ts";

/** A data set whose images are known. */
export interface KnownImages {
  readonly definition: DatasetDefinition;
  readonly settings: Readonly<Record<string, Value>>;
  readonly listing: SplitListing;
}

/**
 * The images of a data set, where its files or its split are here; undefined where they are not.
 *
 * @throws {DataError} When they are here and not sound.
 */
export async function knownImages(
  definition: DatasetDefinition,
  settings: Readonly<Record<string, Value>>,
  paths: DataPaths,
): Promise<KnownImages | undefined> {
  const options = { ...paths, settings, once: true };
  const listing = definition.listing
    ? await definition.listing(options)
    : (await definition.locate(paths)).here
    ? (await definition.load(options)).domains
    : undefined;
  return listing && { definition, settings, listing };
}

/** What a record says of the data. */
export function aboutData({ definition, listing }: KnownImages): RunRecord["data"] {
  const counts = (split: SplitName) =>
    listing.map((domain) => classCounts(domain[split].labels, definition.classes.length));
  return {
    title: definition.title,
    domains: listing.map(({ name }) => name),
    classes: definition.classes,
    counts: { train: counts("train"), validation: counts("validation"), test: counts("test") },
    shots: definition.shots,
    fingerprint: fingerprintOf(
      definition.name,
      listing.flatMap((domain) =>
        Array.from(domain.test.labels, (label, i) => [imageName(domain, "test", i), label] as const)
      ),
    ),
  };
}

/** A hash of the names and classes of test images, in whatever order. */
export function fingerprintOf(
  dataset: string,
  images: readonly (readonly [name: string, label: number])[],
): string {
  const lines = images.map(([name, label]) => `${name}\t${label}`).sort();
  return createHash("sha256").update([`imported ${dataset}`, ...lines].join("\n")).digest("hex");
}
