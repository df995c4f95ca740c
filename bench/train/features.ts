/**
 * Frozen networks: their features of every image are computed once and kept, and only what is put on
 * top of them is trained.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import type { Split, SplitName } from "../../datasets/dataset.ts";
import {
  type NumbersWriter,
  readDescribed,
  writeDescribed,
} from "../../datasets/reading/described_file.ts";
import { fileSplit } from "../../datasets/reading/file_split.ts";
import type { NetworkDefinition } from "../../networks/network.ts";
import { stream } from "../../base/random.ts";
import { epoch } from "./batches.ts";
import type { SeenDataset } from "./normalise.ts";
import { DataError } from "../../base/errors.ts";
import { withLock } from "../../base/lock.ts";
import type { Pretrained } from "./pretrained.ts";

const LETTERS = "MDLTFEA1";

/** Where the features of a file lie. */
interface Described {
  /** Numbers of an image. */
  readonly numbers: number;
  /** By domain and split. */
  readonly offsets: Readonly<Record<string, number>>;
}

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
 * @param onProgress Told how many images of all are done, where features have to be computed; and
 * whether that is because those that were kept are not what was written.
 */
export async function frozenDataset(
  dataset: SeenDataset,
  { network, sha256, weights }: Pretrained,
  cacheDir: string,
  onProgress: OnProgress = () => {},
): Promise<SeenDataset> {
  const fingerprint = featuresFingerprint(dataset.fingerprint, dataset.inputShape[0]!, sha256);
  const file = join(
    cacheDir,
    `${dataset.name}-${network.name}-${fingerprint.slice(0, 32)}.features`,
  );
  const look = () => readDescribed<Described>(file, LETTERS);
  // Processes that want the same features wait for the one that computes them.
  const found = await look() || await withLock(`${file}.lock`, async () => {
    const there = await look();
    if (there) return there;
    const told: OnProgress = (done, total) => onProgress(done, total, there === null);
    await writeDescribed(file, LETTERS, (out) => compute(dataset, network, weights, out, told));
    return await look();
  });
  if (!found) throw new DataError(`${file} was written but cannot be read back.`);
  const { numbers, offsets } = found.description;
  const domains = dataset.domains.map((domain) => {
    const split = (part: SplitName): Split => {
      const offset = offsets[`${domain.name}/${part}`]!;
      const place = { file, offset, type: "float32", numbers } as const;
      return { ...domain[part], ...fileSplit(place, domain[part].labels) };
    };
    return {
      name: domain.name,
      train: split("train"),
      validation: split("validation"),
      test: split("test"),
    };
  });
  return { ...dataset, domains, inputShape: [numbers], fingerprint };
}

type OnProgress = (done: number, total: number, again: boolean) => void;

/** Computes the features of all images and writes them, split by split. */
async function compute(
  dataset: SeenDataset,
  network: NetworkDefinition,
  weights: Pretrained["weights"],
  out: NumbersWriter,
  onProgress: OnProgress,
): Promise<Described> {
  const module = network.build({
    inputShape: dataset.inputShape,
    width: 1,
    draws: (name) => stream(0, name),
    random: stream(0, "dropout"),
    weights,
  });
  const total = dataset.domains.flatMap((domain) => SPLITS.map((s) => domain[s].labels.length))
    .reduce((a, b) => a + b, 0);
  const offsets: Record<string, number> = {};
  let done = 0;
  try {
    for (const domain of dataset.domains) {
      for (const part of SPLITS) {
        await out.align();
        offsets[`${domain.name}/${part}`] = await out.write(new Uint8Array());
        for await (const { images, labels } of epoch(dataset, domain[part])) {
          const features = tf.tidy(() => module.apply(images));
          onProgress(done += labels.size, total, false);
          await out.write(features.dataSync() as Float32Array);
          tf.dispose([images, labels, features]);
        }
      }
    }
    return { numbers: module.outputs, offsets };
  } finally {
    module.dispose();
  }
}
