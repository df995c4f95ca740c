/**
 * A data set that lies in memory as one file of the cache folder, from which the processes of a
 * machine read it: it is made once, and in memory once.
 *
 * The file: the numbers of all splits one after another, each from a multiple of 64 bytes on, then a
 * description (`described_file.ts`). Every process reads it whole before it believes it.
 *
 * @module
 */
import { join } from "node:path";
import type { Dataset, Domain, Place, Split, SplitName } from "../dataset.ts";
import { type NumbersWriter, readDescribed, writeDescribed } from "./described_file.ts";
import { fileSplit } from "./file_split.ts";

const LETTERS = "MDLTSET2";

const SPLITS: readonly SplitName[] = ["train", "validation", "test"];

/** A split as the description has it. */
type DescribedSplit = Omit<Place, "file"> & { readonly labels: readonly number[] };
type Described = Omit<Dataset, "domains"> & {
  readonly domains: readonly (Omit<Domain, SplitName> & Record<SplitName, DescribedSplit>)[];
};

/**
 * Writes a data set that lies in memory as a file, unless it is there.
 *
 * @param onAgain Called where it was there and is not what was written.
 * @returns The file; undefined for a data set that lies elsewhere, or that the folder cannot take.
 */
export async function shareDataset(
  dataset: Dataset,
  cacheDir: string,
  onAgain: () => void = () => {},
): Promise<string | undefined> {
  const splits = dataset.domains.flatMap((domain) => SPLITS.map((part) => domain[part]));
  if (splits.some((split) => valuesOf(split) === undefined)) return undefined;
  const file = join(cacheDir, `${dataset.name}-${dataset.fingerprint.slice(0, 32)}.set`);
  const found = await readDescribed(file, LETTERS);
  if (found) return file;
  if (found === null) onAgain();
  try {
    await writeDescribed(file, LETTERS, (out) => writeSplits(out, dataset));
    return file;
  } catch {
    return undefined; // each process can still read the data itself
  }
}

/** Writes the numbers of all splits; gives the description. */
async function writeSplits(out: NumbersWriter, dataset: Dataset): Promise<Described> {
  const numbers = dataset.inputShape.reduce((a, b) => a * b, 1);
  const domains: Described["domains"][number][] = [];
  for (const domain of dataset.domains) {
    const described: Partial<Record<SplitName, DescribedSplit>> = {};
    for (const part of SPLITS) {
      const { read: _, labels, ...rest } = domain[part];
      const values = valuesOf(domain[part])!;
      await out.align();
      const offset = await out.write(values);
      const type = values instanceof Uint8Array ? "uint8" : "float32";
      described[part] = { ...rest, labels: [...labels], offset, type, numbers };
    }
    domains.push({ ...domain, ...described as Record<SplitName, DescribedSplit> });
  }
  return { ...dataset, domains };
}

function valuesOf({ read: { resident } }: Split): Uint8Array | Float32Array | undefined {
  return resident !== undefined && "values" in resident ? resident.values : undefined;
}

/** The data set of a file; undefined where there is none or it is damaged. */
export async function sharedDataset(file: string): Promise<Dataset | undefined> {
  const found = await readDescribed<Described>(file, LETTERS);
  if (!found) return undefined;
  const split = ({ labels, offset, type, numbers, ...rest }: DescribedSplit): Split => ({
    ...rest,
    ...fileSplit({ file, offset, type, numbers }, Uint16Array.from(labels)),
  });
  const domains = found.description.domains.map((domain) => ({
    ...domain,
    train: split(domain.train),
    validation: split(domain.validation),
    test: split(domain.test),
  }));
  return { ...found.description, domains };
}
