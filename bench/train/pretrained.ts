/**
 * Files of pretrained weights.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { isFile } from "../../base/files.ts";
import { DataError } from "../../datasets/dataset.ts";
import { parseTorchState } from "../../datasets/formats/torch.ts";
import { decodeArrays, type Float32Values } from "../../base/safetensors_format.ts";
import type { NetworkDefinition } from "../../networks/network.ts";
import type { Weights } from "../../networks/weights.ts";

/** Weights and what is known of them. */
export interface Pretrained {
  /** The network that they belong to. */
  readonly network: NetworkDefinition;
  /** SHA-256 of the file, or of the folder's `weights.bin`. */
  readonly sha256: string;
  readonly weights: Weights;
}

/** The files of networks' weights in the cache folder, which are taken where none are given. */
export async function cachedWeights(
  cacheDir: string,
  networks: readonly NetworkDefinition[],
): Promise<string[]> {
  const files = networks.flatMap(({ weights }) =>
    weights?.file === undefined ? [] : [join(cacheDir, "weights", weights.file)]
  );
  const there = await Promise.all(files.map(isFile));
  return files.filter((_, i) => there[i]);
}

/**
 * Reads weights: a safetensors file, a `state_dict` of torch (`.pth`, read without running anything
 * of it), or a folder of `weights.json` (`weights`: a list of `name`, `shape`, `offset`) and
 * `weights.bin` (float32).
 *
 * @throws {DataError} When they cannot be read or belong to no network that is known.
 */
export async function readPretrained(
  path: string,
  networks: readonly NetworkDefinition[],
): Promise<Pretrained> {
  const { arrays, sha256 } = await readArrays(path);
  const names = new Set(arrays.keys());
  const network = networks.find(({ weights }) => weights?.recognise(names));
  if (network === undefined) {
    const known = networks.flatMap(({ weights }) => weights?.description ?? []);
    throw new DataError(
      `${path} holds the weights of no known network; known are ${known.slice(0, -1).join(", ")} ` +
        `and ${known.at(-1)}.`,
    );
  }
  return { network, sha256, weights: (name) => arrays.get(name) };
}

interface Arrays {
  readonly arrays: ReadonlyMap<string, Float32Values>;
  readonly sha256: string;
}

async function readArrays(path: string): Promise<Arrays> {
  try {
    if ((await Deno.stat(path)).isDirectory) return await readFolder(path);
    const bytes = await Deno.readFile(path);
    const arrays = path.endsWith(".safetensors")
      ? new Map(Object.entries(decodeArrays(bytes)))
      : floats(bytes, path);
    return { arrays, sha256: createHash("sha256").update(bytes).digest("hex") };
  } catch (error) {
    if (error instanceof DataError) throw error;
    const what = error instanceof Deno.errors.NotFound
      ? "a folder of weights has weights.json and weights.bin"
      : (error as Error).message;
    throw new DataError(`The weights ${path} cannot be used: ${what}.`);
  }
}

function floats(bytes: Uint8Array, path: string): Map<string, Float32Values> {
  const arrays = new Map<string, Float32Values>();
  for (const [name, { shape, data }] of parseTorchState(bytes, path)) {
    if (data instanceof Float32Array) arrays.set(name, { shape, values: data });
  }
  return arrays;
}

async function readFolder(folder: string): Promise<Arrays> {
  const index: unknown = JSON.parse(await Deno.readTextFile(join(folder, "weights.json")));
  const bytes = await Deno.readFile(join(folder, "weights.bin"));
  const listed = (index as { weights?: unknown } | null)?.weights;
  if (!Array.isArray(listed)) throw new Error("its weights.json has no list of weights");
  const arrays = new Map<string, Float32Values>();
  for (const { name, shape, offset } of listed) {
    const size = Array.isArray(shape) ? shape.reduce((a, b) => a * b, 4) : NaN;
    if (typeof name !== "string" || !(offset >= 0 && offset + size <= bytes.length)) {
      throw new Error(`the tensor ${name} of its weights.json is not in its weights.bin`);
    }
    const values = new Float32Array(bytes.slice(offset, offset + size).buffer);
    arrays.set(name, { shape, values });
  }
  return { arrays, sha256: createHash("sha256").update(bytes).digest("hex") };
}
