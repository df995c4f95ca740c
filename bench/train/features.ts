/**
 * Frozen networks: their features of every image are computed once and kept, and only what is put on
 * top of them is trained.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import type { Split, SplitName } from "../../datasets/dataset.ts";
import { fileSplit } from "../../datasets/reading/file_split.ts";
import type { NetworkDefinition } from "../../networks/network.ts";
import { stream } from "../../base/random.ts";
import { encodeTensors } from "../../tensor/safetensors.ts";
import { type ArrayPlace, decodePlaces, headerBytes } from "../../base/safetensors_format.ts";
import { epoch } from "./batches.ts";
import type { SeenDataset } from "./normalise.ts";
import { withLock } from "../../base/lock.ts";
import type { Pretrained } from "./pretrained.ts";
import { writeAtomically } from "../../base/files.ts";

/** Where in their file features begin, so that TensorFlow can use them as they lie there. */
const ALIGNMENT = 64;

const SPLITS: readonly SplitName[] = ["train", "validation", "test"];

/** The fingerprint of features: of images with this one, of a size, by a network's weights. */
export function featuresFingerprint(images: string, imageSize: number, weights: string): string {
  return createHash("sha256")
    .update(JSON.stringify(["features", 1, images, imageSize, weights]))
    .digest("hex");
}

/**
 * The data set with features in place of pixels. Training images come as in evaluation, without
 * augmentation: what is computed once cannot differ from step to step.
 *
 * @param onProgress Told how many images of all are done, where features have to be computed.
 */
export async function frozenDataset(
  dataset: SeenDataset,
  { network, sha256, weights }: Pretrained,
  cacheDir: string,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<SeenDataset> {
  const fingerprint = featuresFingerprint(dataset.fingerprint, dataset.inputShape[0]!, sha256);
  const file = join(
    cacheDir,
    `${dataset.name}-${network.name}-${fingerprint.slice(0, 32)}.features.safetensors`,
  );
  const look = () => placesIn(file).catch(() => undefined);
  // Processes that want the same features wait for the one that computes them.
  const kept = await look() ?? await withLock(`${file}.lock`, async () => {
    const found = await look();
    if (found !== undefined) return found;
    await writeAtomically(file, await compute(dataset, network, weights, onProgress));
    return await placesIn(file);
  });
  const features = Object.values(kept)[0]!.shape[1]!;
  const domains = dataset.domains.map((domain) => {
    const split = (part: SplitName): Split => {
      const { start } = kept[`${domain.name}/${part}`]!;
      const place = { file, offset: start, type: "float32", numbers: features } as const;
      return { ...domain[part], ...fileSplit(place, domain[part].labels) };
    };
    return {
      name: domain.name,
      train: split("train"),
      validation: split("validation"),
      test: split("test"),
    };
  });
  return { ...dataset, domains, inputShape: [features], fingerprint };
}

/** Where the features of every split lie in a file of them. */
async function placesIn(file: string): Promise<Record<string, ArrayPlace>> {
  const handle = await open(file, "r");
  try {
    const first = new Uint8Array(8);
    await handle.read(first, 0, first.length, 0);
    const head = new Uint8Array(headerBytes(first));
    await handle.read(head, 0, head.length, 0);
    const places = decodePlaces(head, (await handle.stat()).size);
    if (Object.values(places).some(({ type }) => type !== "F32")) {
      throw new RangeError(`Cannot use ${file}: features are of type F32`);
    }
    return places;
  } finally {
    await handle.close();
  }
}

/** The features of all images as a safetensors file, one tensor a domain and split. */
async function compute(
  dataset: SeenDataset,
  network: NetworkDefinition,
  weights: Pretrained["weights"],
  onProgress: (done: number, total: number) => void,
): Promise<Uint8Array> {
  const module = network.build({
    inputShape: dataset.inputShape,
    width: 1,
    draws: (name) => stream(0, name),
    random: stream(0, "dropout"),
    weights,
  });
  const tensors: Record<string, tf.Tensor> = {};
  const total = dataset.domains.flatMap((domain) => SPLITS.map((s) => domain[s].labels.length))
    .reduce((a, b) => a + b, 0);
  let done = 0;
  try {
    for (const domain of dataset.domains) {
      for (const part of SPLITS) {
        const parts: tf.Tensor[] = [];
        for await (const { images, labels } of epoch(dataset, domain[part])) {
          parts.push(tf.tidy(() => module.apply(images)));
          onProgress(done += labels.size, total);
          tf.dispose([images, labels]);
        }
        tensors[`${domain.name}/${part}`] = parts.length === 0
          ? tf.zeros([0, module.outputs])
          : tf.concat(parts);
        tf.dispose(parts);
      }
    }
    return encodeTensors(tensors, undefined, ALIGNMENT);
  } finally {
    tf.dispose(tensors);
    module.dispose();
  }
}
