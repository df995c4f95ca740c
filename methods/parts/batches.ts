/**
 * From the batches of the domains to one joined batch, and back.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor, Tensor1D, Tensor2D } from "../../tensor/types.ts";
import type { Network } from "../../networks/mod.ts";
import type { Random } from "../../base/random.ts";
import type { DomainBatch } from "../method.ts";
import { crossEntropy } from "./losses.ts";

/** All domains through the network at once: one pass over one large batch. */
export interface ForwardPass {
  /** int32 `[images of all domains]`, domain after domain. */
  readonly labels: Tensor1D;
  /** `[images of all domains, features]`. */
  readonly features: Tensor2D;
  /** `[images of all domains, classes]`. */
  readonly logits: Tensor2D;
  /** Any tensor over the joined images, cut into one tensor a domain. */
  byDomain<T extends Tensor>(joined: T): T[];
}

/** Passes the batches of all domains through the network together. */
export function forwardAll(network: Network, domains: readonly DomainBatch[]): ForwardPass {
  const features = network.features(joinedImages(domains), true);
  return {
    labels: joinedLabels(domains),
    features,
    logits: network.classify(features, true),
    byDomain: (joined) => byDomain(joined, domains),
  };
}

/** The loss of every domain's own logits `[images, classes]`: the mean cross-entropy by default. */
export function lossByDomain(
  { logits, labels, byDomain }: Pick<ForwardPass, "logits" | "labels" | "byDomain">,
  loss: (logits: Tensor2D, labels: Tensor1D, domain: number) => Scalar = crossEntropy,
): Scalar[] {
  const truth = byDomain(labels);
  return byDomain(logits).map((z, d) => loss(z, truth[d]!, d));
}

/** A tensor over the joined images, cut into one tensor a domain. */
export function byDomain<T extends Tensor>(joined: T, domains: readonly DomainBatch[]): T[] {
  return splitRows(joined, domains.map(({ labels }) => labels.shape[0]));
}

/** A tensor cut into parts of so many rows. */
export function splitRows<T extends Tensor>(joined: T, sizes: number[]): T[] {
  if (sizes.length === 1) return [joined]; // TensorFlow.js cannot differentiate a split in one
  return tf.split(joined, sizes);
}

/** The batches of all domains as one, domain after domain. */
export function joinedBatch(domains: readonly DomainBatch[]): DomainBatch {
  return { images: joinedImages(domains), labels: joinedLabels(domains) };
}

/** Some images of a batch, by their row numbers. */
export function rowsOf({ images, labels }: DomainBatch, rows: Tensor1D): DomainBatch {
  return { images: tf.gather(images, rows), labels: tf.gather(labels, rows) };
}

/** The images of all domains, domain after domain. */
export function joinedImages(domains: readonly DomainBatch[]): Tensor {
  return tf.concat(domains.map(({ images }) => images));
}

/** The second view of the images of all domains: the images again, where there is no other. */
export function joinedSecondImages(domains: readonly DomainBatch[]): Tensor {
  return tf.concat(domains.map(({ images, secondImages }) => secondImages ?? images));
}

/** The labels of all domains, domain after domain. */
export function joinedLabels(domains: readonly DomainBatch[]): Tensor1D {
  return tf.concat(domains.map(({ labels }) => labels));
}

/** The number of the domain of every joined image, int32. */
export function domainLabels(domains: readonly DomainBatch[]): Tensor1D {
  return tf.concat(
    domains.map(({ labels }, d) => tf.fill(labels.shape, d, "int32")),
  );
}

/** Row numbers among the joined images: pair i is of the images `first[i]` and `second[i]`. */
export type RowPairs = Readonly<Record<"first" | "second", readonly Tensor1D[]>>;

/**
 * Every domain with the next one in a random circular order, as DomainBed pairs them. Both sides of
 * a pair are cut to the length of the shorter one.
 *
 * @param sizes Images of each domain in the joined batch.
 */
export function shuffledPairs(random: Random, sizes: readonly number[]): RowPairs {
  const order = random.permutation(sizes.length);
  const starts = sizes.map((_, d) => sizes.slice(0, d).reduce((a, b) => a + b, 0));
  const pairs = order.map((d, i) => [d, order[(i + 1) % order.length]!] as const);
  const rows = (side: 0 | 1) =>
    pairs.map((pair) => {
      const length = Math.min(...pair.map((d) => sizes[d]!));
      const start = starts[pair[side]]!;
      return tf.tensor1d(Array.from({ length }, (_, row) => start + row), "int32");
    });
  return { first: rows(0), second: rows(1) };
}

/** The mean of scalars. */
export function meanOf(scalars: readonly Scalar[]): Scalar {
  return tf.div(tf.addN([...scalars]), scalars.length);
}
