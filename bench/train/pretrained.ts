/**
 * Files of pretrained weights.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { isFile } from "../../base/files.ts";
import { DataError } from "../../datasets/dataset.ts";
import { parseTorchStates, type TorchState } from "../../datasets/formats/torch.ts";
import { decodeArrays, type Float32Values } from "../../base/safetensors_format.ts";
import type { NetworkDefinition, PretrainedWeights } from "../../networks/network.ts";
import { type Fit, fitOf, type Weights } from "../../networks/weights.ts";

/** Weights and what is known of them. */
export interface Pretrained {
  /** The network that they belong to. */
  readonly network: NetworkDefinition;
  /** SHA-256 of the file, or of the folder's list of tensors and its `weights.bin`. */
  readonly sha256: string;
  /** What runs of earlier versions had for a folder: SHA-256 of `weights.bin` alone. */
  readonly formerSha256?: string;
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
 * Reads weights: a safetensors file, a `state_dict` of torch (read without running anything of it) or a checkpoint that holds one, or a folder of `weights.json` (`weights`: a list of `name`,
 * `shape`, `offset`) and `weights.bin` (float32). Names may have something before them, as
 * `module.`. A network is taken only if the file has all of its tensors and nothing else but a
 * classifier and counters.
 *
 * @throws {DataError} When they cannot be read or belong to no network that is known.
 */
export async function readPretrained(
  path: string,
  networks: readonly NetworkDefinition[],
): Promise<Pretrained> {
  const { states, ...hashes } = await readStates(path);
  const candidates = states.flatMap((state) =>
    networks.flatMap((network) =>
      network.weights ? candidatesOf(network, network.weights, state) : []
    )
  );
  const [best, other] = candidates.toSorted((a, b) => distance(a) - distance(b));
  const fits = best !== undefined && distance(best) === 0;
  const kind = fits
    ? best.network.weights?.seemsToBe?.(best.arrays)
    : networks.flatMap(({ weights }) =>
      states.flatMap(({ arrays }) => weights?.seemsToBe?.(arrays) ?? [])
    )[0];
  if (!fits || kind !== undefined) {
    const said = kind !== undefined ? `: it seems to be ${kind}` : best && nearness(best);
    throw new DataError(
      `${path} holds the weights of no known network${said ?? ""}; known are ${listed(networks)}.`,
    );
  }
  if (other !== undefined && distance(other) === 0) {
    throw new DataError(
      `${path} holds two sets of weights for ${best.network.title}, "${best.key}" and ` +
        `"${other.key}"; save the one that is meant alone, as torch.save(torch.load(FILE)${
          other.key.split(".").map((key) => JSON.stringify([key])).join("")
        }, NEW_FILE) does.`,
    );
  }
  const { network, arrays } = best;
  return { network, ...hashes, weights: weightsOf(arrays, path) };
}

/** Named tensors, each read when it is asked for. */
type Arrays = ReadonlyMap<string, () => Float32Values>;

/** A network to which tensors may belong. */
interface Candidate {
  /** Where in the file they are. */
  readonly key: string;
  readonly network: NetworkDefinition;
  /** By the network's own names. */
  readonly arrays: Arrays;
  readonly fit: Fit;
  /** Tensors that it needs. */
  readonly needed: number;
}

/** A network with every prefix that names in the file may have, none at all first. */
function candidatesOf(
  network: NetworkDefinition,
  weights: PretrainedWeights,
  { key, arrays: state }: State,
): Candidate[] {
  const [first = ""] = weights.tensors(new Set(state.keys()));
  const prefixes = state.keys().filter((name) => name.endsWith(`.${first}`))
    .map((name) => name.slice(0, -first.length)).toArray().toSorted((a, b) => a.length - b.length);
  return ["", ...prefixes].flatMap((prefix) => {
    const arrays: Arrays = new Map(
      [...state].map((
        [name, read],
      ) => [name.startsWith(prefix) ? name.slice(prefix.length) : name, read]),
    );
    if (arrays.size < state.size) return []; // two tensors would have one name
    const names = new Set(arrays.keys());
    return {
      key,
      network,
      arrays,
      fit: fitOf(weights, names),
      needed: weights.tensors(names).length,
    };
  });
}

function distance({ fit }: Candidate): number {
  return fit.lacking.length + fit.left.length;
}

/** What speaks against the nearest network, where it is near. */
function nearness({ network, fit: { lacking, left }, needed }: Candidate): string {
  if (lacking.length > needed / 2) return "";
  const some = (names: readonly string[]) => `${names.length} such as "${names[0]}"`;
  const parts = [
    ...(lacking.length === 0 ? [] : [`lacks ${some(lacking)} of its ${needed} tensors`]),
    ...(left.length === 0 ? [] : [`has tensors that it has no use for, ${some(left)}`]),
  ];
  return `: it is nearest to ${network.title}, but ${parts.join(" and ")}`;
}

function listed(networks: readonly NetworkDefinition[]): string {
  const known = networks.flatMap(({ weights }) => weights?.description ?? []);
  return `${known.slice(0, -1).join(", ")} and ${known.at(-1)}`;
}

/** Each tensor is read once. */
function weightsOf(arrays: Arrays, path: string): Weights {
  const read = new Map<string, Float32Values>();
  return (name) => {
    const known = read.get(name) ?? arrays.get(name)?.();
    if (known === undefined) return undefined;
    if (!read.has(name) && !known.values.every(Number.isFinite)) {
      throw new DataError(
        `The weights ${path} cannot be used: the tensor "${name}" has a number that is not finite.`,
      );
    }
    read.set(name, known);
    return known;
  };
}

/** A dictionary of tensors. */
interface State {
  /** The keys that lead to it in its file, joined by dots. */
  readonly key: string;
  readonly arrays: Arrays;
}

interface States extends Pick<Pretrained, "sha256" | "formerSha256"> {
  /** Every dictionary of tensors in the file. */
  readonly states: readonly State[];
}

async function readStates(path: string): Promise<States> {
  try {
    if ((await Deno.stat(path)).isDirectory) return await readFolder(path);
    const bytes = await Deno.readFile(path);
    const states = isSafetensors(bytes, path)
      ? [{ key: "", arrays: lazily(Object.entries(decodeArrays(bytes))) }]
      : parseTorchStates(bytes, path).map((state) => ({ key: state.key, arrays: floatsOf(state) }));
    return { states, sha256: createHash("sha256").update(bytes).digest("hex") };
  } catch (error) {
    if (error instanceof DataError) throw error;
    const what = error instanceof Deno.errors.NotFound
      ? "a folder of weights has weights.json and weights.bin"
      : (error as Error).message;
    throw new DataError(`The weights ${path} cannot be used: ${what}.`);
  }
}

/** Files are known by their content: a header of JSON, or the beginning of a zip or of a pickle. */
function isSafetensors(bytes: Uint8Array, path: string): boolean {
  if (bytes[8] === "{".charCodeAt(0)) return true;
  const torch = bytes[0] === 0x80 || (bytes[0] === 0x50 && bytes[1] === 0x4b);
  return !torch && path.endsWith(".safetensors");
}

function lazily(arrays: Iterable<readonly [string, Float32Values]>): Arrays {
  return new Map([...arrays].map(([name, array]) => [name, () => array]));
}

/** Without tensors of whole numbers, as safetensors are read. */
function floatsOf({ tensors, whole }: TorchState): Arrays {
  return new Map(
    [...tensors].filter(([name]) => !whole.has(name)).map(([name, read]) => [name, () => {
      const { shape, data } = read();
      return { shape, values: data instanceof Float32Array ? data : Float32Array.from(data) };
    }]),
  );
}

async function readFolder(folder: string): Promise<States> {
  const description = await Deno.readFile(join(folder, "weights.json"));
  const index: unknown = JSON.parse(new TextDecoder().decode(description));
  const bytes = await Deno.readFile(join(folder, "weights.bin"));
  const listed = (index as { weights?: unknown } | null)?.weights;
  if (!Array.isArray(listed)) throw new Error("its weights.json has no list of weights");
  const arrays = new Map<string, Float32Values>();
  for (const { name, shape, offset } of listed) {
    const size = Array.isArray(shape) ? shape.reduce((a, b) => a * b, 4) : NaN;
    if (typeof name !== "string" || !(offset >= 0 && offset + size <= bytes.length)) {
      throw new Error(`the tensor ${name} of its weights.json is not in its weights.bin`);
    }
    if (arrays.has(name)) throw new Error(`its weights.json lists the tensor ${name} twice`);
    const values = new Float32Array(bytes.slice(offset, offset + size).buffer);
    arrays.set(name, { shape, values });
  }
  const formerSha256 = createHash("sha256").update(bytes).digest("hex");
  // Which numbers are which tensor is as much of the weights as the numbers are.
  const sha256 = createHash("sha256").update(JSON.stringify(listed)).update(bytes).digest("hex");
  return { states: [{ key: "", arrays: lazily(arrays) }], sha256, formerSha256 };
}
