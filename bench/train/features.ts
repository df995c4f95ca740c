/**
 * Frozen networks: their features of every image are computed once and kept, and only what is put on
 * top of them is trained.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import type { SplitName } from "../../datasets/dataset.ts";
import { memorySplit } from "../../datasets/reading/memory.ts";
import type { NetworkDefinition } from "../../networks/network.ts";
import { stream } from "../../base/random.ts";
import { encodeTensors } from "../../tensor/safetensors.ts";
import { decodeArrays } from "../../base/safetensors_format.ts";
import { epoch } from "./batches.ts";
import type { SeenDataset } from "./normalise.ts";
import { withLock } from "../../base/lock.ts";
import type { Pretrained } from "./pretrained.ts";
import { writeAtomically } from "../../base/files.ts";

const SPLITS: readonly SplitName[] = ["train", "validation", "test"];

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
  const fingerprint = createHash("sha256")
    .update(JSON.stringify(["features", 1, dataset.fingerprint, dataset.inputShape[0], sha256]))
    .digest("hex");
  const file = join(
    cacheDir,
    `${dataset.name}-${network.name}-${fingerprint.slice(0, 32)}.features.safetensors`,
  );
  const read = () => Deno.readFile(file).then(decodeArrays).catch(() => undefined);
  // Processes that want the same features wait for the one that computes them.
  const kept = await read() ?? await withLock(`${file}.lock`, async () => {
    const found = await read();
    if (found !== undefined) return found;
    const made = await compute(dataset, network, weights, onProgress);
    await writeAtomically(file, made);
    return decodeArrays(made);
  });
  const features = Object.values(kept)[0]!.shape[1]!;
  const domains = dataset.domains.map((domain) => {
    const split = (part: SplitName) => ({
      ...domain[part],
      ...memorySplit(kept[`${domain.name}/${part}`]!.values, domain[part].labels),
    });
    return {
      name: domain.name,
      train: split("train"),
      validation: split("validation"),
      test: split("test"),
    };
  });
  return { ...dataset, domains, inputShape: [features], fingerprint };
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
    return encodeTensors(tensors);
  } finally {
    tf.dispose(tensors);
    module.dispose();
  }
}
