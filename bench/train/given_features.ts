/**
 * Features that were computed elsewhere, by any network: one vector for each image, in place of a
 * frozen network's.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { basename, dirname, extname, join } from "node:path";
import { DataError } from "../../base/errors.ts";
import { exists, isFolder, readIfThere } from "../../base/files.ts";
import { decodeArrays, decodeMetadata } from "../../base/safetensors_format.ts";
import { type Dataset, type Domain, imageName, type SplitName } from "../../datasets/dataset.ts";
import { readBytes } from "../../datasets/formats/bytes.ts";
import { parseNpy } from "../../datasets/formats/npy.ts";
import { readTable } from "../../datasets/formats/tables/read.ts";
import type { NetworkSpec } from "../records/record.ts";
import { memorySplit } from "../../datasets/reading/memory.ts";

/** Vectors by the paths of their images. */
export interface GivenFeatures {
  /** As in tables: the file's name without its ending. */
  readonly name: string;
  /** SHA-256 of the file; of a folder, of its files' names and SHA-256. */
  readonly sha256: string;
  /** Numbers of a vector. */
  readonly width: number;
  /** By path, as the files have it, with `/`. */
  readonly vectors: ReadonlyMap<string, Float32Array>;
}

/** Vectors one after the other, and what they are of. */
interface Rows {
  readonly file: string;
  readonly sha256: string;
  readonly paths: readonly string[];
  readonly width: number;
  readonly values: ArrayLike<number>;
}

/** Columns of a table that may hold the paths, and the vectors. */
const PATHS = ["path", "paths", "image", "image_path", "file", "filename"];
const VECTORS = ["features", "feature", "embedding", "embeddings", "vector"];

/** More bytes than a safetensors or `.npy` file of ours has. */
const LARGEST = 2 ** 31;

type Reader = (path: string) => Promise<Rows>;

/** Who reads which files. */
const READERS: Readonly<Record<string, Reader>> = {
  ".safetensors": readSafetensors,
  ".npy": readNpy,
  ".npz": readColumns,
  ".parquet": readColumns,
  ".pq": readColumns,
};

/**
 * Reads a file of features, or every one of a folder: safetensors, `.npy` with its paths in a `.txt`
 * beside it, `.npz`, or Parquet.
 *
 * @throws {DataError} When one cannot be read, has an image twice, or has vectors of several sizes or
 *   with numbers that are not finite; it names the image.
 */
export async function readFeatures(path: string): Promise<GivenFeatures> {
  const files = await filesOf(path);
  const vectors = new Map<string, Float32Array>();
  const hashes: string[] = [];
  let width: number | undefined, first = "";
  for (const file of files) {
    const rows = await READERS[extname(file).toLowerCase()]!(file);
    hashes.push(`${basename(file)} ${rows.sha256}`);
    if (width !== undefined && rows.width !== width && rows.paths.length > 0) {
      throw new DataError(
        `The features of "${
          rows.paths[0]
        }" in ${rows.file} are ${rows.width} numbers, and those of ` +
          `"${first}" are ${width}.`,
      );
    }
    if (rows.paths.length > 0) [width, first] = [rows.width, first || rows.paths[0]!];
    collect(rows, vectors);
  }
  if (width === undefined) throw new DataError(`There are no features in ${path}.`);
  const folder = await isFolder(path);
  return {
    name: basename(path, extname(path)).toLowerCase().replaceAll(/[^a-z0-9._-]+/g, "-")
      .replace(/^[^a-z0-9]+/, "") || "features",
    sha256: folder
      ? createHash("sha256").update(hashes.join("\n")).digest("hex")
      : hashes[0]!.split(" ").at(-1)!,
    width,
    vectors,
  };
}

/**
 * The features of a run, which must still be those that it was planned with.
 *
 * @throws {DataError} When they are not among the files.
 */
export async function featuresOf(
  wanted: NetworkSpec["frozen"] & object,
  paths: readonly string[] = [],
): Promise<GivenFeatures> {
  const others: string[] = [];
  for (const path of paths) {
    const features = await readFeatures(path);
    if (features.sha256 === wanted.weights) return features;
    others.push(`${path} has SHA-256 ${features.sha256}`);
  }
  throw new DataError(
    `The run needs the features ${wanted.name} with SHA-256 ${wanted.weights}; ` +
      `${others.length === 0 ? "none are given with --features" : others.join("; ")}.`,
  );
}

async function filesOf(path: string): Promise<string[]> {
  if (!await exists(path)) throw new DataError(`There are no features at ${path}.`);
  const endings = Object.keys(READERS);
  if (!await isFolder(path)) {
    if (extname(path).toLowerCase() in READERS) return [path];
    throw new DataError(
      `${basename(path)} cannot be read as features: its name must end in ${endings.join(", ")}.`,
    );
  }
  const names = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name)
    .filter((name) => endings.includes(extname(name).toLowerCase())).sort();
  if (names.length > 0) return names.map((name) => join(path, name));
  throw new DataError(`The folder ${path} holds no file of features (${endings.join(", ")}).`);
}

/** Adds the vectors of a file. */
function collect(
  { file, paths, width, values }: Rows,
  vectors: Map<string, Float32Array>,
): void {
  if (width < 1) throw new DataError(`The features in ${file} have no numbers.`);
  paths.forEach((path, row) => {
    const key = path.replaceAll("\\", "/").replace(/^\.\//, "");
    if (vectors.has(key)) {
      throw new DataError(`There are two rows of features for "${path}" (${file}).`);
    }
    const vector = new Float32Array(width);
    for (let i = 0; i < width; i++) {
      const value = values[row * width + i]!;
      vector[i] = value;
      if (Number.isFinite(vector[i])) continue;
      throw new DataError(
        `The features of "${path}" in ${file} have the number ${value}, which is not finite as float32.`,
      );
    }
    vectors.set(key, vector);
  });
}

/** A tensor an image, or one tensor of all with the list of paths in the metadata. */
async function readSafetensors(path: string): Promise<Rows> {
  const file = basename(path);
  const { bytes, sha256 } = await bytesOf(path);
  try {
    const arrays = Object.entries(decodeArrays(bytes));
    const listed = decodeMetadata(bytes)["paths"];
    const [all] = arrays;
    if (listed !== undefined && arrays.length === 1 && all![1].shape.length === 2) {
      const { shape: [count, width], values } = all![1];
      return {
        file,
        sha256,
        paths: requirePaths(JSON.parse(listed), count!, file),
        width: width!,
        values,
      };
    }
    const table = arrays.find(([, { shape }]) => shape.length > 1 && shape[0] !== 1);
    if (table !== undefined) {
      throw new DataError(
        `${file} does not say which images the ${table[1].shape[0]} rows of "${
          table[0]
        }" are of; put ` +
          `their list as JSON into its metadata as "paths", or give each image a tensor.`,
      );
    }
    const other = arrays.find(([, { values }]) => values.length !== all![1].values.length);
    if (other !== undefined) {
      throw new DataError(
        `The features of "${other[0]}" in ${file} are ${
          other[1].values.length
        } numbers, and those of ` +
          `"${all![0]}" are ${all![1].values.length}.`,
      );
    }
    const width = all?.[1].values.length ?? 0;
    const values = new Float32Array(width * arrays.length);
    arrays.forEach(([, array], row) => values.set(array.values, row * width));
    return { file, sha256, paths: arrays.map(([name]) => name), width, values };
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) {
      throw new DataError(`${file} cannot be read: ${error.message}.`);
    }
    throw error;
  }
}

/** `[images, features]`, and a path a line in the file of the same name with `.txt`, or `paths.txt`. */
async function readNpy(path: string): Promise<Rows> {
  const file = basename(path);
  const { bytes, sha256 } = await bytesOf(path);
  const array = parseNpy(bytes, file);
  const [own, shared] = [
    `${path.slice(0, -extname(path).length)}.txt`,
    join(dirname(path), "paths.txt"),
  ];
  const list = await readIfThere(own) ?? await readIfThere(shared);
  if (list === null) {
    throw new DataError(
      `${file} does not say which images its rows are of; write their paths, one a line, into ` +
        `${basename(own)} beside it.`,
    );
  }
  if (!("numbers" in array) || array.shape.length !== 2) {
    throw new DataError(
      `${file} must hold numbers, images by features; its shape is [${array.shape}].`,
    );
  }
  const paths = list.split(/\r?\n/).filter((line) => line.trim() !== "");
  const hash = createHash("sha256").update(`${sha256}\n${paths.join("\n")}`).digest("hex");
  return {
    file,
    sha256: hash,
    paths: requirePaths(paths, array.shape[0]!, file),
    width: array.shape[1]!,
    values: array.numbers,
  };
}

/** A table with a column of paths and one of vectors. */
async function readColumns(path: string): Promise<Rows> {
  const { file, sha256, columns } = await readTable(path, (names) => {
    const pick = (wanted: readonly string[], what: string) => {
      const found = wanted.find((name) => names.includes(name));
      if (found !== undefined) return found;
      throw new DataError(
        `${basename(path)} has no ${what}: one of ${wanted.join(", ")} is needed, and it has ` +
          `${names.slice(0, 8).join(", ") || "none"}.`,
      );
    };
    return new Map([
      [pick(PATHS, "column of paths"), "text"],
      [pick(VECTORS, "column of vectors"), "numbers"],
    ]);
  });
  const [paths, vectors] = [...columns.values()];
  if (paths?.kind !== "text" || vectors?.kind !== "numbers") throw new TypeError("as was chosen");
  return { file, sha256, paths: paths.values, width: vectors.width, values: vectors.values };
}

async function bytesOf(path: string): Promise<{ bytes: Uint8Array; sha256: string }> {
  const { size } = await Deno.stat(path);
  if (size > LARGEST) {
    throw new DataError(
      `${
        basename(path)
      } has ${size} bytes, more than ${LARGEST}; divide it into files of one folder.`,
    );
  }
  const bytes = await readBytes(path);
  return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
}

function requirePaths(paths: unknown, count: number, file: string): string[] {
  if (Array.isArray(paths) && paths.every((path) => typeof path === "string")) {
    if (paths.length === count) return paths;
    throw new DataError(`${file} has ${count} rows of features and ${paths.length} paths.`);
  }
  throw new DataError(`${file} has no list of paths.`);
}

/**
 * The data set with given features in place of pixels.
 *
 * @throws {DataError} When one of its images has none.
 */
export function withFeatures(dataset: Dataset, given: GivenFeatures): Dataset {
  const { width, sha256 } = given;
  const vectorOf = vectorsOf(dataset, given);
  const split = (domain: Domain, part: SplitName) => {
    const { labels } = domain[part];
    const values = new Float32Array(labels.length * width);
    for (let i = 0; i < labels.length; i++) {
      values.set(vectorOf(imageName(domain, part, i)), i * width);
    }
    return { ...domain[part], ...memorySplit(values, labels) };
  };
  return {
    ...dataset,
    domains: dataset.domains.map((domain) => ({
      name: domain.name,
      train: split(domain, "train"),
      validation: split(domain, "validation"),
      test: split(domain, "test"),
    })),
    inputShape: [width],
    fingerprint: createHash("sha256")
      .update(JSON.stringify(["given features", 1, dataset.fingerprint, sha256])).digest("hex"),
  };
}

/** The vector of each image: paths may be written from any folder above the images. */
function vectorsOf(
  { root, name, domains }: Dataset,
  { vectors, name: features }: GivenFeatures,
): (image: string) => Float32Array {
  const known = domains.flatMap((domain) => domain.train.labels.length > 0 ? [domain] : []);
  const example = known.length === 0 ? "" : `/${imageName(known[0]!, "train", 0)}`;
  const above = vectors.keys().find((path) => path.endsWith(example))?.slice(0, 1 - example.length);
  const before = [
    "",
    ...(root === undefined ? [] : [`${basename(root)}/`]),
    ...(above ? [above] : []),
  ];
  return (image) => {
    for (const folder of before) {
      const found = vectors.get(folder + image);
      if (found !== undefined) return found;
    }
    throw new DataError(`The features ${features} lack the image "${image}" of ${name}.`);
  };
}
