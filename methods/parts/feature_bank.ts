/**
 * A bank of mean features: one centroid for every (domain, class) pair with training images.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { MethodContext } from "../method.ts";

/** A (domain, class) cell that has training images. */
export interface Pair {
  readonly domain: number;
  readonly class: number;
  /** Its training images. */
  readonly count: number;
}

/** The cells with training images: domains in order, classes ascending. */
export function trainedPairs(counts: readonly (readonly number[])[]): Pair[] {
  return counts.flatMap((row, d) =>
    row.flatMap((count, c) => (count > 0 ? [{ domain: d, class: c, count }] : []))
  );
}

/**
 * The mean feature of every pair over the whole training set, with the network in evaluation mode.
 *
 * @returns `[pairs, features]`, in the order of {@linkcode trainedPairs}.
 */
export async function pairMeans(ctx: MethodContext): Promise<tf.Tensor2D> {
  const { classes, network, counts } = ctx;
  const means: tf.Tensor2D[] = [];
  for (let domain = 0; domain < ctx.domains; domain++) {
    let sums = tf.zeros([classes, network.featurizer.outputs]);
    for await (const { images, labels } of ctx.trainingSet(domain)) {
      const next = tf.tidy(() => {
        const members = tf.oneHot(labels, classes);
        return tf.add(sums, tf.matMul(members, network.features(images), true, false));
      });
      tf.dispose([sums, images, labels]);
      sums = next;
    }
    const present = counts[domain]!.flatMap((count, c) => (count > 0 ? [c] : []));
    means.push(tf.tidy(() => {
      const sizes = present.map((c) => [counts[domain]![c]!]);
      const rows = tf.gather(sums, tf.tensor1d(present, "int32"));
      return tf.div(rows, tf.tensor2d(sizes, [present.length, 1]));
    }));
    sums.dispose();
  }
  const all = tf.concat(means);
  tf.dispose(means);
  return all;
}
