/**
 * Files of pretrained weights.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { DataError } from "../../datasets/dataset.ts";
import { parseTorchState } from "../../datasets/formats/torch.ts";
import { decodeArrays, type Float32Values } from "../../base/safetensors_format.ts";
import { networkOf, type Weights } from "../../networks/weights.ts";

/** The weights with which MDLT's ResNet-50 starts. */
export const RESNET50_FILE = "resnet50-0676ba61.pth";

/** Where torchvision's authors hand them out. */
export const RESNET50_ADDRESS = `https://download.pytorch.org/models/${RESNET50_FILE}`;

/** Weights and what is known of them. */
export interface Pretrained {
  /** The name of the network that they belong to. */
  readonly network: string;
  /** SHA-256 of the file, or of the folder's `weights.bin`. */
  readonly sha256: string;
  readonly weights: Weights;
}

/** The file in the cache folder that is taken where none is given; undefined when it is not there. */
export async function cachedWeights(cacheDir: string): Promise<string | undefined> {
  const file = join(cacheDir, "weights", RESNET50_FILE);
  return (await Deno.stat(file).catch(() => undefined))?.isFile ? file : undefined;
}

/**
 * Reads weights: a safetensors file, a `state_dict` of torch (`.pth`, read without running anything
 * of it), or a folder of `weights.json` (`weights`: a list of `name`, `shape`, `offset`) and
 * `weights.bin` (float32).
 *
 * @throws {DataError} When they cannot be read or belong to no network that is known.
 */
export async function readPretrained(path: string): Promise<Pretrained> {
  const { arrays, sha256 } = await readArrays(path);
  const network = networkOf(new Set(arrays.keys()));
  if (network === undefined) {
    throw new DataError(
      `${path} holds the weights of no known network; known are ResNet-50 and ResNet-18 with ` +
        `torchvision's names and MobileNet v1 with Keras's.`,
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
