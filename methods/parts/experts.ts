/**
 * Several classifiers on the features of one network.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor2D } from "../../tensor/types.ts";
import type { MethodContext } from "../method.ts";

/** Classifiers on shared features; the first is the network's own. */
export interface Experts {
  /** The logits `[images, classes]` of each, from features. */
  of(features: Tensor, training?: boolean): Tensor2D[];
  /** The mean of their logits, from images. */
  predict(images: Tensor): Tensor2D;
}

/** So many classifiers: the network's, and others of the same form drawn anew. */
export function headsOn(ctx: MethodContext, count: number): Experts {
  const { network } = ctx;
  const heads = [
    network.classifier,
    ...Array.from({ length: count - 1 }, (_, i) => ctx.classifier(`expert${i + 2}`)),
  ];
  const of: Experts["of"] = (features, training = false) =>
    heads.map((head) => head.apply(features, training) as Tensor2D);
  return {
    of,
    predict: (images) => tf.div(tf.addN(of(network.features(images))), count),
  };
}
