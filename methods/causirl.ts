/**
 * CausIRL with MMD: features should not tell which of two mixtures of the domains an image is from.
 * Each domain's batch is cut in two at a random place; the parts of all domains make the mixtures.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { number, power10 } from "./hyperparameter.ts";
import { defineMethod } from "./method.ts";
import { forwardAll } from "./parts/batches.ts";
import { mmd2, penalisedRisk } from "./parts/penalties.ts";

export default defineMethod({
  name: "causirl",
  title: "CausIRL-MMD",
  family: "domain-invariant",
  citation: "Chevalley et al. 2022, Invariant Causal Mechanisms through Distribution Matching",
  version: 1,
  hyperparameters: {
    penaltyWeight: number({
      default: 1,
      search: power10(-1, 1),
      description: "weight of the distance between the two mixtures' features",
    }),
  },
  create(ctx, { penaltyWeight }) {
    const cuts = ctx.random("cuts");
    /** Algorithm 1 of the paper. */
    const mixtureDistance = (features: readonly tf.Tensor2D[]) => {
      const first = features.flatMap(({ shape: [images] }) => {
        const cut = cuts.integer(images);
        return Array.from({ length: images }, (_, i) => i < cut);
      });
      const mixtures = [first, first.map((here) => !here)];
      const sizes = mixtures.map((mixture) => mixture.filter((here) => here).length);
      // As in DomainBed a mixture of a single image is not compared.
      if (Math.min(...sizes) < 2) return tf.scalar(0);
      const averages = mixtures.map((mixture, m) =>
        mixture.map((here) => here ? 1 / sizes[m]! : 0)
      );
      return mmd2(tf.concat([...features]) as tf.Tensor2D, tf.tensor2d(averages));
    };
    return {
      loss: (domains) =>
        penalisedRisk(forwardAll(ctx.network, domains), mixtureDistance, penaltyWeight),
    };
  },
});
