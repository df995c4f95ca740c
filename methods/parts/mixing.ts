/**
 * Convex combinations of images, and what a network makes of them.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor1D } from "../../tensor/types.ts";
import type { Random } from "../../base/random.ts";
import type { Network } from "../../networks/mod.ts";
import type { DomainBatch } from "../method.ts";
import { crossEntropyPerExample } from "./losses.ts";

/** Why a preset mixes less. */
export const SLOW_MIXTURES = "a short run does not get far with images that are half another";

/**
 * The losses `[images]` of mixed images: of each as much of the loss for the one's label as the
 * label's share says, and the rest for the other's.
 *
 * @param own One image of each pair, and `other` its partner.
 * @param pixelShares `[images]`: the share of one's pixels in the mixture.
 * @param labelShares `[images]`: the share of one's label; that of its pixels by default.
 */
export function mixedLosses(
  network: Network,
  own: DomainBatch,
  other: DomainBatch,
  pixelShares: Tensor1D,
  labelShares: Tensor1D = pixelShares,
): Tensor1D {
  const logits = network.logits(mixed(own.images, other.images, pixelShares), true);
  return mixed(
    crossEntropyPerExample(logits, own.labels),
    crossEntropyPerExample(logits, other.labels),
    labelShares,
  );
}

/** share · a + (1 − share) · b, row by row. */
export function mixed<T extends Tensor>(a: T, b: T, shares: Tensor1D): T {
  const own = tf.reshape(shares, [-1, ...new Array<number>(a.rank - 1).fill(1)]);
  return tf.add(tf.mul(a, own), tf.mul(b, tf.sub(1, own)));
}

/**
 * A partner for every joined image, and the image's own share in the mixture, from a beta
 * distribution: of the same class in another domain, or of the same domain in another class. An image
 * for which there is none is its own.
 *
 * @param labels Of each domain's images.
 */
export function partners(
  random: Random,
  labels: readonly ArrayLike<number>[],
  sameClass: boolean,
  alpha: number,
) {
  const images = labels.flatMap((row, domain) => Array.from(row, (label) => ({ domain, label })))
    .map((image, row) => ({ ...image, row }));
  const shares = images.map(() => random.beta(alpha));
  const rows = images.map(({ domain, label, row }) => {
    const others = images.filter((other) =>
      (other.label === label) === sameClass && (other.domain === domain) !== sameClass
    );
    return others.length > 0 ? others[random.integer(others.length)]!.row : row;
  });
  return { rows: tf.tensor1d(rows, "int32"), shares: tf.tensor1d(shares) };
}
