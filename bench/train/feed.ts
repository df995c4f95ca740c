/**
 * What a step is fed, and how its batch is made of that as a part of its graph.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Split } from "../../datasets/dataset.ts";
import type { DomainBatch } from "../../methods/method.ts";
import { gatherPixels, residentImages } from "../../tensor/resident.ts";
import { pixelTables, type SeenDataset } from "./normalise.ts";

/** A batch of one domain before a step. */
export interface Feed {
  /** Images of the batch. */
  readonly size: number;
  /** The class of every image. */
  labels(): ArrayLike<number>;
  /** What is fed. */
  readonly tensors: readonly tf.Tensor[];
  /** The batch; called inside the step, which frees what it makes. */
  batch(): DomainBatch;
  /** Frees what was fed for this step alone. */
  dispose(): void;
}

/** A batch whose tensors are there; they stay the caller's until the feed is disposed of. */
export function feedOf(batch: DomainBatch): Feed {
  const { images, labels, secondImages } = batch;
  const tensors = [images, labels, ...(secondImages ? [secondImages] : [])];
  return {
    size: labels.size,
    labels: () => labels.dataSync(),
    tensors,
    batch: () => batch,
    dispose: () => void tf.dispose(tensors),
  };
}

/** A split that TensorFlow holds: batches of it are row numbers. */
export interface ResidentSplit {
  feed(rows: ArrayLike<number>): Feed;
}

/** The splits of a data set that TensorFlow holds for as long as a run lasts. */
export class Residents {
  readonly #dataset: SeenDataset;
  readonly #splits = new Map<Split, ResidentSplit | null>();
  readonly #tensors: tf.Tensor[] = [];
  #tables: tf.Tensor2D | undefined;

  constructor(dataset: SeenDataset) {
    this.#dataset = dataset;
  }

  /** A split as TensorFlow holds it; null where it cannot, and batches are read one by one. */
  find(split: Split): ResidentSplit | null {
    const known = this.#splits.get(split);
    if (known !== undefined) return known;
    const made = this.#hold(split);
    this.#splits.set(split, made);
    return made;
  }

  /** Gives all of them up. */
  dispose(): void {
    tf.dispose(this.#tensors.splice(0));
    this.#splits.clear();
    this.#tables = undefined;
  }

  #hold({ read: { resident }, labels }: Split): ResidentSplit | null {
    const size = labels.length;
    if (resident === undefined || size === 0) return null;
    const { inputShape, normalisation } = this.#dataset;
    const images = residentImages(resident, [size, ...inputShape]);
    if (images === null) return null;
    const classes = tf.tensor1d(Int32Array.from(labels), "int32");
    this.#tensors.push(images, classes);
    const floats = images.dtype === "float32";
    if (!floats && this.#tables === undefined) {
      const tables = pixelTables(normalisation);
      this.#tables = tf.tensor2d(Float32Array.from(tables.flatMap((t) => [...t])), [3, 256]);
      this.#tensors.push(this.#tables);
    }
    const tables = this.#tables!;
    return {
      feed(chosen) {
        const rows = tf.tensor1d(Int32Array.from(chosen), "int32");
        return {
          size: chosen.length,
          labels: () => Array.from(chosen, (row) => labels[row]!),
          tensors: [images, classes, rows],
          batch: () => ({
            images: floats ? tf.gather(images, rows) : gatherPixels(images, rows, tables),
            labels: tf.gather(classes, rows),
          }),
          dispose: () => void rows.dispose(),
        };
      },
    };
  }
}
