import { AT_LEAST_0 } from "../base/setting.ts";
import { choice, integer, number } from "./hyperparameter.ts";
import { defineMethod } from "./method.ts";
import { tex } from "./objective.ts";
import { EMPIRICAL_RISK, empiricalRisk } from "./parts/empirical_risk.ts";

export default defineMethod({
  name: "swad",
  title: "SWAD",
  description:
    "Dense stochastic weight averaging: ERM, tested with the mean of the weights after every step " +
    "from where the validation loss stops falling to where it rises for good. The flat bottom of " +
    "that valley is what survives a shift.",
  objective: {
    formulas: [EMPIRICAL_RISK, tex`\bar\theta = \frac{1}{|S|} \sum_{t \in S} \theta_t`],
    symbols: {
      "\\bar\\theta": "the weights that are tested, $\\theta_t$ being those after step $t$",
      "S": "the steps of a stretch: it begins with the first checkpoint whose validation " +
        "loss is the lowest of `converge` in a row, and ends before `tolerance` in a row " +
        "that are above the mean of those by more than the share `ratio`",
    },
  },
  assumes: "low validation losses mark a wide, flat valley of weights",
  helps: "the test is shifted from the training and checkpoints differ much",
  family: "baseline",
  citation: "Cha et al. 2021, SWAD: Domain Generalization by Seeking Flat Minima",
  version: 1,
  cost: { memory: "averages of the weights: a few stretches between checkpoints" },
  departures: [{
    title: "the stretch",
    text:
      "As in the paper's algorithm. The public code also takes in checkpoints before the first " +
      "lowest one, as long as they are below the threshold, and stops the training where the " +
      "stretch ends. All steps count alike, also where checkpoints are unequally far apart.",
  }, {
    title: "selection",
    text:
      "The run's rule still draws its curve, but selects nothing: what is tested is the average, " +
      "and the record says over which steps. A stretch that never began is the last segment.",
  }],
  hyperparameters: {
    converge: integer({
      default: 3,
      min: 1,
      description:
        "checkpoints of which the first must be the lowest for the stretch to begin with it",
    }),
    tolerance: integer({
      default: 6,
      min: 1,
      description:
        "checkpoints that must all be above the threshold for the stretch to end before them",
    }),
    ratio: number({
      default: 0.3,
      search: choice(0.2, 0.3),
      range: AT_LEAST_0,
      description: "the threshold is this much above the mean loss of the first checkpoints",
    }),
  },
  create: (ctx, h) => ({
    loss: (domains) => empiricalRisk(ctx, domains),
    averaging: {
      lag: Math.max(h.converge, h.tolerance),
      stretch: (losses, ended) => lossValley(losses, ended, h),
    },
  }),
});

/** Algorithm 1 of the paper on the validation losses of all checkpoints so far. */
export function lossValley(
  losses: readonly number[],
  ended: boolean,
  { converge, tolerance, ratio }: { converge: number; tolerance: number; ratio: number },
): { from: number; to: number } | null {
  const windows = (size: number) =>
    losses.slice(0, Math.max(0, losses.length - size + 1)).map((_, i) => losses.slice(i, i + size));
  const from = windows(converge).findIndex((window) => window[0] === Math.min(...window));
  if (from < 0) return null;
  const mean = losses.slice(from, from + converge).reduce((a, b) => a + b, 0) / converge;
  const to = windows(tolerance).findIndex((window, i) =>
    i + tolerance > from + converge && Math.min(...window) > (1 + ratio) * mean
  );
  if (to >= 0) return { from, to };
  return { from, to: ended ? losses.length : Math.max(from, losses.length - tolerance + 1) };
}
