/**
 * Class-balanced loss: re-weighting by the inverse of the effective number of images of a class.
 *
 * @module
 */
import { SHARE } from "../base/setting.ts";
import { flag, number } from "./hyperparameter.ts";
import { defineMethod } from "./method.ts";
import { reweighted } from "./parts/reweighting.ts";

export default defineMethod({
  name: "cbloss",
  title: "CBLoss",
  family: "imbalance",
  citation: "Cui et al. 2019, Class-Balanced Loss Based on Effective Number of Samples",
  version: 1,
  mdlt: { name: "CBLoss" },
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
