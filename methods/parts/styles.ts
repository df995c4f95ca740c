/**
 * Content and style of what a network makes of images, and their averages by class or domain.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor1D } from "../../tensor/types.ts";
import type { MethodContext } from "../method.ts";
import { oneHot } from "./losses.ts";

/**
 * Mean and deviation of each image and channel over all positions, and the maps normalised by them;
 * over all units, where there are no positions.
 *
 * @param maps `[images, …, channels]`, or `[images, units]`.
 */
export function styleOf(maps: Tensor): Record<"content" | "mean" | "deviation", Tensor> {
  const axes = maps.rank > 2 ? maps.shape.map((_, axis) => axis).slice(1, -1) : [1];
  const positions = axes.reduce((product, axis) => product * maps.shape[axis]!, 1);
  const mean = tf.mean(maps, axes, true);
  const centred = tf.sub(maps, mean);
  const variance = tf.div(tf.sum(tf.square(centred), axes, true), Math.max(1, positions - 1));
  const deviation = tf.sqrt(tf.add(variance, 1e-6));
  return { content: tf.div(centred, deviation), mean, deviation };
}

/** Moving averages of tensors by group, 0 before the first of a group. */
export interface GroupAverages {
  /** `[groups, …]`. */
  readonly values: tf.Variable;
  /** Moves the averages of the groups that are in a batch `[images, …]`; the first replaces. */
  update(batch: Tensor, group: Tensor1D): void;
}

/** Moving averages in buffers of the method's own; `rate` is the share of a batch in them. */
export function groupAverages(
  ctx: MethodContext,
  name: string,
  groups: number,
  shape: readonly number[],
  rate: number,
): GroupAverages {
  const values = ctx.buffer(`${name}Averages`, [groups, ...shape]);
  const seen = ctx.buffer(`${name}Seen`, [groups]);
  return {
    values,
    update(batch, group) {
      const members = oneHot(group, groups);
      const sizes = tf.sum(members, 0);
      const present = tf.minimum(sizes, 1);
      const flat = tf.reshape(batch, [batch.shape[0]!, -1]);
      const sums = tf.matMul(members, flat as tf.Tensor2D, true, false);
      const now = tf.reshape(tf.div(sums, tf.reshape(tf.maximum(sizes, 1), [-1, 1])), values.shape);
      const share = tf.mul(present, tf.sub(1, tf.mul(seen, 1 - rate)));
      const wide = tf.reshape(share, [groups, ...shape.map(() => 1)]);
      values.assign(tf.add(values, tf.mul(tf.sub(now, values), wide)));
      seen.assign(tf.maximum(seen, present) as tf.Tensor1D);
    },
  };
}
