/**
 * Two-dimensional pictures of test features by t-SNE (van der Maaten and Hinton 2008).
 *
 * Computed in workers, and kept beside the run's record under a key of what went into them, so that
 * a second report is quick.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { decodeArrays } from "../../base/safetensors_format.ts";
import { readIfThere, writeAtomically } from "../../base/files.ts";
import { sealed, sealHolds } from "../../bench/records/seal.ts";

/** Neighbours that a point is drawn to, as an effective number; fewer for few points. */
const PERPLEXITY = 30;

/** Images that are shown at most: enough for a picture, and a grid has hundreds of pictures. */
const MOST_IMAGES = 120;

/**
 * Steps of the descent and their rate: within a twentieth of the divergence that a thousand steps at
 * the library's rate of 10 reach.
 */
export const ITERATIONS = 200;
const RATE = 30;

/** Seed of the first positions. */
const SEED = 7;

/** Points of one run's features, and how they were made. */
export interface Points {
  /** Positions, in the order of the run's sample. */
  readonly x: readonly number[];
  /** As `x`. */
  readonly y: readonly number[];
  /** Class of each point, by its number. */
  readonly label: readonly number[];
  /** Domain of each point, by its number. */
  readonly domain: readonly number[];
  /** t-SNE's, as it was used. */
  readonly perplexity: number;
  /** Of the first positions. */
  readonly seed: number;
}

/** The files that points are made of and kept in, by run id. */
export interface EmbeddingFiles {
  /** Bytes of the run's features; null where there are none that can be used. */
  features(id: string): Promise<Uint8Array | null>;
  /** The path of its points. */
  points(id: string): string;
}

/** What a worker is asked for. */
export interface EmbeddingTask {
  /** Rows of `width` numbers. */
  readonly values: Float32Array;
  readonly width: number;
  readonly perplexity: number;
  readonly iterations: number;
  readonly rate: number;
  readonly seed: number;
}

/**
 * The points of one run each of several methods.
 *
 * @param files Where features of runs are, and where their points are kept.
 * @param candidates Ids of the runs of each method: the first that kept features is taken.
 * @returns Points by run id.
 */
export async function embeddings(
  files: EmbeddingFiles,
  candidates: readonly (readonly string[])[],
): Promise<Map<string, Points>> {
  const found = new Map<string, Points>();
  const waiting = [...candidates];
  // One core is left to whoever asks.
  const threads = Math.min(waiting.length, Math.max(1, navigator.hardwareConcurrency - 1));
  await Promise.all(Array.from({ length: threads }, async () => {
    let worker: Worker | null = null;
    const compute = (sample: Sample) => {
      worker ??= new Worker(new URL("embedding_worker.ts", import.meta.url), { type: "module" });
      return embed(worker, sample);
    };
    try {
      for (let ids = waiting.shift(); ids; ids = waiting.shift()) {
        const first = await firstPoints(files, ids, compute);
        if (first) found.set(...first);
      }
    } finally {
      (worker as Worker | null)?.terminate();
    }
  }));
  return found;
}

async function firstPoints(
  files: EmbeddingFiles,
  ids: readonly string[],
  compute: (sample: Sample) => Promise<Points>,
): Promise<[id: string, points: Points] | null> {
  for (const id of ids) {
    const sample = readSample(await files.features(id));
    if (sample === null) continue;
    const key = keyOf(sample);
    const cache = files.points(id);
    const cached = await readCache(cache, key);
    if (cached) return [id, cached];
    const points = await compute(sample);
    // It is computed again where it cannot be kept: a report may leave the runs as they are.
    await writeAtomically(cache, JSON.stringify(sealed({ key, points })), false).catch(() => {});
    return [id, points];
  }
  return null;
}

/** A run's features: `[images, width]`, and domain and class of each image. */
interface Sample {
  readonly file: Uint8Array;
  readonly values: Float32Array;
  readonly width: number;
  readonly domain: readonly number[];
  readonly label: readonly number[];
}

function readSample(file: Uint8Array | null): Sample | null {
  if (file === null) return null;
  try {
    const { features, domain, label } = decodeArrays(file);
    const [images, width] = features?.shape ?? [];
    if (!features || !domain || !label || !images || !width) return null;
    // Three points are the least that have neighbours to tell apart.
    if (images < 4 || domain.values.length !== images || label.values.length !== images) {
      return null;
    }
    if (!features.values.every(Number.isFinite)) return null;
    return thinned({
      file,
      values: features.values,
      width,
      domain: [...domain.values],
      label: [...label.values],
    });
  } catch (error) {
    if (error instanceof RangeError) return null; // not a whole file: as if there were none
    throw error;
  }
}

/** At most {@linkcode MOST_IMAGES} of the images, evenly taken: the same ones of equal samples. */
function thinned(sample: Sample): Sample {
  const { values, width, domain, label } = sample;
  const count = Math.min(MOST_IMAGES, label.length);
  const chosen = Array.from({ length: count }, (_, i) => Math.floor((i * label.length) / count));
  const kept = new Float32Array(count * width);
  chosen.forEach((image, i) =>
    kept.set(values.subarray(image * width, (image + 1) * width), i * width)
  );
  return {
    ...sample,
    values: kept,
    domain: chosen.map((image) => domain[image]!),
    label: chosen.map((image) => label[image]!),
  };
}

function perplexityOf({ label }: Sample): number {
  return Math.min(PERPLEXITY, Math.floor((label.length - 1) / 3));
}

function keyOf(sample: Sample): string {
  const settings = JSON.stringify([
    perplexityOf(sample),
    MOST_IMAGES,
    ITERATIONS,
    RATE,
    SEED,
  ]);
  return createHash("sha256").update(settings).update(sample.file).digest("hex");
}

async function readCache(path: string, key: string): Promise<Points | null> {
  try {
    const text = await readIfThere(path);
    if (text === null) return null;
    const cached = JSON.parse(text) as { key?: string; points?: Points };
    return cached.key === key && sealHolds(cached) ? cached.points ?? null : null;
  } catch {
    return null;
  }
}

function embed(worker: Worker, sample: Sample): Promise<Points> {
  const { values, width, label, domain } = sample;
  const perplexity = perplexityOf(sample);
  const task: EmbeddingTask = {
    values,
    width,
    perplexity,
    iterations: ITERATIONS,
    rate: RATE,
    seed: SEED,
  };
  const { promise, resolve, reject } = Promise.withResolvers<Points>();
  worker.onmessage = ({ data }: MessageEvent<{ x: number[]; y: number[] }>) =>
    resolve({ ...data, label, domain, perplexity, seed: SEED });
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(`Cannot draw the test features: ${event.message}.`));
  };
  worker.postMessage(task);
  return promise;
}
