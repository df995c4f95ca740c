/**
 * The studies of BRL: those of its paper, and the search for the forms of its parts.
 *
 * @module
 */
import {
  ablation,
  convergence,
  defineStudy,
  factorial,
  oneAtATime,
  type Study,
  variants,
} from "../study.ts";
import { LEARNING_BEGINS } from "../hyperparameter.ts";
import { behaviours } from "./behaviours.ts";
import brl from "./mod.ts";

const method = brl.name;

/**
 * The forms of each part that were compared. What is not the reconstruction's own form stands in its
 * place in the study.
 */
const FORMS: Parameters<typeof variants>[0]["forms"] = [
  ["bce", "balanced softmax", { tau: 1 }],
  ["bce", "softmax half balanced", { tau: 0.5 }],
  ["bce", "counts smoothed by ten images", { smoothing: 10 }],
  ["bce", "by weights 1 / √n_dc alone", { tau: 0, kappa: 0.5, rarity: "inverse" }],
  ["bce", "between domains by √(n_c / n_dc)", { kappa: 0.5 }],
  ["bce", "between domains by n_c / n_dc", { kappa: 1 }],
  ["bce", "between domains by 1 / √n_dc", { kappa: 0.5, rarity: "inverse" }],
  ["bce", "between domains by 1 / √effective number", { kappa: 0.5, rarity: "effective" }],
  ["cb", "head's cross-entropy and remaining imbalance", { covariate: "both" }],
  ["cb", "head's cross-entropy alone", { covariate: "head" }],
  ["cb", "remaining imbalance alone", { covariate: "imbalance" }],
  ["cb", "remaining imbalance alone, moving the features", {
    covariate: "imbalance",
    covariateReach: "features",
  }],
  ["bce", "counts drawn towards the pooled ones", { prior: "pooled" }],
  ["cb", "inverse propensities", { weighting: "propensity" }],
  ["cb", "covariates of the images themselves", { covariates: "input" }],
  ["cb", "both, moving the head alone", { covariate: "both", covariateReach: "head" }],
  ["distances", "of features as they are", { scale: "raw" }],
  ["distances", "of features with variance 1", { scale: "standardised" }],
  ["schedule", "whole weights from the first step", { warmUp: 0 }],
  ["rb", "MMD", { distance: "mmd" }],
  ["rb", "CORAL", { distance: "coral" }],
  ["rb", "mean distance", { distance: "mean" }],
  ["rb", "mean distance to a bank of centroids", { distance: "bank" }],
  ["penalty", "variance of the risks", { invariance: "variance" }],
  ["penalty", "relative variance of the risks", { invariance: "relative" }],
  ["penalty", "IRM's squared slopes", { invariance: "irm" }],
  ["penalty", "distance of the domains by CORAL", { invariance: "coral" }],
  ["penalty", "distance of the domains by MMD", { invariance: "mmd" }],
];

/** Every study of BRL. */
export const studies: readonly Study[] = [
  // The paper has eight combinations, and these are the reconstruction's reading of which.
  ablation({
    name: "ablation",
    method,
    title: "combinations of its parts",
    description: "the eight combinations of its parts",
    caption: "Balanced cross-entropy (BCE), covariate balancing (CB), representation balancing " +
      "(RB), cross-domain penalty.",
    parts: { bce: "BCE", cb: "CB", rb: "RB", penalty: "Penalty" },
    always: ["bce"],
  }),
  oneAtATime({
    name: "parameters",
    method,
    title: "one parameter at a time",
    description: "ten values each of alpha, beta and gamma, the others at their defaults",
    caption: "The other parameters at their defaults.",
    parameters: ["alpha", "beta", "gamma"],
    values: [1e-7, 1e-5, 1e-3, 0.01, 0.1, 1, 10, 100, 1e3, 1e4],
  }),
  defineStudy({ ...convergence, method }),
  variants({
    name: "variants",
    method,
    title: "alternatives of its parts",
    description: "the alternatives of each part of the reconstruction, on validation data",
    caption: "One part changed at a time, judged by validation data.",
    forms: [
      ["all", "the reconstruction", {}],
      ...FORMS.filter(([, , changes]) =>
        Object.entries(changes).some(([key, value]) => brl.hyperparameters[key]!.default !== value)
      ),
    ],
  }),
  // A sixteenth of all combinations, in which the effect of a form, as that of the schedule, is clear
  // of what any two do together.
  factorial({
    name: "search",
    method,
    title: "search for its forms",
    description: "a fractional factorial of the forms of its parts, on validation data",
    caption: "A 2⁸⁻⁴ design of resolution IV, judged by validation data.",
    levels: {
      scale: { title: "Scale", levels: ["raw", "unit"] },
      warmUp: { title: "Warm-up", levels: [0, LEARNING_BEGINS] },
      invariance: { title: "Penalty", levels: ["coral", "variance"] },
      weighting: { title: "Weights", levels: ["propensity", "overlap"] },
      covariates: {
        title: "Covariates",
        levels: ["features", "input"],
        generator: ["scale", "warmUp", "invariance"],
      },
      prior: {
        title: "Prior",
        levels: ["uniform", "pooled"],
        generator: ["warmUp", "invariance", "weighting"],
      },
      distance: {
        title: "RB",
        levels: ["mmd", "bank"],
        generator: ["scale", "invariance", "weighting"],
      },
      covariateReach: {
        title: "CB moves",
        levels: ["head", "features"],
        generator: ["scale", "warmUp", "weighting"],
      },
    },
  }),
  defineStudy({
    name: "behaviours",
    method,
    title: "the paper's behaviours",
    description: "which of the paper's behaviours the records of a folder show, as Markdown",
    behaviours,
  }),
];
