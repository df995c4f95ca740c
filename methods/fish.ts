import * as tf from "@tensorflow/tfjs-core";
import { SHARE } from "../base/setting.ts";
import { choice, number } from "./hyperparameter.ts";
import { defineMethod, type Terms } from "./method.ts";
import { tex } from "./objective.ts";
import { LESS_WORK } from "./parts/departures.ts";
import { crossEntropy } from "./parts/losses.ts";

export default defineMethod({
  name: "fish",
  title: "Fish",
  description:
    "Fish: small steps through the domains one after the other, then part of the way back to " +
    "where they started; what remains is the direction on which the domains' gradients agree.",
  objective: {
    formulas: [
      tex`\theta_d = \mathrm{Adam}\left(\theta_{d-1}, \nabla R_d(\theta_{d-1})\right) \quad ` +
      tex`\text{for } d = 1, \dots, D, \qquad \theta_0 = \theta`,
      tex`\theta^{\text{new}} = \theta + \mu\, (\theta_D - \theta)`,
    ],
    symbols: {
      "\\mathrm{Adam}(a, b)":
        "the weights $a$ after a step with the gradient $b$; its moments last over " +
        "domains and steps",
      "\\mu": "`metaRate`",
    },
  },
  assumes: "the gradients of all domains should point the same way",
  helps: "domains are several and agree on what matters",
  family: "meta-learning",
  citation: "Shi et al. 2022, Gradient Matching for Domain Generalization",
  version: 1,
  cost: { time: 1.2, memory: "a copy of the weights, within a step" },
  mdlt: { name: "Fish" },
  departures: [LESS_WORK],
  hyperparameters: {
    metaRate: number({
      default: 0.5,
      search: choice(0.05, 0.1, 0.5),
      range: SHARE,
      description: "share of the way through the domains that is kept",
      mdltName: "meta_lr",
    }),
  },
  create(ctx, { metaRate }) {
    const { network } = ctx;
    const inner = ctx.optimizer(network.parameters);
    return {
      /** Algorithm 1 of the paper with Adam inside, whose moments last over steps, as in MDLT. */
      update(domains) {
        const before = network.parameters.map((p) => tf.clone(p.variable));
        const steps = domains.map(({ images, labels }): Terms =>
          inner.minimize(() => ({ loss: crossEntropy(network.logits(images, true), labels) }))
        );
        network.parameters.forEach(({ variable }, i) => {
          const way = tf.sub(variable, before[i]!);
          variable.assign(tf.add(before[i]!, tf.mul(way, metaRate)));
        });
        tf.dispose(steps.slice(0, -1));
        return { loss: steps.at(-1)!.loss };
      },
    };
  },
});
