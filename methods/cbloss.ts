import { SHARE } from "../base/setting.ts";
import { flag, number } from "./hyperparameter.ts";
import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { WEIGHTS_IN_BATCH, ZERO_SHOT_CELLS } from "./parts/departures.ts";
import { reweighted, reweightedObjective } from "./parts/reweighting.ts";

export default defineMethod({
  name: "cbloss",
  title: "CBLoss",
  description:
    "Class-balanced loss: re-weighting by the inverse of the effective number of images of a " +
    "class.",
  objective: reweightedObjective(tex`\frac{1 - \beta}{1 - \beta^{n_{d,c}}}`, {
    "\\beta": "`beta`",
  }),
  assumes: "further images of a class repeat more and more what is known",
  helps: "the largest classes are very large",
  family: "imbalance",
  citation: "Cui et al. 2019, Class-Balanced Loss Based on Effective Number of Samples",
  version: 1,
  mdlt: { name: "CBLoss" },
  departures: [
    {
      title: "large classes",
      text:
        "MDLT marks an absent class by an infinite count, for which βⁿ is 0, and then takes every " +
        "βⁿ that rounds away beside 1 for that mark: with β = 0.99 a class of more than about " +
        "3,655 images gets weight 0. Here it gets the limit, 1 − β. With the default β no data " +
        "set is affected.",
    },
    WEIGHTS_IN_BATCH,
    ZERO_SHOT_CELLS,
  ],
  hyperparameters: {
    beta: number({
      default: 0.9999,
      search: { kind: "power", base: 10, low: -5, high: -2, scale: -1, shift: 1 },
      range: SHARE,
      description:
        "how little a further image of a class adds: 0 no re-weighting, 1 inverse counts",
    }),
    mdlt: flag({
      default: false,
      description: "as in MDLT, a class so large that βⁿ rounds away gets weight 0",
    }),
  },
  create: (ctx, { beta, mdlt }) => reweighted(ctx, inverseEffectiveNumber(beta, mdlt)),
});

/**
 * (1 − β) / (1 − βⁿ), equation 2 of the paper, by the count n.
 *
 * @param mdlt 0 where βⁿ vanishes beside 1, which MDLT takes for the mark of an absent class.
 */
export function inverseEffectiveNumber(beta: number, mdlt = false): (count: number) => number {
  return (count) => {
    const share = 1 - beta ** count;
    return mdlt && share === 1 ? 0 : (1 - beta) / share;
  };
}
