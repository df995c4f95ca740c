/**
 * The studies of the proposed method: which runs each consists of.
 *
 * @module
 */
import type { DatasetDefinition } from "../../datasets/dataset.ts";
import brl from "../../methods/brl/mod.ts";
import { plan, type PlannedRun, type Request } from "./plan.ts";
import type { Study } from "../records/record.ts";

/** One setting of the method in a study. */
interface Setting {
  readonly study: Study;
  /** Tells the setting from the study's others. */
  readonly label: string;
  /** What is set, by hyperparameter. */
  readonly values: Readonly<Record<string, number>>;
  /** Checkpoints of a run, instead of the preset's. */
  readonly checkpoints?: number;
}

/** A study. */
interface Plan {
  readonly name: "ablation" | "parameters" | "convergence" | "variants";
  readonly description: string;
  readonly settings: readonly Setting[];
}

const PARTS = ["bce", "cb", "rb", "penalty"] as const;

/**
 * The eight combinations: with the balanced cross-entropy, every choice of the other three. The paper
 * has eight and this is the reconstruction's reading of which.
 */
const ablation = [0, 1, 2, 3, 4, 5, 6, 7].map((bits): Setting => {
  const parts = PARTS.filter((part, i) => part === "bce" || (bits >> (i - 1)) & 1);
  return {
    study: { kind: "ablation", parts },
    label: parts.join(" "),
    values: Object.fromEntries(PARTS.map((part) => [part, parts.includes(part) ? 1 : 0])),
  };
});

/** The values of the single-parameter study. */
const VALUES = [1e-7, 1e-5, 1e-3, 0.01, 0.1, 1, 10, 100, 1e3, 1e4];

const parameters = ["alpha", "beta", "gamma"].flatMap((parameter) =>
  VALUES.map((value): Setting => ({
    study: { kind: "parameter", parameter, value },
    label: `${parameter}=${value}`,
    values: { [parameter]: value },
  }))
);

/** The forms of each part that were compared. */
const FORMS: readonly (readonly [part: string, form: string, Setting["values"]])[] = [
  ["bce", "balanced softmax", { tau: 1 }],
  ["bce", "softmax half balanced", { tau: 0.5 }],
  ["bce", "counts smoothed by ten images", { smoothing: 10 }],
  ["bce", "by weights 1 / √n_dc alone", { tau: 0, kappa: 0.5, rarity: 1 }],
  ["bce", "between domains by √(n_c / n_dc)", { kappa: 0.5 }],
  ["bce", "between domains by n_c / n_dc", { kappa: 1 }],
  ["bce", "between domains by 1 / √n_dc", { kappa: 0.5, rarity: 1 }],
  ["bce", "between domains by 1 / √effective number", { kappa: 0.5, rarity: 2 }],
  ["cb", "head's cross-entropy and remaining imbalance", { covariate: 0 }],
  ["cb", "head's cross-entropy alone", { covariate: 1 }],
  ["cb", "remaining imbalance alone", { covariate: 2 }],
  ["cb", "remaining imbalance alone, moving the features", { covariate: 2, covariateReach: 1 }],
  ["rb", "MMD", { distance: 0 }],
  ["rb", "CORAL", { distance: 1 }],
  ["rb", "mean distance", { distance: 2 }],
  ["penalty", "variance of the risks", { invariance: 0 }],
  ["penalty", "IRM's squared slopes", { invariance: 1 }],
  ["penalty", "distance of the domains by CORAL", { invariance: 2 }],
  ["penalty", "distance of the domains by MMD", { invariance: 3 }],
];

/** The reconstruction, and every form that is not its own in place of one that is. */
const variants = [
  ["all", "the reconstruction", {}] as const,
  ...FORMS.filter(([, , values]) =>
    Object.entries(values).some(([key, value]) => brl.hyperparameters[key]!.default !== value)
  ),
].map(([part, variant, values]): Setting => ({
  study: { kind: "variant", part, variant },
  label: variant,
  values,
}));

/** Every study. */
export const STUDIES: readonly Plan[] = [
  {
    name: "ablation",
    description: "the eight combinations of its parts",
    settings: ablation,
  },
  {
    name: "parameters",
    description: "ten values each of alpha, beta and gamma, the others at their defaults",
    settings: parameters,
  },
  {
    name: "convergence",
    description: "loss and validation macro-F1 at fifty points of the training",
    settings: [{
      study: { kind: "convergence" },
      label: "convergence",
      values: {},
      checkpoints: 50,
    }],
  },
  {
    name: "variants",
    description: "the alternatives of each part of the reconstruction, on validation data",
    settings: variants,
  },
];

/**
 * The runs of a study, settings in its order. Their names tell the settings apart; one run may stand
 * in several places, as the defaults do among the parameters.
 */
export function planStudy(
  name: Plan["name"],
  request: Omit<Request, "methods">,
  known: readonly DatasetDefinition[],
): PlannedRun[] {
  const { settings } = STUDIES.find((study) => study.name === name)!;
  return settings.flatMap(({ study, label, values, checkpoints }) => {
    const changes = Object.entries(values).map(([key, value]) =>
      [`${brl.name}.${key}`, value] as const
    );
    return plan({
      ...request,
      methods: [brl.name],
      settings: [...request.settings, ...changes],
      ...(checkpoints !== undefined && { checkpoints }),
    }, known).map((run) => ({ ...run, name: `${run.name}: ${label}`, study }));
  });
}
